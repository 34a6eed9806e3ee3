"""Reads users' pictures whole: their 8-bit pixels, and what their files hold beyond these."""

from __future__ import annotations

import io
import struct
from dataclasses import replace
from typing import Any, BinaryIO

from PIL import Image

from . import exif, opening
from .arrays import Picture, make_picture, to_picture
from .deep import deep_pixels, eight_bits
from .opening import MAX_PIXELS
from .origin import NO_ORIGIN, Origin


def from_text(text: str, name: str, max_pixels: int = MAX_PIXELS) -> Picture:
    """Read a picture from base64 text or a ``data:`` URL.

    Args:
        text: the text.
        name: what messages call the picture ("foreground").
        max_pixels: see :func:`opening.read`.

    Raises:
        ICLightError: the text is too long or not base64, or its content is not a readable picture.
    """
    return from_file(opening.decoded(text, name, max_pixels), name, max_pixels)


def from_file(file: BinaryIO, name: str, max_pixels: int = MAX_PIXELS) -> Picture:
    """Read a picture file. Where it has 16 bits a channel, the 8-bit pixels are these, rounded.

    Args:
        file: a seekable file.
        name: what messages call the picture ("foreground").
        max_pixels: see :func:`opening.read`.

    Raises:
        ICLightError: see :func:`opening.read`.
    """
    image = opening.load(file, name, max_pixels)
    kept, deep = _exif_of(image, file), None
    if image.format in ("PNG", "TIFF"):
        deep = _deep(image, file, max_pixels)
    picture = to_picture(image, name, max_pixels)
    del image
    pixels = deep() if deep is not None else None
    if pixels is None:
        return replace(picture, origin=Origin(kept)) if kept else picture
    if pixels.shape != picture.rgb.shape:
        return replace(picture, origin=Origin(kept))
    return replace(make_picture(eight_bits(pixels), picture.alpha), origin=Origin(kept, deep))


def origin_of(image: Image.Image) -> Origin:
    """The origin of a picture that somebody else has opened, as far as Pillow has kept it."""
    block = image.info.get("exif")
    kept = _kept(block) if isinstance(block, bytes) else b""
    return Origin(kept) if kept else NO_ORIGIN


def _exif_of(image: Image.Image, file: BinaryIO) -> bytes:
    if image.format == "TIFF":
        return _kept(_content(file))
    block = image.info.get("exif")
    return _kept(block) if isinstance(block, bytes) else b""


def _kept(block: Any) -> bytes:
    try:
        return exif.kept(block)
    except (ValueError, LookupError, struct.error):  # whatever a damaged block leads to, the picture is read
        return b""


def _deep(image: Image.Image, file: BinaryIO, max_pixels: int) -> Any:
    try:
        return deep_pixels(_content(file), image, max_pixels)
    except (ValueError, LookupError, TypeError, struct.error):  # a damaged header: 8 bits, as Pillow has read it
        return None


def _content(file: BinaryIO) -> memoryview | bytes:
    if isinstance(file, io.BytesIO):
        return file.getbuffer()
    file.seek(0)
    return file.read()
