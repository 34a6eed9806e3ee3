"""How the subject is cut out, what its edge is like, and how much of it is kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gradio as gr

from ..request import MAX_RADIUS, Request
from ..settings import Settings
from ..subject.matte_refinement import MAX_FEATHER, MAX_SHRINK
from .parts import Panel

_CUT_OUT = ("remove_background", "matting_model")
_EDGE = ("alpha_matting", "matte_threshold", "matte_shrink", "matte_feather", "decontaminate")
_KEPT = ("reinforce_foreground", "keep_colours", "restore_details", "details_radius", "keep_original")


class SubjectPanel(Panel):
    """Background removal with its preview, and what keeps the subject itself.

    Args:
        tab: "txt2img" or "img2img".
        removers: gives the names of the background removers.
    """

    FIELDS = (*_CUT_OUT, *_EDGE, *_KEPT)

    PREVIEWED = (*_CUT_OUT, *_EDGE)
    """The fields that decide what the cut-out looks like."""

    def __init__(self, tab: str, removers: Callable[[], list[str]]):
        super().__init__(tab)
        self._removers = removers

    def build(self, settings: Settings) -> None:
        """Make the controls."""
        with gr.Row(elem_classes=["ic-light-remover"]):
            self._checkbox("Remove background", "remove_background", True)
            self.controls["matting_model"] = gr.Dropdown(
                self._removers(),
                value=settings.matting_model,
                label="Background remover",
                elem_id=self.make_id("matting_model"),
                # A file may have come since the page was opened; what is not there is named when it is asked for.
                allow_custom_value=True,
            )
            self.preview = gr.Button(
                "Preview cut-out", elem_id=self.make_id("preview"), elem_classes=["ic-light-preview"], size="sm"
            )
        self.cutout = gr.HTML(elem_id=self.make_id("cutout"), visible=False)
        self._build_edge()
        with gr.Row():
            self.strength("Reinforce foreground", "reinforce_foreground")
            self.strength("Keep colours", "keep_colours")
        with gr.Row():
            self.strength("Restore details", "restore_details", settings.restore_details)
            self._slider("Details radius", "details_radius", 0.5, MAX_RADIUS, visible=settings.restore_details > 0)
        self._checkbox("Keep the unrestored picture too", "keep_original", False, visible=settings.restore_details > 0)

    def _build_edge(self) -> None:
        with gr.Accordion(
            "Edge of the cut-out", open=False, elem_id=self.make_id("edge"), elem_classes=["ic-light-edge"]
        ):
            with gr.Row():
                self._checkbox("Follow hair and fur", "alpha_matting", False)
                self.strength("Remove colour fringe", "decontaminate")
            with gr.Row():
                self._slider("Threshold", "matte_threshold", 0, 1, 0.05)
                self._slider("Shrink", "matte_shrink", -MAX_SHRINK, MAX_SHRINK)
                self._slider("Feather", "matte_feather", 0, MAX_FEATHER)

    def _checkbox(self, label: str, name: str, value: bool, visible: bool = True) -> None:
        self.controls[name] = gr.Checkbox(value, label=label, elem_id=self.make_id(name), visible=visible)

    def _slider(self, label: str, name: str, low: float, high: float, step: float = 0.5, visible: bool = True) -> None:
        value = getattr(Request, name)
        self.controls[name] = gr.Slider(
            low, high, value=value, step=step, label=label, elem_id=self.make_id(name), visible=visible
        )

    @property
    def shown(self) -> list[Any]:
        """The controls that :meth:`update` shows or hides."""
        names = ("matting_model", "alpha_matting", "reinforce_foreground", "details_radius", "keep_original")
        return [self.controls[name] for name in names]

    def update(self, mode: str, removes: bool, details: float, colours: float) -> list[Any]:
        """What applies to these choices, for the controls of :attr:`shown`."""
        applies = (removes, removes, mode != "fbc", details > 0, details > 0 or colours > 0)
        return [gr.update(visible=visible) for visible in applies]

    def refresh(self) -> Any:
        """What there is to choose from now, for the control of the background remover."""
        return gr.update(choices=self._removers())
