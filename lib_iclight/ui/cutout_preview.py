"""The cut-out on the page: the button that shows it before anything is generated, and what a run has cut out."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

import gradio as gr

from ..errors import ICLightError
from ..request import Request
from ..request_input import from_page
from ..subject.prepare import Subject
from .cutout_html import after_html, cutout_html, problem_html
from .init_picture import InitPicture
from .panel import QUIET
from .subject_panel import SubjectPanel

Cut = Callable[..., Subject]
"""Cuts a subject out: takes what a picture slot holds, its name, the request, and whether only what a run has cut out
counts."""

_ANSWERS = count(1)
_NO_FOREGROUND = "There is nothing to cut out yet. Drop a picture of the subject into Foreground."
_NO_INIT = "There is nothing to cut out yet. Drop a picture into Foreground, or give img2img one."


def connect(panel: SubjectPanel, foreground: Any, init: InitPicture, cut: Cut) -> None:
    """Make the panel's button show the cut-out of the foreground or, without one, of the picture of img2img's tab.

    The preview is made only on a click, never while a slider moves. A second button, which the page's scripts press,
    shows what a run has cut out of that picture with these settings; a subject that no run has seen is not cut out.

    Args:
        panel: has the buttons and the places where the cut-outs are shown.
        foreground: the picture slot.
        init: knows which picture img2img has.
        cut: cuts a subject out.
    """
    holders = init.holders

    def found(foreground: Any, *values: Any) -> tuple[Any, str, Request]:
        """The picture that counts, its name, and how it is cut out."""
        held, settings = values[: len(holders)], values[len(holders) :]
        request = from_page(settings, SubjectPanel.PREVIEWED)
        if foreground is not None:
            return foreground, "foreground", request
        return init.picture(*held), "img2img picture", request

    def show(*values: Any) -> Any:
        try:
            picture, name, request = found(*values)
            if picture is None:
                shown = problem_html(_NO_INIT if init.slots else _NO_FOREGROUND)
            else:
                shown = cutout_html(cut(picture, name, request))
        except ICLightError as error:
            shown = problem_html(str(error))
        return gr.update(value=_answer(shown), visible=True)

    def show_of_run(*values: Any) -> Any:
        try:
            picture, name, request = found(*values)
            return gr.update() if picture is None else _answer(after_html(cut(picture, name, request, True)))
        except ICLightError:
            return gr.update()

    inputs = [foreground, *holders, *(panel.controls[name] for name in panel.PREVIEWED)]
    panel.preview.click(show, inputs, [panel.cutout], api_name=False)
    panel.show_run_cutout.click(show_of_run, inputs, [panel.run_cutout], **QUIET)


def _answer(shown: str) -> str:
    """An answer with a number: the page's scripts can tell it from an equal one before."""
    return f"<div data-answer='{next(_ANSWERS)}'>{shown}</div>"
