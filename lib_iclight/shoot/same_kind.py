"""A result's file with other pixels: of the same kind and quality, with all that it says."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from PIL import Image, JpegImagePlugin

from ..errors import ICLightError
from ..files import containers
from ..picture import png
from ..picture.deep import eight_bits
from ..picture.icc import srgb_profile

_WEBP_QUALITY = 95


def with_pixels(content: bytes, pixels: np.ndarray) -> bytes:
    """The file with these pixels.

    Args:
        content: a PNG, JPEG, WebP or AVIF file.
        pixels: uint8 or uint16 ``[H, W, 3]``, sRGB; only PNG files hold the latter.

    Raises:
        ICLightError: files of its kind cannot be written here.
    """
    target = io.BytesIO()
    if content.startswith(png.SIGNATURE):
        containers.rewrite_png(io.BytesIO(content), target, b"", srgb_profile(), pixels)
        return target.getvalue()
    image = Image.fromarray(pixels if pixels.dtype == np.uint8 else eight_bits(pixels))
    try:
        with Image.open(io.BytesIO(content)) as before:
            kept = {name: before.info[name] for name in ("exif", "icc_profile") if before.info.get(name)}
            image.save(target, before.format, **kept, **_quality(before, content))
    except (OSError, KeyError, ValueError) as error:
        raise ICLightError(f"The result cannot be written anew: {error}.") from error
    return target.getvalue()


def _quality(before: Image.Image, content: bytes) -> dict[str, Any]:
    if isinstance(before, JpegImagePlugin.JpegImageFile):
        return {"qtables": before.quantization, "subsampling": JpegImagePlugin.get_sampling(before)}
    if before.format == "WEBP":
        return {"lossless": True} if b"VP8L" in content[:4096] else {"quality": _WEBP_QUALITY}
    return {}
