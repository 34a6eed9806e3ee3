"""Pictures as arrays: decoded, composited on grey, mirrored, or turned into light maps."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from PIL import Image

from .opening import MAX_PIXELS, check_given, upright
from .origin import NO_ORIGIN, Origin
from .pixels import to_arrays
from .strips import strips

GREY = 127
"""The value that means "nothing here" to IC-Light: ``127 / 127 - 1`` is exactly 0."""

_STRIP_PIXELS = 1 << 20
_GREY_TOLERANCE, _GREY_TINT, _FLAT_SHARE = 3, 1, 0.75


@dataclass(frozen=True, eq=False)
class Picture:
    """A decoded picture.

    Attributes:
        rgb: uint8 array ``[H, W, 3]``.
        alpha: uint8 array ``[H, W]``, or None if the picture is opaque.
        digest: hex digest of the pixels; equal pictures have equal digests.
        origin: what its file holds beyond these pixels.
    """

    rgb: np.ndarray
    alpha: np.ndarray | None
    digest: str
    origin: Origin = NO_ORIGIN

    @property
    def size(self) -> tuple[int, int]:
        """``(width, height)`` in pixels."""
        return self.rgb.shape[1], self.rgb.shape[0]


@dataclass(frozen=True)
class Unreadable:
    """Takes the place of a given picture that could not be read; a run that uses it is refused.

    Attributes:
        reason: what is wrong with it, and the remedy.
    """

    reason: str


def to_picture(image: Image.Image, name: str = "picture", max_pixels: int = MAX_PIXELS) -> Picture:
    """Convert a picture of any Pillow mode to 8-bit sRGB with an optional alpha channel.

    Args:
        image: from :func:`opening.read`, or opened by somebody else.
        name: what messages call the picture ("foreground").
        max_pixels: see :func:`opening.read`.

    Raises:
        ICLightError: its format is not supported, it is damaged, or it is too large; see :func:`opening.check_given`.
    """
    check_given(image, name, max_pixels)
    return make_picture(*to_arrays(upright(image)))


def make_picture(rgb: np.ndarray, alpha: np.ndarray | None = None) -> Picture:
    """Wrap uint8 arrays ``[H, W, 3]`` and ``[H, W]`` and compute their digest."""
    digest = hashlib.blake2b(repr(rgb.shape).encode(), digest_size=16)
    digest.update(np.ascontiguousarray(rgb))
    if alpha is not None:
        digest.update(np.ascontiguousarray(alpha))
    return Picture(rgb, alpha, digest.hexdigest())


def mirrored(picture: Picture) -> Picture:
    """The picture flipped left to right."""
    alpha = None if picture.alpha is None else np.ascontiguousarray(picture.alpha[:, ::-1])
    return make_picture(np.ascontiguousarray(picture.rgb[:, ::-1]), alpha)


def is_on_grey(rgb: np.ndarray) -> bool:
    """Whether the picture is already cut out and composited on grey 127.

    True if at least half of the border pixels, including both upper corners, have one and the same grey, which is 127
    within JPEG's rounding. A composited background is flat, even when saved as JPEG; photographed paper is not: if many
    of the border's greys near 127 differ from that one, the picture is a photograph.
    """
    border = np.concatenate([rgb[0], rgb[-1], rgb[1:-1, 0], rgb[1:-1, -1]]).astype(np.int16)
    corner = rgb[0, 0].astype(np.int16)
    near = (np.abs(border - GREY) <= _GREY_TOLERANCE).all(axis=1)
    flat = (border == corner).all(axis=1)
    is_grey = np.ptp(corner) <= _GREY_TINT and near[0] and (rgb[0, -1] == rgb[0, 0]).all()
    return bool(is_grey and flat.mean() >= 0.5 and flat.sum() >= _FLAT_SHARE * near.sum())


def on_grey(rgb: np.ndarray, alpha: np.ndarray | None) -> np.ndarray:
    """Composite a subject on grey: ``127 + (rgb - 127) * alpha``, truncated to integers as the reference does.

    Source: lllyasviel/IC-Light, ``run_rmbg``.

    Args:
        rgb: uint8 ``[H, W, 3]``.
        alpha: uint8 ``[H, W]`` (255 is the subject), or None for an opaque picture.

    Returns:
        uint8 ``[H, W, 3]``.
    """
    return over(rgb, alpha, np.full((1, 1, 3), GREY, np.uint8))


def over(rgb: np.ndarray, alpha: np.ndarray | None, backdrop: np.ndarray) -> np.ndarray:
    """Composite ``rgb`` over ``backdrop``: ``backdrop + (rgb - backdrop) * alpha``, truncated to integers.

    Works in strips, so that no float copy of a picture of many megapixels is needed.

    Args:
        rgb: uint8 ``[H, W, 3]``.
        alpha: uint8 ``[H, W]``, or None for an opaque picture.
        backdrop: uint8, ``[H, W, 3]`` or ``[1, 1, 3]``.

    Returns:
        uint8 ``[H, W, 3]``.
    """
    if alpha is None:
        return rgb
    result = np.empty_like(rgb)
    for rows in strips(rgb.shape[0], _STRIP_PIXELS // rgb.shape[1]):
        base = (backdrop if backdrop.shape[0] == 1 else backdrop[rows]).astype(np.float32)
        weight = alpha[rows, :, None].astype(np.float32) / 255.0
        mixed = base + (rgb[rows].astype(np.float32) - base) * weight
        result[rows] = mixed.clip(0, 255).astype(np.uint8)
    return result


def as_light_map(picture: Picture) -> Picture:
    """A picture as a light map; a black picture with transparency is taken as the shape of its alpha channel."""
    alpha = picture.alpha
    if alpha is None or picture.rgb.any() or alpha.min() == alpha.max():
        return picture
    return make_picture(np.repeat(alpha[..., None], 3, axis=2))
