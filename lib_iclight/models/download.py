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
# The author's files have 1.72 GB; the same weights in full precision would have 3.4 GB.
_LARGEST = 4 << 30
_PATIENCE_SECONDS = 60
_FULL = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))

Progress = Callable[[int, "int | None", str], None]
"""Called with the bytes done, the total bytes (None if unknown), and the current step ("Downloading", "Checking")."""


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
    """Download a file of the author's repository, or wait for another download of it.

    Size and SHA-256 are compared with what the server states, and the header is checked to be that of such a model. If
    the connection breaks or the user stops, the part downloaded so far stays beside the target as ``NAME.part``, and
    the next call continues from there.

    Args:
        name: one of :data:`.hub.NAMES`' values.
        folder: where the file goes; created if it is missing.
        progress: called for each chunk.
        cancelled: called before each chunk, and ten times a second while waiting for data.
        wait: sleeps for some seconds between attempts.

    Returns:
        The file's path.

    Raises:
        CancelledError: ``cancelled`` returned True.
        ICLightError: no connection, not enough disk space, a folder that cannot be written to, or a file other than
            the server states. The target is then not created.
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
    """One download: the target file and the caller's functions; see :func:`fetch`."""

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
        """Allow one download of a file at a time, across processes."""
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
                # On Windows, another download is waiting for it and will remove it.
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
            # The rest of an earlier attempt may belong to another version of the file, so start again from scratch.
            resumed = False

    def retried(self, step: Callable[[], Value]) -> Value:
        """Run a step, and repeat it if the connection breaks; an attempt that receives bytes resets the count."""
        failures = 0
        while True:
            before = _length(self.part)
            try:
                return step()
            except hub.UnreachableError as error:
                failures = 1 if _length(self.part) > before else failures + 1
                if failures >= _TRIES:
                    is_kept = _length(self.part) > 0
                    kept = " What has been downloaded is kept: start the download again to continue." if is_kept else ""
                    raise ICLightError(
                        f"{error}{kept} Check the connection, or put the file in place by hand."
                    ) from error
            for _ in range(2 ** (failures - 1)):
                self.stop_if_cancelled()
                self.wait(1)

    def describe(self) -> hub.RemoteFile:
        """Ask the server about the file; can be cancelled at any time."""
        return from_thread(lambda: hub.describe(self.name), lambda seconds: self.stop_if_cancelled())

    def append(self) -> hub.RemoteFile:
        """Download what is missing. The address is requested each time, because signed addresses expire."""
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
                return remote  # the check that follows finds what is wrong with it
            # The rest of an earlier attempt is of no use with this server.
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
        """Download the file from ``start``; returns its length."""
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
                f"{self.name} cannot be downloaded from {hub.server_name()}: it sends next to nothing."
            )

    def stop_if_cancelled(self) -> None:
        if self.cancelled():
            raise CancelledError(
                f"The download of {self.name} was stopped. Start it again to continue where it stopped."
            )

    def fault(self, path: Path, remote: hub.RemoteFile) -> str:
        """Why a file is not the model that the server states, or ""."""
        server, length = hub.server_name(), _length(path)
        if remote.size is not None and length != remote.size:
            return f"it has {length:,} bytes, but {server} states {remote.size:,}"
        kind = "fbc" if self.name == NAMES["fbc"] else "fc"
        try:
            found = identify_file(path)
        except HeaderError as error:
            return f"what {server} sent {error}"
        if found.kind != kind:
            return f"what {server} sent is {found.looks_like}, not an IC-Light {kind} model"
        if remote.sha256 and self.digest(path) != remote.sha256:
            return f"its SHA-256 is not the one that {server} states"
        return ""

    def digest(self, path: Path) -> str:
        """SHA-256 of the file as it is on the disk."""
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
                f"{self.name} cannot be downloaded: it needs {readable(needed + _SPARE)} more on the disk, but only "
                f"{readable(free)} are free. Make room, or set another model folder in the settings."
            )

    def too_large(self) -> ICLightError:
        return ICLightError(
            f"{self.name} is not downloaded: {hub.server_name()} sends more than {readable(_LARGEST)}, but an IC-Light "
            f"model has 1.7 GB. Check that HF_ENDPOINT is right, or download it from {SOURCE} by hand."
        )

    def local_trouble(self, error: OSError) -> ICLightError:
        if error.errno in _FULL:
            # A full disk harms more than this download, so the incomplete file is deleted to make room.
            self.part.unlink(missing_ok=True)
            return ICLightError(f"{self.name} cannot be downloaded: the disk is full. Make room and try again.")
        return ICLightError(
            f"{self.name} cannot be written into {folder_name([self.target.parent])}: {reason(error)}. Make sure that "
            "the web UI may write there, or set another model folder in the settings."
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
    """A number of bytes in readable form: "1.72 GB"."""
    for unit, step in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= step:
            return f"{size / step:.2f} {unit}" if unit == "GB" else f"{size / step:.0f} {unit}"
    return f"{size} bytes"
