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
# Oklab lightness of levels 3 and 34 of 255: below the first, a colour is only rounding and noise; above the second, it
# is reliable.
_COLOURLESS, _COLOURED = 0.1, 0.25


def keep_colours(result: np.ndarray, subject: np.ndarray, matte: np.ndarray, strength: float) -> np.ndarray:
    """Give the relit subject the broad colours of the original; its lightness stays as relit.

    Works on blurred Oklab chroma, so that the light's small-scale effects on colour stay. In Oklab, white light of
    another strength scales lightness and chroma alike, so the original's chroma is scaled to the relit lightness, which
    keeps hue and saturation. Colours that sRGB cannot show at that lightness lose chroma, not lightness. Where the
    original is too dark for its colour to be reliable, the relit colour stays: brightened, a rounding error of one
    level would turn pink.

    Args:
        result: uint8 ``[H, W, 3]``, the relit picture.
        subject: uint8 ``[H, W, 3]``, the same crop that conditioned the run.
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
    """How reliable a colour of this Oklab lightness is, 0 to 1: a smooth step."""
    step = ((lightness - _COLOURLESS) / (_COLOURED - _COLOURLESS)).clamp(0, 1)
    return step * step * (3 - 2 * step)
