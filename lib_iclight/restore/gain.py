"""The light as a value: what a painting's light did to the photograph, as the logarithm of a ratio.

With the photograph ``P``, the painting ``R`` and the matte in linear light, the gain of a place is
``G = log((blur R + e) / (blur P + e))``, and ``P * exp(G)`` is the photograph in the painting's light (ratio images:
Z. Liu, Y. Shan, Z. Zhang, "Expressive Expression Mapping with Ratio Images", SIGGRAPH 2001). The blur is wide at first;
an edge that the gain has there is put where the photograph has one (joint bilateral upsampling: J. Kopf et al.,
SIGGRAPH 2007; guided filter: K. He, J. Sun, X. Tang, "Guided Image Filtering", ECCV 2010). It gets narrow where what it
finds is light, and not what the model painted beside its place or left out.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from ..picture.scaling import in_pixels
from ..picture.srgb import srgb_to_linear
from .tensors import luminance, mean_inside, to_tensor, wide_blur

if TYPE_CHECKING:
    import torch

# Sigmas in pixels of a picture whose shorter side is 512. Only the wide ones tell the light's colour: a model gets the
# colours of small places wrong, and light has few of these.
_WIDE = (32.0, 8.0)
# The narrow ones: the sigma, the mean weight around a place at which what is found there counts half, and whether the
# step sharpens what the steps before it have found. The last two count less near the rim.
_NARROW = ((4.0, 5e-2, False), (1.2, 5e-2, False), (1.2, 5e-2, True), (1.2, 2e-1, True))
# Sigmas of the blurs that a painting may have, and the two sigmas between which structures are compared.
_BLURS, _COMPARED = (0.0, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0), (1.0, 8.0)
# Shares of the painting's structure that the photograph's explains: up to the first, the painting is of something else;
# from the second on, it surely shows the photograph.
_FAITHFUL = (0.6, 0.9)
# A second blur, of the logarithm, takes out ghosts: its sigma as a share of the first's.
_SECOND = 0.6
# How far from the matte's edge the painting's subject may stand beside the photograph's.
_RIM_SIGMA = 6.0
# The weight of pixels at the rim, for parts that have no inside, and the mean weight around a place at which what a
# wide blur finds there counts half.
_RIM_WEIGHT, _FEW = 1e-3, 3e-3
# The power of the matte in the weights: what is half transparent shows half of the background, and hardly counts.
_CERTAIN = 16
# In linear light: a place darker than this follows what lies around it.
_BLACK = 2e-3
# In logarithms: the painting's noise, and structure that is too weak to be compared.
_NOISE, _PLAIN = 0.04, 0.03
# The share of the photograph's structure that the painting lacks at a place if it counts as another picture there.
_DIFFERS = 0.3
# How many times the photograph's own structure what is found must exceed there to be light, and how far a light with
# an edge, such as a hard shadow, makes up for it.
_DOUBT, _EDGES = 4.0, 0.75
# The guided filter: the sigma of its window, the variance of the guide that tells nothing, and what is added to the
# luminance before its logarithm is the guide.
_GUIDE_SIGMA, _GUIDE_EPSILON, _GUIDE_BLACK = 8.0, 0.03, 0.02
_SMALLEST, _LARGEST = -6.0, 2.5
_TINY = 1e-5  # keeps ratios finite


def gain(photograph: np.ndarray, painting: np.ndarray, matte: np.ndarray, radius: float = 1.0) -> torch.Tensor:
    """The gain that makes the photograph's light the painting's.

    Args:
        photograph: uint8 ``[H, W, 3]``, the subject's own colours, also under the soft parts of its matte.
        painting: uint8 ``[H, W, 3]``, the same crop relit.
        matte: uint8 ``[H, W]``, 255 on the subject.
        radius: above 0; over 1 the light of a place is told from more of what lies around it, under 1 from less.

    Returns:
        float32 ``[4, H, W]``: the natural logarithms, from -6 to 2.5, of the gain of red, green and blue, and of the
        luminance, which knows no colour. Outside of the matte it goes on as what lies nearest inside, as far as the
        blurs reach; beyond, it is 0.
    """
    before, after = _light(photograph), _light(painting)
    seen = _weight(to_tensor(matte), radius).expand_as(before)
    light, edges = _wide(before, after, seen, radius)
    # A coloured light is none in small places only because their colours differ: its colour is there already.
    lit = luminance(before[:3] * light[:3].exp())
    light = light + _narrow(edges, lit, after[3:], seen[3:], radius)
    return light.clamp(_SMALLEST, _LARGEST)


def _wide(
    before: torch.Tensor, after: torch.Tensor, weight: torch.Tensor, radius: float
) -> tuple[torch.Tensor, torch.Tensor]:
    """The gain ``[4, H, W]`` as the wide blurs find it, and ``[1, H, W]``: how much of an edge the light has there."""
    total = weight.sum((1, 2), keepdim=True).clamp(min=_TINY)
    old, new = ((values * weight).sum((1, 2), keepdim=True) / total for values in (before, after))
    light = ((new + _TINY) / (old + _TINY)).log().expand_as(before)
    for width in _WIDE:
        sigma = in_pixels(width * radius, before.shape[-2:])
        found = _found(light, before, after, weight, sigma)
        light = light + found
    edges = mean_inside(found[3:] ** 2, weight[3:], sigma)
    guide = (before[3:] + _GUIDE_BLACK).log()
    return _guided(light, guide, weight[3:], in_pixels(_GUIDE_SIGMA * radius, before.shape[-2:])), edges


def _narrow(
    edges: torch.Tensor, before: torch.Tensor, after: torch.Tensor, weight: torch.Tensor, radius: float
) -> torch.Tensor:
    """What the narrow blurs add to the gain of the luminance, which is ``before`` in that gain. All ``[1, H, W]``.

    The painting is compared with the photograph in the light found so far, as blurred as the painting is. What that
    misses is found again in further steps: an edge of light gets as sharp as the painting can tell (multiplicative
    deconvolution, W. H. Richardson, JOSA 1972; L. B. Lucy, Astronomical Journal 1974). A painting of something else is
    not taken that far: its smears would be shadows.
    """
    import torch

    none = light = torch.zeros_like(before)
    widest = in_pixels(_WIDE[-1] * radius, before.shape[-2:])
    own, faith = _blur_of(before, after, weight)
    for width, few, is_again in _NARROW:
        if is_again and not faith:
            break
        sigma = in_pixels(width * radius, before.shape[-2:])
        shown = before * light.exp()
        if own and faith:
            shown = shown + faith * (mean_inside(shown, weight, own) - shown)
        found = _found(none, shown, after, weight, sigma, few)
        found = found * _is_light(found, edges, before, after, weight, (sigma, widest))
        light = light + (faith if is_again else 1.0) * found
    return light


def _blur_of(before: torch.Tensor, after: torch.Tensor, weight: torch.Tensor) -> tuple[float, float]:
    """How a painting ``after`` shows the structure of ``before``.

    Structures are compared, in logarithms, of one pixel to eight of a picture whose shorter side is 512.

    Returns:
        The sigma in pixels of the blur that makes ``before`` most like it, and how far it is then that picture and not
        another one, 0 to 1.
    """
    near, far = (in_pixels(sigma, before.shape[-2:]) for sigma in _COMPARED)
    base, wide = ((mean_inside(values, weight, far) + _BLACK).log() for values in (before, after))
    found = (mean_inside(after, weight, near) + _BLACK).log() - wide

    def differs(sigma: float) -> float:
        shown = (mean_inside(before, weight, math.hypot(near, in_pixels(sigma, before.shape[-2:]))) + _BLACK).log()
        return float((weight * (shown - base - found) ** 2).sum())

    least, sigma = min((differs(sigma), sigma) for sigma in _BLURS)
    explained = 1 - least / max(float((weight * found**2).sum()), _TINY)
    low, high = _FAITHFUL
    return in_pixels(sigma, before.shape[-2:]), min(max((explained - low) / (high - low), 0.0), 1.0)


def _found(
    light: torch.Tensor,
    before: torch.Tensor,
    after: torch.Tensor,
    weight: torch.Tensor,
    sigma: float,
    few: float = _FEW,
) -> torch.Tensor:
    """What a blur of this sigma adds to a gain ``light`` that is found more widely.

    Where there is nothing to see, in black and in the soft rim, it adds nothing.
    """
    old, new = mean_inside(before, weight, sigma), mean_inside(after, weight, sigma)
    found = ((new + _BLACK * light.exp()) / (old + _BLACK)).log() - light
    around = wide_blur(weight, sigma)
    return around / (around + few) * mean_inside(found, weight, _SECOND * sigma)


def _is_light(
    found: torch.Tensor,
    edges: torch.Tensor,
    before: torch.Tensor,
    after: torch.Tensor,
    weight: torch.Tensor,
    sigmas: tuple[float, float],
) -> torch.Tensor:
    """How much of what is found is light, 0 to 1: a Wiener filter.

    What a model paints beside its place or leaves out is about as strong as the photograph's own structure ``p``; it is
    that where the painting's structure ``r`` does not go along with it. On plain parts all structure is light.

    Args:
        sigmas: what is found lies between these two, the narrow one and the wide one.
    """
    sigma, widest = sigmas
    near, far = ([mean_inside(values, weight, width) for values in (before, after)] for width in (sigma, widest))
    p, r = ((low + _BLACK).log() - (wide + _BLACK).log() for low, wide in zip(near, far, strict=True))
    moments = [found**2, p * p, r * r, p * r]
    energy, pp, rr, pr = (mean_inside(values, weight, 4 * sigma) for values in moments)
    differs = ((pp - pr).clamp(min=0) / (pp + 0.25 * rr + _PLAIN**2) / _DIFFERS).clamp(max=1)
    doubt = _DOUBT * differs * (pp - _EDGES * edges).clamp(min=0)
    return ((energy - doubt) / (energy + _NOISE**2)).clamp(0, 1)


def _guided(light: torch.Tensor, guide: torch.Tensor, weight: torch.Tensor, sigma: float) -> torch.Tensor:
    """The guided filter inside the matte: ``light`` as a locally linear function of ``guide`` ``[1, H, W]``."""
    level, base = mean_inside(light, weight, sigma), mean_inside(guide, weight, sigma)
    together = mean_inside(light * guide, weight, sigma) - level * base
    slope = together / (mean_inside(guide**2, weight, sigma) - base**2 + _GUIDE_EPSILON)
    offset = level - slope * base
    return mean_inside(slope, weight, sigma) * guide + mean_inside(offset, weight, sigma)


def _light(pixels: np.ndarray) -> torch.Tensor:
    """Linear red, green, blue and luminance, ``[4, H, W]``."""
    import torch

    linear = srgb_to_linear(to_tensor(pixels), torch)
    return torch.cat([linear, luminance(linear)])


def _weight(matte: torch.Tensor, radius: float) -> torch.Tensor:
    """What pixels count: those well inside of the matte ``[1, H, W]``, where there are such."""
    inside = (2 * wide_blur(matte, in_pixels(_RIM_SIGMA * max(radius, 1.0), matte.shape[-2:])) - 1).clamp(min=0)
    return matte**_CERTAIN * (_RIM_WEIGHT + inside**4)
