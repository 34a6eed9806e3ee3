"""The light as a value: what a painting's light did to the photograph, as the logarithm of a ratio.

With the photograph ``P``, the painting ``R`` and the matte in linear light, the gain of a place is
``G = log((blur R + e) / (blur P + e))``, and ``P * exp(G)`` is the photograph in the painting's light (ratio images:
Z. Liu, Y. Shan, Z. Zhang, "Expressive Expression Mapping with Ratio Images", SIGGRAPH 2001). How far the blur reaches
is decided at each place: the gain is followed from wide to narrow for as long as photograph and painting agree in their
structure. Where they do not, an edge that the gain has there is put where the photograph has one (joint bilateral
upsampling: J. Kopf et al., SIGGRAPH 2007; guided filter: K. He, J. Sun, X. Tang, "Guided Image Filtering", ECCV 2010).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..picture.scaling import in_pixels
from ..picture.srgb import srgb_to_linear
from .tensors import blur, blur_inside, to_tensor, wide_blur

if TYPE_CHECKING:
    import torch

LUMA = (0.2126, 0.7152, 0.0722)
"""What red, green and blue of linear sRGB add to the luminance (Rec. 709)."""

_WIDE, _NARROW = (32.0, 8.0), (4.0, 1.5)
# How far from the matte's edge the painting's subject may stand beside the photograph's.
_RIM_SIGMA = 4.0
_RIM_WEIGHT = 2e-3
_FEW = 5e-3
# In linear light: under it a place says little of its gain, and follows what is around it.
_BLACK = 2e-3
_CLIPPED_FROM, _CLIPPED_WEIGHT = 252 / 255, 0.03
# The logarithms of the painting's own noise at a sigma of 1, and of structure that is too weak to compare.
_NOISE, _PLAIN = 0.04, 0.03
_AGREES, _DIFFERS = 0.12, 0.5
_GUIDE_SIGMA, _GUIDE_EPSILON, _GUIDE_BLACK = 8.0, 0.03, 0.02
_LARGEST = 3.0
SECOND = 0.6
KAPPA = 2.0
WINDOW = 3.0


def gain(photograph: np.ndarray, painting: np.ndarray, matte: np.ndarray, radius: float = 1.0) -> torch.Tensor:
    """The gain that makes the photograph's light the painting's.

    Args:
        photograph: uint8 ``[H, W, 3]``, the subject's own colours, also under the soft parts of its matte.
        painting: uint8 ``[H, W, 3]``, the same crop relit.
        matte: uint8 ``[H, W]``, 255 on the subject.
        radius: widens (over 1) or narrows what the light of a place is told from.

    Returns:
        float32 ``[4, H, W]``: the logarithms of the gain of red, green and blue, and of the luminance, which has no
        colour. Also defined outside of the matte, as what lies nearest inside it; all 0 where the matte is empty.
    """
    before, after = _light(photograph), _light(painting)
    weight = _weight(to_tensor(matte)) * _unclipped(photograph) * _unclipped(painting)
    return _clamped(_narrowed(before, after, weight, radius))


def _narrowed(before: torch.Tensor, after: torch.Tensor, weight: torch.Tensor, radius: float) -> torch.Tensor:
    """The gain from wide to narrow; see :func:`gain`. All of ``[4, H, W]``, ``weight`` too."""
    shape = before.shape[-2:]
    light = _whole(before, after, weight)
    for level in _WIDE:
        light = light + _found(light, before, after, weight, in_pixels(level * radius, shape))
    guide = (before[3:] + _GUIDE_BLACK).log()
    light = _guided(light, guide, weight[3:], in_pixels(_GUIDE_SIGMA * radius, shape))
    luma = light[3:]
    for level in _NARROW:
        sigma = in_pixels(level * radius, shape)
        found = _found(luma, before[3:], after[3:], weight[3:], sigma)
        luma = luma + found * _agreement(found, before[3:], after[3:], weight[3:], sigma)
    return light + (luma - light[3:])


def _found(light, before, after, weight, sigma):
    around = wide_blur(weight, sigma)
    inside = around.clamp(min=1e-9)
    old, new = wide_blur(before * weight, sigma) / inside, wide_blur(after * weight, sigma) / inside
    found = ((new + _BLACK * light.exp()) / (old + _BLACK)).log() - light
    return around / (around + _FEW) * wide_blur(found * weight, SECOND * sigma) / wide_blur(weight, SECOND * sigma).clamp(min=1e-9)


def _agreement(found, before, after, weight, sigma):
    """How far ..."""
    def mean(values):
        return wide_blur(values * weight, WINDOW * sigma) / inside
    def band(values):
        low = wide_blur(values * weight, sigma) / wide_blur(weight, sigma).clamp(min=1e-9)
        wide = wide_blur(values * weight, 2 * sigma) / wide_blur(weight, 2 * sigma).clamp(min=1e-9)
        return (low + _BLACK).log() - (wide + _BLACK).log()
    p, r = band(before), band(after)
    inside = wide_blur(weight, WINDOW * sigma).clamp(min=1e-9)
    pp, rr, pr = mean(p * p), mean(r * r), mean(p * r)
    differs = ((pp - pr).clamp(min=0) / (pp + 0.25 * rr + _PLAIN**2) / _DIFFERS).clamp(max=1)
    energy = mean(found**2)
    return ((energy - KAPPA * differs * pp) / (energy + _NOISE**2)).clamp(0, 1)


def _light(pixels):
    import torch

    linear = srgb_to_linear(to_tensor(pixels), torch)
    luma = (linear * torch.tensor(LUMA)[:, None, None]).sum(0, keepdim=True)
    return torch.cat([linear, luma])


def _weight(matte):
    sigma = in_pixels(_RIM_SIGMA, matte.shape[-2:])
    return matte * (_RIM_WEIGHT + (2 * blur(matte, sigma) - 1).clamp(min=0) ** 2)


def _unclipped(pixels):
    import torch

    values = to_tensor(pixels)
    values = torch.cat([values, values.amax(0, keepdim=True)])
    return torch.where(values > _CLIPPED_FROM, _CLIPPED_WEIGHT, 1.0)


def _whole(before, after, weight):
    sums = [(x * weight).sum((1, 2), keepdim=True) / weight.sum((1, 2), keepdim=True).clamp(min=1e-9) for x in (before, after)]
    e = 1e-5
    return ((sums[1] + e) / (sums[0] + e)).log().expand_as(before)


def _guided(light, guide, weight, sigma):
    def mean(values):
        return wide_blur(values * weight, sigma) / inside

    inside = wide_blur(weight, sigma).clamp(min=1e-9)
    level, base = mean(light), mean(guide)
    slope = (mean(light * guide) - level * base) / (mean(guide**2) - base**2 + _GUIDE_EPSILON)
    offset = level - slope * base
    return mean(slope) * guide + mean(offset)


def _clamped(light):
    return light.clamp(-_LARGEST, _LARGEST)
