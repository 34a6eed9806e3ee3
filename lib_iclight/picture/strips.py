"""Splits a picture's rows into strips, so that large pictures are processed without a float copy of the whole."""

from __future__ import annotations

from collections.abc import Iterator


def strips(height: int, rows: int) -> Iterator[slice]:
    """Slices over all rows of a picture, ``rows`` at a time (at least one); the last strip may have fewer.

    Args:
        height: the picture's height in pixels.
        rows: the height of a strip; callers divide the pixels that they can hold by the width.
    """
    rows = max(1, rows)
    for start in range(0, height, rows):
        yield slice(start, min(start + rows, height))
