"""sRGB's transfer function and luminance (IEC 61966-2-1), for numpy arrays and torch tensors."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

LUMA = (0.2126, 0.7152, 0.0722)
"""The shares of linear red, green and blue in the luminance (ITU-R BT.709)."""


def srgb_to_linear(values: Any, xp: Any = np) -> Any:
    """Convert sRGB values to linear light.

    Args:
        values: floats of any shape, 0..1.
        xp: the module that ``values`` belong to, ``numpy`` or ``torch``.

    Returns:
        An array of the same shape and dtype, 0..1.
    """
    return xp.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def linear_to_srgb(values: Any, xp: Any = np) -> Any:
    """Convert linear light to sRGB values. Arguments and result as for :func:`srgb_to_linear`."""
    return xp.where(values <= 0.0031308, values * 12.92, 1.055 * values ** (1 / 2.4) - 0.055)


@functools.cache
def linear_levels(white: int) -> np.ndarray:
    """The linear light of each level from 0 to ``white``, 255 or 65,535: float32 ``[white + 1]``; not to be changed."""
    return srgb_to_linear(np.arange(white + 1) / white).astype(np.float32)
