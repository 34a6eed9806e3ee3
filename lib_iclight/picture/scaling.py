"""Scales pictures to the size of a run: bit for bit Pillow's Lanczos, with little memory."""

from __future__ import annotations

import numpy as np
from PIL import Image

from .strips import strips

Edges = tuple[float, float, float, float]
"""``(left, top, right, bottom)`` of a part of a picture, in its pixels."""

REFERENCE_SIDE = 512
"""Lengths such as blur radii are given in pixels of a picture whose shorter side has this length."""

_WHOLE_LIMIT = 1 << 24
_STRIP_PIXELS = 1 << 21
_LOBES = 3
_PRECISION_BITS = 22


def in_pixels(length: float, shape: tuple[int, ...]) -> float:
    """Convert a length given for :data:`REFERENCE_SIDE` to pixels of a picture of ``shape`` (``[H, W, ...]``)."""
    return length * min(shape[:2]) / REFERENCE_SIDE


def cover_crop(pixels: np.ndarray, width: int, height: int) -> np.ndarray:
    """Scale to cover ``width x height`` with Lanczos and crop the centre.

    Source: lllyasviel/IC-Light, ``resize_and_center_crop``. If the scaled picture would be far larger than the target
    (the source is only a few pixels wide), only the part that is kept is scaled, with the same result.

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
    if full_width * full_height > max(_WHOLE_LIMIT, 4 * width * height):
        return _scaled_part(pixels, (full_width, full_height), (left, top), (width, height))
    scaled = resized(pixels, (full_width, full_height))
    return np.ascontiguousarray(scaled[top : top + height, left : left + width])


def resized(pixels: np.ndarray, size: tuple[int, int], box: Edges | None = None) -> np.ndarray:
    """Pillow's Lanczos, bit for bit; large pictures are scaled in strips, horizontally and then vertically.

    Args:
        pixels: uint8 ``[H, W, 3]`` or ``[H, W]``.
        size: ``(width, height)`` of the result.
        box: the part to scale, None for the whole.

    Returns:
        uint8 array of that size with the same channels.
    """
    height, width = pixels.shape[:2]
    if height * width <= _WHOLE_LIMIT:
        image = Image.fromarray(pixels)
        return np.asarray(image if size == image.size and box is None else _lanczos(image, size, box))
    left, top, right, bottom = box or (0, 0, width, height)
    narrow = np.empty((height, size[0], *pixels.shape[2:]), np.uint8)
    for rows in strips(height, _STRIP_PIXELS // width):
        strip = Image.fromarray(np.ascontiguousarray(pixels[rows]))
        narrow[rows] = _lanczos(strip, (size[0], strip.height), (left, 0, right, strip.height))
    return np.asarray(_lanczos(Image.fromarray(narrow), size, (0, top, size[0], bottom)))


def _lanczos(image: Image.Image, size: tuple[int, int], box: Edges | None) -> Image.Image:
    return image.resize(size, Image.Resampling.LANCZOS, box=box)


def _scaled_part(
    pixels: np.ndarray, full: tuple[int, int], first: tuple[int, int], size: tuple[int, int]
) -> np.ndarray:
    """The part at ``first``, of ``size``, of a picture that is scaled to ``full``; each is (across, down)."""
    (columns, across), (rows, down) = (
        _kernel(length, *axis) for length, *axis in zip(pixels.shape[1::-1], full, first, size, strict=True)
    )
    begin, end = rows.min(), rows.max() + down.shape[1]
    narrow = _weighted_sum(pixels[begin:end].swapaxes(0, 1), columns, across).swapaxes(0, 1)
    return np.ascontiguousarray(_weighted_sum(narrow, rows - begin, down))


def _kernel(length: int, full: int, first: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """The weights for scaling ``length`` pixels to ``full``, for ``count`` of the results starting at ``first``.

    Source: Pillow, ``src/libImaging/Resample.c``: Lanczos-3 with fixed-point weights of 22 bits.

    Returns:
        The index of the first pixel with a weight, int ``[count]``, and the weights from there, int32
        ``[count, taps]``.
    """
    scale = length / full
    reach = max(scale, 1.0)
    centres = (np.arange(first, first + count) + 0.5) * scale
    lowest = np.maximum((centres - _LOBES * reach + 0.5).astype(np.int64), 0)
    beyond = np.minimum((centres + _LOBES * reach + 0.5).astype(np.int64), length)
    places = lowest[:, None] + np.arange((beyond - lowest).max())
    offsets = (places - centres[:, None] + 0.5) / reach
    weights = np.where((offsets >= -_LOBES) & (offsets < _LOBES), np.sinc(offsets) * np.sinc(offsets / _LOBES), 0.0)
    weights[places >= beyond[:, None]] = 0.0
    weights /= weights.sum(axis=1, keepdims=True)
    return lowest, np.trunc(weights * (1 << _PRECISION_BITS) + np.copysign(0.5, weights)).astype(np.int32)


def _weighted_sum(pixels: np.ndarray, lowest: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Weighted sums of the rows of uint8 ``[H, ...]``: uint8 ``[count, ...]``."""
    result = np.full((len(lowest), *pixels.shape[1:]), 1 << (_PRECISION_BITS - 1), np.int32)
    last = pixels.shape[0] - 1
    for tap, weight in enumerate(weights.T):
        result += weight.reshape(-1, *[1] * (pixels.ndim - 1)) * pixels[np.minimum(lowest + tap, last)]
    return (result >> _PRECISION_BITS).clip(0, 255).astype(np.uint8)


def stretch(pixels: np.ndarray, width: int, height: int) -> np.ndarray:
    """Scale to ``width x height`` with Lanczos without keeping the proportions."""
    return resized(pixels, (width, height))


def contain(pixels: np.ndarray, width: int, height: int, fill: int) -> np.ndarray:
    """Scale to fit inside ``width x height`` with Lanczos, centred, the rest filled with the value ``fill``."""
    original_height, original_width = pixels.shape[:2]
    scale = min(width / original_width, height / original_height)
    inner_width, inner_height = max(1, round(original_width * scale)), max(1, round(original_height * scale))
    result = np.full((height, width, *pixels.shape[2:]), fill, np.uint8)
    left, top = (width - inner_width) // 2, (height - inner_height) // 2
    result[top : top + inner_height, left : left + inner_width] = stretch(pixels, inner_width, inner_height)
    return result
