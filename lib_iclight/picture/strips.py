"""Portions of a picture's rows, so that one of many megapixels is worked on without its size in floats."""

from __future__ import annotations

from collections.abc import Iterator


def strips(height: int, rows: int) -> Iterator[slice]:
    """All rows of a picture in order, ``rows`` at a time (at least one); the last strip may have fewer.

    Args:
        height: the picture's, in pixels.
        rows: of a strip; callers divide the pixels that they can hold by the width.
    """
    rows = max(1, rows)
    for start in range(0, height, rows):
        yield slice(start, min(start + rows, height))
