"""The sets in a folder: listed, found by their names, taken in, renamed and deleted, each with its contact sheet."""

from __future__ import annotations

import hashlib
import os
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from ..errors import ICLightError, escaped
from ..support import file_names
from ..support.json_values import shown, without_folders
from . import set_file

SHEET = ".png"
"""What a contact sheet's name ends with; the rest is the set's."""

_MOST_LISTED = 500
_naming = threading.Lock()
_DIGITS, _LONGEST_USER = 16, 40
_NO_LETTER = re.compile(r"[^a-zA-Z0-9]+")


@dataclass(frozen=True)
class Listed:
    """A set in a folder.

    Attributes:
        name: without its ending.
        changed: when it was written, in seconds since 1970.
        size: in bytes.
        kind: one of :data:`lib_iclight.studio.light_set.KINDS`, "" if it cannot be used.
        lights: their names, without the ambient one.
        has_ambient: whether that was shot.
        width, height: of the relights.
        problem: why it cannot be used, "" if it can.
    """

    name: str
    changed: float
    size: int
    kind: str = ""
    lights: tuple[str, ...] = ()
    has_ambient: bool = False
    width: int = 0
    height: int = 0
    problem: str = ""


def folder_of(root: Path, user: str) -> Path:
    """The folder of a user's sets, which no other name leads to.

    Args:
        root: the folder of all sets.
        user: who is logged in on the page; "" without a login, whose sets are in the root itself.
    """
    if not user:
        return root
    # Two names may differ by what file systems do not tell apart: the digest does.
    digest = hashlib.sha256(user.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]
    return root / f"{_NO_LETTER.sub('', user)[:_LONGEST_USER]}-{digest}"


def listed(folder: Path) -> list[Listed]:
    """The sets of a folder, the newest first, 500 at most; those that cannot be used say why. Only headers are read."""
    found = []
    for path in folder.glob(f"*{set_file.ENDING}") if folder.is_dir() else ():
        try:
            stat = path.stat()
        except OSError:  # deleted meanwhile, or a link to nowhere
            continue
        found.append((stat.st_mtime, path, stat.st_size))
    newest = sorted(found, key=lambda each: (-each[0], each[1].name))[:_MOST_LISTED]
    return [_listed(path, changed, size) for changed, path, size in newest]


def _listed(path: Path, changed: float, size: int) -> Listed:
    try:
        named(path.parent, path.stem)
        about = set_file.describe(path)
    except ICLightError as error:
        return Listed(escaped(path.stem), changed, size, problem=str(error))
    except OSError as error:
        return Listed(path.stem, changed, size, problem=without_folders(str(error)))
    names = tuple(shot["name"] for shot in about["lights"])
    height, width = about["size"]
    return Listed(path.stem, changed, size, about["kind"], names, bool(about.get("ambient")), width, height)


def path_of(folder: Path, name: str) -> Path:
    """The file of a set by its name.

    Raises:
        ICLightError: the folder has no such set, or the name is none; it leads nowhere else.
    """
    path = named(folder, name)
    if not path.is_file():
        raise ICLightError(f"There is no light set named {shown(name)}. It may have been renamed or deleted.")
    return path


def take_in(folder: Path, name: str, write: Callable[[Path], None]) -> str:
    """Put a set from elsewhere into a folder.

    Args:
        folder: made if it is not there.
        name: that of its file; where another set has it, a number is added.
        write: writes the file to a path, or moves it there.

    Returns:
        The name that it has now.

    Raises:
        ICLightError: the name is none, or the file is no set that could be opened.
        OSError: it cannot be written.
    """
    name = _as_listed(name)
    named(folder, name)
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder, prefix=".") as beside:
        path = Path(beside) / f"{name}{set_file.ENDING}"
        write(path)
        set_file.read(path)
        with _naming:
            target = free(folder, name)
            os.rename(path, target)
    return target.stem


def free(folder: Path, name: str, ending: str = set_file.ENDING) -> Path:
    """A path in a folder for a set of this name, or for what ends otherwise; with a number where the name is taken."""
    number = 1
    while (path := folder / f"{name}{'' if number == 1 else f'-{number}'}{ending}").exists():
        number += 1
    return path


def rename(folder: Path, name: str, new: str) -> str:
    """Give a set another name.

    Returns:
        The name that it has now.

    Raises:
        ICLightError: there is no such set, the new name is none, or another set has it.
        OSError: the file cannot be renamed.
    """
    path, target = path_of(folder, name), named(folder, _as_listed(new))
    with _naming:
        if target.exists():
            raise ICLightError(f"There is a light set named {shown(target.stem)} already. Choose another name.")
        os.rename(path, target)
    sheet = path.with_suffix(SHEET)
    if sheet.is_file():
        os.replace(sheet, target.with_suffix(SHEET))
    return target.stem


def delete(folder: Path, name: str) -> None:
    """Delete a set and its contact sheet.

    Raises:
        ICLightError: there is no such set.
        OSError: the file cannot be deleted.
    """
    path = path_of(folder, name)
    path.unlink()
    path.with_suffix(SHEET).unlink(missing_ok=True)


def _as_listed(name: str) -> str:
    """A name as it is given to a set: without the ending, and with accents as parts of letters."""
    return file_names.composed(name.removesuffix(set_file.ENDING))


def named(folder: Path, name: str) -> Path:
    """Where a set of this name is, or would be; that is in the folder itself.

    Raises:
        ICLightError: it cannot be the name of a set.
    """
    if not file_names.is_name(name):
        raise ICLightError(f"{shown(name)} cannot be the name of a light set. {file_names.RULE}")
    return folder / f"{name}{set_file.ENDING}"
