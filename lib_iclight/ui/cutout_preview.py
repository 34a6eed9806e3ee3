"""The button that shows the cut-out before anything is generated."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import gradio as gr

from ..errors import ICLightError
from ..request import from_page
from ..subject.prepare import Subject
from .cutout_html import cutout_html, problem_html
from .subject_panel import SubjectPanel

INIT_PICTURES = ("img2img_image", "img2maskimg", "img_inpaint_base")
"""The web UI's controls that hold img2img's picture; the first that has one counts."""

Cut = Callable[..., Subject]
"""Cuts a subject out: takes what a picture slot holds, its name, and the request."""

_NO_FOREGROUND = "There is nothing to cut out yet. Drop a picture of the subject into Foreground."
_NO_INIT = "There is nothing to cut out yet. Drop a picture into Foreground, or give img2img one."


def connect(panel: SubjectPanel, foreground: Any, inits: Sequence[Any], cut: Cut) -> None:
    """Make the panel's button show the cut-out of the foreground or, without one, of img2img's picture.

    The preview is made only on a click, never while a slider moves.

    Args:
        panel: has the button and the place where the cut-out is shown.
        foreground: the picture slot.
        inits: controls of the web UI that may hold img2img's picture; empty in txt2img.
        cut: cuts a subject out.
    """

    def show(picture: Any, *values: Any) -> Any:
        pictures, settings = values[: len(inits)], values[len(inits) :]
        return gr.update(value=_shown(picture, pictures, settings, cut), visible=True)

    controls = [panel.controls[name] for name in panel.PREVIEWED]
    panel.preview.click(show, [foreground, *inits, *controls], [panel.cutout])


def _shown(foreground: Any, pictures: Sequence[Any], settings: Sequence[Any], cut: Cut) -> str:
    name, picture = "foreground", foreground
    if picture is None:
        name, picture = "img2img picture", next((_without_mask(given) for given in pictures if given is not None), None)
    if picture is None:
        return problem_html(_NO_INIT if pictures else _NO_FOREGROUND)
    try:
        return cutout_html(cut(picture, name, from_page(settings, SubjectPanel.PREVIEWED)))
    except ICLightError as error:
        return problem_html(str(error))


def _without_mask(given: Any) -> Any:
    """The picture alone: gradio 3 passes an inpainting picture together with its mask."""
    return given["image"] if isinstance(given, dict) else given
