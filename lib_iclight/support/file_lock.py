"""A lock that one process has at a time, and that the system takes away from a process that is killed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO


def locked(path: Path) -> BinaryIO | None:
    """Lock a file, which is made if it is not there. The lock lasts until the returned file is closed.

    Returns:
        The file; None if another process, or this one, has the lock.

    Raises:
        OSError: the file cannot be made.
    """
    file = path.open("ab")
    try:
        _lock(file)
    except OSError:
        file.close()
        return None
    return file


def _lock(file: BinaryIO) -> None:
    if os.name == "nt":
        import msvcrt

        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
