"""Downloads in background threads: they survive closing the page, and a second request joins the first."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from ..errors import ICLightError
from .download import fetch
from .hub import NAMES


class Download:
    """One download.

    Attributes:
        name: the file.
        done, total: in bytes; total is None until the server has stated it.
        doing: the current step ("Downloading").
        error: why it failed, None while it runs and if it succeeded.
    """

    def __init__(self, name: str):
        self.name = name
        self.done = 0
        self.total: int | None = None
        self.doing = "Connecting"
        self.error: ICLightError | None = None
        self._stop = threading.Event()
        self._ended = threading.Event()
        self._watches: list[Callable[[], bool]] = []

    @property
    def running(self) -> bool:
        """Whether it has not ended yet."""
        return not self._ended.is_set()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until it ends, at most this many seconds; returns whether it has ended."""
        return self._ended.wait(seconds)

    def cancel(self) -> None:
        """Stop, whatever the server does; the part downloaded so far is kept."""
        self._stop.set()

    def watch(self, interrupted: Callable[[], bool]) -> None:
        """Also stop when ``interrupted`` returns True."""
        self._watches.append(interrupted)

    def run(self, folder: Path) -> None:
        """Download in the calling thread; :attr:`error` holds the outcome."""
        try:
            fetch(self.name, folder, progress=self._progress, cancelled=self._cancelled, wait=self._stop.wait)
        except ICLightError as error:
            self.error = error
        except Exception as error:  # a bug: the waiting user gets a message, the console gets the traceback
            self.error = ICLightError(f"{self.name} cannot be downloaded: {type(error).__name__}. See the console.")
            raise
        finally:
            self._ended.set()

    def _progress(self, done: int, total: int | None, what: str) -> None:
        self.done, self.total, self.doing = done, total, what

    def _cancelled(self) -> bool:
        return self._stop.is_set() or any(watch() for watch in self._watches)


class Downloads:
    """All downloads of the process; one per mode at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: dict[str, Download] = {}

    def start(self, mode: str, folder: Path) -> Download:
        """Start the download of a mode's model, or join the running one."""
        with self._lock:
            job = self.running(mode)
            if job is None:
                job = self._running[mode] = Download(NAMES[mode])
                threading.Thread(target=job.run, args=(folder,), name=f"IC-Light {job.name}", daemon=True).start()
            return job

    def running(self, mode: str) -> Download | None:
        """The running download of a mode's model, or None."""
        job = self._running.get(mode)
        return job if job is not None and job.running else None
