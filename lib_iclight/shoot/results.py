"""Result files: their kind, the photograph's data in them, and how they come to their place as a whole."""

from __future__ import annotations

import errno
import hashlib
import io
import os
from contextlib import suppress
from pathlib import Path

from ..errors import ICLightError
from ..files import containers
from ..picture.icc import srgb_profile

_STARTS = ((b"\x89PNG\r\n\x1a\n", ".png"), (b"\xff\xd8\xff", ".jpg"))
_BLOCK = 1 << 20


def digest(content: bytes) -> str:
    """The SHA-256 of a file's content."""
    return hashlib.sha256(content).hexdigest()


def digest_at(path: Path) -> str | None:
    """The SHA-256 of a file, None if there is none that can be read."""
    found = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                found.update(block)
    except OSError:
        return None
    return found.hexdigest()


def ending_of(content: bytes) -> str:
    """What the name of a picture file ends with, by its first bytes.

    Raises:
        ICLightError: it is of no kind in which web UIs answer.
    """
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return ".webp"
    if content[4:12] in (b"ftypavif", b"ftypavis"):
        return ".avif"
    for start, ending in _STARTS:
        if content.startswith(start):
            return ending
    raise ICLightError("The web UI's answer is not a picture in PNG, JPEG, WebP or AVIF.")


def with_camera_data(content: bytes, block: bytes) -> bytes:
    """A picture file with a photograph's EXIF block and an sRGB profile; as it was if its kind cannot hold them.

    Args:
        content: the file. What it says itself stays, generation parameters among it.
        block: without header, or empty.
    """
    target = io.BytesIO()
    try:
        containers.rewrite(io.BytesIO(content), target, block, srgb_profile())
    except ValueError:
        return content
    return target.getvalue()


def write(path: Path, content: bytes) -> None:
    """Write a file and wait until it is on the disk.

    Raises:
        OSError: it cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        with suppress(OSError):  # a disk that is full has room for other things again
            path.unlink()
        raise


def make_way(path: Path) -> None:
    """Make the folder of a file, and see that the file can have its name.

    Raises:
        OSError: it cannot be.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, "there is a folder of this name", str(path))


def move(unfinished: Path, target: Path) -> None:
    """Give a written file its name, replacing what has it, and wait until that is on the disk too.

    Raises:
        OSError: it cannot be moved.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    os.replace(unfinished, target)
    sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    """Wait until a folder's names are on the disk, where the system has that."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:  # Windows opens no folders
        return
    try:
        os.fsync(handle)
    except OSError:  # some network file systems cannot
        pass
    finally:
        os.close(handle)
