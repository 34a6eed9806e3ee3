"""The shadow that a model has painted on a given background."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..picture.scaling import in_pixels
from .backdrop import carried_on, spilled
from .tensors import luminance, mean_inside, to_tensor, wide_blur

if TYPE_CHECKING:
    import torch

# Sigmas in pixels of a picture whose shorter side is 512: the blur of the ratio, and how a shadow is carried on under
# the subject.
_SIGMA, _UNDER = 4.0, (48.0, 12.0, 3.0)
# Encoded, 0 to 1: what keeps the ratio finite in black, and the painting's noise, by which dark places tell less.
_BLACK, _NOISE = 0.01, 0.02
# The sigma, as above, with which nearness falls off from 1 on the subject, and below which nearness is far.
_REACH, _FAR = 96.0, 0.15
# How many times the spread a shadow must be deep; from which brightness on, encoded, nothing is in shadow, and how
# gradually that sets in.
_NOTICED, _BURNT, _NEARLY = 3.0, 0.97, 0.07
# From which spread of the far field on, in logarithms, no shadow can be told, and up to which it can.
_CLEAR, _LOST = 0.06, 0.25


def shadow(painting: np.ndarray, background: np.ndarray, matte: np.ndarray, strength: float = 1.0) -> np.ndarray | None:
    """Tell the shadow that falls from the subject on a background.

    With the painting ``R`` and the background ``B``, encoded, it is ``min(1, blur R / blur B)``, divided by the median
    of that ratio far from the subject, since a model paints the whole background a little brighter or darker; near the
    subject it counts in full, and far away not at all. Where the far field of the ratio is uneven, the model has
    painted another background, and less of what is found is shadow.

    Args:
        painting: uint8 ``[h, w, 3]``.
        background: uint8 ``[h, w, 3]``, the same crop of the background that the run was given.
        matte: uint8 ``[h, w]``, 255 on the subject.
        strength: 0 to 1.

    Returns:
        uint8 ``[h, w]``, by which the encoded background is multiplied, 255 for 1; None if there is no shadow.
    """
    import torch

    if strength <= 0 or not matte.any() or matte.min() == 255:
        return None
    alpha = to_tensor(matte)
    weight = (1 - spilled(alpha)) ** 4
    sigma = in_pixels(_SIGMA, matte.shape)
    now, before = (mean_inside(luminance(to_tensor(pixels)), weight, sigma) for pixels in (painting, background))
    ratio = ((now + _BLACK) / (before + _BLACK)).log()
    near = _nearness(alpha)
    far = ratio[(near < _FAR) & (weight > 0.5)]
    if far.numel() < 0.01 * near.numel():
        return None
    level = far.median()
    spread = 1.4826 * (far - level).abs().median()
    trust = ((_LOST - spread) / (_LOST - _CLEAR)).clamp(0, 1)
    # What is as weak as the spread is no shadow, and what is burnt out lies in none.
    deep = (ratio - level).clamp(max=0)
    deep = deep * deep**2 / (deep**2 + (_NOTICED * spread) ** 2 + (_NOISE / (before + _BLACK)) ** 2)
    deep = deep * ((_BURNT - now) / _NEARLY).clamp(0, 1)
    deep = carried_on(deep, weight * wide_blur(weight, sigma), _UNDER)
    gate = (near / _FAR - 1).clamp(0, 1)
    factor = (strength * trust * gate * deep).exp()
    found = (255 * factor[0].clamp(0, 1)).round().to(torch.uint8).numpy()
    return found if (found < 255).any() else None


def _nearness(alpha: torch.Tensor) -> torch.Tensor:
    """From 1 on the subject to 0 far from it, for a matte ``[1, H, W]``."""
    around = wide_blur(alpha, in_pixels(_REACH, alpha.shape[-2:]))
    return (2 * around / around.max().clamp(min=1e-6)).clamp(max=1)
