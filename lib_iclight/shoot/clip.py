"""A clip in a new light: its frames cut out, painted in windows, their light steadied, and put on the frames.

Each step reads what the one before it has kept in the job's folder, and keeps no more frames in memory than a window
has: how long the clip is makes no difference.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

import numpy as np

from ..errors import ICLightError, InterruptedRunError
from ..picture.arrays import Picture
from ..restore.relighting import Light, between, light_from
from .clip_frames import Clip, Reader
from .clip_job import UNFINISHED, ClipJob
from .flow import is_cut
from .steady import Moment, exposure, exposure_shifts, steadied, steady_mattes
from .windows import Windows

_MATTE_REACH = 2
"""How many frames around a frame its steadied matte depends on."""


class InterruptedClipError(Exception):
    """The user pressed Interrupt. What is done is kept."""


@dataclass(frozen=True, eq=False)
class Frame:
    """A frame of a clip.

    Attributes:
        index: its number, from 0.
        picture: as it came.
        matte: uint8 ``[H, W]``, as it was cut out and steadied; None if it was not to be cut out.
    """

    index: int
    picture: Picture
    matte: np.ndarray | None


@dataclass(frozen=True, eq=False)
class Taken:
    """The light of one painting, at the run's size.

    Attributes:
        frame: uint8 ``[h, w, 3]``, the photograph with what is around the subject.
        own: uint8 ``[h, w, 3]``, the subject's own colours.
        matte: uint8 ``[h, w]``, 255 on the subject.
        light: what the painting does to it.
    """

    frame: np.ndarray
    own: np.ndarray
    matte: np.ndarray
    light: Light


class Hands(Protocol):
    """Who does what needs a model, or knows what was asked for."""

    has_light: bool
    """Whether results are photographs in the paintings' light, and not the paintings."""

    def removes(self, picture: Picture) -> bool:
        """Whether the subject is to be cut out."""

    def cut_out(self, picture: Picture) -> np.ndarray:
        """The matte of the subject, uint8 ``[H, W]``."""

    def paint(self, frames: Sequence[Frame]) -> list[np.ndarray] | None:
        """Paint frames together: uint8 ``[h, w, 3]`` each; None if that was interrupted."""

    def taken(self, frame: Frame, painting: np.ndarray) -> Taken:
        """The light of a painting."""

    def developed(self, frame: Frame, painting: np.ndarray, light: Light | None) -> np.ndarray:
        """A frame of the result, uint8 ``[H, W, 3]``, in this light, or as it was painted."""

    def interrupted(self) -> bool:
        """Whether the user wants it to end."""

    def tell(self, done: str) -> None:
        """Show how far it is."""


class ClipRun:
    """The steps of a clip.

    Args:
        clip: what is relit.
        job: what is kept of it.
        windows: how its frames are painted together.
        hands: does the work.
        steadiness: of light and matte, 0 to 1.
        light_moves: whether the light is another one in each frame.
    """

    def __init__(
        self, clip: Clip, job: ClipJob, windows: Windows, hands: Hands, steadiness: float, light_moves: bool
    ) -> None:
        self._clip, self._job, self._windows, self._hands = clip, job, windows, hands
        self._steadiness, self._moves = steadiness, light_moves
        # So many that no step goes back to a frame that is not kept: a video would be decoded from its beginning.
        self._reader = Reader(clip, windows.length + windows.overlap + 2 * _MATTE_REACH + 1)
        self._cuts = hands.removes(self._reader[0])

    def cut_out(self, end: int) -> None:
        """Cut the subject out of the first frames, and steady the mattes.

        Raises:
            InterruptedClipError: the user wanted it to end.
            ICLightError: a frame cannot be read, or nothing was found in it.
        """
        if not self._cuts:
            return
        seen = min(end + _MATTE_REACH, self._windows.count) if self._steadiness else end
        for index in range(seen):
            if not self._job.has_matte(index, steadied=False):
                self._go_on(f"cutting out frame {index + 1} of {seen}")
                self._job.keep_matte(index, self._cut_out(index), steadied=False)
        if self._steadiness:
            self._steady_mattes(end, seen)

    def _cut_out(self, index: int) -> np.ndarray:
        picture = self._reader[index]
        try:
            return self._hands.cut_out(picture)
        except InterruptedRunError:
            raise InterruptedClipError from None
        except ICLightError as error:
            raise ICLightError(f"Frame {index + 1}: {error}") from error

    def _steady_mattes(self, end: int, seen: int) -> None:
        first = next((index for index in range(end) if not self._job.has_matte(index, steadied=True)), end)
        if first == end:
            return
        begin = max(first - _MATTE_REACH, 0)
        frames = (self._reader[index].rgb for index in range(begin, seen))
        mattes = (self._job.matte(index, steadied=False) for index in range(begin, seen))
        for index, matte in enumerate(steady_mattes(frames, mattes), begin):
            if first <= index < end:
                self._go_on(f"steadying the matte of frame {index + 1} of {end}")
                self._job.keep_matte(index, matte, steadied=True)

    def painted(self, end: int) -> int:
        """How many of the first frames are painted."""
        found = 0
        for window in self._windows.all(end):
            if not self._job.has(window):
                break
            found = window.end
        return min(found, end)

    def paint(self, end: int) -> None:
        """Paint the first frames, window by window; those that are painted already are left as they are.

        Raises:
            InterruptedClipError: the user wanted it to end; finished windows are kept.
            ICLightError: a window cannot be painted.
        """
        for window in self._windows.all(end):
            if self._job.has(window):
                continue
            # A window may reach beyond the frames that are asked for.
            self.cut_out(window.end)
            self._go_on(f"painting frames {window.first + 1} to {window.end}")
            paintings = self._hands.paint([self._frame(index) for index in range(window.first, window.end)])
            if paintings is None:
                raise InterruptedClipError
            self._job.keep(window, paintings)

    def frames(self, end: int) -> Iterator[np.ndarray]:
        """The first frames of the result, uint8 ``[H, W, 3]`` each, once they are painted.

        Raises:
            InterruptedClipError: the user wanted it to end.
        """
        self.cut_out(end)  # a matte may have been deleted since its frame was painted
        if self._hands.has_light and self._steadiness:
            with TemporaryDirectory(dir=self._job.folder, prefix=UNFINISHED) as folder:
                yield from self._steadied(_Kept(Path(folder)), end)
            return
        for index in range(end):
            self._go_on(f"developing frame {index + 1} of {end}")
            frame = self._frame(index)
            light = self._taken(frame).light if self._hands.has_light else None
            yield self._hands.developed(frame, self._painting(index), light)

    def _steadied(self, kept: _Kept, end: int) -> Iterator[np.ndarray]:
        """Two passes: the exposure of all frames has to be known before the first one is developed."""
        mattes: list[np.ndarray] = []
        levels, cuts = [], []
        smooth = steadied(self._moments(end, kept, mattes, cuts), self._steadiness, light_moves=self._moves)
        for index, logs in enumerate(smooth):
            levels.append(exposure(logs, mattes.pop(0)))
            kept.keep(index, logs)
        shifts = exposure_shifts(np.stack(levels), self._steadiness, light_moves=self._moves, cuts=cuts)
        for index in range(end):
            self._go_on(f"developing frame {index + 1} of {end}")
            logs, more, own, matte = kept.logs(index, shifts[index])
            light = light_from(own, matte, logs, more)
            yield self._hands.developed(self._frame(index), self._painting(index), light)

    def _moments(self, end: int, kept: _Kept, mattes: list[np.ndarray], cuts: list[int]) -> Iterator[Moment]:
        before = None
        for index in range(end):
            self._go_on(f"taking the light of frame {index + 1} of {end}")
            taken = self._taken(self._frame(index))
            kept.keep_taken(index, taken)
            mattes.append(taken.matte)
            if before is not None and is_cut(before, taken.frame):
                cuts.append(index)
            before = taken.frame
            yield Moment(taken.frame, taken.matte, np.ascontiguousarray(np.moveaxis(taken.light.logs, 0, -1)))

    def _frame(self, index: int) -> Frame:
        matte = self._job.matte(index, steadied=bool(self._steadiness)) if self._cuts else None
        return Frame(index, self._reader[index], matte)

    def _painting(self, index: int) -> np.ndarray:
        """A frame's painting; where windows meet, those of both crossfaded."""
        paintings = [(self._job.painting(window, index), share) for window, share in self._windows.shares(index)]
        if len(paintings) == 1:
            return paintings[0][0]
        total = sum(np.float32(share) * painting for painting, share in paintings)
        return (total + np.float32(0.5)).clip(0, 255).astype(np.uint8)

    def _taken(self, frame: Frame) -> Taken:
        """A frame's light; where windows meet, those of both crossfaded."""
        shares = self._windows.shares(frame.index)
        found = [self._hands.taken(frame, self._job.painting(window, frame.index)) for window, _ in shares]
        if len(found) == 1:
            return found[0]
        light = between(found[0].light, found[1].light, shares[1][1])
        return Taken(found[0].frame, found[0].own, found[0].matte, light)

    def _go_on(self, doing: str) -> None:
        if self._hands.interrupted():
            raise InterruptedClipError
        self._hands.tell(doing)


class _Kept:
    """What the second pass needs of the first one, in files of a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep_taken(self, index: int, taken: Taken) -> None:
        """Keep what a frame's light falls on, and its highlights."""
        more = {} if taken.light.more is None else {"more": taken.light.more.astype(np.float16)}
        np.savez(self._folder / f"{index}-taken.npz", own=taken.own, matte=taken.matte, **more)

    def keep(self, index: int, logs: np.ndarray) -> None:
        """Keep a frame's steadied gain ``[h, w, C]``."""
        np.save(self._folder / f"{index}.npy", logs.astype(np.float16))

    def logs(self, index: int, shift: np.ndarray) -> tuple[np.ndarray, np.ndarray | None, np.ndarray, np.ndarray]:
        """A frame's gain ``[C, h, w]`` with its exposure shifted, its highlights, colours and matte."""
        logs = np.load(self._folder / f"{index}.npy").astype(np.float32) + shift.astype(np.float32)
        with np.load(self._folder / f"{index}-taken.npz") as taken:
            more = taken["more"].astype(np.float32) if "more" in taken else None
            own, matte = taken["own"], taken["matte"]
        for name in (f"{index}.npy", f"{index}-taken.npz"):
            (self._folder / name).unlink()
        return np.ascontiguousarray(np.moveaxis(logs, -1, 0)), more, own, matte
