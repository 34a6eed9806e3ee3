"""Cuts a subject out along an outline drawn by hand, for the photographs that the demo brings: no network is needed."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image, ImageDraw

Outline = tuple[tuple[float, float], ...]
"""A polygon's corners, x and y in pixels."""

# How much colours tell: beta of `skimage.segmentation.random_walker`, for CIELAB divided by 100.
_BETA = 300.0
# Probabilities of the subject at which the matte begins and is full. The rim is drawn in rather than out: what shows of
# the old background is worse than what is missing of the subject.
_FROM, _FULL = 0.5, 0.9


def cut_along(picture: Image.Image, outlines: tuple[Outline, ...], reach: float) -> Image.Image:
    """Return `picture` as RGBA of its own size, opaque inside `outlines`.

    Between `reach` pixels inside and outside of them the edge follows the colours: each pixel is as opaque as a random
    walker from there is likely to come upon the subject before it comes upon the background (L. Grady, "Random Walks
    for Image Segmentation", PAMI 2006). An outline that crosses the frame leaves the subject cut off there.
    """
    from skimage.color import rgb2lab
    from skimage.segmentation import random_walker

    rgb = picture.convert("RGB")
    seeds = _seeds(_filled(rgb.size, outlines), reach)
    chances = random_walker(
        rgb2lab(np.asarray(rgb)) / 100, seeds, _BETA, mode="bf", return_full_prob=True, channel_axis=-1
    )
    alpha = np.clip((chances[0] - _FROM) / (_FULL - _FROM), 0, 1)
    rgb.putalpha(Image.fromarray(np.uint8(np.rint(255 * alpha))))
    return rgb


def _filled(size: tuple[int, int], outlines: tuple[Outline, ...]) -> np.ndarray:
    """Return bool [H, W]: inside one of the outlines."""
    mask = Image.new("L", size)
    for corners in outlines:
        ImageDraw.Draw(mask).polygon(corners, fill=1)
    return np.asarray(mask) > 0


def _seeds(inside: np.ndarray, reach: float) -> np.ndarray:
    """Return what is certain, [H, W]: 1 is subject, 2 background, 0 neither."""
    from scipy.ndimage import distance_transform_edt

    # The frame is no edge: beyond it the picture goes on as it ends.
    margin = math.ceil(reach) + 1
    wide = np.pad(inside, margin, mode="edge")
    seeds = np.where(distance_transform_edt(wide) > reach, 1, 2 * (distance_transform_edt(~wide) > reach))
    return seeds[margin:-margin, margin:-margin]
