"""Makes the UNet's noise pass its last group norm unscaled, as in the autoencoder's thumbnail.

Group norm divides by a sample's own standard deviation. With 16 x 16 latents that varies by a few per cent, and so
would the noise that the UNet returns: at high noise levels, an error of 3 % is as large as the picture. Each latent's
pair of plus and minus therefore shares its group with two large constants, which keep the deviation nearly constant.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

_STILL = 4.0
_PAIR = 2


def steadied(unet: nn.Module, spreads: tuple[float, ...] = (1.0, 1.0, 1.0, 1.0)) -> nn.Module:
    """Return ``unet`` with its last 32 channels reordered: a group of four per latent, then the most used features.

    Channels ``2 i`` and ``2 i + 1`` must carry latent ``i`` as plus and minus. The constants replace the features that
    matter least to the output. ``spreads`` are the pairs' usual standard deviations, by latent.
    """
    norm, out = unet.conv_norm_out, unet.conv_out
    latents, each = out.weight.shape[0], norm.num_channels // norm.num_groups
    pairs = _PAIR * latents
    used = (out.weight.square().sum((0, 2, 3)).sqrt() * norm.weight.abs())[pairs:]
    features = used.argsort(descending=True)[: norm.num_channels - each * latents].sort().values + pairs
    places = [p for i in range(latents) for p in (_PAIR * i, _PAIR * i + 1, *[-1] * (each - _PAIR))]
    source = torch.tensor([*places, *features.tolist()])
    with torch.no_grad():
        _reorder(unet.up_blocks[-1], norm, out, source)
        unet.up_blocks[-1].attentions[-1].proj_out.bias[source < 0] = _STILL * torch.tensor([1.0, -1.0]).repeat(
            latents * (each - _PAIR) // 2
        )
        for latent, spread in enumerate(spreads):
            first = each * latent
            held = math.sqrt((_PAIR * spread**2 + (each - _PAIR) * _STILL**2) / each)
            norm.weight[first : first + _PAIR] *= held / spread
    return unet


def _reorder(block: nn.Module, norm: nn.Module, out: nn.Module, source: Tensor) -> None:
    resnet, attention = block.resnets[-1], block.attentions[-1]
    new = source < 0

    def rows(tensor: Tensor, empty: float = 0.0) -> None:
        tensor.copy_(tensor[source.clamp(min=0)])
        tensor[new] = empty

    for module in (resnet.conv2, resnet.conv_shortcut, attention.proj_out):
        rows(module.weight)
        rows(module.bias)
    for module in (attention.norm, norm):
        rows(module.weight, 1.0)
        rows(module.bias)
    for module in (attention.proj_in, out):
        turned = module.weight.transpose(0, 1)
        turned.copy_(turned[source.clamp(min=0)])
        turned[new] = 0
