"""Brings the results of a catalogue to one exposure and white, look by look, without relighting anything again.

Beside each result lies what the model painted. From that and the photograph the result is made again, with the set's
exposure in its light. This is done when a set is whole; a set that is added to keeps its exposure.
"""

from __future__ import annotations

import io
import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image

from ..errors import ICLightError, InterruptedRunError, release
from ..files.completing import replacing
from ..restore.exposure import NO_EXPOSURE, Exposure
from ..support.json_values import shown, without_folders
from . import results
from .exposure import brought, meeting_point
from .job import Job
from .looks import Look
from .manifest import Row
from .same_kind import with_pixels
from .sources import Source
from .task import StoppedError, Task

PAINTING = "-painting.png"
"""What the name of a painting ends with, beside the results."""

_POINT = "-exposure.json"
# Half a percent of light: less than a level of 255 in most of a picture.
_SAME = 0.005

Again = Callable[[Task, np.ndarray, Exposure, bool], "tuple[Exposure | None, np.ndarray | None]"]
"""Makes a task's result again from its painting, uint8 ``[h, w, 3]``, in an exposure.

Returns the exposure of the light by itself, None if nothing of the subject is there, and, where the last argument is
true, the result, uint8 or uint16 ``[H, W, 3]``. It raises what a :data:`lib_iclight.shoot.task.Relight` does.
"""

Tell = Callable[[int, int], None]
"""Called with how many results were seen to, and of how many."""


@dataclass
class Equalised:
    """What came of it.

    Attributes:
        brought: how many results were made anew.
        lacking: how many have no painting beside them, and stay as they are.
        problems: what went wrong with others, which stay as they are.
    """

    brought: int = 0
    lacking: int = 0
    problems: tuple[str, ...] = ()


def painting_file(pixels: np.ndarray) -> bytes:
    """A painting as it lies beside its result: a PNG file of uint8 ``[h, w, 3]``."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def equalise(
    job: Job,
    again: Again,
    strength: float,
    interrupted: Callable[[], bool] = lambda: False,
    tell: Tell = lambda done, total: None,
) -> Equalised:
    """Bring the results that are there to one exposure, and write the table anew.

    Args:
        job: the job, which is over; its manifest is still open.
        again: makes a result again.
        strength: 0 to 1, how far; 0 takes back what was brought together before.
        interrupted: whether the user wants it to end.
        tell: hears how far it is.

    Raises:
        InterruptedRunError: the user has interrupted it; it can be gone on with.
        StoppedError: no result can be made again any more, or nothing more can be written.
    """
    done = Equalised()
    try:
        _Equalising(job, again, strength, interrupted, tell, done).run()
        job.manifest.write_table()
    except OSError as error:
        raise StoppedError(
            f"Nothing more can be written into the folder of the results: {error.strerror or error}."
        ) from error
    return done


class _Equalising:
    def __init__(
        self,
        job: Job,
        again: Again,
        strength: float,
        interrupted: Callable[[], bool],
        tell: Tell,
        done: Equalised,
    ) -> None:
        self._job, self._manifest, self._again, self._strength = job, job.manifest, again, strength
        self._interrupted, self._tell, self._done = interrupted, tell, done
        self._sources = {source.name: source for source in job.sources}

    def run(self) -> None:
        for look in self._job.looks:
            rows = [row for row in self._manifest.rows() if self._is_of(row, look)]
            if self._strength or any(row.exposure and any(row.exposure) for row in rows):
                self._bring(look, rows)

    def _is_of(self, row: Row, look: Look) -> bool:
        same = row.look == look.name and row.look_hash == look.digest
        return same and row.source in self._sources and self._manifest.is_there(row)

    def _bring(self, look: Look, rows: list[Row]) -> None:
        """Bring the results of one look together."""
        rows = [*self._measured(look, rows)]
        found = [row.gain for row in rows if row.gain is not None]
        if not found:
            return
        point = self._point(look, rows) or meeting_point(found)
        for number, row in enumerate(rows):
            self._tell(number, len(rows))
            if row.gain is not None:
                wanted = brought(row.gain, point, self._strength)
                if not _is_same(wanted, row.exposure or NO_EXPOSURE):
                    self._make(look, row, wanted)
        self._keep_point(look, point)

    def _measured(self, look: Look, rows: list[Row]) -> Iterator[Row]:
        """The rows that have a painting, with the exposure of their light."""
        for row in rows:
            if not self._manifest.beside(row.key, PAINTING).is_file():
                self._done.lacking += 1
            elif row.gain is not None:
                yield row
            else:
                gain = self._tried(row, lambda row=row: self._asked(look, row, NO_EXPOSURE, False)[0])
                if gain is not None:
                    row = replace(row, gain=gain)
                    self._manifest.add(row)
                yield row

    def _make(self, look: Look, row: Row, wanted: Exposure) -> None:
        def make() -> None:
            pixels = self._asked(look, row, wanted, True)[1]
            path = self._manifest.path(row.result)
            assert pixels is not None, "it was asked for"
            assert path is not None, "its file is there"
            self._job.rewrite(row, with_pixels(_file(path), pixels), exposure=wanted)
            self._done.brought += 1

        self._tried(row, make)

    def _tried(self, row: Row, work: Callable[[], Exposure | None]) -> Exposure | None:
        """What comes of it; what is wrong with this result alone is a problem, and the others go on."""
        if self._interrupted():
            raise InterruptedRunError
        try:
            return work()
        except (StoppedError, InterruptedRunError, OSError):
            raise
        except ICLightError as error:
            reason = str(error)
            release(error)
        except Exception as error:  # a web UI may fail in any way, and the others are to go on
            reason = without_folders(f"{type(error).__name__}: {error}")
            release(error)
        self._done.problems += (f"{row.result}: {reason}",)
        return None

    def _asked(self, look: Look, row: Row, wanted: Exposure, whole: bool) -> tuple[Exposure | None, np.ndarray | None]:
        source = self._sources[row.source]
        content = source.content()
        if results.digest(content) != row.source_hash:
            raise ICLightError(f"The picture {shown(source.name)} has changed since.")
        painting = _painting(_file(self._manifest.beside(row.key, PAINTING)))
        return self._again(_task(source, look, row, content), painting, wanted, whole)

    def _point(self, look: Look, rows: list[Row]) -> Exposure | None:
        """Where results of this look were brought together before, None if none of those that are there were."""
        if all(row.exposure is None for row in rows):
            return None
        try:
            found = json.loads(self._manifest.beside(look.digest, _POINT).read_text("utf-8"))
            red, green, blue = map(float, found["point"])
        except (OSError, ValueError, TypeError, LookupError):
            return None
        return (red, green, blue) if all(map(math.isfinite, (red, green, blue))) else None

    def _keep_point(self, look: Look, point: Exposure) -> None:
        text = json.dumps({"look": look.name, "point": point})
        replacing(self._manifest.beside(look.digest, _POINT), lambda target: target.write(text.encode()))


def _file(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ICLightError(f"{path.name} cannot be read: {error.strerror or error}.") from error


def _painting(content: bytes) -> np.ndarray:
    try:
        with Image.open(io.BytesIO(content), formats=["PNG"]) as image:
            return np.asarray(image.convert("RGB"))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise ICLightError("Its painting is damaged. Delete the result, and it is made again.") from error


def _task(source: Source, look: Look, row: Row, content: bytes) -> Task:
    """The task of a result that is there."""
    return Task(source.name, look, 0, row.key, row.seed or 0, row.source_hash, content, (0, 0))


def _is_same(one: Exposure, other: Exposure) -> bool:
    return all(abs(here - there) < _SAME for here, there in zip(one, other, strict=True))
