"""What the host is doing now."""

from __future__ import annotations

import datetime
import threading


class State:
    """The current job, its progress, and whether the user wants to stop it."""

    def __init__(self):
        self.job = ""
        self.job_count = 0
        self.job_timestamp = "0"
        self._command_signal = threading.Event()
        self._command: str | None = None
        self._clear()

    def _clear(self) -> None:
        self.skipped = self.interrupted = False
        self.processing_has_refined_job_count = False
        self.job_no = self.sampling_step = self.sampling_steps = 0
        self.textinfo: str | None = None

    def wait_for_server_command(self, timeout: float | None = None) -> str | None:
        """Wait for a command and take it; None if none arrives in time."""
        if not self._command_signal.wait(timeout):
            return None
        self._command_signal.clear()
        command, self._command = self._command, None
        return command

    def request_restart(self) -> None:
        """Stop the current job and restart the page."""
        self.interrupt()
        self._command = "restart"
        self._command_signal.set()

    def skip(self) -> None:
        """Stop the current batch."""
        self.skipped = True

    def interrupt(self) -> None:
        """Stop the current job."""
        self.interrupted = True

    def nextjob(self) -> None:
        """One part of the job is done."""
        self.job_no += 1
        self.sampling_step = 0

    def dict(self) -> dict:
        """The state for the API."""
        names = "skipped interrupted job job_count job_timestamp job_no sampling_step sampling_steps"
        return {name: getattr(self, name) for name in names.split()}

    def begin(self, job: str = "(unknown)") -> None:
        """A job begins."""
        steps = self.sampling_steps
        self._clear()
        self.sampling_steps = steps
        self.job_count = -1
        self.job_timestamp = datetime.datetime.now().strftime("%Y%m%d%H%M%S")
        self.job = job

    def end(self) -> None:
        """The job ended."""
        self.job = ""
        self.job_count = 0
