"""Pictures as float tensors, their luminance, and Gaussian blur inside a matte."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from ..picture.box_filter import to_unit
from ..picture.srgb import LUMA

if TYPE_CHECKING:
    import torch

_LEAST = 1e-9
# Below this many pixels, a blur needs every one.
_SIGMA_OF_A_COPY = 2.0


def to_tensor(pixels: np.ndarray) -> torch.Tensor:
    """Convert uint8 ``[H, W, C]`` or ``[H, W]`` to float32 ``[C, H, W]`` in 0..1; without channels, C is 1."""
    import torch

    values = torch.from_numpy(np.ascontiguousarray(to_unit(pixels)))
    return values[None] if values.ndim == 2 else values


def to_pixels(values: torch.Tensor) -> np.ndarray:
    """Convert float ``[C, H, W]`` to uint8 ``[H, W, C]``, clipped to 0..1 and rounded."""
    return (values.clamp(0, 1) * 255.0).round().byte().movedim(0, -1).contiguous().numpy()


def luminance(values: torch.Tensor) -> torch.Tensor:
    """Red, green and blue ``[3, H, W]`` to their sum by luminance ``[1, H, W]``."""
    import torch

    return (values * torch.tensor(LUMA)[:, None, None]).sum(0, keepdim=True)


def blur(values: torch.Tensor, sigma: float) -> torch.Tensor:
    """Gaussian blur, cut off at three sigma, with the frame's edge repeated.

    Args:
        values: float32 ``[C, H, W]``.
        sigma: in pixels, above 0.

    Returns:
        float32 ``[C, H, W]``.
    """
    import torch
    from torch.nn import functional

    reach = max(1, math.ceil(3 * sigma))
    kernel = torch.exp(-0.5 * (torch.arange(reach + 1, dtype=torch.float32) / sigma) ** 2)
    weights = (kernel / (2 * kernel.sum() - kernel[0])).tolist()
    across = functional.pad(values[:, None], (reach, reach, 0, 0), mode="replicate")[:, 0]
    blurred = _along(across, weights, -1)
    down = functional.pad(blurred[:, None], (0, 0, reach, reach), mode="replicate")[:, 0]
    return _along(down, weights, -2)


def _along(padded: torch.Tensor, weights: list[float], axis: int) -> torch.Tensor:
    """Filter one axis with a symmetric kernel, of which ``weights`` is the half from its centre on.

    A sum of shifted copies: on a CPU several times as fast as torch's convolution with so few channels.
    """
    reach = len(weights) - 1
    length = padded.shape[axis] - 2 * reach
    result = padded.narrow(axis, reach, length) * weights[0]
    for step, weight in enumerate(weights[1:], start=1):
        before, after = padded.narrow(axis, reach - step, length), padded.narrow(axis, reach + step, length)
        result.add_(before + after, alpha=weight)
    return result


def wide_blur(values: torch.Tensor, sigma: float) -> torch.Tensor:
    """:func:`blur`, on a smaller copy where it is wide: what is so smooth needs no more pixels.

    Args:
        values: float32 ``[C, H, W]``.
        sigma: in pixels, above 0.

    Returns:
        float32 ``[C, H, W]``.
    """
    from torch.nn import functional

    factor = 1 << max(0, int(math.log2(sigma / _SIGMA_OF_A_COPY))) if sigma > _SIGMA_OF_A_COPY else 1
    if factor == 1:
        return blur(values, sigma)
    height, width = values.shape[-2:]
    right, below = -width % factor, -height % factor
    even = functional.pad(values[None], (0, right, 0, below), mode="replicate")
    small = blur(functional.avg_pool2d(even, factor)[0], sigma / factor)
    large = functional.interpolate(small[None], scale_factor=factor, mode="bilinear", align_corners=False)
    return large[0, :, :height, :width]


def mean_inside(values: torch.Tensor, weight: torch.Tensor, sigma: float) -> torch.Tensor:
    """Gaussian blur in which pixels count in proportion to their weight.

    Source: normalised convolution (H. Knutsson, C.-F. Westin, "Normalized and differential convolution", CVPR 1993).

    Args:
        values: float32 ``[C, H, W]``.
        weight: float32 ``[1, H, W]`` or ``[C, H, W]``, at least 0.
        sigma: in pixels, above 0.

    Returns:
        float32 ``[C, H, W]``; 0 where there is no weight within reach.
    """
    return wide_blur(values * weight, sigma) / wide_blur(weight, sigma).clamp(min=_LEAST)
