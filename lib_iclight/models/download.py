"""Brings a model file into a folder: resumed, checked, and in place only when it is whole."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from ..errors import ICLightError
from . import hub
from .folders import PART, folder_name
from .header import HeaderError, look
from .relay import relayed

NAMES = {mode: f"iclight_sd15_{mode}.safetensors" for mode in ("fc", "fcon", "fbc")}
"""The author's file for each mode."""

_TRIES = 5
_SPARE = 64 << 20
_BLOCK = 1 << 20
# The author's files have 1.72 GB; the same weights in full precision have 3.4.
_LARGEST = 4 << 30
_PATIENCE_SECONDS = 60
_FULL = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))

Progress = Callable[[int, "int | None", str], None]
"""Gets bytes done, bytes in all where they are known, and what is going on ("Downloading", "Checking")."""


class CancelledError(ICLightError):
    """The user stopped the download."""


def fetch(
    name: str,
    folder: Path,
    *,
    progress: Progress = lambda done, total, what: None,
    cancelled: Callable[[], bool] = lambda: False,
    wait: Callable[[float], object] = time.sleep,
) -> Path:
    """Download a file of the author's repository, or wait for the one who is doing so.

    Size and SHA-256 are compared with what the server states, and the header with that of such a model. What has
    arrived stays beside the target as ``NAME.part`` when the connection breaks or the user stops, and the next call
    goes on from there.

    Args:
        name: one of :data:`NAMES`' values.
        folder: where the file goes; made where it is missing.
        progress: called for each piece.
        cancelled: asked before each piece, and a few times a second while nothing comes.
        wait: sleeps for seconds between tries.

    Returns:
        The file's path.

    Raises:
        CancelledError: ``cancelled`` said so.
        ICLightError: no connection, not enough disk space, a folder that cannot be written, or another file than
            the server states. Nothing is left in place then.
    """
    if name not in NAMES.values():
        raise ICLightError(f"There is no IC-Light model named {name!r}. Choose one of: {', '.join(NAMES.values())}.")
    target = folder / name
    try:
        _make(folder)
        with _alone(target, progress, cancelled):
            _bring(target, progress, cancelled, wait)
    except OSError as error:
        raise _local_trouble(target, error) from error
    return target


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except ValueError as error:
        raise OSError(errno.EINVAL, "no folder can have this name") from error


def _bring(target: Path, progress: Progress, cancelled: Callable[[], bool], wait: Callable[[float], object]) -> None:
    part = target.with_name(target.name + PART)
    if target.is_file():
        remote = _retried(lambda: _found(target, cancelled), part, cancelled, wait)
        if not _flaw(target, remote, progress, cancelled):
            return
    resumed = _length(part) > 0
    while True:
        remote = _retried(lambda: _append(part, target.name, progress, cancelled), part, cancelled, wait)
        reason = _flaw(part, remote, progress, cancelled)
        if not reason:
            os.replace(part, target)
            return
        part.unlink(missing_ok=True)
        if not resumed:
            raise ICLightError(
                f"{target.name} was not put in place: {reason}. Try again later, or download it from "
                f"{hub.web_page()} by hand."
            )
        # What was left of an earlier try may belong to another version of the file, so once more from the start.
        resumed = False


def _retried(step: Callable[[], hub.Remote], part: Path, cancelled, wait) -> hub.Remote:
    """Carry out a step, again while the connection breaks; a try that brought something counts as a success."""
    failures = 0
    while True:
        before = _length(part)
        try:
            return step()
        except hub.UnreachableError as error:
            failures = 1 if _length(part) > before else failures + 1
            if failures >= _TRIES:
                kept = " What has arrived is kept: start the download again to go on." if _length(part) else ""
                raise ICLightError(f"{error}{kept} Check the connection, or put the file in place by hand.") from error
        for _ in range(2 ** (failures - 1)):
            _stop_if(cancelled, part)
            wait(1)


def _append(part: Path, name: str, progress: Progress, cancelled: Callable[[], bool]) -> hub.Remote:
    """Get what is missing of a file; the address is asked for each time, because signed ones expire."""
    remote = _found(part, cancelled)
    if remote.size is not None and remote.size > _LARGEST:
        raise _too_large(name)
    start = _length(part)
    if remote.size is not None and start >= remote.size:
        return remote
    _check_space(part, (remote.size or 0) - start)
    try:
        done = _transfer(part, remote, start, progress, cancelled)
    except hub.RangeError as error:
        if error.at_end:
            return remote  # the check that follows says what is wrong with it
        # What was left of an earlier try is of no use with this server.
        part.unlink(missing_ok=True)
        done = _transfer(part, remote, 0, progress, cancelled)
    if remote.size is None and done > _LARGEST:
        part.unlink(missing_ok=True)
        raise _too_large(name)
    if remote.size is not None and done < remote.size:
        raise hub.UnreachableError(f"{name} cannot be downloaded from {hub.server_name()}: the connection broke.")
    return remote


def _found(path: Path, cancelled: Callable[[], bool]) -> hub.Remote:
    """What the server states about a file; the question can be left at any time."""

    def ask() -> Iterator[hub.Remote]:
        yield hub.find(path.name.removesuffix(PART))

    return next(relayed(ask, lambda seconds: _stop_if(cancelled, path)))


def _transfer(part: Path, remote: hub.Remote, start: int, progress: Progress, cancelled) -> int:
    """Write what comes, from a place on; gives how long the file is then."""
    name = part.name.removesuffix(PART)

    def pieces() -> Iterator[Any]:
        with hub.opened(name, remote, start) as stream:
            yield stream.start
            yield from stream.chunks

    def idle(seconds: float) -> None:
        _stop_if(cancelled, part)
        if seconds > _PATIENCE_SECONDS:
            raise hub.UnreachableError(
                f"{name} cannot be downloaded from {hub.server_name()}: next to nothing comes from there."
            )

    with closing(relayed(pieces, idle)) as coming:
        first = next(coming)
        with part.open("ab" if first else "wb") as file:
            return _write(file, first, coming, remote, part, progress, cancelled)


def _write(
    file: BinaryIO, done: int, chunks: Iterator[bytes], remote: hub.Remote, part: Path, progress: Progress, cancelled
) -> int:
    most = _LARGEST if remote.size is None else remote.size
    looked = done
    progress(done, remote.size, "Downloading")
    for chunk in chunks:
        _stop_if(cancelled, part)
        file.write(chunk)
        done += len(chunk)
        progress(done, remote.size, "Downloading")
        if done > most:
            break
        if remote.size is None and done - looked > _SPARE // 2:
            looked = done
            _check_space(part, 0)
    return done


def _flaw(part: Path, remote: hub.Remote, progress: Progress, cancelled: Callable[[], bool]) -> str:
    """Why what has arrived is not the model that the server states, "" when it is."""
    length = _length(part)
    if remote.size is not None and length != remote.size:
        return f"it has {length:,} bytes, but {hub.server_name()} states {remote.size:,}"
    kind = "fbc" if part.name.startswith(NAMES["fbc"]) else "fc"
    try:
        found = look(part)
    except HeaderError as error:
        return f"what {hub.server_name()} gave {error}"
    if found.kind != kind:
        return f"what {hub.server_name()} gave is {found.looks_like}, not an IC-Light {kind} model"
    if remote.sha256 and _digest(part, progress, cancelled) != remote.sha256:
        return f"its SHA-256 is not the one that {hub.server_name()} states"
    return ""


def _digest(path: Path, progress: Progress, cancelled: Callable[[], bool]) -> str:
    """SHA-256 of what is on the disk, which is what counts in the end."""
    digest, done, total = hashlib.sha256(), 0, path.stat().st_size
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            _stop_if(cancelled, path)
            digest.update(block)
            done += len(block)
            progress(done, total, "Checking")
    return digest.hexdigest()


def _length(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _too_large(name: str) -> ICLightError:
    return ICLightError(
        f"{name} is not downloaded: {hub.server_name()} gives more than {readable(_LARGEST)}, and an IC-Light model "
        f"has 1.7 GB. See that HF_ENDPOINT is right, or download it from {hub.web_page()} by hand."
    )


def _check_space(part: Path, needed: int) -> None:
    free = shutil.disk_usage(part.parent).free
    if free < needed + _SPARE:
        raise ICLightError(
            f"{part.name.removesuffix(PART)} cannot be downloaded: it needs {readable(needed + _SPARE)} more on the "
            f"disk, and {readable(free)} are free. Make room, or set another model folder in the settings."
        )


def _stop_if(cancelled: Callable[[], bool], path: Path) -> None:
    if cancelled():
        name = path.name.removesuffix(PART)
        raise CancelledError(f"The download of {name} was stopped. Start it again to go on from where it was.")


def _local_trouble(target: Path, error: OSError) -> ICLightError:
    if error.errno in _FULL:
        # A full disk harms more than this download; what had arrived makes room.
        target.with_name(target.name + PART).unlink(missing_ok=True)
        return ICLightError(f"{target.name} cannot be downloaded: the disk is full. Make room and try again.")
    folder = folder_name([target.parent])
    return ICLightError(
        f"{target.name} cannot be written into {folder}: {error.strerror or type(error).__name__}. See that the web "
        "UI may write there, or set another model folder in the settings."
    )


def readable(size: int) -> str:
    """A number of bytes for people: "1.72 GB"."""
    for unit, step in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= step:
            return f"{size / step:.2f} {unit}" if unit == "GB" else f"{size / step:.0f} {unit}"
    return f"{size} bytes"


@contextmanager
def _alone(target: Path, progress: Progress, cancelled: Callable[[], bool]) -> Iterator[None]:
    """One download of a file at a time, in this process and in others."""
    from filelock import FileLock, Timeout

    lock = FileLock(target.with_name(target.name + PART + ".lock"))
    while True:
        try:
            lock.acquire(timeout=0.2)
            break
        except Timeout:
            _stop_if(cancelled, target)
            progress(0, None, "Waiting for another download")
    try:
        yield
    finally:
        lock.release()
        try:
            Path(lock.lock_file).unlink(missing_ok=True)
        except OSError:
            # Somebody waits for it (Windows); they will remove it.
            return
