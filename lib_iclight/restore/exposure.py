"""How bright and how white a light is on a subject, and the same light brought to another brightness and white."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..picture.srgb import linear_levels, linear_to_srgb
from .relighting import Light

Exposure = tuple[float, float, float]
"""Natural logarithms of what red, green and blue are multiplied by, in linear light."""

NO_EXPOSURE: Exposure = (0.0, 0.0, 0.0)

_CERTAIN = 255
_BRIGHT = 128


def exposure_of(light: Light, matte: np.ndarray) -> Exposure | None:
    """The median of a light's gain inside a matte, channel by channel; None if nothing of the subject is there.

    Args:
        light: from :func:`lib_iclight.restore.relighting.light_of`.
        matte: uint8 ``[h, w]``, 255 on the subject; where nothing is certain, its more opaque half counts.
    """
    inside = matte == _CERTAIN if (matte == _CERTAIN).any() else matte >= _BRIGHT
    if not inside.any():
        return None
    found = [float(np.median(channel[inside])) for channel in light.logs]
    red, green, blue = found * (3 // len(found))
    return red, green, blue


def exposed(light: Light, exposure: Sequence[float]) -> Light:
    """A light multiplied by an exposure, with its highlights; the very light where that is 0."""
    shift = np.array(exposure, np.float32)[:, None, None]
    if not shift.any():
        return light
    # One of a single channel has no colour; it stays so where the exposure has none either.
    logs = light.logs + (shift[:1] if len(light.logs) == 1 and np.ptp(shift) == 0 else shift)
    return replace(light, logs=logs, more=None if light.more is None else light.more * np.exp(shift))


def exposed_pixels(pixels: np.ndarray, exposure: Sequence[float]) -> np.ndarray:
    """A picture multiplied by an exposure in linear light, at most white; its very pixels where that is 0.

    Args:
        pixels: uint8 ``[H, W, 3]``, sRGB.
        exposure: see :data:`Exposure`.
    """
    if not any(exposure):
        return pixels
    factors = np.exp(np.array(exposure, np.float32))[:, None]
    table = linear_to_srgb((linear_levels(255) * factors).clip(max=1)) * 255 + 0.5
    levels = table.astype(np.uint8)
    return np.stack([levels[channel][pixels[..., channel]] for channel in range(3)], axis=-1)
