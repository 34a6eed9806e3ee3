"""One picture under one look, what comes of it, and how tasks are done one after another."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from ..errors import ICLightError, InterruptedRunError, release
from ..picture.proportions import match_size
from ..support.json_values import without_folders
from .looks import RANDOM, Look

_SEEDS = 2**32


class StoppedError(ICLightError):
    """No task can be done any more, such as when the web UI does not answer: the job stops, and can be gone on with."""


@dataclass(frozen=True)
class Task:
    """One picture under one look.

    Attributes:
        source: the picture's name.
        look: the look.
        number: the picture's, from 1.
        key: tells it from every other: SHA-256 of the picture's name and content, the look's name and digest, the seed
            and the job's marks. The same key is the same result.
        seed: of the run. Where the look leaves it open, it follows from the picture and the look, and so is the same
            when the job is gone on with.
        source_hash: SHA-256 of the picture's file.
        content: that file.
        size: the picture's width and height, upright.
        exif: what of its EXIF block is kept, without header.
    """

    source: str
    look: Look
    number: int
    key: str
    seed: int
    source_hash: str
    content: bytes = field(repr=False)
    size: tuple[int, int]
    exif: bytes = field(default=b"", repr=False)

    @property
    def about(self) -> tuple[str, str]:
        """Which picture under which look."""
        return self.source, self.look.name

    def run_size(self) -> tuple[int, int] | None:
        """Width and height of the run; None if the look leaves them to the web UI."""
        run = self.look.run
        if "width" not in run or "height" not in run:
            return None
        size = run["width"], run["height"]
        return match_size(self.size, *size) if self.look.match_size else size


@dataclass(frozen=True)
class Relit:
    """What came of a task.

    Attributes:
        content: the result, a file in PNG, JPEG, WebP or AVIF.
        seed: the run's, None if it is the task's.
        gain: see :class:`lib_iclight.shoot.manifest.Row`.
        remarks: what the run had to say.
        beside: files to be kept for later beside the results, by what their names end with.
    """

    content: bytes = field(repr=False)
    seed: int | None = None
    gain: tuple[float, float, float] | None = None
    remarks: tuple[str, ...] = ()
    beside: Mapping[str, bytes] = field(default_factory=dict, repr=False)


Relight = Callable[[Task], Relit]
"""Relights the picture of a task.

It raises an ICLightError for what is wrong with this one, a :class:`StoppedError` if no other can be done either,
and an InterruptedRunError if the user has interrupted it.
"""


@dataclass(frozen=True)
class Outcome:
    """A task that is over: its result, or else why there is none.

    Attributes:
        task: the task.
        relit: its result, None if there is none.
        error: why there is none, else "".
        seconds: how long it took.
        web_ui: the address of the web UI that was asked, "" if none was.
    """

    task: Task
    relit: Relit | None
    error: str = ""
    seconds: float = 0.0
    web_ui: str = ""


Work = Callable[[Iterable[Task]], Iterator[Outcome]]
"""Does tasks in any order, taking the next when it has room for it. It raises StoppedError and InterruptedRunError."""


def seed_of(look: Look, digest: str) -> int:
    """The seed of a run under a look; where the look leaves it open, it follows from the picture and the look.

    Args:
        look: the look.
        digest: SHA-256 of the picture's file.
    """
    if look.seed != RANDOM:
        return look.seed
    return int(hashlib.sha256(f"{look.digest}{digest}".encode()).hexdigest(), 16) % _SEEDS


def one_by_one(relight: Relight, interrupted: Callable[[], bool] = lambda: False, web_ui: str = "") -> Work:
    """Work that does one task after another.

    Args:
        relight: does a task.
        interrupted: whether the user wants it to end.
        web_ui: the address of the web UI that it asks, "" if none.
    """

    def work(tasks: Iterable[Task]) -> Iterator[Outcome]:
        for task in tasks:
            if interrupted():
                raise InterruptedRunError
            yield attempted(relight, task, web_ui)

    return work


def attempted(relight: Relight, task: Task, web_ui: str = "") -> Outcome:
    """What comes of a task; whatever is wrong with this one alone is in the outcome.

    Raises:
        StoppedError: no other task can be done either.
        InterruptedRunError: the user has interrupted it.
    """
    began, relit, message = time.monotonic(), None, ""
    try:
        relit = relight(task)
    except (StoppedError, InterruptedRunError):
        raise
    except ICLightError as error:
        message = str(error)
        release(error)
    except Exception as error:  # a web UI's run may fail in any way, and the others are to go on
        message = without_folders(f"{type(error).__name__}: {error}")
        release(error)
    return Outcome(task, relit, message, time.monotonic() - began, web_ui)
