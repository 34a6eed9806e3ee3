"""Photographs of cloth for whole runs on the workbench."""

from __future__ import annotations

import base64
import io

import numpy as np
from PIL import Image

BODY = {"prompt": "a ball", "steps": 2, "width": 64, "height": 64, "seed": 5, "cfg_scale": 2, "sampler_name": "Euler"}
"""A small run."""


def encoded(image: Image.Image) -> str:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()


def cut_out_cloth(hue: int, side: int = 64) -> Image.Image:
    """A square of grainy cloth in one hue, cut out by its own transparency."""
    grain = np.random.default_rng(hue).integers(-40, 40, (side, side, 1))
    pixels = (np.roll([190, 120, 90], hue) + grain).clip(0, 255).astype(np.uint8)
    alpha = np.zeros((side, side), np.uint8)
    quarter = side // 4
    alpha[quarter:-quarter, quarter:-quarter] = 255
    return Image.fromarray(np.dstack([pixels, alpha]))


def pixels_of(image: Image.Image) -> np.ndarray:
    return np.asarray(image.convert("RGB")).astype(float)
