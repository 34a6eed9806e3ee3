"""Brings the edge of a matte to where the photograph has one, at the photograph's full size."""

from __future__ import annotations

import numpy as np

from ..picture.box_filter import at_points, box_mean, reduced
from ..picture.scaling import in_pixels
from ..picture.strips import strips

_WORKING_SIDE = 512
# In pixels of a picture whose shorter side is 512: from how far around the colours of both sides are taken.
_RADIUS = 12.0
# What is soft tells little about the colour of either side.
_CERTAIN = 4
# What keeps means finite, and the mean weight from which on the colour of a side is known.
_FEW, _ENOUGH = 1e-5, 1e-2
# How far a remover's matte is off in the middle of its soft edge, and what noise is in a share found from colours.
_OFF, _NOISE = 0.6, 0.03
_STRIP_ROWS = 128


def sharpened(rgb: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """Make the soft edge of a remover's matte as sharp as the photograph.

    A remover sees a small copy; enlarged, its edge is soft. Around it, the colours of the subject ``F`` and of what is
    behind ``B`` are known from nearby, and how far a pixel lies on the way from one to the other is its share of the
    subject, ``(C - B)(F - B) / |F - B|^2`` (M. Ruzon, C. Tomasi, "Alpha Estimation in Natural Images", CVPR 2000, with
    one colour a side). That is as uncertain as the colours of both sides vary in this direction; the matte itself is as
    uncertain as it is soft. The two are weighted by that.

    Args:
        rgb: uint8 ``[H, W, 3]``.
        alpha: uint8 ``[H, W]``.

    Returns:
        uint8 ``[H, W]``; 0 stays 0, and 255 stays 255.
    """
    if not ((alpha > 0) & (alpha < 255)).any():
        return alpha
    maps = _sides(reduced(rgb, _WORKING_SIDE), reduced(alpha, _WORKING_SIDE))
    result = alpha.copy()
    for rows in strips(alpha.shape[0], _STRIP_ROWS):
        y, x = np.nonzero((alpha[rows] > 0) & (alpha[rows] < 255))
        if not len(y):
            continue
        found = at_points(maps, alpha.shape, y + rows.start, x)
        colours = np.moveaxis(rgb[rows][y, x].astype(np.float32) / 255, -1, 0)
        share = _share(colours, alpha[rows][y, x].astype(np.float32) / 255, found)
        result[rows][y, x] = share * 255 + 0.5
    return result


def _sides(pixels: np.ndarray, matte: np.ndarray) -> np.ndarray:
    """What is known of both sides of the edge: colours, variances along the line between them, and whether it is much.

    Returns:
        float32 ``[9, h, w]``: ``F``, ``B``, both variances as shares of that line, and 1 where both are known.
    """
    radius = max(1, round(in_pixels(_RADIUS, matte.shape)))
    sides = []
    for weight in (matte**_CERTAIN, (1 - matte) ** _CERTAIN):
        amount = box_mean(weight, radius)
        sides.append((weight, amount, box_mean(pixels * weight, radius) / (amount + _FEW)))
    line = sides[0][2] - sides[1][2]
    length = (line**2).sum(axis=0) + 1e-6
    variances = []
    for weight, amount, colour in sides:
        total = np.zeros_like(matte)
        for i in range(3):
            for j in range(i, 3):
                together = box_mean(pixels[i] * pixels[j] * weight, radius) / (amount + _FEW) - colour[i] * colour[j]
                total += (1 if i == j else 2) * line[i] * line[j] * together
        variances.append((total / length**2).clip(0, 1e3))
    known = (sides[0][1] > _ENOUGH) & (sides[1][1] > _ENOUGH)
    maps = (*sides[0][2], *sides[1][2], *variances, known)
    return np.stack([values.astype(np.float32) for values in maps])


def _share(colours: np.ndarray, matte: np.ndarray, sides: np.ndarray) -> np.ndarray:
    """The subject's share of pixels ``[3, n]``, which had ``matte`` ``[n]``: float32 ``[n]``, 0 to 1."""
    front, behind, (front_variance, behind_variance, known) = sides[:3], sides[3:6], sides[6:]
    line = front - behind
    share = ((colours - behind) * line).sum(axis=0) / ((line**2).sum(axis=0) + 1e-6)
    doubt = _NOISE**2 + matte * front_variance + (1 - matte) * behind_variance
    off = _OFF**2 * 4 * matte * (1 - matte)
    return matte + known * off / (off + doubt) * (share.clip(0, 1) - matte)
