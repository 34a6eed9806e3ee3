"""The button that shows the cut-out before anything is generated."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import gradio as gr

from ..errors import ICLightError
from ..request import from_page
from ..subject.prepare import Subject
from .cutout_html import cutout_html, problem_html
from .init_picture import InitPicture
from .subject_panel import SubjectPanel

Cut = Callable[..., Subject]
"""Cuts a subject out: takes what a picture slot holds, its name, and the request."""

_NO_FOREGROUND = "There is nothing to cut out yet. Drop a picture of the subject into Foreground."
_NO_INIT = "There is nothing to cut out yet. Drop a picture into Foreground, or give img2img one."


def connect(panel: SubjectPanel, foreground: Any, init: InitPicture, cut: Cut) -> None:
    """Make the panel's button show the cut-out of the foreground or, without one, of the picture of img2img's tab.

    The preview is made only on a click, never while a slider moves.

    Args:
        panel: has the button and the place where the cut-out is shown.
        foreground: the picture slot.
        init: knows which picture img2img has.
        cut: cuts a subject out.
    """
    holders = init.holders

    def show(foreground: Any, *values: Any) -> Any:
        held, settings = values[: len(holders)], values[len(holders) :]
        name, picture = "foreground", foreground
        if picture is None:
            name, picture = "img2img picture", init.picture(*held)
        if picture is None:
            shown = problem_html(_NO_INIT if init.slots else _NO_FOREGROUND)
        else:
            shown = _cut_out(picture, name, settings, cut)
        return gr.update(value=shown, visible=True)

    controls = [panel.controls[name] for name in panel.PREVIEWED]
    panel.preview.click(show, [foreground, *holders, *controls], [panel.cutout])


def _cut_out(picture: Any, name: str, settings: Sequence[Any], cut: Cut) -> str:
    try:
        return cutout_html(cut(picture, name, from_page(settings, SubjectPanel.PREVIEWED)))
    except ICLightError as error:
        return problem_html(str(error))
