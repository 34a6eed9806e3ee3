"""Pictures as users bring them, turned into arrays: decoding, modes, compositing on grey, cropping."""

from __future__ import annotations

import base64
import binascii
import hashlib
import io
import re
import warnings
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from .errors import ICLightError
from .placement import Placed

GREY = 127
"""The value that IC-Light reads as "nothing here": ``127 / 127 - 1`` is exactly 0."""

_DATA_URL = re.compile(r"\s*data:[^,]*;base64,", re.IGNORECASE)
_STRIP_PIXELS = 1 << 20
_WHOLE_RESIZE_LIMIT = 1 << 24
_GREY_TOLERANCE = 3


@dataclass(frozen=True, eq=False)
class Picture:
    """A decoded picture.

    Attributes:
        rgb: uint8 array ``[H, W, 3]``.
        alpha: uint8 array ``[H, W]``, or None when the picture is opaque.
        digest: hex digest of the pixels; equal pictures have equal digests.
    """

    rgb: np.ndarray
    alpha: np.ndarray | None
    digest: str

    @property
    def size(self) -> tuple[int, int]:
        """``(width, height)`` in pixels."""
        return self.rgb.shape[1], self.rgb.shape[0]


def decode(data: str, name: str, max_pixels: int | None = None) -> Image.Image:
    """Decode base64 text or a ``data:`` URL.

    Args:
        data: the text.
        name: what the picture is to the user, for the message ("foreground").
        max_pixels: see :func:`read`.

    Raises:
        ICLightError: the text is not base64, or what it holds is not a readable picture.
    """
    match = _DATA_URL.match(data)
    body = data[match.end() :] if match else data
    try:
        raw = base64.b64decode("".join(body.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ICLightError(
            f"The {name} is not a picture: its text is not valid base64 ({error}). "
            "Send the file's bytes as base64 or as a data URL."
        ) from error
    return read(io.BytesIO(raw), name, max_pixels)


def read(file: BinaryIO, name: str, max_pixels: int | None = None) -> Image.Image:
    """Open a picture file completely, with its EXIF rotation applied.

    Args:
        file: the file.
        name: what the picture is to the user, for the message ("foreground").
        max_pixels: a limit below Pillow's safety limit; a larger picture is refused before it is decoded.

    Raises:
        ICLightError: the file is no picture, is cut off, or has more pixels than the limit.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(file)
            if max_pixels is not None and image.width * image.height > max_pixels:
                raise Image.DecompressionBombError(f"{image.width} x {image.height} pixels, {max_pixels:,} at most")
            image.load()
            return _upright(image)
    except UnidentifiedImageError as error:
        raise ICLightError(
            f"The {name} cannot be read: it is not a picture in a known format. Use PNG, JPEG or WebP."
        ) from error
    except Image.DecompressionBombError as error:
        raise ICLightError(f"The {name} is too large: {error}. Scale it down first.") from error
    except Exception as error:  # Pillow's decoders meet damage with errors of many kinds
        raise ICLightError(
            f"The {name} cannot be read: the file is damaged or cut off ({error}). Save it again and retry."
        ) from error


def to_picture(image: Image.Image) -> Picture:
    """Bring a picture of any Pillow mode to 8-bit RGB with an optional alpha channel.

    16-bit and float greys are scaled to 8 bits; palettes and ``tRNS`` transparency become alpha; a fully opaque
    alpha channel is dropped.
    """
    image = _upright(_to_eight_bits(image))
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        rgba = np.asarray(image.convert("RGBA"))
        rgb, alpha = np.ascontiguousarray(rgba[..., :3]), np.ascontiguousarray(rgba[..., 3])
        if alpha.min() == 255:
            alpha = None
    else:
        rgb, alpha = np.asarray(image.convert("RGB")), None
    return make_picture(rgb, alpha)


def make_picture(rgb: np.ndarray, alpha: np.ndarray | None = None) -> Picture:
    """Wrap uint8 arrays ``[H, W, 3]`` and ``[H, W]`` and compute their digest."""
    digest = hashlib.blake2b(repr(rgb.shape).encode(), digest_size=16)
    digest.update(np.ascontiguousarray(rgb))
    if alpha is not None:
        digest.update(np.ascontiguousarray(alpha))
    return Picture(rgb, alpha, digest.hexdigest())


def mirrored(picture: Picture) -> Picture:
    """The picture flipped left to right."""
    alpha = None if picture.alpha is None else np.ascontiguousarray(picture.alpha[:, ::-1])
    return make_picture(np.ascontiguousarray(picture.rgb[:, ::-1]), alpha)


def _upright(image: Image.Image) -> Image.Image:
    """Apply the EXIF rotation; a damaged EXIF block says nothing about one."""
    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # Pillow's EXIF reader meets damage with errors of many kinds
        return image


def _to_eight_bits(image: Image.Image) -> Image.Image:
    """Scale 16-bit, 32-bit and float greys to 8 bits; Pillow's own ``convert`` would clip them to white."""
    if not (image.mode == "F" or image.mode.startswith("I")):
        return image
    values = np.nan_to_num(np.asarray(image).astype(np.float64))
    if image.mode == "F":
        scale = 255.0 if values.max(initial=0.0) <= 1.0 else 1.0
    else:
        scale = 255.0 / (65535.0 if values.max(initial=0.0) <= 65535.0 else 2.0**32 - 1.0)
    return Image.fromarray(np.clip(np.rint(values * scale), 0, 255).astype(np.uint8))


def is_on_grey(rgb: np.ndarray) -> bool:
    """Tell whether the picture is already cut out and placed on grey 127.

    True when both upper corners and at least half of the outermost pixels are grey within what JPEG leaves of it.
    """
    border = np.concatenate([rgb[0], rgb[-1], rgb[1:-1, 0], rgb[1:-1, -1]]).astype(np.int16)
    grey = (np.abs(border - GREY) <= _GREY_TOLERANCE).all(axis=1)
    corners = np.abs(rgb[0, [0, -1]].astype(np.int16) - GREY) <= _GREY_TOLERANCE
    return bool(corners.all() and grey.mean() >= 0.5)


def on_grey(rgb: np.ndarray, alpha: np.ndarray | None) -> np.ndarray:
    """Composite a subject on grey: ``127 + (rgb - 127) * alpha``, truncated to integers as the reference does.

    Source: lllyasviel/IC-Light, ``run_rmbg``.

    Args:
        rgb: uint8 ``[H, W, 3]``.
        alpha: uint8 ``[H, W]`` (255 is the subject), or None for an opaque picture.

    Returns:
        uint8 ``[H, W, 3]``.
    """
    return over(rgb, alpha, np.full((1, 1, 3), GREY, np.uint8))


def over(rgb: np.ndarray, alpha: np.ndarray | None, backdrop: np.ndarray) -> np.ndarray:
    """Composite ``rgb`` over ``backdrop``: ``backdrop + (rgb - backdrop) * alpha``, truncated to integers.

    Works in strips, so that a picture of many megapixels does not need its size in floats.

    Args:
        rgb: uint8 ``[H, W, 3]``.
        alpha: uint8 ``[H, W]``, or None for an opaque picture.
        backdrop: uint8, ``[H, W, 3]`` or ``[1, 1, 3]``.

    Returns:
        uint8 ``[H, W, 3]``.
    """
    if alpha is None:
        return rgb
    result = np.empty_like(rgb)
    rows = max(1, _STRIP_PIXELS // rgb.shape[1])
    for start in range(0, rgb.shape[0], rows):
        part = slice(start, start + rows)
        base = (backdrop if backdrop.shape[0] == 1 else backdrop[part]).astype(np.float32)
        weight = alpha[part, :, None].astype(np.float32) / 255.0
        mixed = base + (rgb[part].astype(np.float32) - base) * weight
        result[part] = mixed.clip(0, 255).astype(np.uint8)
    return result


def cover_crop(pixels: np.ndarray, width: int, height: int) -> np.ndarray:
    """Scale to cover ``width x height`` with Lanczos and crop the centre.

    Source: lllyasviel/IC-Light, ``resize_and_center_crop``. Where the scaled picture would be far larger than the
    target (a picture a few pixels wide), only the part that is kept is scaled.

    Args:
        pixels: uint8 ``[H, W, 3]`` or ``[H, W]``.
        width, height: target size in pixels.

    Returns:
        uint8 array of the target size with the same channels.
    """
    original_height, original_width = pixels.shape[:2]
    scale = max(width / original_width, height / original_height)
    full_width, full_height = round(original_width * scale), round(original_height * scale)
    left, top = round((full_width - width) / 2), round((full_height - height) / 2)
    image = Image.fromarray(pixels)
    if full_width * full_height > max(_WHOLE_RESIZE_LIMIT, 4 * width * height):
        across, down = original_width / full_width, original_height / full_height
        box = (left * across, top * down, (left + width) * across, (top + height) * down)
        return np.asarray(image.resize((width, height), Image.Resampling.LANCZOS, box=box))
    if (full_width, full_height) != image.size:
        image = image.resize((full_width, full_height), Image.Resampling.LANCZOS)
    return np.asarray(image.crop((left, top, left + width, top + height)))


def stretch(pixels: np.ndarray, width: int, height: int) -> np.ndarray:
    """Scale to ``width x height`` with Lanczos without keeping the proportions."""
    return np.asarray(Image.fromarray(pixels).resize((width, height), Image.Resampling.LANCZOS))


def place(pixels: np.ndarray, width: int, height: int, placed: Placed, fill: int) -> np.ndarray:
    """Scale with Lanczos and put at a place of the frame; only the part that is seen is scaled.

    Args:
        pixels: uint8 ``[H, W, 3]`` or ``[H, W]``.
        width, height: the frame in pixels.
        placed: scale and place.
        fill: the value of what is left empty.

    Returns:
        uint8 array of the frame's size with the same channels; in the middle at scale 1 it is :func:`cover_crop`'s.

    Raises:
        ICLightError: nothing of the picture lies in the frame.
    """
    if placed == Placed():
        return cover_crop(pixels, width, height)
    original_height, original_width = pixels.shape[:2]
    scale = placed.scale * max(width / original_width, height / original_height)
    across = _visible(original_width, scale, placed.x, width)
    down = _visible(original_height, scale, placed.y, height)
    if across is None or down is None:
        raise ICLightError(
            f"The subject is placed outside of the picture: {placed.text()}. Move it into the frame, or set the "
            "placement to cover."
        )
    size = (across.stop - across.start, down.stop - down.start)
    box = (across.first, down.first, across.last, down.last)
    part = np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.LANCZOS, box=box))
    result = np.full((height, width, *pixels.shape[2:]), fill, np.uint8)
    result[down.start : down.stop, across.start : across.stop] = part
    return result


class _Span(NamedTuple):
    """What is seen of a placed picture along one axis: from where to where in the frame, and in the picture."""

    start: int
    stop: int
    first: float
    last: float


def _visible(length: int, scale: float, centre: float, frame: int) -> _Span | None:
    scaled = max(1, round(length * scale))
    begin = round(centre * frame - scaled / 2)
    start, stop = max(begin, 0), min(begin + scaled, frame)
    if start >= stop:
        return None
    # Rounding must not carry the end out of the picture: Pillow refuses that.
    first, last = ((edge - begin) * length / scaled for edge in (start, stop))
    return _Span(start, stop, first, min(last, length))


def as_light_map(picture: Picture) -> Picture:
    """A picture as a light map: one that is black all over and has its shape in its transparency shows that."""
    alpha = picture.alpha
    if alpha is None or picture.rgb.any() or alpha.min() == alpha.max():
        return picture
    return make_picture(np.repeat(alpha[..., None], 3, axis=2))


def contain(pixels: np.ndarray, width: int, height: int, fill: int) -> np.ndarray:
    """Scale to fit inside ``width x height`` with Lanczos, centred, the rest filled with the value ``fill``."""
    original_height, original_width = pixels.shape[:2]
    scale = min(width / original_width, height / original_height)
    inner_width, inner_height = max(1, round(original_width * scale)), max(1, round(original_height * scale))
    result = np.full((height, width, *pixels.shape[2:]), fill, np.uint8)
    left, top = (width - inner_width) // 2, (height - inner_height) // 2
    result[top : top + inner_height, left : left + inner_width] = stretch(pixels, inner_width, inner_height)
    return result
