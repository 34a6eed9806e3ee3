"""A diffusers UNet under the names of the original latent-diffusion code, which Forge and its patches use."""

from __future__ import annotations

import torch
from torch import nn

from backend.nn.attention import self_attentions


def _numbered(children: dict[str, nn.Module]) -> nn.Module:
    """A container whose children have the given names; gaps are layers without weights in the original."""
    box = nn.Module()
    for name, child in children.items():
        box.add_module(name, child)
    return box


def _resnet(block: nn.Module) -> nn.Module:
    box = _numbered(
        {
            "in_layers": _numbered({"0": block.norm1, "2": block.conv1}),
            "emb_layers": _numbered({"1": block.time_emb_proj}),
            "out_layers": _numbered({"0": block.norm2, "3": block.conv2}),
        }
    )
    if block.conv_shortcut is not None:
        box.add_module("skip_connection", block.conv_shortcut)
    return box


def _transformer(block: nn.Module) -> nn.Module:
    return _numbered({name: getattr(block, name) for name in ("norm", "proj_in", "transformer_blocks", "proj_out")})


def _layers(block: nn.Module) -> list[list[nn.Module]]:
    """For each ResNet of a diffusers block: the ResNet, and the transformer after it, if any."""
    attentions = getattr(block, "attentions", None) or [None] * len(block.resnets)
    return [[_resnet(r), *([_transformer(a)] if a is not None else [])] for r, a in zip(block.resnets, attentions)]


def _sequence(modules: list[nn.Module]) -> nn.Module:
    return _numbered({str(i): m for i, m in enumerate(modules)})


class IntegratedUNet2DConditionModel(nn.Module):
    """Shares its weights with the diffusers model that it calls: a parameter replaced here is replaced there.

    ``input_blocks.0.0`` may be widened from 4 to 8 or 12 input channels in this way.
    """

    def __init__(self, unet: nn.Module):
        super().__init__()
        self.__dict__["unet"] = unet
        self.config = unet.config
        self.storage_dtype = torch.float32
        embedding = unet.time_embedding
        self.time_embed = _numbered({"0": embedding.linear_1, "2": embedding.linear_2})
        self.input_blocks = self._inputs(unet)
        middle = unet.mid_block
        self.middle_block = _sequence(
            [_resnet(middle.resnets[0]), _transformer(middle.attentions[0]), _resnet(middle.resnets[1])]
        )
        self.output_blocks = self._outputs(unet)
        self.out = _numbered({"0": unet.conv_norm_out, "2": unet.conv_out})
        self.__dict__["attentions"] = attentions = self_attentions(unet)
        for attention in attentions:
            attention.layer.set_processor(attention)

    @staticmethod
    def _inputs(unet: nn.Module) -> nn.Module:
        blocks = [[unet.conv_in]]
        for block in unet.down_blocks:
            blocks += _layers(block)
            if block.downsamplers:
                blocks.append([_numbered({"op": block.downsamplers[0].conv})])
        return _sequence([_sequence(b) for b in blocks])

    @staticmethod
    def _outputs(unet: nn.Module) -> nn.Module:
        blocks = []
        for block in unet.up_blocks:
            blocks += _layers(block)
            if block.upsamplers:
                blocks[-1].append(_numbered({"conv": block.upsamplers[0].conv}))
        return _sequence([_sequence(b) for b in blocks])

    def forward(self, x, timesteps, context=None, control=None, transformer_options=None, **kwargs) -> torch.Tensor:
        """The noise in ``x`` (``[B, 4 + concatenated channels, H, W]``) as predicted by the diffusers model."""
        for attention in self.attentions:
            attention.options = transformer_options or {}
        return self.unet(x, timesteps, encoder_hidden_states=context, return_dict=False)[0]
