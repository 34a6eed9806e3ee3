"""Sizes of runs that suit a picture."""

from __future__ import annotations

import math

STEP = 64
"""Sides are multiples of it: the UNet's levels divide them evenly."""

SMALLEST, LARGEST = 64, 2048
"""The shortest and the longest side."""


def match_size(picture: tuple[int, int], width: int, height: int) -> tuple[int, int]:
    """A size with the picture's proportions and about the area of ``width x height``.

    Both sides are multiples of 64, which the UNet's levels divide evenly, from 64 to 2048.

    Args:
        picture: its ``(width, height)``.
        width, height: the current setting.
    """
    ratio, area = picture[0] / picture[1], width * height
    ideal = math.sqrt(area * ratio)

    def misfit(size: tuple[int, int]) -> float:
        return abs(math.log(size[0] / size[1] / ratio)) + 0.25 * abs(math.log(size[0] * size[1] / area))

    around = {to_step(ideal + offset * STEP) for offset in (-1, 0, 1)}
    sizes = {(w, to_step(w / ratio + offset * STEP)) for w in around for offset in (-1, 0, 1)}
    return min(sorted(sizes), key=misfit)


def to_step(side: float) -> int:
    """The side nearest to this one that a run may have."""
    return max(SMALLEST, min(LARGEST, round(side / STEP) * STEP))
