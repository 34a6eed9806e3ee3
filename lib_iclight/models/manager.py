"""The installed models, and downloads of the missing ones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from ..errors import ICLightError
from .folders import folder_name
from .hub import NAMES, SOURCE
from .jobs import Download, Downloads
from .library import ModelLibrary
from .report import ModelReport, report

_POLL_SECONDS = 0.5


class DownloadRules(Protocol):
    """The user's settings for downloads.

    Attributes:
        download: whether they are allowed.
        download_on_first_use: whether a generation downloads its model if it is missing.
    """

    download: bool
    download_on_first_use: bool


class Models:
    """Reports on the model files and downloads missing ones.

    Args:
        library: inspects and loads the files.
        folders: returns the model folders, the preferred one first.
        settings: returns the current settings.
        forbidden: returns whether the command line turns downloads off.
    """

    def __init__(
        self,
        library: ModelLibrary,
        folders: Callable[[], list[Path]],
        settings: Callable[[], DownloadRules],
        forbidden: Callable[[], bool],
    ):
        self.library = library
        self.downloads = Downloads()
        self._folders = folders
        self._settings = settings
        self._forbidden = forbidden

    def report(self) -> ModelReport:
        """Describe the current contents of the model folders."""
        return report(self.library, self._folders())

    def why_not(self) -> str:
        """Why downloads are off; "" if they are on."""
        if self._forbidden():
            return "downloads are turned off by --ic-light-no-download"
        if not self._settings().download:
            return "downloads are turned off in the settings"
        return ""

    def start(self, mode: str, interrupted: Callable[[], bool]) -> Download:
        """Start the download of a mode's model, or join the running one.

        Raises:
            ICLightError: downloads are turned off.
        """
        reason = self.why_not()
        folder = self._folders()[0]
        if reason:
            raise ICLightError(
                f"{NAMES[mode]} is not downloaded: {reason}. Get it from {SOURCE} and put it into "
                f"{folder_name([folder])}."
            )
        job = self.downloads.start(mode, folder)
        job.watch(interrupted)
        return job

    def fetch(self, mode: str, interrupted: Callable[[], bool], tell: Callable[[str], None]) -> None:
        """Download the model of a mode and wait for it.

        Args:
            mode: "fc", "fcon" or "fbc".
            interrupted: returns whether the user wants to stop it.
            tell: shows the user a line about its progress, now and then.

        Raises:
            ICLightError: downloads are turned off, or this one failed or was stopped.
        """
        job = self.start(mode, interrupted)
        while not job.wait(_POLL_SECONDS):
            share = f" {100 * job.done // job.total} %" if job.total else ""
            tell(f"{job.doing} {job.name}{share}")
        if job.error is not None:
            raise job.error

    @property
    def on_first_use(self) -> bool:
        """Whether a generation downloads its model if it is missing."""
        return self._settings().download_on_first_use and not self.why_not()
