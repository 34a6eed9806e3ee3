"""Gives the relit subject the fine detail of the original."""

from __future__ import annotations

import numpy as np

from ..picture.scaling import in_pixels
from ..picture.srgb import linear_to_srgb, srgb_to_linear
from .tensors import blur, blur_inside, to_pixels, to_tensor

# Added to numerator and denominator: a thousandth of white, which keeps the quotient finite in the dark.
_BLACK = 1e-3
# The weight of pixels at the matte's rim relative to those well inside: it matters only for parts too thin to have an
# inside.
_RIM_WEIGHT = 1e-3
# The second blur's sigma, as a share of the first's.
_SECOND_BLUR = 0.6


def restore_details(
    result: np.ndarray, subject: np.ndarray, matte: np.ndarray, strength: float, radius: float
) -> np.ndarray:
    """Give the relit subject the fine detail of the original, inside the matte.

    The original is multiplied by the change in light: the quotient of both pictures, each blurred in linear light (the
    ratio image of Z. Liu, Y. Shan, Z. Zhang, "Expressive Expression Mapping with Ratio Images", SIGGRAPH 2001). Detail
    is then as strong as the new light makes it, in shadow too; adding the difference of blurred pictures would not do
    that. The quotient is computed from well inside the matte and extended to its rim, so that the new background does
    not bleed in where the relit subject has moved a little. It still contains structure finer than the blurred
    pictures, ghosts of letters that the model painted slightly out of place. A second, narrower blur removes them; it
    is applied to the logarithm, because light is multiplicative.

    Args:
        result: uint8 ``[H, W, 3]``, the relit picture.
        subject: uint8 ``[H, W, 3]``, the same crop that conditioned the run.
        matte: uint8 ``[H, W]``.
        strength: 0 to 1.
        radius: the Gaussian's sigma in pixels of a picture whose shorter side is 512.

    Returns:
        uint8 ``[H, W, 3]``.
    """
    import torch

    relit, original, weight = to_tensor(result), srgb_to_linear(to_tensor(subject), torch), to_tensor(matte)
    sigma = in_pixels(radius, matte.shape)
    inner = weight * (_RIM_WEIGHT + (2 * blur(weight, sigma) - 1).clamp(min=0) ** 2)
    light = blur_inside(srgb_to_linear(relit, torch), inner, sigma) + _BLACK
    light /= blur_inside(original, inner, sigma) + _BLACK
    light = blur_inside(light.log(), inner, _SECOND_BLUR * sigma).exp()
    detailed = linear_to_srgb((original + _BLACK) * light - _BLACK, torch)
    return to_pixels(relit + strength * weight * (detailed.clamp(0, 1) - relit))
