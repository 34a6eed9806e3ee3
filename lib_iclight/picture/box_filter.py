"""Box means in constant time per pixel, and reduction and enlargement of maps that are computed at a small size."""

from __future__ import annotations

import numpy as np
from PIL import Image


def box_mean(values: np.ndarray, radius: int) -> np.ndarray:
    """Mean over a box of ``2 * radius + 1`` pixels a side; at the border, over the part inside the frame.

    Args:
        values: float ``[..., H, W]``.
        radius: in pixels, at least 0.

    Returns:
        float32 of the same shape.
    """
    result = values
    for axis in (-2, -1):
        size = result.shape[axis]
        # float64, because running sums of a thousand pixels in float32 would lose the small differences of a variance.
        sums = np.cumsum(result, axis=axis, dtype=np.float64)
        sums = np.concatenate([np.zeros_like(np.take(sums, [0], axis)), sums], axis)
        at = np.arange(size)
        after, before = np.minimum(at + radius, size - 1) + 1, np.maximum(at - radius, 0)
        number = (after - before).reshape((-1, 1) if axis == -2 else (1, -1))
        result = (np.take(sums, after, axis) - np.take(sums, before, axis)) / number
    return result.astype(np.float32)


def reduced(pixels: np.ndarray, side: int) -> np.ndarray:
    """A float copy, scaled down so that its shorter side is at most ``side``.

    Args:
        pixels: uint8 ``[H, W, 3]`` or ``[H, W]``.

    Returns:
        float32 ``[3, h, w]`` or ``[h, w]`` in 0..1.
    """
    height, width = pixels.shape[:2]
    scale = side / min(height, width)
    if scale < 1:
        size = max(1, round(width * scale)), max(1, round(height * scale))
        pixels = np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BOX))
    return to_unit(pixels)


def cell_means(values: np.ndarray, width: int, height: int) -> np.ndarray:
    """The means over the cells of a smaller grid.

    Args:
        values: float32 ``[H, W]`` or ``[H, W, C]``.
        width, height: of the grid; not more than the picture's.

    Returns:
        float32 of that size, with the same channels.
    """
    if values.ndim == 3:
        channels = (values[..., channel] for channel in range(values.shape[2]))
        return np.stack([cell_means(channel, width, height) for channel in channels], axis=-1)
    image = Image.fromarray(np.ascontiguousarray(values))
    return np.asarray(image.resize((width, height), Image.Resampling.BOX))


def to_unit(pixels: np.ndarray) -> np.ndarray:
    """uint8 ``[H, W, C]`` or ``[H, W]`` to float32 ``[C, H, W]`` or ``[H, W]`` in 0..1."""
    values = pixels.astype(np.float32) / 255
    return values if values.ndim == 2 else np.moveaxis(values, -1, 0)


def enlarged(values: np.ndarray, width: int, height: int, rows: slice) -> np.ndarray:
    """Some rows of a map that is enlarged to ``width x height`` by bilinear interpolation.

    Args:
        values: float32 ``[h, w]`` or ``[C, h, w]``.
        rows: which rows, with a start and a stop.

    Returns:
        float32 ``[rows, width]`` or ``[C, rows, width]``.
    """
    if values.ndim == 3:
        return np.stack([enlarged(channel, width, height, rows) for channel in values])
    if values.shape == (height, width):
        return values[rows]
    scale = values.shape[0] / height
    box = (0, rows.start * scale, values.shape[1], rows.stop * scale)
    image = Image.fromarray(np.ascontiguousarray(values, np.float32))
    return np.asarray(image.resize((width, rows.stop - rows.start), Image.Resampling.BILINEAR, box=box))


def at_points(values: np.ndarray, size: tuple[int, int], y: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Single pixels of maps that are enlarged by bilinear interpolation.

    Args:
        values: float32 ``[C, h, w]``.
        size: ``(height, width)`` that they are enlarged to.
        y, x: int ``[n]``, which pixels of that.

    Returns:
        float32 ``[C, n]``.
    """
    count, height, width = values.shape
    (top, down), (left, across) = _between(y, size[0], height), _between(x, size[1], width)
    flat, corner = values.reshape(count, -1), top * width + left
    right, below = np.minimum(left + 1, width - 1) - left, (np.minimum(top + 1, height - 1) - top) * width
    upper = flat[:, corner]
    upper += across * (flat[:, corner + right] - upper)
    corner += below
    lower = flat[:, corner]
    lower += across * (flat[:, corner + right] - lower)
    return upper + down * (lower - upper)


def _between(places: np.ndarray, length: int, inner: int) -> tuple[np.ndarray, np.ndarray]:
    """The index of the value before each place, and how far it is from there to the next, 0 to 1."""
    at = ((places + 0.5) * (inner / length) - 0.5).clip(0, inner - 1)
    before = at.astype(np.int64)
    return before, (at - before).astype(np.float32)
