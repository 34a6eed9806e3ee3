"""The accordion's Models row: what is installed, what is wrong with it, and a button to download what is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import gradio as gr

from ..errors import ICLightError
from ..models.hub import NAMES
from ..models.manager import Models
from .models_html import as_html, progress_html
from .panel import QUIET
from .wording import as_spans

_POLL_SECONDS = 0.4


class ModelsRow:
    """One tab's row.

    Args:
        models: manages the files.
        notice: says what is wrong with the checkpoint of that name (None: the selected one), or "".
        interruption: makes a function that tells whether the user has pressed Interrupt since then.
        choices: returns the entries of the model dropdown.
    """

    def __init__(
        self,
        models: Models,
        notice: Callable[[str | None], str],
        interruption: Callable[[], Callable[[], bool]],
        choices: Callable[[], list[str]],
    ):
        self._models = models
        self._notice = notice
        self._interruption = interruption
        self._choices = choices

    def build_notice(self, elem_id: str) -> None:
        """Make the line about the checkpoint, hidden while the checkpoint is suitable."""
        text = self._notice(None)
        self.notice = gr.HTML(_warning(text), visible=bool(text), elem_id=elem_id, elem_classes=["ic-light-notice"])

    def build(self, make_id: Callable[[str], str]) -> None:
        """Make the controls; ``make_id`` returns an element's id in the page."""
        with gr.Column(elem_classes=["ic-light-models"]):
            self.listing = gr.HTML(self._listing(), elem_id=make_id("models"))
            self.progress = gr.HTML(visible=False, elem_id=make_id("download_progress"))
            with gr.Row():
                self.download = gr.Button(
                    _label("fc"), visible=self._wanted("fc"), elem_id=make_id("download"), size="sm"
                )
                self.cancel = gr.Button("Cancel", visible=False, elem_id=make_id("download_cancel"), size="sm")

    def connect(self, mode: Any, dropdown: Any, refresh: Any) -> None:
        """Connect the row with the accordion's mode, its model dropdown and the dropdown's refresh button."""
        self.refreshed = [self.notice, dropdown, self.listing, self.download]
        mode.change(self._button, [mode], [self.download], **QUIET)
        refresh.click(self.look, [mode], [dropdown, self.listing, self.download], **QUIET)
        self.download.click(
            self._run,
            [mode],
            [self.progress, self.download, self.cancel, self.listing, dropdown],
            show_progress=False,
        )
        self.cancel.click(self._stop, [mode], None, **QUIET)

    def refresh(self) -> list[Any]:
        """Updates for the controls in ``refreshed``, since the page was built."""
        return [self.check(), *self.look("fc")]

    def look(self, mode: str) -> list[Any]:
        """Look for model files again; returns updates for the dropdown, the list and the button."""
        return [gr.update(choices=self._choices()), gr.update(value=self._listing()), self._button(mode)]

    def check(self, name: str | None = None) -> Any:
        """Check a checkpoint; returns the update for the line about it."""
        text = self._notice(name)
        return gr.update(value=_warning(text), visible=bool(text))

    def _listing(self) -> str:
        return as_html(self._models.report())

    def _wanted(self, mode: str) -> bool:
        return self._models.report().chosen[mode] is None and not self._models.why_not()

    def _button(self, mode: str) -> Any:
        return gr.update(value=_label(mode), visible=self._wanted(mode))

    def _run(self, mode: str) -> Iterator[list[Any]]:
        """Download, and show the progress until it ends."""
        try:
            job = self._models.start(mode, self._interruption())
        except ICLightError as error:
            yield [gr.update(value=_warning(str(error)), visible=True), *[gr.update()] * 4]
            return
        ended = False
        while not ended:
            ended = job.wait(_POLL_SECONDS)
            if not ended:
                shown = gr.update(value=progress_html(job), visible=True)
                yield [shown, gr.update(visible=False), gr.update(visible=True), *[gr.update()] * 2]
        dropdown, listing, button = self.look(mode)
        yield [gr.update(value=progress_html(job), visible=True), button, gr.update(visible=False), listing, dropdown]

    def _stop(self, mode: str) -> None:
        job = self._models.downloads.running(mode)
        if job is not None:
            job.cancel()


def _label(mode: str) -> str:
    return f"Download {NAMES[mode]} (1.7 GB)"


def _warning(text: str) -> str:
    return f"<p class='wrong'>{as_spans(text)}</p>" if text else ""
