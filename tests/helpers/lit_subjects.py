"""Subjects, mattes and lights for tests of restored details and colours."""

from __future__ import annotations

import numpy as np

from lib_iclight.picture.srgb import linear_to_srgb, srgb_to_linear

SIDE = 128
FULL = np.full((SIDE, SIDE), 255, np.uint8)


def flat(*colour: int) -> np.ndarray:
    return np.broadcast_to(np.array(colour, np.uint8), (SIDE, SIDE, 3)).copy()


def left_half(value: int = 255) -> np.ndarray:
    matte = np.zeros((SIDE, SIDE), np.uint8)
    matte[:, : SIDE // 2] = value
    return matte


def linear(pixels: np.ndarray) -> np.ndarray:
    """Linear light, in 0..1."""
    return srgb_to_linear(pixels / 255)


def in_light(subject: np.ndarray, light: np.ndarray) -> np.ndarray:
    """The subject multiplied by a linear light, clipped as in a camera."""
    return (linear_to_srgb((linear(subject) * light).clip(0, 1)) * 255).round().astype(np.uint8)
