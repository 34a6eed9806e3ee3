"""The pictures of a catalogue: a folder with its sub-folders, or many files."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from ..errors import ICLightError
from ..picture.opening import MAX_PIXELS, endings
from ..support.file_names import composed
from ..support.json_values import shown, without_folders

_MOST = 100_000
_BYTES_PER_PIXEL = 9


@dataclass(frozen=True)
class Source:
    """A picture file.

    Attributes:
        name: the file's, below the folder that was given, with ``/`` between the parts: ``shoes/red.jpg``.
        path: where it is.
    """

    name: str
    path: Path

    @property
    def folder(self) -> str:
        """The sub-folder that it is in, "" if in none."""
        parent = PurePosixPath(self.name).parent.as_posix()
        return "" if parent == "." else parent

    @property
    def stem(self) -> str:
        """The file's name without ending."""
        return PurePosixPath(self.name).stem

    def content(self) -> bytes:
        """The file.

        Raises:
            ICLightError: it is not there any more, cannot be read, or is larger than any picture that is taken.
        """
        try:
            with _regular(self.path) as file:
                found = file.read(MAX_PIXELS * _BYTES_PER_PIXEL + 1)
        except OSError as error:
            raise ICLightError(
                f"The picture {shown(self.name)} cannot be read: {error.strerror or without_folders(str(error))}."
            ) from error
        if len(found) > MAX_PIXELS * _BYTES_PER_PIXEL:
            raise ICLightError(f"The picture {shown(self.name)} is too large. Scale it down.")
        return found


def found(given: Iterable[Path], without: Path | None = None) -> list[Source]:
    """The pictures of folders and files, each folder with its sub-folders, without hidden ones.

    Args:
        given: folders and files; a file is taken whatever it is, in a folder only what ends as pictures do.
        without: a folder that is left out: the one in which the results are.

    Raises:
        ICLightError: one is not there or cannot be read, no picture is found, or two have the same name.
    """
    sources: list[Source] = []
    for path in given:
        try:
            sources += _at(path, without)
        except OSError as error:
            named = Path(error.filename) if isinstance(error.filename, str) else path
            raise ICLightError(f"{shown(str(named))} cannot be read: {error.strerror or error}.") from error
        if len(sources) > _MOST:
            raise ICLightError(f"There are more than {_MOST:,} pictures. Take fewer at once.")
    return checked(sources)


def _at(path: Path, without: Path | None) -> list[Source]:
    """The pictures of a folder, or a file.

    Raises:
        ICLightError: there is none.
        OSError: it cannot be read.
    """
    if path.is_dir():
        return _sorted(islice(_in_folder(path, without), _MOST + 1))
    if path.exists():
        return [Source(composed(path.name), path)]
    raise ICLightError(f"There is no folder or file {shown(str(path))}.")


def identity(path: Path) -> tuple[int, int] | None:
    """What tells a file from every other, whatever names it has; None if there is none."""
    try:
        about = path.stat()
    except OSError:
        return None
    return about.st_dev, about.st_ino


def checked(sources: Iterable[Source]) -> list[Source]:
    """The same, once it is clear that there are some and that each has a name of its own.

    Raises:
        ICLightError: there are none, or two have the same name.
    """
    by_name: dict[str, Source] = {}
    for source in sources:
        other = by_name.setdefault(source.name, source)
        if other.path != source.path:
            raise ICLightError(
                f"Two pictures are called {shown(source.name)}. Rename one, or put them into one folder with "
                "sub-folders and give that."
            )
    if not by_name:
        raise ICLightError(f"There are no pictures. Their files end with {', '.join(sorted(endings()))}.")
    return [*by_name.values()]


def _sorted(sources: Iterable[Source]) -> list[Source]:
    return sorted(sources, key=lambda source: (source.name.casefold(), source.name))


def _in_folder(folder: Path, without: Path | None) -> Iterator[Source]:
    left_out, wanted = without.resolve() if without else None, endings()

    def refuse(error: OSError) -> None:
        raise error  # else its pictures would be missing without a word

    for parent, folders, files in os.walk(folder, onerror=refuse):
        here = Path(parent)
        folders[:] = [name for name in folders if name[0] != "." and (here / name).resolve() != left_out]
        for name in files:
            path = here / name
            if name[0] != "." and path.suffix.lower() in wanted:
                yield Source(composed(path.relative_to(folder).as_posix()), path)


def _regular(path: Path) -> BinaryIO:
    """An open file, which is none that never ends or whose other end nobody writes to."""
    if not stat.S_ISREG(path.stat().st_mode):
        raise OSError(0, "it is not a file")
    return path.open("rb")
