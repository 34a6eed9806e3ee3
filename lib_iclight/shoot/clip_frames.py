"""The frames of a clip: those of a video, or the pictures of a folder, one after another."""

from __future__ import annotations

import hashlib
import re
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Protocol

from ..errors import ICLightError, escaped, shortened
from ..files import video
from ..files.video import MOST_FRAMES, Timing, Video
from ..picture.arrays import Picture, make_picture
from ..picture.opening import endings
from ..picture.reading import from_file
from .results import digest_at

FPS = (1.0, 120.0)
"""The frames a second of a folder that can be asked for."""

_TICKS = 1000
_LONGEST_NAME = 100


class Clip(Protocol):
    """Frames in their order, all of one size.

    Attributes:
        name: of its file or folder, without an ending.
        size: width and height of a frame.
        timing: when the frames are shown.
        digest: tells whether it is what it was.
        source: the video whose sound and colours are kept; None for a folder.
    """

    name: str
    size: tuple[int, int]
    timing: Timing
    digest: str
    source: Video | None

    def pictures(self, first: int) -> Iterator[Picture]:
        """The frames from one on. Raises ICLightError where one cannot be read."""


@dataclass(frozen=True)
class VideoClip:
    """The frames of a video file; see :class:`Clip`."""

    source: Video
    digest: str

    @property
    def name(self) -> str:
        """As in :class:`Clip`."""
        return self.source.path.stem

    @property
    def size(self) -> tuple[int, int]:
        """As in :class:`Clip`."""
        return self.source.size

    @property
    def timing(self) -> Timing:
        """As in :class:`Clip`."""
        return self.source.timing

    def pictures(self, first: int) -> Iterator[Picture]:
        """As in :class:`Clip`."""
        return map(make_picture, video.frames(self.source, first))


@dataclass(frozen=True)
class FolderClip:
    """The pictures of a folder, by their names; see :class:`Clip`."""

    folder: Path
    files: tuple[Path, ...]
    size: tuple[int, int]
    timing: Timing
    digest: str
    max_pixels: int
    source: None = None

    @property
    def name(self) -> str:
        """As in :class:`Clip`."""
        return self.folder.name

    def pictures(self, first: int) -> Iterator[Picture]:
        """As in :class:`Clip`."""
        for path in self.files[first:]:
            picture = _picture(path, self.max_pixels)
            if picture.size != self.size:
                raise ICLightError(
                    f"The frame {escaped(path.name)} has {picture.size[0]} x {picture.size[1]} pixels, and those "
                    f"before it {self.size[0]} x {self.size[1]}. Give frames of one size."
                )
            yield picture


def opened(path: Path, fps: float, max_pixels: int) -> Clip:
    """Open a video file, or a folder of frames.

    Args:
        path: of the file or the folder.
        fps: a folder's frames a second.
        max_pixels: the most pixels that a frame may have.

    Raises:
        ICLightError: there is nothing, it cannot be read, or is too long or too large; see
            :func:`lib_iclight.files.video.survey`.
    """
    try:
        if path.is_dir():
            return _folder(path, fps, max_pixels)
        if path.is_file():
            return _video(path, max_pixels)
    except OSError as error:
        raise ICLightError(f"The clip {_short(path)} cannot be read: {error.strerror or error}.") from error
    raise ICLightError(f"There is no clip {_short(path)}. Check its path; a folder of frames may be given too.")


def _video(path: Path, max_pixels: int) -> VideoClip:
    source, digest = video.survey(path, max_pixels), digest_at(path)
    if digest is None:
        raise ICLightError(f"The clip {_short(path)} cannot be read any more. Choose another file.")
    return VideoClip(source, digest)


def _short(path: Path) -> str:
    return shortened(escaped(path.name), _LONGEST_NAME)


def _folder(folder: Path, fps: float, max_pixels: int) -> FolderClip:
    if not FPS[0] <= fps <= FPS[1]:
        raise ICLightError(f"The frames a second must lie between {FPS[0]:g} and {FPS[1]:g}, not {fps:g}.")
    name = escaped(folder.name)
    files = tuple(sorted(_pictures(folder), key=_in_order))
    if not files:
        raise ICLightError(f"The folder {name} holds no pictures. Choose the folder that has the clip's frames.")
    if len(files) > MOST_FRAMES:
        raise ICLightError(f"The folder {name} has too many frames: {MOST_FRAMES:,} at most. Divide it.")
    step = Fraction(1) / Fraction(fps).limit_denominator(_TICKS)
    timing = Timing(tuple(range(len(files))), step, 1)
    found = hashlib.sha256(f"{fps}".encode())
    for path in files:
        stat = path.stat()
        found.update(f"{path.name}\0{stat.st_size}\0{stat.st_mtime_ns}\0".encode("utf-8", "surrogatepass"))
    return FolderClip(folder, files, _picture(files[0], max_pixels).size, timing, found.hexdigest(), max_pixels)


def _picture(path: Path, max_pixels: int) -> Picture:
    """A frame of a folder. Raises ICLightError, which names it, if it cannot be read."""
    name = f"frame {escaped(path.name)}"
    try:
        with path.open("rb") as file:
            return from_file(file, name, max_pixels)
    except OSError as error:
        raise ICLightError(f"The {name} cannot be read: {error.strerror or error}.") from None


def _pictures(folder: Path) -> Iterator[Path]:
    wanted = endings()
    for path in folder.iterdir():
        if path.suffix.lower() in wanted and not path.name.startswith(".") and path.is_file():
            yield path


def _in_order(path: Path) -> list[Any]:
    """What sorts names as people do: frame9 before frame10."""
    return [(int(part), "") if part.isdecimal() else (0, part) for part in re.split(r"([0-9]+)", path.name.casefold())]


class Reader:
    """Gives a clip's frames by their numbers. Going on is cheap; going back is, too, by a few frames.

    Args:
        clip: the clip.
        kept: how many of the latest frames are kept.
    """

    def __init__(self, clip: Clip, kept: int = 1) -> None:
        self._clip, self._most = clip, max(kept, 1)
        self._kept: OrderedDict[int, Picture] = OrderedDict()
        self._next = 0
        self._coming: Iterator[Picture] | None = None

    def __getitem__(self, index: int) -> Picture:
        """A frame. Raises ICLightError if it cannot be read."""
        if index in self._kept:
            return self._kept[index]
        if self._coming is None or index < self._next:
            self._coming, self._next = self._clip.pictures(index), index
            self._kept.clear()
        while self._next <= index:
            self._kept[self._next] = next(self._coming)
            self._next += 1
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return self._kept[index]


def shown_at(timing: Timing, share: float, length: float) -> int:
    """Which frame of another clip, such as a background, is shown at a moment; it begins again at its end.

    Args:
        timing: of that clip.
        share: the moment, as a share of the first clip's length.
        length: of the first clip, in seconds.
    """
    whole = float((timing.ticks[-1] - timing.ticks[0] + timing.last) * timing.base)
    place = (share * length) % whole / whole
    return int((timing.shares <= place + 1e-9).sum()) - 1
