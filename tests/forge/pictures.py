"""Pictures for the tests, drawn here."""

from __future__ import annotations

import numpy as np
from PIL import Image
from samples import as_base64, file_bytes


def coloured(width: int, height: int) -> Image.Image:
    """An opaque picture with gradients and fine stripes."""
    y, x = np.mgrid[:height, :width]
    return Image.fromarray(np.stack([x * 255 // width, y * 255 // height, (x + y) * 5 % 256], -1).astype(np.uint8))


def subject(width: int = 150, height: int = 200) -> Image.Image:
    """An ellipse with a soft edge on transparency; taller than wide, so that it is cropped."""
    y, x = np.mgrid[:height, :width]
    distance = np.hypot((x - width / 2) / (width / 3), (y - height / 2) / (height / 3))
    alpha = np.clip((1.1 - distance) * 1280, 0, 255).astype(np.uint8)
    image = coloured(width, height)
    image.putalpha(Image.fromarray(alpha))
    return image


def disc(size: int = 128) -> Image.Image:
    """A bright spot on black: a light map."""
    y, x = np.mgrid[:size, :size]
    spot = np.clip(255 - 4 * np.hypot(x - size / 3, y - size / 3), 0, 255)
    return Image.fromarray(np.repeat(spot[..., None], 3, 2).astype(np.uint8))


def half_mask(width: int, height: int) -> Image.Image:
    """White on the left half: what inpainting repaints."""
    mask = np.zeros((height, width), np.uint8)
    mask[:, : width // 2] = 255
    return Image.fromarray(mask)


def strip_mask(width: int, height: int) -> Image.Image:
    """White except for a strip on the right, 1/8 of the width, that inpainting keeps."""
    mask = np.full((height, width), 255, np.uint8)
    mask[:, width - width // 8 :] = 0
    return Image.fromarray(mask)


def halves(width: int, height: int) -> Image.Image:
    """Red on the left, blue on the right."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[:, : width // 2, 0] = pixels[:, width // 2 :, 2] = 255
    return Image.fromarray(pixels)


def text(content: Image.Image | bytes) -> str:
    """A picture, or a file, as base64."""
    return as_base64(content if isinstance(content, bytes) else file_bytes(content))
