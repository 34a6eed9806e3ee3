"""Regions and fills for inpainting."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageFilter, ImageOps


def get_crop_region_v2(mask, pad: int = 0) -> tuple[int, int, int, int] | None:
    """The bounding box of a mask's non-black pixels, ``pad`` pixels larger; None for a black mask."""
    mask = mask if isinstance(mask, Image.Image) else Image.fromarray(np.asarray(mask))
    box = mask.getbbox()
    if box is None:
        return None
    x1, y1, x2, y2 = box
    return max(x1 - pad, 0), max(y1 - pad, 0), min(x2 + pad, mask.width), min(y2 + pad, mask.height)


def _expand(low: int, high: int, wanted: float, limit: int) -> tuple[int, int]:
    """Widen ``low..high`` to ``wanted`` about its middle, shifted to lie inside ``0..limit`` where it fits."""
    extra = int(wanted - (high - low))
    low, high = low - extra // 2, high + extra - extra // 2
    if high >= limit:
        low, high = low - (high - limit), limit
    if low < 0:
        low, high = 0, high - low
    return low, min(high, limit)


def expand_crop_region(crop_region, processing_width: int, processing_height: int, image_width: int, image_height: int):
    """The box widened in one direction to the proportions of the processing size."""
    x1, y1, x2, y2 = crop_region
    ratio = processing_width / processing_height
    if (x2 - x1) / (y2 - y1) > ratio:
        y1, y2 = _expand(y1, y2, (x2 - x1) / ratio, image_height)
    else:
        x1, x2 = _expand(x1, x2, (y2 - y1) * ratio, image_width)
    return x1, y1, x2, y2


def fill(image: Image.Image, mask: Image.Image) -> Image.Image:
    """The picture with the masked area filled by surrounding colours, blurred less and less."""
    masked = Image.new("RGBa", image.size)
    masked.paste(image.convert("RGBA").convert("RGBa"), mask=ImageOps.invert(mask.convert("L")))
    filled = Image.new("RGBA", image.size)
    for radius, repeats in ((256, 1), (64, 1), (16, 2), (4, 4), (2, 2), (0, 1)):
        blurred = masked.filter(ImageFilter.GaussianBlur(radius)).convert("RGBA")
        for _ in range(repeats):
            filled.alpha_composite(blurred)
    return filled.convert("RGB")
