"""What a painting shows behind its subject."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..picture.scaling import in_pixels
from .tensors import to_pixels, to_tensor, wide_blur

if TYPE_CHECKING:
    import torch

# Sigmas in pixels of a picture whose shorter side is 512, from wide to narrow.
_SIGMAS = (96.0, 24.0, 6.0, 2.0)
_SPILL_SIGMA = 2.0
# The power of the weights: what shows a little of the painted subject hardly tells what is behind.
_CERTAIN = 16
# The mean weight around a place at which what is known from further away counts half.
_FEW = 0.02


def backdrop(subject: np.ndarray, painting: np.ndarray, matte: np.ndarray) -> np.ndarray:
    """The painting without its subject.

    The painting holds the painted subject also at the soft rim: what lies behind is carried on from further out, and
    corrected by what subject and matte leave unexplained of the painting (M. Forte, "Approximate Fast Foreground Colour
    Estimation", ICIP 2021, turned round: here the subject is known).

    Args:
        subject: uint8 ``[H, W, 3]``, the relit subject.
        painting: uint8 ``[H, W, 3]``.
        matte: uint8 ``[H, W]``, 255 on the subject.

    Returns:
        uint8 ``[H, W, 3]``; the painting itself away from the subject.
    """
    front, whole, alpha = to_tensor(subject), to_tensor(painting), to_tensor(matte)
    spill = spilled(alpha)
    behind = carried_on(whole, (1 - spill) ** _CERTAIN)
    behind = behind + (1 - alpha) * (1 - spill) * (whole - alpha * front - (1 - alpha) * behind)
    return np.where(spill[0, ..., None].numpy() > 0, to_pixels(behind), painting)


def spilled(alpha: torch.Tensor) -> torch.Tensor:
    """How much of the painted subject shows at each place, 0 to 1, for a matte ``[1, H, W]``."""
    return (2 * wide_blur(alpha, in_pixels(_SPILL_SIGMA, alpha.shape[-2:]))).clamp(max=1)


def carried_on(values: torch.Tensor, weight: torch.Tensor, sigmas: tuple[float, ...] = _SIGMAS) -> torch.Tensor:
    """Values ``[C, H, W]`` as they are where the weight ``[1, H, W]`` is, and from there on smoothly.

    Args:
        values: float32 ``[C, H, W]``.
        weight: float32 ``[1, H, W]``, at least 0.
        sigmas: of the blurs, from wide to narrow, in pixels of a picture whose shorter side is 512.
    """
    result = (values * weight).sum((1, 2), keepdim=True) / weight.sum().clamp(min=1e-6)
    for width in sigmas:
        sigma = in_pixels(width, weight.shape[-2:])
        around = wide_blur(weight, sigma)
        result = (wide_blur(values * weight, sigma) + _FEW * result) / (around + _FEW)
    return result
