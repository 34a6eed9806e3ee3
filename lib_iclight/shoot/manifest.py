"""What came of each picture under each look: JSON lines that are only ever added to, and a table made from them.

A row says where its result is before the result is there, and counts only if the file is there, and is the same.
"""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import math
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from ..errors import ICLightError
from ..files.completing import replacing
from ..support.file_lock import locked
from ..support.file_names import composed
from ..support.json_values import compact, shown
from . import results

LINES, TABLE, BESIDE = "catalogue.jsonl", "catalogue.csv", ".catalogue"
"""The manifest, the table, and the folder of what is unfinished or kept for later, in the folder of the results."""

_LOCK, _PART = "lock", ".part"
_GAINS = ("gain", "exposure")
_CHANNELS = ("red", "green", "blue")
_KEY_DIGITS = 24
# How a table of ours begins, whatever a spreadsheet has put between its columns.
_BEGINNING = re.compile(rb'(?:\xef\xbb\xbf)?"?source"?[,;\t]"?look"?[,;\t]')


@dataclass(frozen=True)
class Row:
    """One result, or why there is none.

    Attributes:
        source: the picture's name, see :class:`lib_iclight.shoot.sources.Source`.
        look: the look's name.
        key: that of the task, see :class:`lib_iclight.shoot.task.Task`.
        seed: the run's, None if there was none.
        result: the file's name below the folder of the results, with ``/`` between the parts; "" if there is none.
        seconds: how long the run took.
        error: why there is no result; "" if there is one.
        source_hash, look_hash, result_hash: SHA-256, in hexadecimal digits; "" where there is nothing.
        gain: the medians of the gain, inside the matte, by which the painting's light is put on the photograph: natural
            logarithms in linear light for red, green and blue; None if they are not known.
        exposure: what that light was multiplied by, as ``gain``, so that a set is equally bright and white; None if it
            was never brought to the others'.
        web_ui: the address of the web UI that made it, "" for the one that the script runs in.
        at: when it was made, ISO 8601 in UTC.
        remarks: what the run had to say.
    """

    source: str
    look: str
    key: str
    seed: int | None = None
    result: str = ""
    seconds: float = 0.0
    error: str = ""
    source_hash: str = ""
    look_hash: str = ""
    result_hash: str = ""
    gain: tuple[float, float, float] | None = None
    exposure: tuple[float, float, float] | None = None
    web_ui: str = ""
    at: str = ""
    remarks: tuple[str, ...] = ()

    @property
    def about(self) -> tuple[str, str]:
        """Which picture under which look."""
        return self.source, self.look


_FIELDS = tuple(field.name for field in dataclasses.fields(Row))
_OPTIONAL_TEXTS = ("result", "error", "source_hash", "look_hash", "result_hash", "web_ui", "at")
_COLUMNS = (
    *(name for name in _FIELDS if name not in (*_GAINS, "remarks")),
    *(f"{name}_{channel}" for name in _GAINS for channel in _CHANNELS),
    "remarks",
)


class Manifest:
    """The manifest of a folder. Use it in a ``with`` statement: one process at a time may have it.

    Attributes:
        folder: that of the results.
        damaged: how many lines could not be read, such as one that was being written when the power failed.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.damaged = 0
        self._latest: dict[tuple[str, str], Row] = {}
        self._taken: dict[str, tuple[str, str]] = {}
        self._made: set[str] = set()
        self._file: BinaryIO | None = None
        self._lock: BinaryIO | None = None

    def __enter__(self) -> Manifest:
        """Open it, with all that it says already.

        Raises:
            ICLightError: another process has it, the folder cannot be written, or its table is another program's.
        """
        beside = self.folder / BESIDE
        try:
            beside.mkdir(parents=True, exist_ok=True)
            self._lock = locked(beside / _LOCK)
            if self._lock is None:
                raise ICLightError(
                    f"Another run is writing into the folder {shown(str(self.folder))}. Wait for its end, or choose "
                    "another folder."
                )
            self._check_table()
            self._read()
            self._finish(beside)
        except ICLightError:
            self.close()
            raise
        except OSError as error:
            self.close()
            raise ICLightError(
                f"The folder {shown(str(self.folder))} cannot be used: {error.strerror or error}."
            ) from error
        return self

    def __exit__(self, *error: object) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Let others have it."""
        for file in (self._file, self._lock):
            if file is not None:
                file.close()
        self._file = self._lock = None

    def _check_table(self) -> None:
        """Check that the table, which is written anew each time, is none that somebody else has made."""
        path = self.folder / TABLE
        if not path.exists():
            return
        with path.open("rb") as file:
            beginning = file.read(64)
        if beginning and not _BEGINNING.match(beginning):
            raise ICLightError(
                f"The folder {shown(str(self.folder))} has a {TABLE} that is none of a catalogue's. Rename it, or "
                "choose another folder for the results."
            )

    def _read(self) -> None:
        path = self.folder / LINES
        # Unbuffered: what a full disk has not taken must not be written when the file is closed.
        self._file = path.open("ab", buffering=0)
        content = path.read_bytes()
        for line in content.splitlines():
            row = row_from(line)
            if row is not None:
                self._note(row)
            elif line.strip():
                self.damaged += 1
        if content and not content.endswith(b"\n"):
            self._file.write(b"\n")

    def _finish(self, beside: Path) -> None:
        """Put results whose row was written, but not more, in their places; what has no row was not finished."""
        rows = {self.beside(row.key, _PART): row for row in self.rows() if row.result}
        for unfinished in beside.glob(f"*{_PART}"):
            row = rows.get(unfinished)
            path = self.path(row.result) if row else None
            if not (row and path and results.digest_at(unfinished) == row.result_hash):
                unfinished.unlink(missing_ok=True)
                continue
            # Where its place is taken by a folder, or by a file that is open, it waits for the next time.
            with suppress(OSError):
                results.move(unfinished, path)

    def _note(self, row: Row) -> None:
        self._latest[row.about] = row
        if row.result:
            self._taken[row.result.casefold()] = row.about
            self._made.add(row.result)

    def rows(self) -> list[Row]:
        """The latest row of each picture under each look, in the order in which these first came."""
        return [*self._latest.values()]

    def latest(self, source: str, look: str) -> Row | None:
        """The latest row of a picture under a look."""
        return self._latest.get((source, look))

    def done(self, source: str, look: str, key: str) -> Row | None:
        """The row of a result that is there: made by the task of this key, and unchanged since."""
        row = self.latest(source, look)
        return row if row is not None and row.key == key and self.is_there(row) else None

    def is_there(self, row: Row) -> bool:
        """Whether a row's result is there, as it was written."""
        if row.error or not row.result or not row.result_hash:
            return False
        path = self.path(row.result)
        return path is not None and results.digest_at(path) == row.result_hash

    def path(self, result: str) -> Path | None:
        """Where a result is; None if its name leads out of the folder."""
        if "\0" in result:
            return None
        path = self.folder / result
        inside = os.path.abspath(path).startswith(os.path.abspath(self.folder) + os.sep)
        return path if inside else None

    def is_taken(self, result: str, about: tuple[str, str]) -> bool:
        """Whether a result's name is that of another picture under another look."""
        return self._taken.get(result.casefold(), about) != about

    def is_made_here(self, path: Path) -> bool:
        """Whether a file, such as one among the pictures, is a result of this catalogue, or was."""
        try:
            name = Path(os.path.realpath(path)).relative_to(os.path.realpath(self.folder)).as_posix()
        except ValueError:
            return False
        return name in self._made or composed(name) in self._made

    def beside(self, key: str, ending: str) -> Path:
        """Where something is kept that belongs to a task, beside the results: ``ending`` tells what."""
        return self.folder / BESIDE / f"{key[:_KEY_DIGITS]}{ending}"

    def put(self, row: Row, content: bytes) -> None:
        """Add a row together with its result, which has its place as a whole or not at all.

        Raises:
            ICLightError: there is no place for this one.
            OSError: the file or the row cannot be written.
        """
        path = self.path(row.result)
        if path is None:
            raise ICLightError(f"The result {shown(row.result)} would lie outside of the folder of the results.")
        unfinished = self.beside(row.key, _PART)
        results.write(unfinished, content)
        try:
            results.make_way(path)
        except OSError as error:
            unfinished.unlink(missing_ok=True)
            raise ICLightError(
                f"There is no place for the result {shown(row.result)}: {error.strerror or error}."
            ) from error
        self.add(row)
        results.move(unfinished, path)

    def add(self, row: Row) -> None:
        """Add a row, and wait until it is on the disk.

        Raises:
            OSError: it cannot be written.
        """
        assert self._file is not None, "the manifest is not open"
        line = memoryview(_line(row))
        while line:
            line = line[self._file.write(line) :]
        os.fsync(self._file.fileno())
        self._note(row)

    def write_table(self) -> Path:
        """Write the table: the latest row of each picture under each look.

        Raises:
            OSError: it cannot be written.
        """
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, _COLUMNS)
        writer.writeheader()
        writer.writerows(map(_cells, self.rows()))
        path = self.folder / TABLE
        # With this mark Excel takes it for UTF-8.
        replacing(path, lambda target: target.write(text.getvalue().encode("utf-8-sig", "backslashreplace")))
        return path


def _line(row: Row) -> bytes:
    values = dataclasses.asdict(row)
    try:
        return compact(values).encode() + b"\n"
    except UnicodeEncodeError:  # a file's name need not be Unicode; JSON can escape what is none
        return json.dumps(values).encode() + b"\n"


def row_from(line: bytes) -> Row | None:
    """The row of a line of the manifest, None if it is none. What later versions may add is left out."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or not all(isinstance(found.get(name), str) for name in ("source", "look", "key")):
        return None
    values = {name: found[name] for name in _FIELDS if name in found}
    if not all(isinstance(values.get(name, ""), str) for name in _OPTIONAL_TEXTS):
        return None
    if type(values.get("seed")) not in (int, type(None)) or not _is_finite(values.get("seconds", 0.0)):
        return None
    values |= {name: _gain(values.get(name)) for name in _GAINS}
    remarks = values.get("remarks")
    values["remarks"] = tuple(map(str, remarks)) if isinstance(remarks, list) else ()
    return Row(**values)


def _gain(value: Any) -> tuple[float, float, float] | None:
    is_gain = isinstance(value, list) and len(value) == 3 and all(map(_is_finite, value))
    return tuple(map(float, value)) if is_gain else None


def _is_finite(value: Any) -> bool:
    try:
        return isinstance(value, (int, float)) and math.isfinite(value)
    except OverflowError:
        return False


def _cells(row: Row) -> Mapping[str, Any]:
    cells: dict[str, Any] = {name: getattr(row, name) for name in _COLUMNS if name in _FIELDS}
    cells["remarks"] = " ".join(row.remarks)
    return cells | dict(_gains(row))


def _gains(row: Row) -> Iterator[tuple[str, float]]:
    for name in _GAINS:
        yield from zip((f"{name}_{channel}" for channel in _CHANNELS), getattr(row, name) or ())
