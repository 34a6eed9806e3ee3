"""A subject in a frame of any size, row by row, so that a large one needs no copy of more than its bytes."""

from __future__ import annotations

import numpy as np

from ..picture import arrays
from .frame import Frame
from .own_colours import Estimate, apart, inside
from .prepare import Subject
from .sharpening import sharpened

_FINER = np.uint16(257)
"""What a level of 8 bits is in 16."""


class InFrame:
    """A subject in a frame of the scale of the photograph, or another one.

    Args:
        subject: the subject.
        frame: where its picture lies.

    Attributes:
        matte: uint8 ``[H, W]``. One that a remover has found, which is no sharper than what the remover saw, follows
            the edges of the photograph.
    """

    def __init__(self, subject: Subject, frame: Frame) -> None:
        self._frame = frame
        picture = subject.picture
        self._rgb = frame.show(picture.rgb, arrays.GREY)
        is_own = subject.colours is picture.rgb
        self._colours = self._rgb if is_own else frame.show(subject.colours, arrays.GREY)
        self.matte = self._matte(subject)
        self._estimate = self._estimated(is_own and bool(subject.remover))
        self._deep = self._finer(subject)

    def own(self, rows: slice) -> np.ndarray:
        """Rows in the subject's own colours, also under its soft rim: uint8 or uint16 ``[rows, W, 3]``."""
        pixels, alpha = self._colours[rows], self.matte[rows]
        if self._estimate is not None:
            pixels = self._estimate.own_where_soft(pixels, alpha, rows)
        if self._deep is None:
            return pixels
        if np.shares_memory(pixels, self._rgb):
            return self._deep[rows]
        shift = (pixels.astype(np.int32) - self._rgb[rows]) * int(_FINER)
        return (self._deep[rows] + shift).clip(0, 65535).astype(np.uint16)

    def scene(self, rows: slice) -> np.ndarray:
        """Rows of the photograph as it was, grey where it does not reach: as :meth:`own`."""
        return self._rgb[rows] if self._deep is None else self._deep[rows]

    def _matte(self, subject: Subject) -> np.ndarray:
        alpha = subject.alpha
        if alpha is None:
            alpha = np.full(subject.picture.rgb.shape[:2], 255, np.uint8)
        matte = self._frame.show(alpha, 0)
        return sharpened(self._rgb, matte) if subject.is_vague else matte

    def _estimated(self, is_contaminated: bool) -> Estimate | None:
        if self.matte.min(initial=255) == 255 or not self.matte.any():
            return None
        return (apart if is_contaminated else inside)(self._colours, self.matte)

    def _finer(self, subject: Subject) -> np.ndarray | None:
        """The photograph's finer levels, uint16 ``[H, W, 3]``, if it has such and keeps its pixels."""
        picture = subject.picture
        if self._frame.picture != picture.size:
            return None
        deep = picture.origin.deep()
        return None if deep is None else self._frame.show(deep, arrays.GREY * int(_FINER))


class Latest:
    """Gives a subject in a frame; the latest is kept for the next result that shows the same."""

    def __init__(self) -> None:
        self._key: object = None
        self._made: InFrame | None = None

    def __call__(self, subject: Subject, frame: Frame) -> InFrame:
        """As :class:`InFrame`."""
        # Equal pixels may come from files of different depth.
        key = subject.digest, subject.picture.origin, frame
        if self._made is None or self._key != key:
            self.drop()
            self._key, self._made = key, InFrame(subject, frame)
        return self._made

    def drop(self) -> None:
        """Let go of it."""
        self._key = self._made = None
