"""The windows of a clip: frames that are painted together, each window sharing some with the one before it."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import ICLightError

MOST = 32
"""The frames that a window may have."""


@dataclass(frozen=True)
class Window:
    """Frames that are painted together.

    Attributes:
        number: of the window, from 0.
        first, end: its frames, the end excluded.
    """

    number: int
    first: int
    end: int


@dataclass(frozen=True)
class Windows:
    """How a clip is divided.

    The windows of a clip's beginning are those of the whole clip, so that a preview is the beginning of the whole.

    Attributes:
        count: of all frames.
        length: of a window, 1 to 32 frames.
        overlap: how many frames a window shares with the one before it, below ``length``.
    """

    count: int
    length: int
    overlap: int

    def all(self, end: int) -> list[Window]:
        """The windows that have one of the first ``end`` frames."""
        step = self.length - self.overlap
        found = []
        for number, first in enumerate(range(0, self.count, step)):
            if first >= end or (found and found[-1].end == self.count):
                break
            found.append(Window(number, first, min(first + self.length, self.count)))
        return found

    def shares(self, frame: int) -> list[tuple[Window, float]]:
        """The windows that a frame is in, one or two, and how much each counts: where two meet they are crossfaded."""
        within = [window for window in self.all(frame + 1) if window.first <= frame < window.end]
        if len(within) == 1:
            return [(within[0], 1.0)]
        earlier, later = within[-2:]
        share = (frame - later.first + 1) / (earlier.end - later.first + 1)
        return [(earlier, 1 - share), (later, share)]


def divided(count: int, length: int, together: bool) -> Windows:
    """Divide a clip.

    Args:
        count: of its frames.
        length: of a window.
        together: whether the frames of a window change one another: then windows overlap by a quarter. Else a frame
            is the same in every window, and is painted once.

    Raises:
        ICLightError: the length is out of range.
    """
    if not 1 <= length <= MOST:
        raise ICLightError(f"A window of a clip has 1 to {MOST} frames, not {length}.")
    overlap = max(length // 4, 1) if together and length > 1 else 0
    return Windows(count, length, overlap)
