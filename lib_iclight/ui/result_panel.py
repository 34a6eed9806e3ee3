"""What the result is: the painting, with more or less of the subject kept, or the photograph in its light."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import gradio as gr

from ..fields import Section
from ..request import PHOTOGRAPH, RUN
from .panel import Panel, controls_of

_ON_PHOTOGRAPH = tuple(name for name in controls_of(Section.RESULT) if name != "result")
_LIGHT = ("photograph_strength", "photograph_colour", "photograph_highlights", "photograph_radius")
_CHOICES = ("photograph_size", "photograph_background")
_ON_PAINTING = ("keep_colours", "restore_details", "details_radius")


class ResultPanel(Panel):
    """Painting or photograph, and what belongs to each.

    Args:
        tab, at_start: see :class:`Panel`.
        upscalers: returns the names of the upscalers.
    """

    def __init__(self, tab: str, at_start: Mapping[str, Any], upscalers: Callable[[], list[str]]):
        super().__init__(tab, at_start)
        self._upscalers = upscalers

    def build_choice(self) -> None:
        """Make the choice of the result, which stands apart."""
        self.make("result", elem_classes=["ic-light-segments"])

    def build(self) -> None:
        """Make the other controls."""
        relit = self.begins_with("result") == PHOTOGRAPH
        with gr.Row():
            for name in _LIGHT:
                self.make(name, visible=relit)
        with gr.Row():
            for name in _CHOICES:
                self.make(name, visible=relit, elem_classes=["ic-light-segments"])
        with gr.Row():
            # Of use only with the mode fbc, and where a painted background is enlarged.
            self.make("photograph_shadow", visible=False)
            self.make("background_upscaler", visible=False, choices=self._upscalers())
            self.make("layers", visible=relit, elem_classes=["ic-light-segments"])
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

    @property
    def shown(self) -> list[Any]:
        """The controls that :meth:`update` shows or hides."""
        names = ("reinforce_foreground", *_ON_PHOTOGRAPH, *_ON_PAINTING, "keep_original")
        return [self.controls[name] for name in names]

    def update(self, mode: str, details: float, colours: float, result: str, size: str) -> list[Any]:
        """The visibility of the controls of :attr:`shown` for these choices."""
        relit = result == PHOTOGRAPH
        at_times = {"photograph_shadow": mode == "fbc", "background_upscaler": size != RUN}
        on_photograph = [relit and at_times.get(name, True) for name in _ON_PHOTOGRAPH]
        on_painting = [not relit, not relit, not relit and details > 0]
        finished = relit or details > 0 or colours > 0
        applies = (mode != "fbc", *on_photograph, *on_painting, finished)
        return [gr.update(visible=visible) for visible in applies]
