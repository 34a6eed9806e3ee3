"""Pictures for the unit tests."""

from __future__ import annotations

import base64
import io
from typing import Any

import numpy as np
from PIL import Image


def file_bytes(image: Image.Image, file_format: str = "PNG", **options: Any) -> bytes:
    """The picture as a file."""
    buffer = io.BytesIO()
    image.save(buffer, file_format, **options)
    return buffer.getvalue()


def as_base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def encoded(image: Image.Image, file_format: str = "PNG", **options: Any) -> str:
    """The picture as the API gets it: base64 text."""
    return as_base64(file_bytes(image, file_format, **options))


def noise(width: int, height: int, channels: int = 3, seed: int = 0) -> np.ndarray:
    """Random uint8 pixels ``[height, width, channels]``, in which every scaling or rounding error shows."""
    return np.random.default_rng(seed).integers(0, 256, (height, width, channels), dtype=np.uint8)


def plain(colour: tuple[int, ...], width: int = 16, height: int = 16) -> Image.Image:
    """A picture of one colour, with transparency if the colour has four values."""
    return Image.new("RGBA" if len(colour) == 4 else "RGB", (width, height), colour)


def no_remover(rgb: np.ndarray, model: str) -> np.ndarray:
    """A background remover that must not be called."""
    raise AssertionError("the background remover ran")


def left_half(rgb: np.ndarray, model: str) -> np.ndarray:
    """A background remover that finds the subject on the left."""
    alpha = np.zeros(rgb.shape[:2], np.uint8)
    alpha[:, : rgb.shape[1] // 2] = 255
    return alpha
