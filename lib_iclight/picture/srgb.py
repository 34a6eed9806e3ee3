"""sRGB's transfer function (IEC 61966-2-1), for numpy arrays and torch tensors."""

from __future__ import annotations

from typing import Any

import numpy as np


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
