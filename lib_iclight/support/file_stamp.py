"""Tells whether a file has changed since it was last read."""

from __future__ import annotations

import os
from typing import NamedTuple


class Stamp(NamedTuple):
    """The identity of a file's content, as far as a file system tells it without reading.

    A file that is replaced has another inode; one that is written to, even with its length and its modification time
    put back, has another ``ctime_ns``. On Windows that is the time of creation, so there such a file is told only by
    its length and its modification time. Two changes within one tick of the file system's clock (milliseconds on
    Linux, two seconds on FAT) look like one.

    Attributes:
        size: in bytes.
        mtime_ns: when the content was last changed.
        ctime_ns: when anything of the file was last changed; on Windows, when it was created.
        inode: the file's number on its volume.
    """

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int


def stamp_of(stat: os.stat_result) -> Stamp:
    """The stamp in what ``os.stat`` or ``os.fstat`` tells."""
    return Stamp(stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino)


def stamp_at(path: str | os.PathLike[str]) -> Stamp | None:
    """The stamp of the file at a path, None where there is none or it may not be looked at."""
    try:
        return stamp_of(os.stat(path))
    except (OSError, ValueError):
        return None
