"""Keeps the painted subject itself: its detail and its colours, by the same gain that relights the photograph."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..picture.scaling import in_pixels
from ..picture.srgb import linear_to_srgb, srgb_to_linear
from .backdrop import backdrop
from .gain import gain
from .tensors import luminance, mean_inside, to_pixels, to_tensor

if TYPE_CHECKING:
    import torch

DEFAULT_RADIUS = 4.0
"""The radius of details, in pixels of a picture whose shorter side is 512, at which the gain's own is 1."""

# Around a place, in pixels of such a picture, and the lightness (cube root of the luminance) of levels 3 and 34 of 255:
# below the first, a photograph's colour is only rounding and noise; above the second, it is reliable.
_COLOUR_SIGMA, _COLOURLESS, _COLOURED = 12.0, 0.1, 0.25
# How opaque the matte is where details are back whole: what the painting has beyond it fades into it.
_INSIDE = 0.25


def keep(
    painting: np.ndarray,
    photograph: np.ndarray,
    matte: np.ndarray,
    details: float,
    colours: float,
    radius: float = DEFAULT_RADIUS,
) -> np.ndarray:
    """Give a painting its subject's detail and colours again, inside the matte.

    The painting ``R`` is the photograph ``P`` in a light, whose gain has a logarithm ``G`` for each channel and ``L``
    for the luminance. The detail is that of ``P * exp(L + (1 - colours) * (G - L))``, towards which the painting is
    blended. The colours are those of ``R * exp(-colours * (G - L))``: the light without its colour, at the painting's
    luminance. A colour that sRGB cannot show that bright gets paler. Where the photograph is too dark for its colour to
    be reliable, the painting's stays: brightened, a rounding error of one level would turn pink.

    Args:
        painting: uint8 ``[H, W, 3]``.
        photograph: uint8 ``[H, W, 3]``, the same crop in the subject's own colours, also under its soft rim.
        matte: uint8 ``[H, W]``, 255 on the subject.
        details, colours: 0 to 1.
        radius: of what counts as detail, in pixels of a picture whose shorter side is 512; without details it has no
            effect.

    Returns:
        uint8 ``[H, W, 3]``; the painting's pixels where the matte is 0.
    """
    import torch

    if not matte.any():
        return painting
    found = gain(photograph, painting, matte, (radius if details else DEFAULT_RADIUS) / DEFAULT_RADIUS)
    before, weight = srgb_to_linear(to_tensor(photograph), torch), to_tensor(matte)
    result = to_tensor(painting)
    kept = colours * _reliability(before, weight) * (found[:3] - found[3:])
    if colours:
        result = result + weight * (_recoloured(srgb_to_linear(result, torch), -kept) - result)
    if details:
        relit = linear_to_srgb((before * (found[:3] - kept).exp()).clamp(0, 1), torch)
        behind = to_tensor(backdrop(to_pixels(relit), painting, matte))
        detailed = behind + weight * (relit - behind)
        result = result + details * (weight / _INSIDE).clamp(max=1) * (detailed - result)
    return np.where(matte[..., None] > 0, to_pixels(result), painting)


def _recoloured(linear: torch.Tensor, logs: torch.Tensor) -> torch.Tensor:
    """Linear light times ``exp(logs)``, all ``[3, H, W]``, at its own luminance and within sRGB; encoded."""
    import torch

    now = luminance(linear)
    changed = linear * logs.exp()
    changed = changed * (now / luminance(changed).clamp(min=1e-6))
    over = (changed - now).amax(0, keepdim=True).clamp(min=1e-6)
    shown = now + (changed - now) * ((1 - now) / over).clamp(0, 1)
    return linear_to_srgb(shown.clamp(0, 1), torch)


def _reliability(before: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """How reliable the photograph's colours are around each place, 0 to 1, ``[1, H, W]``: a smooth step."""
    around = mean_inside(luminance(before), weight, in_pixels(_COLOUR_SIGMA, weight.shape[-2:]))
    step = ((around.clamp(min=0) ** (1 / 3) - _COLOURLESS) / (_COLOURED - _COLOURLESS)).clamp(0, 1)
    return step * step * (3 - 2 * step)
