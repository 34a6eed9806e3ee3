"""Converts colours from an embedded ICC profile to sRGB, with Pillow's ImageCms."""

from __future__ import annotations

import functools
import io
from collections.abc import Callable

import numpy as np
from PIL import Image

Conversion = Callable[[Image.Image], Image.Image]
"""Converts a picture, or a part of one, to sRGB in the mode RGB."""

_MODES = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK", "Lab": "LAB"}
_LARGEST_KEPT = 4 << 20  # in bytes; press profiles have under 3 MB
_UNSEEN = 1  # in levels of 255: how much the sRGB profiles of different makers differ


def to_srgb(profile: bytes | None, mode: str) -> Conversion | None:
    """The function that converts a picture's colours to sRGB.

    Args:
        profile: the ICC profile, or None.
        mode: the picture's Pillow mode, 8 bits per channel, without transparency.

    Returns:
        None if there is nothing to do: there is no profile, it is damaged, for another kind of picture, or sRGB itself,
        or this Pillow was built without Little CMS. Lab needs no profile.
    """
    if not profile and mode != "LAB":
        return None
    profile = profile or b""
    return (_kept_conversion if len(profile) <= _LARGEST_KEPT else _conversion)(profile, mode)


@functools.lru_cache(maxsize=8)
def _kept_conversion(profile: bytes, mode: str) -> Conversion | None:
    return _conversion(profile, mode)


def _conversion(profile: bytes, mode: str) -> Conversion | None:
    from PIL import ImageCms

    try:
        given = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB") if mode == "LAB" else io.BytesIO(profile))
        wanted = _MODES.get(given.profile.xcolor_space.strip())
        if wanted is None or (wanted != mode and not (wanted == "RGB" and mode != "CMYK")):
            return None
        transform = ImageCms.buildTransform(given, ImageCms.createProfile("sRGB"), wanted, "RGB")
    except (ImageCms.PyCMSError, ImportError, OSError, TypeError, ValueError, AttributeError):
        return None

    def convert(image: Image.Image) -> Image.Image:
        return ImageCms.applyTransform(image if image.mode == wanted else image.convert(wanted), transform)

    return convert if wanted in ("CMYK", "LAB") or _changes(convert, wanted) else None


def _changes(convert: Conversion, mode: str) -> bool:
    """Whether a conversion visibly changes any of a range of sample colours."""
    levels = np.arange(256, dtype=np.uint8)
    if mode == "RGB":
        steps = levels[::15]
        probe = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(len(steps), -1, 3)
    else:
        probe = levels[None]
    image = Image.fromarray(probe)
    plain = np.asarray(image.convert("RGB")).astype(np.int16)
    return bool(np.abs(np.asarray(convert(image)) - plain).max() > _UNSEEN)
