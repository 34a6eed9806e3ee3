"""Gives the relit subject the broad colours of the original."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..picture.scaling import in_pixels
from ..picture.srgb import linear_to_srgb
from .oklab import oklab_to_gamut, srgb_to_oklab
from .tensors import blur_inside, to_pixels, to_tensor

if TYPE_CHECKING:
    import torch

_RADIUS = 12.0
# Oklab lightness of levels 3 and 34 of 255: below the first a colour is rounding and noise, above the second it is one.
_COLOURLESS, _COLOURED = 0.1, 0.25


def keep_colours(result: np.ndarray, subject: np.ndarray, matte: np.ndarray, strength: float) -> np.ndarray:
    """Give the relit subject the broad colours of the original; lightness stays the relit picture's.

    Works on the chroma of Oklab, blurred, so that what the light does in small places stays. White light of another
    strength scales a colour's lightness and chroma alike there, so the original's chroma is taken at the relit
    lightness: hue and saturation are kept. What sRGB cannot show at that lightness loses chroma, not lightness. Where
    the original is too dark to tell its colour, the relit picture's stays: brightened, a rounding error of one level
    would be a pink.

    Args:
        result: uint8 ``[H, W, 3]``, the relit picture.
        subject: uint8 ``[H, W, 3]``, the very crop that conditioned the run.
        matte: uint8 ``[H, W]``.
        strength: 0 to 1.

    Returns:
        uint8 ``[H, W, 3]``.
    """
    import torch

    relit, original, weight = srgb_to_oklab(to_tensor(result)), srgb_to_oklab(to_tensor(subject)), to_tensor(matte)
    sigma = in_pixels(_RADIUS, matte.shape)
    now, before = blur_inside(relit, weight, sigma), blur_inside(original, weight, sigma)
    shift = before[1:] * (now[:1] / before[:1].clamp(min=_COLOURLESS)) - now[1:]
    relit[1:] += strength * weight * _reliability(before[:1]) * shift
    return to_pixels(linear_to_srgb(oklab_to_gamut(relit), torch))


def _reliability(lightness: torch.Tensor) -> torch.Tensor:
    """How far a colour of this Oklab lightness is to be believed, 0 to 1: a smooth step."""
    step = ((lightness - _COLOURLESS) / (_COLOURED - _COLOURLESS)).clamp(0, 1)
    return step * step * (3 - 2 * step)
