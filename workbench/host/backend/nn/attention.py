"""Self-attention of a diffusers UNet that scripts may patch, as Forge's may be."""

from __future__ import annotations

from collections.abc import Iterator

from diffusers.models.attention_processor import AttnProcessor2_0
from torch import nn
from torch.nn import functional


class SelfAttention(AttnProcessor2_0):
    """The processor of one layer: that of diffusers, unless the options of the call hold patches.

    ``block`` is where it is, as in Forge: ``("output", 4)``.
    """

    def __init__(self, layer: nn.Module, block: tuple[str, int]):
        super().__init__()
        self.layer, self.block = layer, block
        self.options: dict = {}

    def __call__(self, attn, hidden_states, *args, **kwargs):
        """The layer's result for ``hidden_states`` [B, N, C]."""
        patches = self.options.get("patches", {}).get("attn1_patch")
        if not patches:
            return super().__call__(attn, hidden_states, *args, **kwargs)
        about = {name: value for name, value in self.options.items() if name != "patches"}
        about |= {"block": self.block, "block_index": 0, "n_heads": attn.heads}
        n = context = value = hidden_states
        for patch in patches:
            n, context, value = patch(n, context, value, about)
        found = (attn.to_q(n), attn.to_k(context), attn.to_v(value))
        heads = [each.unflatten(-1, (attn.heads, -1)).transpose(1, 2) for each in found]
        made = functional.scaled_dot_product_attention(*heads).transpose(1, 2).flatten(2)
        return attn.to_out[1](attn.to_out[0](made))


def self_attentions(unet: nn.Module) -> list[SelfAttention]:
    """A processor for each self-attention of a diffusers UNet."""
    return [SelfAttention(transformer.attn1, block) for block, transformer in _transformers(unet)]


def _transformers(unet: nn.Module) -> Iterator[tuple[tuple[str, int], nn.Module]]:
    number = 1  # input block 0 is the first convolution
    for down in unet.down_blocks:
        for index, attention in enumerate(getattr(down, "attentions", [])):
            yield ("input", number + index), attention.transformer_blocks[0]
        number += len(down.resnets) + len(down.downsamplers or [])
    yield ("middle", 0), unet.mid_block.attentions[0].transformer_blocks[0]
    number = 0
    for up in unet.up_blocks:
        for index, attention in enumerate(getattr(up, "attentions", [])):
            yield ("output", number + index), attention.transformer_blocks[0]
        number += len(up.resnets)
