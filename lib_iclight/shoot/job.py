"""A catalogue: pictures times looks, each of which is relit once, and which can be gone on with after anything.

Nothing here knows how a picture is relit: a :data:`lib_iclight.shoot.task.Work` does it.
"""

from __future__ import annotations

import hashlib
import io
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from ..errors import ICLightError, InterruptedRunError, release
from ..picture import reading
from ..support.json_values import compact, shown
from . import naming, results
from .contact_sheet import is_sheet
from .looks import Look
from .manifest import Manifest, Row
from .sources import Source, checked, identity
from .task import Outcome, StoppedError, Task, Work, seed_of


@dataclass(frozen=True)
class Settings:
    """What is the same for the whole catalogue.

    Attributes:
        pattern: of the results' names, see :mod:`lib_iclight.shoot.naming`.
        overwrite: whether a result whose picture or look has changed, and any other file of its name, is replaced;
            else the new one gets a number.
        camera_data: whether the results get their photographs' camera data.
        marks: whatever else a result depends on, as JSON values.
    """

    pattern: str = naming.PATTERN
    overwrite: bool = False
    camera_data: bool = True
    marks: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Progress:
    """How far a job is.

    Attributes:
        total: pictures times looks.
        done: results made by this run.
        skipped: results that were there already, unchanged.
        failed: results that could not be made.
        seconds_left: how long the rest takes if it goes on as so far; None if nothing was made yet.
    """

    total: int
    done: int = 0
    skipped: int = 0
    failed: int = 0
    seconds_left: float | None = None

    @property
    def left(self) -> int:
        """How many are still to be seen to."""
        return self.total - self.done - self.skipped - self.failed


def duration(seconds: float) -> str:
    """A time as people say it: ``40 s``, ``12 min``, ``3.5 h``."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"


@dataclass(frozen=True)
class Summary:
    """How a run of a job ended.

    Attributes:
        progress: at its end.
        failed: the rows of what could not be made.
        interrupted: whether the user has ended it.
        stopped: why it could not go on, "" if it could.
    """

    progress: Progress
    failed: tuple[Row, ...] = ()
    interrupted: bool = False
    stopped: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether every result is there."""
        return self.progress.left == 0 and not self.failed


Tell = Callable[[Progress, "Row | None"], None]
"""Called with each new row, and with None for results that were there already."""


def _no_one(progress: Progress, row: Row | None) -> None:
    """Nobody wants to know."""


class Job:
    """Pictures times looks.

    Args:
        sources: the pictures; see :func:`lib_iclight.shoot.sources.found`.
        looks: each with a name of its own.
        manifest: open, that of the folder of the results.
        settings: what is the same for all.

    Raises:
        ICLightError: there is nothing to do, two looks have the same name, or the pattern of names cannot be used.
    """

    def __init__(
        self, sources: Sequence[Source], looks: Sequence[Look], manifest: Manifest, settings: Settings | None = None
    ) -> None:
        self.settings = settings or Settings()
        self.looks, self.manifest = _distinct(looks), manifest
        # Where results lie among the pictures, they are not relit again.
        self.sources = checked(source for source in sources if not self._is_made(source.path))
        naming.check(self.settings.pattern)
        self._progress = Progress(len(self.sources) * len(self.looks))
        self._failed: dict[tuple[str, str], Row] = {}
        self._began: float | None = None
        self._tell: Tell = _no_one

    def _is_made(self, path: Path) -> bool:
        return self.manifest.is_made_here(path) or is_sheet(path)

    def run(self, work: Work, tell: Tell = _no_one) -> Summary:
        """Do what is not done yet, and write the table."""
        self._tell = tell
        interrupted, stopped, unwritten = False, "", ""
        try:
            for outcome in work(self.todo()):
                self.keep(outcome)
        except (InterruptedRunError, KeyboardInterrupt):
            interrupted = True
        except StoppedError as error:
            stopped = str(error)
        except OSError as error:
            stopped = f"Nothing more can be written into the folder of the results: {error.strerror or error}."
        finally:
            unwritten = self._write_table()
        return Summary(self._progress, tuple(self._failed.values()), interrupted, stopped or unwritten)

    def _write_table(self) -> str:
        """Write the table; returns why it cannot be written, or "" """
        try:
            self.manifest.write_table()
        except OSError as error:
            return f"The catalogue's table cannot be written: {error.strerror or error}."
        return ""

    def todo(self) -> Iterator[Task]:
        """The tasks that are not done yet, picture by picture; a picture that cannot be read becomes rows at once."""
        for number, source in enumerate(self.sources, 1):
            try:
                content = source.content()
            except ICLightError as error:
                self._unread(source, "", self.looks, error)
                continue
            digest = results.digest(content)
            looks = [look for look in self.looks if not self._is_done(source, look, digest)]
            try:
                size, exif = _opened(content, source.name) if looks else ((0, 0), b"")
            except ICLightError as error:
                self._unread(source, digest, looks, error)
                continue
            for look in looks:
                self._began = self._began or time.monotonic()
                key, seed = self._key(source, look, digest), seed_of(look, digest)
                kept = exif if self.settings.camera_data else b""
                yield Task(source.name, look, number, key, seed, digest, content, size, kept)

    def _unread(self, source: Source, digest: str, looks: Sequence[Look], error: ICLightError) -> None:
        """Say of each look that a picture cannot be used."""
        release(error)
        for look in looks:
            key = self._key(source, look, digest)
            row = Row(source.name, look.name, key, source_hash=digest, look_hash=look.digest, error=str(error))
            self._fail(replace(row, at=_now()))

    def _key(self, source: Source, look: Look, digest: str) -> str:
        parts = (source.name, digest, look.name, look.digest, seed_of(look, digest), self.settings.camera_data)
        marks = sorted(self.settings.marks.items())
        return hashlib.sha256(compact([*parts, marks]).encode("utf-8", "surrogatepass")).hexdigest()

    def _is_done(self, source: Source, look: Look, digest: str) -> bool:
        if self.manifest.done(source.name, look.name, self._key(source, look, digest)) is None:
            return False
        self._count(skipped=1)
        self._tell(self._progress, None)
        return True

    def keep(self, outcome: Outcome) -> Row:
        """Write what came of a task: its result and its row.

        Raises:
            OSError: it cannot be written.
        """
        task, relit = outcome.task, outcome.relit
        row = _row(outcome)
        if relit is None:
            return self._fail(row)
        try:
            ending = results.ending_of(relit.content)
        except ICLightError as error:
            return self._fail(replace(row, error=str(error)))
        content = results.with_camera_data(relit.content, task.exif)
        done = replace(row, result=self._name(task, ending), result_hash=results.digest(content))
        for kind, part in relit.beside.items():
            results.write(self.manifest.beside(task.key, kind), part)
        try:
            self.manifest.put(done, content)
        except ICLightError as error:
            return self._fail(replace(row, error=str(error)))
        self._count(done=1)
        self._tell(self._progress, done)
        return done

    def rewrite(self, row: Row, content: bytes, **changes: Any) -> Row:
        """Write a result anew, in the place where it is, such as with the exposure of the whole set.

        Args:
            row: from :meth:`lib_iclight.shoot.manifest.Manifest.rows`.
            content: the new file, of the same kind.
            changes: other fields of the row.

        Returns:
            The new row.

        Raises:
            OSError: it cannot be written.
        """
        new = replace(row, result_hash=results.digest(content), **changes)
        self.manifest.put(new, content)
        return new

    def _fail(self, row: Row) -> Row:
        before = self.manifest.latest(*row.about)
        if before is None or (before.key, before.error) != (row.key, row.error):
            self.manifest.add(row)
        self._failed[row.about] = row
        self._count(failed=1)
        self._tell(self._progress, row)
        return row

    def _name(self, task: Task, ending: str) -> str:
        """The name of a task's result, which no other file has unless it may be replaced."""
        source = Source(task.source, Path(task.source))
        values = {
            "source": source.stem,
            "folder": source.folder,
            "look": task.look.name,
            "seed": str(task.seed),
            "number": f"{task.number:04d}",
        }
        return naming.free(naming.stem(self.settings.pattern, values), ending, partial(self._is_taken, task.about))

    def _is_taken(self, about: tuple[str, str], name: str) -> bool:
        if self.manifest.is_taken(name, about):
            return True
        path = self.manifest.path(name)
        if path is None or not os.path.lexists(path):
            return path is None
        return not self.settings.overwrite or identity(path) in self._pictures

    @cached_property
    def _pictures(self) -> set[object]:
        """The files of the pictures, which no result ever replaces."""
        return {identity(source.path) for source in self.sources} - {None}

    def _count(self, done: int = 0, skipped: int = 0, failed: int = 0) -> None:
        now = self._progress
        now = replace(now, done=now.done + done, skipped=now.skipped + skipped, failed=now.failed + failed)
        if self._began is not None and now.done:
            now = replace(now, seconds_left=(time.monotonic() - self._began) / now.done * now.left)
        self._progress = now


def _row(outcome: Outcome) -> Row:
    """The row of an outcome, as far as it is known before its result is written."""
    task, relit = outcome.task, outcome.relit
    row = Row(
        *task.about,
        task.key,
        task.seed,
        seconds=round(outcome.seconds, 3),
        error=outcome.error,
        source_hash=task.source_hash,
        look_hash=task.look.digest,
        web_ui=outcome.web_ui,
        at=_now(),
    )
    if relit is None:
        return row
    seed = task.seed if relit.seed is None else relit.seed
    return replace(row, seed=seed, gain=relit.gain, remarks=relit.remarks)


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="seconds")


def _opened(content: bytes, name: str) -> tuple[tuple[int, int], bytes]:
    """Size and EXIF block of a picture, which is read as a whole: a damaged one is not sent anywhere.

    Raises:
        ICLightError: it is no picture that can be used; the message names it.
    """
    picture = reading.from_file(io.BytesIO(content), f"picture {shown(name)}")
    return picture.size, picture.origin.exif


def _distinct(looks: Sequence[Look]) -> list[Look]:
    if not looks:
        raise ICLightError("There are no looks. Save the form as a look, or name a look's file.")
    seen: set[str] = set()
    for look in looks:
        if look.name.casefold() in seen:
            raise ICLightError(f"Two looks are called {shown(look.name)}. Rename one.")
        seen.add(look.name.casefold())
    return [*looks]
