"""A lock that one process has at a time, and that the system takes away from a process that is killed."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import BinaryIO

_TAKEN = (errno.EAGAIN, errno.EACCES, errno.EDEADLK)
"""What systems answer where somebody else has the lock."""


def locked(path: Path) -> BinaryIO | None:
    """Lock a file, which is made if it is not there. The lock lasts until the returned file is closed.

    Returns:
        The file; None if another process, or this one, has the lock.

    Raises:
        OSError: the file cannot be made, or the file system has no locks.
    """
    file = path.open("ab")
    try:
        _lock(file)
    except OSError as error:
        file.close()
        if error.errno not in _TAKEN:
            raise
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
