"""Downloads a model file: resumed, checked, and put in place only when it is complete."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from ..errors import ICLightError
from ..support.interruptible import from_thread, stream_from_thread
from . import hub
from .folders import PART, folder_name, reason
from .header import HeaderError
from .hub import NAMES, SOURCE
from .identity import identify_file

Value = TypeVar("Value")

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
    """Download a file of the author's repository, or wait for whoever is doing so.

    Size and SHA-256 are compared with what the server states, and the header with that of such a model. What has
    arrived stays beside the target as ``NAME.part`` when the connection breaks or the user stops, and the next call
    continues from there.

    Args:
        name: one of :data:`.hub.NAMES`' values.
        folder: where the file goes; created where it is missing.
        progress: called for each chunk.
        cancelled: asked before each chunk, and ten times a second while nothing comes.
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
    transfer = _Transfer(folder / name, progress, cancelled, wait)
    try:
        _create(folder)
        with transfer.locked():
            transfer.run()
    except OSError as error:
        raise transfer.local_trouble(error) from error
    return transfer.target


@dataclass(frozen=True)
class _Transfer:
    """One download: the file to bring, and the caller's functions; see :func:`fetch`."""

    target: Path
    progress: Progress
    cancelled: Callable[[], bool]
    wait: Callable[[float], object]

    @property
    def part(self) -> Path:
        return self.target.with_name(self.target.name + PART)

    @property
    def name(self) -> str:
        return self.target.name

    @contextmanager
    def locked(self) -> Iterator[None]:
        """One download of a file at a time, in this process and in others."""
        from filelock import FileLock, Timeout

        lock = FileLock(self.part.with_name(self.part.name + ".lock"))
        while True:
            try:
                lock.acquire(timeout=0.2)
                break
            except Timeout:
                self.stop_if_cancelled()
                self.progress(0, None, "Waiting for another download")
        try:
            yield
        finally:
            lock.release()
            try:
                Path(lock.lock_file).unlink(missing_ok=True)
            except OSError:
                # Somebody waits for it (Windows); they will remove it.
                return

    def run(self) -> None:
        if self.target.is_file():
            remote = self.retried(self.describe)
            if not self.fault(self.target, remote):
                return
        resumed = _length(self.part) > 0
        while True:
            remote = self.retried(self.append)
            fault = self.fault(self.part, remote)
            if not fault:
                os.replace(self.part, self.target)
                return
            self.part.unlink(missing_ok=True)
            if not resumed:
                raise ICLightError(
                    f"{self.name} was not put in place: {fault}. Try again later, or download it from {SOURCE} by hand."
                )
            # What was left of an earlier try may belong to another version of the file, so once more from the start.
            resumed = False

    def retried(self, step: Callable[[], Value]) -> Value:
        """Run a step, again while the connection breaks; a try that received bytes resets the count of failures."""
        failures = 0
        while True:
            before = _length(self.part)
            try:
                return step()
            except hub.UnreachableError as error:
                failures = 1 if _length(self.part) > before else failures + 1
                if failures >= _TRIES:
                    kept = " What has arrived is kept: start the download again to go on." if _length(self.part) else ""
                    raise ICLightError(
                        f"{error}{kept} Check the connection, or put the file in place by hand."
                    ) from error
            for _ in range(2 ** (failures - 1)):
                self.stop_if_cancelled()
                self.wait(1)

    def describe(self) -> hub.RemoteFile:
        """What the server says about the file; can be cancelled at any time."""
        return from_thread(lambda: hub.describe(self.name), lambda seconds: self.stop_if_cancelled())

    def append(self) -> hub.RemoteFile:
        """Download what is missing; the address is asked for each time, because signed ones expire."""
        remote = self.describe()
        if remote.size is not None and remote.size > _LARGEST:
            raise self.too_large()
        start = _length(self.part)
        if remote.size is not None and start >= remote.size:
            return remote
        self.check_space((remote.size or 0) - start)
        try:
            done = self.receive(remote, start)
        except hub.RangeError as error:
            if error.at_end:
                return remote  # the check that follows says what is wrong with it
            # What was left of an earlier try is of no use with this server.
            self.part.unlink(missing_ok=True)
            done = self.receive(remote, 0)
        if remote.size is None and done > _LARGEST:
            self.part.unlink(missing_ok=True)
            raise self.too_large()
        if remote.size is not None and done < remote.size:
            raise hub.UnreachableError(
                f"{self.name} cannot be downloaded from {hub.server_name()}: the connection broke."
            )
        return remote

    def receive(self, remote: hub.RemoteFile, start: int) -> int:
        """Write the file from ``start`` on; returns its length."""
        most = _LARGEST if remote.size is None else remote.size
        with closing(stream_from_thread(lambda: hub.stream(self.name, remote, start), self.idle)) as chunks:
            done = checked = next(chunks)
            with self.part.open("ab" if done else "wb") as file:
                self.progress(done, remote.size, "Downloading")
                for chunk in chunks:
                    self.stop_if_cancelled()
                    file.write(chunk)
                    done += len(chunk)
                    self.progress(done, remote.size, "Downloading")
                    if done > most:
                        break
                    if remote.size is None and done - checked > _SPARE // 2:
                        checked = done
                        self.check_space(0)
        return done

    def idle(self, seconds: float) -> None:
        self.stop_if_cancelled()
        if seconds > _PATIENCE_SECONDS:
            raise hub.UnreachableError(
                f"{self.name} cannot be downloaded from {hub.server_name()}: next to nothing comes from there."
            )

    def stop_if_cancelled(self) -> None:
        if self.cancelled():
            raise CancelledError(f"The download of {self.name} was stopped. Start it again to go on from where it was.")

    def fault(self, path: Path, remote: hub.RemoteFile) -> str:
        """Why a file is not the model that the server states, "" when it is."""
        server, length = hub.server_name(), _length(path)
        if remote.size is not None and length != remote.size:
            return f"it has {length:,} bytes, but {server} states {remote.size:,}"
        kind = "fbc" if self.name == NAMES["fbc"] else "fc"
        try:
            found = identify_file(path)
        except HeaderError as error:
            return f"what {server} gave {error}"
        if found.kind != kind:
            return f"what {server} gave is {found.looks_like}, not an IC-Light {kind} model"
        if remote.sha256 and self.digest(path) != remote.sha256:
            return f"its SHA-256 is not the one that {server} states"
        return ""

    def digest(self, path: Path) -> str:
        """SHA-256 of what is on the disk, which is what counts in the end."""
        digest, done, total = hashlib.sha256(), 0, path.stat().st_size
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                self.stop_if_cancelled()
                digest.update(block)
                done += len(block)
                self.progress(done, total, "Checking")
        return digest.hexdigest()

    def check_space(self, needed: int) -> None:
        free = shutil.disk_usage(self.part.parent).free
        if free < needed + _SPARE:
            raise ICLightError(
                f"{self.name} cannot be downloaded: it needs {readable(needed + _SPARE)} more on the disk, and "
                f"{readable(free)} are free. Make room, or set another model folder in the settings."
            )

    def too_large(self) -> ICLightError:
        return ICLightError(
            f"{self.name} is not downloaded: {hub.server_name()} gives more than {readable(_LARGEST)}, and an IC-Light "
            f"model has 1.7 GB. See that HF_ENDPOINT is right, or download it from {SOURCE} by hand."
        )

    def local_trouble(self, error: OSError) -> ICLightError:
        if error.errno in _FULL:
            # A full disk harms more than this download; what had arrived makes room.
            self.part.unlink(missing_ok=True)
            return ICLightError(f"{self.name} cannot be downloaded: the disk is full. Make room and try again.")
        return ICLightError(
            f"{self.name} cannot be written into {folder_name([self.target.parent])}: {reason(error)}. See that the "
            "web UI may write there, or set another model folder in the settings."
        )


def _create(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except ValueError as error:
        raise OSError(errno.EINVAL, reason(error)) from error


def _length(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def readable(size: int) -> str:
    """A number of bytes for people: "1.72 GB"."""
    for unit, step in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= step:
            return f"{size / step:.2f} {unit}" if unit == "GB" else f"{size / step:.0f} {unit}"
    return f"{size} bytes"
