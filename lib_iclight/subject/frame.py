"""Where a picture lies in the frame of a run, and the same frame at another scale."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..picture import scaling
from .placement import Placement

Size = tuple[int, int]
"""``(width, height)`` in pixels."""


@dataclass(frozen=True)
class Frame:
    """A frame and the picture in it, scaled; parts of the picture that lie outside are not seen.

    Attributes:
        width, height: of the frame in pixels.
        picture: the size at which the whole picture is scaled into it.
        left, top: where the upper left corner of the picture lies, below 0 if it is cropped there.
    """

    width: int
    height: int
    picture: Size
    left: int
    top: int

    @property
    def reach(self) -> tuple[slice, slice]:
        """The rows and the columns of the frame in which there is something of the picture."""
        (width, height), (left, top) = self.picture, (self.left, self.top)
        return _inside(top, height, self.height), _inside(left, width, self.width)

    def at(self, picture: Size) -> Frame:
        """The same frame, in which the whole picture has this size.

        What is seen is the same but for a rounding to whole pixels: a picture that fills the frame still does, and the
        frame keeps its proportions.
        """
        wide, high = self._factors(picture)
        across = _axis(self.width, self.picture[0], self.left, picture[0], wide)
        down = _axis(self.height, self.picture[1], self.top, picture[1], high)
        return Frame(across[0], down[0], picture, across[1], down[1])

    def _factors(self, picture: Size) -> tuple[float, float]:
        """By how much the frame grows in width and height if the whole picture gets another size.

        The picture's size here is rounded to whole pixels, which matters where it is small: both are the one of the
        axis that tells it better, which is the one that the picture just fills, or else the longer one.
        """
        factors = picture[0] / self.picture[0], picture[1] / self.picture[1]
        fills = [self.picture[0] == self.width, self.picture[1] == self.height]
        if all(fills):
            return factors
        told = fills.index(True) if any(fills) else int(self.picture[1] > self.picture[0])
        return factors[told], factors[told]

    def within(self, most: int) -> Frame:
        """The same frame with at most ``most`` pixels."""
        if self.width * self.height <= most:
            return self
        factor = math.sqrt(most / (self.width * self.height))
        while True:
            smaller = self.at((max(1, int(self.picture[0] * factor)), max(1, int(self.picture[1] * factor))))
            if smaller.width * smaller.height <= most or max(smaller.picture) == 1:
                return smaller
            factor *= 0.999

    def onto(self, run: Frame) -> tuple[tuple[float, float], tuple[float, float]]:
        """How positions in this frame become positions in the run's: ``(scale, offset)`` across and down, in pixels."""
        across = run.picture[0] / self.picture[0]
        down = run.picture[1] / self.picture[1]
        return (across, run.left - self.left * across), (down, run.top - self.top * down)

    def show(self, pixels: np.ndarray, fill: int, size: Size | None = None) -> np.ndarray:
        """The picture in this frame, scaled with Lanczos; its very pixels where it has its own size.

        Args:
            pixels: uint8 ``[h, w, 3]`` or ``[h, w]``, or uint16 if the picture is not scaled.
            fill: the value of pixels beyond the picture.
            size: to which the whole frame is scaled, None for its own.

        Returns:
            An array ``[height, width, ...]`` of the same kind, which may share memory with ``pixels``.
        """
        (rows, columns), (width, height) = self.reach, size or (self.width, self.height)
        if (self.picture, self.width, self.height) == (pixels.shape[1::-1], width, height):
            part = pixels[
                rows.start - self.top : rows.stop - self.top, columns.start - self.left : columns.stop - self.left
            ]
        else:
            across, down = pixels.shape[1] / self.picture[0], pixels.shape[0] / self.picture[1]
            right = min((columns.stop - self.left) * across, pixels.shape[1])
            bottom = min((rows.stop - self.top) * down, pixels.shape[0])
            box = ((columns.start - self.left) * across, (rows.start - self.top) * down, right, bottom)
            rows, columns = _grown(rows, height / self.height), _grown(columns, width / self.width)
            length = columns.stop - columns.start, rows.stop - rows.start
            part = scaling.resized(pixels, length, box) if all(length) else pixels[:0, :0]
        if part.shape[:2] == (height, width):
            return part
        result = np.full((height, width, *pixels.shape[2:]), fill, pixels.dtype)
        if part.size:
            result[rows, columns] = part
        return result


def frame_of(fit: str | Placement, picture: Size, width: int, height: int) -> Frame:
    """The frame of a run.

    Args:
        fit: as in :class:`lib_iclight.subject.prepare.Framing`.
        picture: the picture's size.
        width, height: of the run in pixels.
    """
    ratios = width / picture[0], height / picture[1]
    if fit == "stretch":
        return Frame(width, height, (width, height), 0, 0)
    if fit == "contain":
        inner = _scaled(picture, min(ratios))
        return Frame(width, height, inner, (width - inner[0]) // 2, (height - inner[1]) // 2)
    if fit in ("cover", Placement()):
        inner = round(picture[0] * max(ratios)), round(picture[1] * max(ratios))
        return Frame(width, height, inner, -round((inner[0] - width) / 2), -round((inner[1] - height) / 2))
    inner = _scaled(picture, fit.scale * max(ratios))
    return Frame(width, height, inner, round(fit.x * width - inner[0] / 2), round(fit.y * height - inner[1] / 2))


def _inside(start: int, length: int, whole: int) -> slice:
    first = min(max(start, 0), whole)
    return slice(first, max(min(start + length, whole), first))


def _grown(part: slice, factor: float) -> slice:
    return slice(round(part.start * factor), round(part.stop * factor))


def _scaled(picture: Size, scale: float) -> Size:
    return max(1, round(picture[0] * scale)), max(1, round(picture[1] * scale))


def _axis(length: int, inner: int, start: int, wanted: int, factor: float) -> tuple[int, int]:
    """The length of a frame grown by a factor, and where the picture begins in it.

    Args:
        length: of the frame.
        inner: the picture's length.
        start: where it begins.
        wanted: its new length, about ``inner * factor``; its centre stays where it is.
        factor: by how much the frame grows.
    """
    scaled, begin = max(1, round(length * factor)), round((start + inner / 2) * factor - wanted / 2)
    if start <= 0 and start + inner >= length:
        scaled = min(scaled, wanted)
        begin = min(max(begin, scaled - wanted), 0)
    return scaled, begin
