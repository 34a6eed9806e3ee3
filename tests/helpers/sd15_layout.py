"""The SD 1.5 UNet's tensors under both naming schemes, and small weight files made from them.

The names are derived from the structure of the two implementations, independently of the product's translation.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

_RESNET = (
    ("norm1", "in_layers.0"),
    ("conv1", "in_layers.2"),
    ("time_emb_proj", "emb_layers.1"),
    ("norm2", "out_layers.0"),
    ("conv2", "out_layers.3"),
)
_TRANSFORMER = (
    *("norm", "proj_in", "proj_out"),
    *(f"transformer_blocks.0.norm{number}" for number in (1, 2, 3)),
    *(f"transformer_blocks.0.attn{number}.to_out.0" for number in (1, 2)),
    *(f"transformer_blocks.0.ff.net.{place}" for place in ("0.proj", "2")),
)
_WITHOUT_BIAS = tuple(f"transformer_blocks.0.attn{number}.to_{part}.weight" for number in (1, 2) for part in "qkv")


def names() -> dict[str, str]:
    """diffusers' names to ldm's, all 686."""
    return dict([*_ends(), *_down(), *_middle(), *_up()])


def _both(diffusers: str, ldm: str) -> Iterator[tuple[str, str]]:
    for kind in ("weight", "bias"):
        yield f"{diffusers}.{kind}", f"{ldm}.{kind}"


def _resnet(diffusers: str, ldm: str, widens: bool) -> Iterator[tuple[str, str]]:
    for left, right in (*_RESNET, *([("conv_shortcut", "skip_connection")] if widens else [])):
        yield from _both(f"{diffusers}.{left}", f"{ldm}.{right}")


def _transformer(diffusers: str, ldm: str) -> Iterator[tuple[str, str]]:
    for part in _TRANSFORMER:
        yield from _both(f"{diffusers}.{part}", f"{ldm}.{part}")
    for part in _WITHOUT_BIAS:
        yield f"{diffusers}.{part}", f"{ldm}.{part}"


def _ends() -> Iterator[tuple[str, str]]:
    yield from _both("time_embedding.linear_1", "time_embed.0")
    yield from _both("time_embedding.linear_2", "time_embed.2")
    yield from _both("conv_in", "input_blocks.0.0")
    yield from _both("conv_norm_out", "out.0")
    yield from _both("conv_out", "out.2")


def _down() -> Iterator[tuple[str, str]]:
    place = 1
    for level in range(4):
        for layer in range(2):
            widens = level in (1, 2) and layer == 0
            yield from _resnet(f"down_blocks.{level}.resnets.{layer}", f"input_blocks.{place}.0", widens)
            if level < 3:
                yield from _transformer(f"down_blocks.{level}.attentions.{layer}", f"input_blocks.{place}.1")
            place += 1
        if level < 3:
            yield from _both(f"down_blocks.{level}.downsamplers.0.conv", f"input_blocks.{place}.0.op")
            place += 1


def _middle() -> Iterator[tuple[str, str]]:
    yield from _resnet("mid_block.resnets.0", "middle_block.0", False)
    yield from _transformer("mid_block.attentions.0", "middle_block.1")
    yield from _resnet("mid_block.resnets.1", "middle_block.2", False)


def _up() -> Iterator[tuple[str, str]]:
    place = 0
    for level in range(4):
        for layer in range(3):
            yield from _resnet(f"up_blocks.{level}.resnets.{layer}", f"output_blocks.{place}.0", True)
            if level > 0:
                yield from _transformer(f"up_blocks.{level}.attentions.{layer}", f"output_blocks.{place}.1")
            if layer == 2 and level < 3:
                behind = 1 if level == 0 else 2
                yield from _both(f"up_blocks.{level}.upsamplers.0.conv", f"output_blocks.{place}.{behind}.conv")
            place += 1


def small_unet(in_channels: int, **changes: Any):
    """diffusers' UNet with SD 1.5's structure in miniature."""
    from diffusers import UNet2DConditionModel

    sizes = {"block_out_channels": (16, 32, 48, 48), "cross_attention_dim": 32, "norm_num_groups": 8}
    return UNet2DConditionModel(in_channels=in_channels, out_channels=4, layers_per_block=2, **(sizes | changes))


def safetensors_bytes(tensors: Mapping[str, Sequence[int]], dtype: str = "F16") -> bytes:
    """A complete safetensors file of zeros, written from the format's description."""
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    end = 0
    for name, shape in tensors.items():
        start, end = end, end + 2 * math.prod(shape)
        header[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [start, end]}
    return with_header(json.dumps(header).encode(), bytes(end))


def with_header(header: bytes, data: bytes = b"") -> bytes:
    return struct.pack("<Q", len(header)) + header + data


def file_at(library: Any, path: Path) -> Any:
    """The entry that a model library finds at a path."""
    return next(file for file in library.files([path.parent]) if file.path == path)


def iclight_file(folder: Path, name: str, channels: int = 8, key: str = "conv_in.weight") -> Path:
    """A file with the header of an IC-Light model."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(safetensors_bytes({key: (4, channels, 3, 3)}))
    return path
