"""Translates names of the SD 1.5 UNet's tensors from diffusers' to ldm's, which the web UIs use."""

from __future__ import annotations

import re

_TOP = {
    "conv_in": "input_blocks.0.0",
    "conv_norm_out": "out.0",
    "conv_out": "out.2",
    "time_embedding.linear_1": "time_embed.0",
    "time_embedding.linear_2": "time_embed.2",
    "mid_block.resnets.0": "middle_block.0",
    "mid_block.attentions.0": "middle_block.1",
    "mid_block.resnets.1": "middle_block.2",
}
_RESNET = {
    "norm1": "in_layers.0",
    "conv1": "in_layers.2",
    "time_emb_proj": "emb_layers.1",
    "norm2": "out_layers.0",
    "conv2": "out_layers.3",
    "conv_shortcut": "skip_connection",
}
_BLOCK = re.compile(r"(down|up)_blocks\.(\d)\.(resnets|attentions|downsamplers|upsamplers)\.(\d)\.(.+)")


def to_ldm(key: str) -> str:
    """Translate a diffusers key of the SD 1.5 UNet to its ldm name; any other key is returned unchanged.

    Source: the layout of ``openaimodel.UNetModel`` in CompVis/latent-diffusion with two ResNet blocks per level.
    """
    for start, target in _TOP.items():
        if key.startswith(start + "."):
            return f"{target}.{_inner(key[len(start) + 1 :])}"
    match = _BLOCK.fullmatch(key)
    if match is None:
        return key
    side, block, part, index, rest = match[1], int(match[2]), match[3], int(match[4]), match[5]
    if side == "down":
        return _down(block, part, index, rest)
    return _up(block, part, index, rest)


def _down(block: int, part: str, index: int, rest: str) -> str:
    if part == "downsamplers":
        return f"input_blocks.{3 * block + 3}.0.{rest.replace('conv.', 'op.', 1)}"
    place = 0 if part == "resnets" else 1
    return f"input_blocks.{3 * block + index + 1}.{place}.{_inner(rest)}"


def _up(block: int, part: str, index: int, rest: str) -> str:
    if part == "upsamplers":
        # SD 1.5's first up block has no attention, so its upsampler is one position earlier.
        return f"output_blocks.{3 * block + 2}.{1 if block == 0 else 2}.{rest}"
    place = 0 if part == "resnets" else 1
    return f"output_blocks.{3 * block + index}.{place}.{_inner(rest)}"


def _inner(rest: str) -> str:
    name, _, tail = rest.partition(".")
    return f"{_RESNET[name]}.{tail}" if name in _RESNET else rest
