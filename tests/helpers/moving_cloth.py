"""A cloth that moves by whole pixels, so that its motion is known."""

from __future__ import annotations

import functools

import numpy as np

SIDE, _MARGIN = 64, 48


def cloth(right: int, down: int) -> np.ndarray:
    """A frame of it, moved so many pixels from where it was: uint8 ``[SIDE, SIDE, 3]``."""
    top, left = _MARGIN - down, _MARGIN - right
    return np.ascontiguousarray(_whole()[top : top + SIDE, left : left + SIDE])


@functools.cache
def _whole() -> np.ndarray:
    from scipy import ndimage

    grain = ndimage.gaussian_filter(np.random.default_rng(0).random((SIDE + 2 * _MARGIN,) * 2), 2)
    grain = ((grain - grain.mean()) / grain.std() * 50 + 127).clip(0, 255)
    return np.repeat(grain.astype(np.uint8)[..., None], 3, -1)
