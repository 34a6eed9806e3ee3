"""Refines a cut-out: makes its edge follow the picture, thresholds, shrinks or feathers it, removes colour fringes.

Public functions take and return uint8 arrays. Lengths are in pixels of a picture whose shorter side is 512.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageFilter

from ..picture.box_filter import box_mean, enlarged, reduced, to_unit
from ..picture.scaling import in_pixels
from ..picture.strips import strips
from .own_colours import decontaminate

MAX_SHRINK = 16.0
MAX_FEATHER = 16.0

_WORKING_SIDE = 768
_GUIDE_RADIUS = 8.0
_GUIDE_EPSILON = 1e-4
_STRIP_ROWS = 256


@dataclass(frozen=True)
class MatteRefinement:
    """How a matte is refined; the defaults leave it as it is.

    Attributes:
        alpha_matting: whether a cut-out's edge follows the picture (hair, fur). Not for a picture's own transparency,
            under which there is often nothing to follow.
        threshold: 0 to 1; anything less opaque becomes transparent, the rest opaque. 0 is off.
        shrink: -16 to 16; how far the edge moves inwards, or outwards if negative.
        feather: 0 to 16; how far the edge fades out on either side.
        decontaminate: 0 to 1; how much of the old background's colour is removed from the edge.
    """

    alpha_matting: bool = False
    threshold: float = 0.0
    shrink: float = 0.0
    feather: float = 0.0
    decontaminate: float = 0.0

    def refine(self, rgb: np.ndarray, alpha: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Refine a matte and the colours that belong to it.

        The colours are estimated before the matte is grown or feathered: only then does it say how much of the old
        background a pixel contains.

        Args:
            rgb: uint8 ``[H, W, 3]``.
            alpha: uint8 ``[H, W]``, 255 on the subject.

        Returns:
            Arrays of the same kind; an array that was not changed is returned itself, not as a copy.
        """
        if self.alpha_matting:
            alpha = follow_edges(rgb, alpha)
        alpha = threshold(alpha, self.threshold)
        alpha = shrink(alpha, max(self.shrink, 0.0))
        rgb = decontaminate(rgb, alpha, self.decontaminate)
        return rgb, feather(shrink(alpha, min(self.shrink, 0.0)), self.feather)


UNREFINED = MatteRefinement()
"""Leaves a matte as it is."""


def follow_edges(rgb: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """Make the soft edge of a matte follow the edges of the picture; the matte far from its edge stays unchanged.

    The guided filter with the colour picture as guide (K. He, J. Sun, X. Tang, "Guided Image Filtering", ECCV 2010 and
    PAMI 2013); for large pictures its coefficients are computed on a smaller copy (K. He, J. Sun, "Fast Guided Filter",
    2015).

    Args:
        rgb: uint8 ``[H, W, 3]``.
        alpha: uint8 ``[H, W]``.

    Returns:
        uint8 ``[H, W]``.
    """
    unsure = (alpha > 5) & (alpha < 250)
    guide, matte = reduced(rgb, _WORKING_SIDE), reduced(alpha, _WORKING_SIDE)
    radius = in_pixels(_GUIDE_RADIUS, matte.shape)
    slope, offset = _locally_linear(guide, matte, round(radius))
    # A hard edge has no intermediate pixels, but there is a step.
    near = box_mean((np.abs(matte - 0.5) < 0.48).astype(np.float32) + _hard_edges(matte), round(radius)) > 1e-6
    if not (near.any() or unsure.any()):
        return alpha
    height, width = alpha.shape
    result = np.empty_like(alpha)
    for rows, (a, b, band) in _enlarged(height, width, slope, offset, near.astype(np.float32)):
        part = (a * to_unit(rgb[rows])).sum(axis=0) + b
        filtered = (part.clip(0, 1) * 255).round().astype(np.uint8)
        result[rows] = np.where(band > 0.5, filtered, alpha[rows])
    return result


def threshold(alpha: np.ndarray, level: float) -> np.ndarray:
    """Make anything less opaque than ``level`` (0 to 1, 0 is off) transparent, and the rest opaque.

    The step is one pixel wide, so that the edge is not jagged: the matte's gradient converts the difference from the
    level to pixels (C. Green, "Improved Alpha-Tested Magnification", SIGGRAPH 2007).

    Args:
        alpha: uint8 ``[H, W]``.

    Returns:
        uint8 ``[H, W]``; 0 stays 0, and 255 stays 255.
    """
    if level <= 0:
        return alpha
    result = np.empty_like(alpha)
    for rows in strips(alpha.shape[0], _STRIP_ROWS):
        above = 1 if rows.start else 0  # the gradient needs one more row on either side
        part = to_unit(alpha[rows.start - above : rows.stop + 1])
        slope = np.maximum(_steepness(part), 1 / 255)
        sharp = (((part - level) / slope + 0.5).clip(0, 1) * 255).round().astype(np.uint8)
        result[rows] = sharp[above : above + rows.stop - rows.start]
    return np.where((alpha == 0) | (alpha == 255), alpha, result)


def shrink(alpha: np.ndarray, radius: float) -> np.ndarray:
    """Move the edge inwards by ``radius``, or outwards if it is negative; a subject cut off by the frame stays so.

    A minimum (maximum) over an octagon, which is a square dilated by a diamond; fractions of a pixel interpolate
    between two octagons.

    Args:
        alpha: uint8 ``[H, W]``.

    Returns:
        uint8 ``[H, W]``.
    """
    reach = in_pixels(abs(radius), alpha.shape)
    if reach < 1e-3:
        return alpha
    # The minimum is the maximum of the inverted matte.
    values = alpha if radius < 0 else 255 - alpha
    whole = int(reach)
    low = _max_in_octagon(values, whole)
    part = reach - whole
    if part > 1e-3:
        high = _max_in_octagon(values, whole + 1)
        low = (low * np.float32(1 - part) + high * np.float32(part)).round().astype(np.uint8)
    return low if radius < 0 else 255 - low


def feather(alpha: np.ndarray, radius: float) -> np.ndarray:
    """Fade the edge out over ``radius`` on either side: a Gaussian blur with half of that as sigma.

    Args:
        alpha: uint8 ``[H, W]``.

    Returns:
        uint8 ``[H, W]``.
    """
    sigma = in_pixels(radius, alpha.shape) / 2
    if sigma <= 0:
        return alpha
    return np.asarray(Image.fromarray(alpha).filter(ImageFilter.GaussianBlur(sigma)))


def _locally_linear(guide: np.ndarray, values: np.ndarray, radius: int) -> tuple[np.ndarray, np.ndarray]:
    """The guided filter's coefficients: slopes ``[3, h, w]`` and offsets ``[h, w]`` that map guide to values."""
    radius = max(1, radius)
    mean, level = box_mean(guide, radius), box_mean(values, radius)
    together = box_mean(guide * values, radius) - mean * level
    spread = np.empty((*values.shape, 3, 3), np.float32)
    for i in range(3):
        for j in range(i, 3):
            spread[..., i, j] = spread[..., j, i] = box_mean(guide[i] * guide[j], radius) - mean[i] * mean[j]
    spread += _GUIDE_EPSILON * np.eye(3, dtype=np.float32)
    slope = np.moveaxis(np.linalg.solve(spread, np.moveaxis(together, 0, -1)[..., None])[..., 0], -1, 0)
    offset = level - (slope * mean).sum(axis=0)
    return box_mean(slope, radius), box_mean(offset, radius)


def _enlarged(height: int, width: int, *maps: np.ndarray) -> Iterator[tuple[slice, list[np.ndarray]]]:
    """Strips of the full size with the maps enlarged to them, so that large pictures need no full float copy."""
    for rows in strips(height, _STRIP_ROWS):
        yield rows, [enlarged(values, width, height, rows) for values in maps]


def _max_in_octagon(values: np.ndarray, reach: int) -> np.ndarray:
    """The maximum within an octagon of that radius in whole pixels, which is a square dilated by a diamond."""
    square = round(reach * 0.4142)  # a regular octagon's side is tan(22.5 degrees) of its width
    diamond = reach - square
    # Padded, because the steps towards a pixel at the frame's edge may pass outside the frame.
    wide = np.pad(values, reach)
    for step in ((0, 1), (1, 0)):
        wide = _max_along(wide, square, step)
    # Two diagonals reach only every other pixel of a diamond; crosses fill the gaps.
    crosses = min(diamond, 2 - diamond % 2)
    for _ in range(crosses):
        wide = np.maximum(_max_along(wide, 1, (0, 1)), _max_along(wide, 1, (1, 0)))
    for step in ((1, 1), (1, -1)):
        wide = _max_along(wide, (diamond - crosses) // 2, step)
    height, width = values.shape
    return wide[reach : reach + height, reach : reach + width]


def _max_along(values: np.ndarray, reach: int, step: tuple[int, int]) -> np.ndarray:
    """The maximum over ``2 * reach + 1`` pixels in one direction, computed with doubling distances."""
    done, result = 0, values
    while done < reach:
        far = min(reach - done, 2 * done + 1)
        down, across = far * step[0], far * step[1]
        here = slice(down, None), slice(max(across, 0), min(across, 0) or None)
        there = slice(None, -down or None), slice(max(-across, 0), min(-across, 0) or None)
        wider = result.copy()
        np.maximum(wider[here], result[there], out=wider[here])
        np.maximum(wider[there], result[here], out=wider[there])
        result, done = wider, done + far
    return result


def _hard_edges(matte: np.ndarray) -> np.ndarray:
    return (_steepness(matte) > 0.1).astype(np.float32)


def _steepness(values: np.ndarray) -> np.ndarray:
    """The gradient's length: the change from one pixel to the next in the steepest direction."""
    return np.hypot(_slope(values, 0), _slope(values, 1))


def _slope(values: np.ndarray, axis: int) -> np.ndarray:
    return np.gradient(values, axis=axis) if values.shape[axis] > 1 else np.zeros_like(values)
