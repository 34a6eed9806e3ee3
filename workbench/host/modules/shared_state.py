"""What the host is doing just now."""

from __future__ import annotations

import datetime
import threading
import time


class State:
    """The job under way, its progress, and the user's wish to stop it."""

    def __init__(self):
        self.server_start = time.time()
        self.time_start: float | None = None
        self.job = ""
        self.job_count = 0
        self.job_timestamp = "0"
        self._command_signal = threading.Event()
        self._command: str | None = None
        self._clear()

    def _clear(self) -> None:
        self.skipped = self.interrupted = self.stopping_generation = False
        self.processing_has_refined_job_count = False
        self.job_no = self.sampling_step = self.sampling_steps = 0
        self.current_latent = self.current_image = None
        self.current_image_sampling_step = self.id_live_preview = 0
        self.textinfo: str | None = None

    @property
    def server_command(self) -> str | None:
        """What the server is to do: ``stop`` or ``restart``."""
        return self._command

    @server_command.setter
    def server_command(self, value: str | None) -> None:
        self._command = value
        self._command_signal.set()

    def wait_for_server_command(self, timeout: float | None = None) -> str | None:
        """Wait for a command and take it; None when none came in time."""
        if not self._command_signal.wait(timeout):
            return None
        self._command_signal.clear()
        command, self._command = self._command, None
        return command

    def request_restart(self) -> None:
        """Stop what is under way and start the page anew."""
        self.interrupt()
        self.server_command = "restart"

    def skip(self) -> None:
        """Stop the batch under way."""
        self.skipped = True

    def interrupt(self) -> None:
        """Stop the job under way."""
        self.interrupted = True

    def stop_generating(self) -> None:
        """Stop after the batch under way."""
        self.stopping_generation = True

    def nextjob(self) -> None:
        """One part of the job is done."""
        self.job_no += 1
        self.sampling_step = 0
        self.current_image_sampling_step = 0

    def dict(self) -> dict:
        """The state for the API."""
        names = (
            "skipped interrupted stopping_generation job job_count job_timestamp job_no sampling_step sampling_steps"
        )
        return {name: getattr(self, name) for name in names.split()}

    def begin(self, job: str = "(unknown)") -> None:
        """A job begins."""
        steps = self.sampling_steps
        self._clear()
        self.sampling_steps = steps
        self.time_start = time.time()
        self.job_count = -1
        self.job_timestamp = datetime.datetime.now().strftime("%Y%m%d%H%M%S")
        self.job = job

    def end(self) -> None:
        """The job ended."""
        self.job = ""
        self.job_count = 0

    def set_current_image(self) -> None:
        """Make a preview of the latents; the workbench shows none."""
