"""Initialises the autoencoder so that, before any training, it returns the 8 x 8 block means of the colours.

Three of the four latents are brightness and two opponent colours of a thumbnail. They pass along the residual stream
as pairs of plus and minus, because ``silu(x) - silu(-x) = x``; the blocks initially add nothing to these channels.
Group norm divides by a group's standard deviation, which would lose a picture's contrast: large constants in the same
group keep it nearly constant. All other channels start at random, as usual, and training changes everything.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

#: Brightness, red minus green, yellow minus blue: rows that map RGB in -1..1 to the first three raw latents.
#: Brightness has the largest scale, because a light map must be visible through strong noise.
AXES = torch.tensor([[0.75, 0.75, 0.75], [1.8, -1.8, 0.0], [0.9, 0.9, -1.8]])
_PAIRS = 6
_STILL = 4.0
#: Latents are scaled down by this factor in the decoder, to be small compared with the constants.
_CARRIED = 0.4


def thumbnails(pictures: Tensor) -> Tensor:
    """Return the target latents [B, 3, S/8, S/8] of ``pictures`` [B, 3, S, S] in -1..1: block means of ``AXES``."""
    means = nn.functional.avg_pool2d(pictures, 8)
    return torch.einsum("ij,bjhw->bihw", AXES.to(means.device), means)


def as_thumbnail_codec(vae: nn.Module) -> nn.Module:
    """Return ``vae`` (an untrained ``AutoencoderKL`` of 16, 32, 64, 64, four groups), initialised as described."""
    with torch.no_grad():
        _encoder(vae.encoder)
        _decoder(vae.decoder)
        for conv in (vae.quant_conv, vae.post_quant_conv):
            conv.weight.copy_(torch.eye(conv.weight.shape[0])[:, :, None, None])
            conv.bias.zero_()
    return vae


def _signs(matrix: Tensor) -> Tensor:
    """Return the rows of ``matrix`` [R, C] each followed by its negative, [2 R, C]."""
    return torch.stack([matrix, -matrix], 1).flatten(0, 1)


def _rows(conv: nn.Module, rows: int, matrix: Tensor | None = None, kernel: Tensor | None = None) -> None:
    """Set ``conv``'s first ``rows`` outputs to ``matrix`` [rows, C] (default: the same channels) times ``kernel``."""
    weight = conv.weight
    weight[:rows] = 0
    conv.bias[:rows] = 0
    size = weight.shape[-1]
    if kernel is None:
        kernel = torch.zeros(size, size)
        kernel[size // 2, size // 2] = 1
    matrix = torch.eye(rows) if matrix is None else matrix
    weight[:rows, : matrix.shape[1]] = matrix[:, :, None, None] * kernel


def _quiet(block: nn.Module, rows: int) -> None:
    """Make every residual block and attention in ``block`` add nothing to the first ``rows`` channels."""
    for module in block.modules():
        last = getattr(module, "conv2", None)
        if last is None and hasattr(module, "to_out"):
            last = module.to_out[0]
        if last is not None:
            last.weight[:rows] = 0
            last.bias[:rows] = 0


def _encoder(encoder: nn.Module) -> None:
    average = torch.zeros(3, 3)
    average[:2, :2] = 0.25
    luma = torch.tensor([[1 / 3, 1 / 3, 1 / 3], [0.5, -0.5, 0.0], [0.25, 0.25, -0.5]])
    _rows(encoder.conv_in, _PAIRS, _signs(luma))
    held = encoder.conv_out.weight.shape[1] // 4
    for index, block in enumerate(encoder.down_blocks):
        rows = _PAIRS if index < 2 else held
        _quiet(block, rows)
        for resnet in block.resnets:
            if resnet.conv_shortcut is not None:
                _rows(resnet.conv_shortcut, rows, torch.eye(rows)[:, :_PAIRS])
                if rows > _PAIRS:
                    resnet.conv_shortcut.bias[_PAIRS:rows] = _STILL * torch.tensor([1.0, -1.0]).repeat(
                        (rows - _PAIRS) // 2
                    )
        for down in block.downsamplers or ():
            _rows(down.conv, rows, kernel=average)
    _quiet(encoder.mid_block, held)
    encoder.conv_norm_out.weight[:held] = _STILL * math.sqrt((held - _PAIRS) / held)
    _means(encoder.conv_out, luma)


def _means(conv: nn.Module, luma: Tensor) -> None:
    """Make ``conv`` return the scaled thumbnail as the first three means, and a small constant spread."""
    conv.weight[:3] = 0
    conv.bias[:4] = 0
    middle = conv.weight.shape[-1] // 2
    for latent, axis in enumerate(AXES):
        gain = float((axis / luma[latent]).nanmean() if (luma[latent] == 0).any() else (axis / luma[latent]).mean())
        conv.weight[latent, 2 * latent, middle, middle] = gain
        conv.weight[latent, 2 * latent + 1, middle, middle] = -gain
    conv.weight[4:] *= 0.01
    conv.bias[4:] = -6


def _decoder(decoder: nn.Module) -> None:
    line = torch.tensor([0.25, 0.5, 0.25])
    smooth = line[:, None] * line
    _rows(decoder.conv_in, _PAIRS, _CARRIED * _signs(torch.eye(3)))
    _quiet(decoder.mid_block, _PAIRS)
    last = decoder.up_blocks[-1]
    groups, size = decoder.conv_norm_out.num_groups, decoder.conv_norm_out.num_channels
    per_group = size // groups
    for block in decoder.up_blocks[:-1]:
        _quiet(block, _PAIRS)
        for resnet in block.resnets:
            if resnet.conv_shortcut is not None:
                _rows(resnet.conv_shortcut, _PAIRS)
        for up in block.upsamplers or ():
            _rows(up.conv, _PAIRS, kernel=smooth)
    _quiet(last, 3 * per_group)
    spread = torch.zeros(3 * per_group, _PAIRS)
    held = torch.zeros(3 * per_group)
    for latent in range(3):
        first = latent * per_group
        spread[first, 2 * latent] = spread[first + 1, 2 * latent + 1] = 1
        held[first + 2 : first + per_group] = _STILL * torch.tensor([1.0, -1.0]).repeat((per_group - 2) // 2)
    _rows(last.resnets[0].conv_shortcut, 3 * per_group, spread)
    last.resnets[0].conv_shortcut.bias[: 3 * per_group] = held
    decoder.conv_norm_out.weight[: 3 * per_group] = _STILL * math.sqrt((per_group - 2) / per_group)
    decoder.conv_out.weight *= 0.03
    decoder.conv_out.bias.zero_()
    back = torch.linalg.inv(AXES) / _CARRIED
    middle = decoder.conv_out.weight.shape[-1] // 2
    for latent in range(3):
        for sign in (0, 1):
            taps = decoder.conv_out.weight[:, latent * per_group + sign]
            taps.zero_()
            taps[:, middle, middle] = back[:, latent] * (1 - 2 * sign)
