"""Converts Pillow images of any mode to 8-bit sRGB arrays, a strip at a time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import numpy as np
from PIL import Image

from ..errors import ICLightError
from .profiles import Conversion, to_srgb
from .strips import strips

_STRIP_PIXELS = 1 << 18
_PREMULTIPLIED = {"RGBa": "RGBA", "La": "LA"}
_HAS_ALPHA = ("RGBA", "LA", "PA", *_PREMULTIPLIED)
_FLOATS_OF_8_BITS = 511.0
_BRIGHTEST_LIGHT = 16.0
_WHITES = (255.0, 4095.0, 65535.0)
_WHITE_OF_32_BITS = 2.0**32 - 1


def to_arrays(image: Image.Image) -> tuple[np.ndarray, np.ndarray | None]:
    """Convert a picture to arrays.

    16-bit, 32-bit and float greys are scaled to 8 bits, transparency in palettes and ``tRNS`` chunks becomes alpha, and
    colours are converted from an embedded ICC profile to sRGB.

    Args:
        image: of any mode, upright.

    Returns:
        rgb: uint8 ``[H, W, 3]``.
        alpha: uint8 ``[H, W]``, None if the picture is opaque.

    Raises:
        ICLightError: this Pillow cannot convert the mode.
    """
    deep = image.mode == "F" or image.mode.startswith("I")
    white = _white(image) if deep else 0.0
    transparent = image.info.get("transparency")
    rgb = np.empty((image.height, image.width, 3), np.uint8)
    alpha = np.empty(rgb.shape[:2], np.uint8) if image.mode in _HAS_ALPHA or transparent is not None else None
    convert = to_srgb(image.info.get("icc_profile"), _colour_mode(image.mode))
    try:
        for part, strip in _strips(image):
            if deep:
                values = np.asarray(strip)
                strip = Image.fromarray(_eight_bits(values, white))
                if alpha is not None:
                    alpha[part] = np.where(values == transparent, 0, 255)
            else:
                strip = _with_alpha(strip, alpha is not None)
                if alpha is not None:
                    alpha[part] = np.asarray(strip.getchannel("A"))
            rgb[part] = _colours(strip, convert)
    except (ValueError, ImportError) as error:
        raise ICLightError(
            f"A picture of Pillow's mode {image.mode} cannot be converted here. Save it as an 8-bit PNG."
        ) from error
    return rgb, None if alpha is None or alpha.min() == 255 else alpha


def is_converted(image: Image.Image) -> bool:
    """Whether :func:`to_arrays` has to convert from an ICC profile, by far the slowest thing it does."""
    return to_srgb(image.info.get("icc_profile"), _colour_mode(image.mode)) is not None


def fingerprint(image: Image.Image) -> bytes:
    """Identifies the result of :func:`to_arrays` for a picture. Not for mode "P": the palette is not included."""
    about = (image.mode, image.size, image.info.get("transparency"))
    digest = hashlib.blake2b(repr(about).encode(), digest_size=16)
    digest.update(image.info.get("icc_profile") or b"")
    for _, strip in _strips(image):
        digest.update(np.asarray(strip))
    return digest.digest()


def _strips(image: Image.Image) -> Iterator[tuple[slice, Image.Image]]:
    """Slices of rows, each with its part of the picture; a small picture is returned whole, without a copy."""
    for rows in strips(image.height, _STRIP_PIXELS // image.width):
        is_whole = rows == slice(0, image.height)
        yield rows, image if is_whole else image.crop((0, rows.start, image.width, rows.stop))


def _colour_mode(mode: str) -> str:
    """The mode of the colours, without transparency."""
    if mode in ("1", "L", "LA", "La", "F") or mode.startswith("I"):
        return "L"
    return mode if mode in ("CMYK", "LAB") else "RGB"


def _with_alpha(strip: Image.Image, wanted: bool) -> Image.Image:
    if not wanted:
        return strip
    strip = strip.convert(_PREMULTIPLIED[strip.mode]) if strip.mode in _PREMULTIPLIED else strip
    return strip if strip.mode in ("RGBA", "LA") else strip.convert("RGBA")


def _colours(strip: Image.Image, convert: Conversion | None) -> np.ndarray:
    strip = strip.convert("L") if strip.mode == "LA" else strip
    return np.asarray(strip.convert("RGB") if convert is None else convert(strip))


def _white(image: Image.Image) -> float:
    """The value of white in a grey picture of more than 8 bits. Files do not say, so it is guessed from the values.

    Integers that all fit into 8 or 12 bits are taken to have that depth. Floats range from 0 to 1, with highlights
    above, unless most of them are above 1 and some far above: then they are 8- or 16-bit values.
    """
    brightest, low = 0.0, 0
    for _, strip in _strips(image):
        values = _finite(np.asarray(strip))
        brightest = max(brightest, float(values.max(initial=0)))
        low += int((values <= 1).sum())
    if image.mode == "F":
        if brightest <= _BRIGHTEST_LIGHT or 2 * low >= image.width * image.height:
            return 1.0
        return _WHITES[0] if brightest <= _FLOATS_OF_8_BITS else _WHITES[-1]
    return next((white for white in _WHITES if brightest <= white), _WHITE_OF_32_BITS)


def _finite(values: np.ndarray) -> np.ndarray:
    return values if values.dtype.kind != "f" else np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)


def _eight_bits(values: np.ndarray, white: float) -> np.ndarray:
    levels = values.astype(np.float32) * np.float32(255 / white)
    np.nan_to_num(levels, copy=False, nan=0.0, posinf=255.0, neginf=0.0)
    return np.rint(levels.clip(0, 255)).astype(np.uint8)
