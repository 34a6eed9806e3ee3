"""The subject's own colours under the soft parts of its matte.

Lengths are in pixels of a picture whose shorter side is 512.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..picture.box_filter import at_points, box_mean, enlarged, reduced, to_unit
from ..picture.scaling import in_pixels
from ..picture.strips import strips

# In pixels: up to which shorter side colours are estimated.
_WORKING_SIDE = 768
# Of the means that colours are taken from, wide and narrow.
_RADII = (90.0, 6.0)
_STRIP_ROWS = 256
# The mean weight around a place at which what is known from further away counts half.
_FEW = 1e-3


@dataclass(frozen=True, eq=False)
class Estimate:
    """What the subject's colours and those behind it are about, on a smaller copy.

    A pixel ``p`` under the matte ``a`` has the subject's own colour ``s + a^n (p - a s - (1 - a) b)``: the part of it
    that the two do not explain is added (M. Forte, "Approximate Fast Foreground Colour Estimation", ICIP 2021).

    Attributes:
        subject, behind: ``s`` and ``b``, float32 ``[3, h, w]``.
        power: ``n``.
        size: ``(height, width)`` of the picture.
    """

    subject: np.ndarray
    behind: np.ndarray
    power: int
    size: tuple[int, int]

    def own(self, pixels: np.ndarray, alpha: np.ndarray, rows: slice, strength: float = 1.0) -> np.ndarray:
        """Rows of the picture in the subject's own colours.

        Args:
            pixels: uint8 ``[rows, W, 3]``, these rows.
            alpha: uint8 ``[rows, W]``, their matte.
            rows: which.
            strength: how far their colours are changed, 0 to 1.

        Returns:
            uint8 ``[rows, W, 3]``; the very pixels where ``alpha`` is 255.
        """
        subject, behind = (enlarged(values, *self.size[::-1], rows) for values in (self.subject, self.behind))
        values = to_unit(pixels)
        mixed = values + strength * (self._own(values, to_unit(alpha), subject, behind) - values)
        mixed = (np.moveaxis(mixed, 0, -1) * 255).round().astype(np.uint8)
        return np.where(alpha[..., None] == 255, pixels, mixed)

    def own_where_soft(self, pixels: np.ndarray, alpha: np.ndarray, rows: slice) -> np.ndarray:
        """As :meth:`own`, but where the matte is 0 the pixels stay too: for pictures of which little is soft.

        Returns:
            uint8 ``[rows, W, 3]``, ``pixels`` itself if nothing is soft.
        """
        y, x = np.nonzero((alpha > 0) & (alpha < 255))
        if not len(y):
            return pixels
        values = pixels[y, x].T.astype(np.float32) / 255
        subject = at_points(self.subject, self.size, y + rows.start, x)
        behind = subject if self.behind is self.subject else at_points(self.behind, self.size, y + rows.start, x)
        result = pixels.copy()
        own = self._own(values, alpha[y, x].astype(np.float32) / 255, subject, behind)
        result[y, x] = (own * 255 + 0.5).T
        return result

    def _own(self, values: np.ndarray, weight: np.ndarray, subject: np.ndarray, behind: np.ndarray) -> np.ndarray:
        own = subject + weight**self.power * (values - weight * subject - (1 - weight) * behind)
        return own.clip(0, 1)


def apart(rgb: np.ndarray, alpha: np.ndarray) -> Estimate:
    """Tell the subject's colours from those of the background that shines through a matte.

    The colours of subject and background are blurred separately, first widely and then narrowly. They are weighted by
    the square of the matte, because a remover's soft edge is softer than the subject's.

    Args:
        rgb: uint8 ``[H, W, 3]``.
        alpha: uint8 ``[H, W]``.
    """
    pixels, weight = reduced(rgb, _WORKING_SIDE), reduced(alpha, _WORKING_SIDE)
    wide, narrow = (max(1, round(in_pixels(radius, weight.shape))) for radius in _RADII)
    subject, behind = _blurred_apart(pixels, pixels, weight, wide)
    unexplained = pixels - weight * subject - (1 - weight) * behind
    found = _blurred_apart((subject + weight**2 * unexplained).clip(0, 1), behind, weight, narrow)
    return Estimate(*found, 2, alpha.shape)


def inside(rgb: np.ndarray, alpha: np.ndarray) -> Estimate:
    """The subject's colours as they are well inside the matte: outside of it the picture's may be anything.

    Args:
        rgb: uint8 ``[H, W, 3]``.
        alpha: uint8 ``[H, W]``, not 0 everywhere.
    """
    # Single pixels, not means of several: those at the rim would be mixed with what the matte hides.
    step = max(1, min(alpha.shape) // _WORKING_SIDE)
    pixels, weight = (
        to_unit(rgb[step // 2 :: step, step // 2 :: step]),
        to_unit(alpha[step // 2 :: step, step // 2 :: step]),
    )
    weight = weight**4
    found = (pixels * weight).sum(axis=(1, 2), keepdims=True) / max(weight.sum(), 1e-6)
    for radius in _RADII:
        reach = max(1, round(in_pixels(radius, weight.shape)))
        found = (box_mean(pixels * weight, reach) + _FEW * found) / (box_mean(weight, reach) + _FEW)
    return Estimate(found, found, 1, alpha.shape)


def decontaminate(rgb: np.ndarray, alpha: np.ndarray, strength: float) -> np.ndarray:
    """Remove the old background's colour from the edge by estimating the subject's own colour there.

    Args:
        rgb: uint8 ``[H, W, 3]``.
        alpha: uint8 ``[H, W]``.
        strength: 0 to 1.

    Returns:
        uint8 ``[H, W, 3]``; the same pixels where ``alpha`` is 255, the nearest colours of the subject where it is 0.
    """
    if strength <= 0 or alpha.min(initial=255) == 255:
        return rgb
    return _in_strips(apart(rgb, alpha), rgb, alpha, strength)


def carry_on(rgb: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """Carry the subject's colours on from inside, the more the less opaque it is.

    Args:
        rgb: uint8 ``[H, W, 3]``.
        alpha: uint8 ``[H, W]``.

    Returns:
        uint8 ``[H, W, 3]``; where ``alpha`` is 255 the very pixels.
    """
    if alpha.min(initial=255) == 255 or not alpha.any():
        return rgb
    return _in_strips(inside(rgb, alpha), rgb, alpha, 1.0)


def _in_strips(estimate: Estimate, rgb: np.ndarray, alpha: np.ndarray, strength: float) -> np.ndarray:
    result = np.empty_like(rgb)
    for rows in strips(alpha.shape[0], _STRIP_ROWS):
        result[rows] = estimate.own(rgb[rows], alpha[rows], rows, strength)
    return result


def _blurred_apart(
    subject: np.ndarray, behind: np.ndarray, weight: np.ndarray, radius: int
) -> tuple[np.ndarray, np.ndarray]:
    return _weighted_mean(subject, weight**2, radius), _weighted_mean(behind, (1 - weight) ** 2, radius)


def _weighted_mean(values: np.ndarray, weight: np.ndarray, radius: int) -> np.ndarray:
    return box_mean(values * weight, radius) / (box_mean(weight, radius) + 1e-5)
