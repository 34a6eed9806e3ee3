"""Lists the model files in and below the model folders by name, without opening any file."""

from __future__ import annotations

import errno
import os
import re
import stat
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from ..errors import escaped, shortened
from ..support.file_stamp import Stamp, stamp_of

EXTENSION = ".safetensors"
PICKLES = (".ckpt", ".pt", ".pth", ".bin")
PART = ".part"
"""Suffix of a file whose download is incomplete."""

LET_READ = "Make sure that the web UI may read it."
LET_READ_OR_CHANGE = "Make sure that the web UI may read it, or set another model folder in the settings."
REPLACE = "Delete it, or put the file in its place."
TAKE_OUT = "Move it out of this folder."

_ENDINGS = (EXTENSION, *PICKLES, EXTENSION + PART)
_SHARED = ("unet", "diffusion_models")
_DEPTH = 3
_MOST_FOLDERS = 200
_ABSENT = (errno.ENOENT, errno.ENOTDIR)
_LONGEST_FOLDER = 100

_Place = tuple[int, int]
"""Device and inode of a folder."""


class Entry(NamedTuple):
    """A file or folder that is named like a model.

    Attributes:
        name: its path relative to the model folder, "IC-Light/iclight_sd15_fc.safetensors".
        path: its full path.
        foreign: whether it is in a folder shared with other extensions and its name does not mention IC-Light.
        stamp: of the file; None for a folder, or if it cannot be read.
        problem: why it cannot be opened, worded to follow the name; "" if nothing is wrong.
        way_out: what to do about the problem.
    """

    name: str
    path: str
    foreign: bool
    stamp: Stamp | None
    problem: str = ""
    way_out: str = ""

    @property
    def ending(self) -> str:
        """The name's extension in lower case, ".safetensors.part" for an incomplete download; "" for any other."""
        lowered = self.path.lower()
        return next((ending for ending in _ENDINGS if lowered.endswith(ending)), "")


@dataclass(frozen=True)
class _Folder:
    path: str
    inside: str
    depth: int
    shared: bool


def listing(folders: Iterable[Path]) -> list[Entry]:
    """Everything in the folders and their subfolders that is named like a model.

    In the order of the folders; each one's own files by name, then those of its subfolders, three levels deep. Links
    are followed, and no folder is listed twice. A missing folder is skipped; one that cannot be listed becomes an entry
    with the reason.
    """
    tops = [str(folder) for folder in dict.fromkeys(folders)]
    visited: set[_Place] = set()
    # A model folder inside another one lists its own files, by their names alone.
    places = {place for top in tops if (place := _place(top)) is not None}
    found: list[Entry] = []
    for top in tops:
        found += _below(top, visited, places)
    return found


def _below(top: str, visited: set[_Place], places: set[_Place]) -> Iterator[Entry]:
    waiting = deque([_Folder(top, "", 0, os.path.basename(top).lower() in _SHARED)])
    looked_into = 0
    while waiting and looked_into < _MOST_FOLDERS:
        folder = waiting.popleft()
        place = _place(folder.path)
        if place is not None and (place in visited or (folder.depth and place in places)):
            continue
        looked_into += 1
        if place is not None:
            visited.add(place)
        try:
            with os.scandir(folder.path) as entries:
                inside = sorted(entries, key=lambda entry: entry.name)
        except (OSError, ValueError) as error:
            yield from _unreadable(folder, error)
            continue
        for entry in inside:
            if _is_folder(entry):
                if folder.depth < _DEPTH and not entry.name.startswith("."):
                    waiting.append(_inner(folder, entry))
            elif entry.name.lower().endswith(_ENDINGS) or _is_lost_folder(entry):
                yield from _file(folder, entry)


def _place(path: str) -> _Place | None:
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return None
    return found.st_dev, found.st_ino


def _inner(folder: _Folder, entry: os.DirEntry[str]) -> _Folder:
    # Subfolders of a model folder may contain anything: a file there is IC-Light's only if a name on its path says so.
    ours = named_iclight(entry.name) or (named_iclight(os.path.basename(folder.path)) and not folder.shared)
    return _Folder(entry.path, f"{folder.inside}{entry.name}/", folder.depth + 1, not ours)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _is_lost_folder(entry: os.DirEntry[str]) -> bool:
    """Whether it is a broken link without an extension: a linked model folder that is gone."""
    return entry.is_symlink() and "." not in entry.name


def _file(folder: _Folder, entry: os.DirEntry[str]) -> Iterator[Entry]:
    name = escaped(folder.inside + entry.name)
    foreign = folder.shared and not named_iclight(entry.name)
    try:
        found = os.stat(entry.path)
    except OSError as error:
        if error.errno != errno.ENOENT or entry.is_symlink():  # otherwise it has just been removed
            yield Entry(name, entry.path, foreign, None, *_why_not(error, entry.is_symlink()))
        return
    if stat.S_ISREG(found.st_mode):
        yield Entry(name, entry.path, foreign, stamp_of(found))
    else:
        yield Entry(name, entry.path, foreign, None, "is a pipe or a device, not a file", TAKE_OUT)


def _unreadable(folder: _Folder, error: OSError | ValueError) -> Iterator[Entry]:
    if isinstance(error, OSError) and error.errno in _ABSENT:
        return
    name = escaped(folder.inside.rstrip("/")) or folder_name([Path(folder.path)])
    foreign = folder.shared and folder.depth > 0
    problem = f"cannot be listed ({reason(error)})"
    yield Entry(name, folder.path, foreign, None, problem, LET_READ if folder.depth else LET_READ_OR_CHANGE)


def _why_not(error: OSError, is_link: bool) -> tuple[str, str]:
    if error.errno == errno.ELOOP:
        return "is a link that leads back to itself", REPLACE
    if error.errno == errno.ENOENT and is_link:
        return "is a link to something that does not exist", REPLACE
    return f"cannot be opened ({reason(error)})", LET_READ


def reason(error: OSError | ValueError) -> str:
    """The system's reason for refusing a path; a ValueError means a name that no file can have."""
    if isinstance(error, ValueError):
        return "no folder can have this name"
    return error.strerror or type(error).__name__


def named_iclight(name: str) -> bool:
    """Whether the name of a file or folder mentions IC-Light."""
    return re.search(r"ic[-_ ]?light", name, re.IGNORECASE) is not None


def without_ending(name: str) -> str:
    """The name of a safetensors file without its extension."""
    return name[: -len(EXTENSION)] if name.lower().endswith(EXTENSION) else name


def matching(wanted: str, names: Sequence[str]) -> list[str]:
    """The files that a name may refer to.

    Args:
        wanted: a name with or without its extension, with or without its subfolders.
        names: the installed files with their subfolders, see :attr:`Entry.name`.

    Returns:
        The one file of exactly that name, else all files of that name in subfolders. If there are several, the
        subfolder has to be given too.
    """
    if wanted in names:
        return [wanted]
    bare = without_ending(wanted)
    whole = [name for name in names if without_ending(name) == bare]
    return whole[:1] or [name for name in names if without_ending(name.rpartition("/")[2]) == bare]


def folder_name(folders: Sequence[Path]) -> str:
    """The last two names of the preferred folder's path: enough for the user, and no server path for the API."""
    name = escaped("/".join(part for part in folders[0].parts[-2:] if part != folders[0].anchor))
    return shortened(name, _LONGEST_FOLDER) or "models/ic-light"
