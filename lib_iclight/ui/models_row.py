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
_TO_CHECKPOINTS = " <button type='button' class='ic-light-to-checkpoints'>Choose another</button>"


class ModelsRow:
    """One tab's row.

    Args:
        models: manages the files.
        notice: says what is wrong with the checkpoint of that name (None: the selected one), or "".
        interruption: makes a function that tells whether the user has pressed Interrupt since then.
        choices: returns the entries of the model dropdown.
        suits: whether IC-Light can run on the checkpoint of that name (None: the selected one).
    """

    def __init__(
        self,
        models: Models,
        notice: Callable[[str | None], str],
        interruption: Callable[[], Callable[[], bool]],
        choices: Callable[[], list[str]],
        suits: Callable[[str | None], bool] = lambda name: True,
    ):
        self._models = models
        self._notice = notice
        self._interruption = interruption
        self._choices = choices
        self._suits = suits

    def build_notice(self, elem_id: str) -> None:
        """Make the line about the checkpoint, hidden while the checkpoint is suitable."""
        text = self._checked(None)
        self.notice = gr.HTML(text, visible=bool(text), elem_id=elem_id, elem_classes=["ic-light-notice"])

    def build_missing(self, make_id: Callable[[str], str]) -> None:
        """Make the line that shows only while the mode's model is missing or on its way.

        Args:
            make_id: returns an element's id in the page.
        """
        with gr.Column(elem_classes=["ic-light-missing"]):
            self.progress = gr.HTML(visible=False, elem_id=make_id("download_progress"))
            self._built = ("fc", self._wanted("fc"))
            self.download = gr.Button(_label("fc"), visible=self._built[1], elem_id=make_id("download"), size="sm")
            self.cancel = gr.Button("Cancel", visible=False, elem_id=make_id("download_cancel"), size="sm")

    def build(self, make_id: Callable[[str], str]) -> None:
        """Make the list of what is installed; ``make_id`` is as for :meth:`build_missing`."""
        self.listing = gr.HTML(self._listing(), elem_id=make_id("models"), elem_classes=["ic-light-models"])

    def connect(self, mode: Any, dropdown: Any, refresh: Any) -> None:
        """Connect the row with the accordion's mode, its model dropdown and the dropdown's refresh button."""
        self.refreshed = [self.notice, dropdown, self.listing]
        mode.change(self.button, [mode], [self.download], **QUIET)
        refresh.click(self.look, [mode], [dropdown, self.listing, self.download], **QUIET)
        self.download.click(
            self._run,
            [mode],
            [self.progress, self.download, self.cancel, self.listing, dropdown],
            show_progress=False,
            api_name=False,
        )
        self.cancel.click(self._stop, [mode], None, **QUIET)

    def refresh(self) -> list[Any]:
        """Updates for the controls in ``refreshed``, since the page was built."""
        return [self.check(), *self._files()]

    def look(self, mode: str) -> list[Any]:
        """Look for model files again; returns updates for the dropdown, the list and the button."""
        return [*self._files(), self.button(mode)]

    def button(self, mode: str) -> Any:
        """The update for the download button: what it fetches for this mode, hidden if that is here."""
        return gr.update(value=_label(mode), visible=self._wanted(mode))

    def button_at_first(self, mode: str) -> Any:
        """The same when the row is first seen. What the page was built with is left as it is: this answer may come
        after that to a mode which is chosen meanwhile.
        """
        return gr.update() if (mode, self._wanted(mode)) == self._built else self.button(mode)

    def check(self, name: str | None = None) -> Any:
        """Check a checkpoint; returns the update for the line about it."""
        text = self._checked(name)
        return gr.update(value=text, visible=bool(text))

    def _checked(self, name: str | None) -> str:
        text = self._notice(name)
        return _warning(text, "" if self._suits(name) else _TO_CHECKPOINTS)

    def _listing(self) -> str:
        return as_html(self._models.report())

    def _wanted(self, mode: str) -> bool:
        return self._models.report().chosen[mode] is None and not self._models.why_not()

    def _files(self) -> list[Any]:
        return [gr.update(choices=self._choices()), gr.update(value=self._listing())]

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


def _warning(text: str, button: str = "") -> str:
    return f"<p class='wrong'>{as_spans(text)}{button}</p>" if text else ""
