"""Tells whether a file has changed since it was last read."""

from __future__ import annotations

import os
from typing import NamedTuple


class Stamp(NamedTuple):
    """Identifies a file's content, as far as the file system can tell without reading it.

    A replaced file has another inode; a file that was written to has another ``ctime_ns``, even if its length and
    modification time were restored. On Windows ``ctime_ns`` is the time of creation, so such a file is recognised only
    by its length and modification time. Two changes within one tick of the file system's clock (milliseconds on Linux,
    two seconds on FAT) look like one.

    Attributes:
        size: in bytes.
        mtime_ns: when the content was last changed.
        ctime_ns: when the content or metadata was last changed; on Windows, when the file was created.
        inode: the file's number on its volume.
    """

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int


def stamp_of(stat: os.stat_result) -> Stamp:
    """The stamp from a result of ``os.stat`` or ``os.fstat``."""
    return Stamp(stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino)


def stamp_at(path: str | os.PathLike[str]) -> Stamp | None:
    """The stamp of the file at a path, None if it does not exist or cannot be accessed."""
    try:
        return stamp_of(os.stat(path))
    except (OSError, ValueError):
        return None
