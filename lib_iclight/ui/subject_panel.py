"""How the subject is cut out, and how much of it is kept."""

from __future__ import annotations

from typing import Any

import gradio as gr

from ..matting import MODELS
from ..request import MAX_RADIUS
from ..settings import Settings
from .parts import Panel


class SubjectPanel(Panel):
    """Background removal, and what keeps the subject itself."""

    FIELDS = (
        "remove_background",
        "matting_model",
        "reinforce_foreground",
        "restore_details",
        "details_radius",
        "keep_colours",
    )

    def build(self, settings: Settings) -> None:
        """Make the controls."""
        with gr.Row():
            self.controls["remove_background"] = gr.Checkbox(
                True, label="Remove background", elem_id=self.make_id("remove_background")
            )
            self.controls["matting_model"] = gr.Dropdown(
                list(MODELS),
                value=settings.matting_model,
                label="Background remover",
                elem_id=self.make_id("matting_model"),
            )
        with gr.Row():
            self.strength("Reinforce foreground", "reinforce_foreground")
            self.strength("Keep colours", "keep_colours")
        with gr.Row():
            self.strength("Restore details", "restore_details", settings.restore_details)
            self.controls["details_radius"] = gr.Slider(
                0.5,
                MAX_RADIUS,
                value=2,
                step=0.5,
                label="Details radius",
                elem_id=self.make_id("details_radius"),
                visible=settings.restore_details > 0,
            )

    @property
    def shown(self) -> list[Any]:
        """The controls that :meth:`update` shows or hides."""
        return [self.controls[name] for name in ("matting_model", "reinforce_foreground", "details_radius")]

    def update(self, mode: str, removes: bool, details: float) -> list[Any]:
        """What applies to these choices, for the controls of :attr:`shown`."""
        return [gr.update(visible=removes), gr.update(visible=mode != "fbc"), gr.update(visible=details > 0)]
