"""The frames of a film: mixes of the same pictures, made together in strips by several threads.

Only the factors change from frame to frame. So what it takes to make a strip of the pictures is paid once for many
frames, whose sums are one product of matrices.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from ..picture.strips import strips
from .lit_surface import Lit
from .mixing import encoded

Pictures = Callable[[slice], np.ndarray]
"""Gives some rows of a set's pictures in linear light: float32 ``[3, K, rows * width]``."""

_ROOM = 1 << 29
"""The bytes of the frames that are made together."""

_STRIP_PIXELS = 1 << 15
# So many values at once stay in the processor's cache.
_AT_ONCE = 1 << 18
_MOST_THREADS = 4


def reel(size: tuple[int, int], pictures: Pictures, table: np.ndarray, lit: Lit | None = None) -> Iterator[np.ndarray]:
    """Mixes one after another, as sRGB: uint8 ``[h, w, 3]`` each.

    Args:
        size: ``(h, w)``.
        pictures: called in several threads at once.
        table: the factors of each frame, exposure included: float ``[N, K, 3]``.
        lit: what lamps add to each frame; None if there are none.
    """
    height, width = size
    together = max(1, _ROOM // (3 * height * width))
    with ThreadPoolExecutor(min(os.cpu_count() or 1, _MOST_THREADS)) as threads:
        for numbers in strips(len(table), together):
            frames = np.empty((numbers.stop - numbers.start, height, width, 3), np.uint8)
            make = functools.partial(_make, frames, pictures, table[numbers], numbers, lit)
            list(threads.map(make, strips(height, _STRIP_PIXELS // width)))
            yield from frames


def _make(
    frames: np.ndarray, pictures: Pictures, table: np.ndarray, numbers: slice, lit: Lit | None, rows: slice
) -> None:
    """Some rows of some frames, uint8 ``[N, h, w, 3]``, which are filled; ``numbers`` are theirs in the film."""
    weights = np.moveaxis(table, -1, 0).astype(np.float32)
    added = None if lit is None else _lit(lit(rows), range(numbers.start, numbers.stop))
    # A view, as the rows' pixels lie one after another.
    _fill(frames[:, rows].reshape(len(frames), -1, 3), pictures(rows), weights, added)


def _lit(strip: Callable[[int], np.ndarray], frames: range) -> np.ndarray:
    """What lamps add to a strip of frames: float32 ``[3, N, n]``."""
    return np.stack([strip(frame) for frame in frames], axis=1)


def _fill(frames: np.ndarray, pictures: np.ndarray, weights: np.ndarray, added: np.ndarray | None) -> None:
    """A strip of frames, uint8 ``[N, n, 3]``.

    Args:
        frames: is filled.
        pictures: float32 ``[3, K, n]``.
        weights: the frames', ``[3, N, K]``.
        added: what comes on top, ``[3, N, n]``; None for nothing.
    """
    for channel, lights in enumerate(pictures):
        for part in strips(lights.shape[1], _AT_ONCE // len(frames)):
            total = weights[channel] @ lights[:, part]
            frames[:, part, channel] = encoded(total if added is None else total + added[channel][:, part])
