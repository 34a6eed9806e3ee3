"""How the subject is cut out, and how its edge is refined."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import gradio as gr

from ..fields import Section
from .panel import Panel, controls_of


class SubjectPanel(Panel):
    """Background removal with its preview.

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
            self.make("alpha_matting")
            self.make("matting_model", choices=self._removers())
            self.make_rest(Section.CUT_OUT)
            self.preview = gr.Button(
                "Preview cut-out", elem_id=self.make_id("preview"), elem_classes=["ic-light-preview"], size="sm"
            )
        self.cutout = gr.HTML(elem_id=self.make_id("cutout"), visible=False)
        # Hidden by their class: the page's scripts press the button after a run, and show the cut-out on the pad.
        hidden = {"elem_classes": ["ic-light-hidden"]}
        self.show_run_cutout = gr.Button("", elem_id=self.make_id("show_run_cutout"), **hidden)
        self.run_cutout = gr.HTML(elem_id=self.make_id("run_cutout"), **hidden)
        self._build_edge()

    def _build_edge(self) -> None:
        with gr.Row(elem_id=self.make_id("edge"), elem_classes=["ic-light-edge"]):
            self.make_rest(Section.EDGE)

    @property
    def shown(self) -> list[Any]:
        """The controls that :meth:`update` shows or hides."""
        return [self.controls[name] for name in ("matting_model", "alpha_matting")]

    def update(self, removes: bool) -> list[Any]:
        """The visibility of the controls of :attr:`shown` for this choice."""
        return [gr.update(visible=removes) for _ in self.shown]

    def refresh(self) -> Any:
        """The update for the background remover's control, with the current choices."""
        return gr.update(choices=self._removers())
