"""How the subject is cut out, how its edge is refined, and how much of it is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import gradio as gr

from ..fields import Section
from ..request import PHOTOGRAPH
from .panel import Panel, controls_of

_ON_PHOTOGRAPH = tuple(name for name in controls_of(Section.RESULT) if name != "result")
_ON_PAINTING = ("keep_colours", "restore_details", "details_radius")


class SubjectPanel(Panel):
    """Background removal with its preview, and what keeps the subject as it was.

    Args:
        tab: "txt2img" or "img2img".
        at_start: as for :class:`Panel`.
        removers: returns the names of the background removers.
    """

    PREVIEWED = controls_of(Section.CUT_OUT, Section.EDGE)
    """The fields that decide what the cut-out looks like."""

    def __init__(self, tab: str, at_start: Mapping[str, Any], removers: Callable[[], list[str]]):
        super().__init__(tab, at_start)
        self._removers = removers

    def build(self) -> None:
        """Make the controls."""
        with gr.Row(elem_classes=["ic-light-remover"]):
            self.make("remove_background")
            self.make("matting_model", choices=self._removers())
            self.make_rest(Section.CUT_OUT)
            self.preview = gr.Button(
                "Preview cut-out", elem_id=self.make_id("preview"), elem_classes=["ic-light-preview"], size="sm"
            )
        self.cutout = gr.HTML(elem_id=self.make_id("cutout"), visible=False)
        self._build_edge()
        self._build_result()
        relit = self.begins_with("result") == PHOTOGRAPH
        with gr.Row():
            self.make("reinforce_foreground")
            self.make("keep_colours", visible=not relit)
            self.make_rest(Section.KEPT)
        restores = self.begins_with("restore_details") > 0
        with gr.Row():
            self.make("restore_details", visible=not relit)
            self.make("details_radius", visible=restores and not relit)
        self.make("keep_original", visible=restores or relit)
        self.make_rest(Section.DETAILS)

    def _build_result(self) -> None:
        self.make("result")
        relit = self.begins_with("result") == PHOTOGRAPH
        with gr.Row():
            for name in _ON_PHOTOGRAPH[:2]:
                self.make(name, visible=relit)
        with gr.Row():
            for name in _ON_PHOTOGRAPH[2:]:
                self.make(name, visible=relit)

    def _build_edge(self) -> None:
        with gr.Accordion(
            "Edge of the cut-out", open=False, elem_id=self.make_id("edge"), elem_classes=["ic-light-edge"]
        ):
            with gr.Row():
                self.make("alpha_matting")
                self.make("decontaminate")
            with gr.Row():
                self.make_rest(Section.EDGE)

    @property
    def shown(self) -> list[Any]:
        """The controls that :meth:`update` shows or hides."""
        names = ("matting_model", "alpha_matting", "reinforce_foreground", *_ON_PHOTOGRAPH, *_ON_PAINTING)
        return [self.controls[name] for name in (*names, "keep_original")]

    def update(self, mode: str, removes: bool, details: float, colours: float, result: str) -> list[Any]:
        """The visibility of the controls of :attr:`shown` for these choices."""
        relit = result == PHOTOGRAPH
        on_painting = [not relit, not relit, not relit and details > 0]
        finished = relit or details > 0 or colours > 0
        applies = (removes, removes, mode != "fbc", *[relit] * len(_ON_PHOTOGRAPH), *on_painting, finished)
        return [gr.update(visible=visible) for visible in applies]

    def refresh(self) -> Any:
        """The update for the background remover's control, with the current choices."""
        return gr.update(choices=self._removers())
