"""Matches the colours of an img2img result to those of its starting picture."""

from __future__ import annotations

import numpy as np
from PIL import Image


def colours_of(image: Image.Image) -> np.ndarray:
    """The colours of a picture in CIELAB, ``[H, W, 3]``, to be matched later."""
    from skimage import color

    return color.rgb2lab(np.asarray(image.convert("RGB")))


def matched(image: Image.Image, colours: np.ndarray) -> Image.Image:
    """The picture with its colours matched, channel by channel in CIELAB; its luminosity is kept."""
    from skimage import color, exposure

    original = np.asarray(image.convert("RGB")) / 255
    result = color.lab2rgb(exposure.match_histograms(color.rgb2lab(original), colours, channel_axis=2))
    return Image.fromarray((_with_luminosity(result, original) * 255).round().astype(np.uint8))


def _with_luminosity(colours: np.ndarray, of: np.ndarray) -> np.ndarray:
    """Colours ``[H, W, 3]`` in 0..1 with the luminosity of others, as in W3C's Compositing, 10.2."""
    weights = np.array([0.3, 0.59, 0.11])
    wanted = (of @ weights)[..., None]
    moved = colours + wanted - (colours @ weights)[..., None]
    low, high = moved.min(axis=2, keepdims=True), moved.max(axis=2, keepdims=True)
    moved = np.where(low < 0, wanted + (moved - wanted) * wanted / np.maximum(wanted - low, 1e-9), moved)
    lowered = wanted + (moved - wanted) * (1 - wanted) / np.maximum(high - wanted, 1e-9)
    return np.clip(np.where(high > 1, lowered, moved), 0, 1)
