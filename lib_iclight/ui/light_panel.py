"""Where the light comes from."""

from __future__ import annotations

from typing import Any

import gradio as gr

from ..lights import LIGHTS, MAX_STRENGTH
from ..settings import Settings
from .parts import Panel


class LightPanel(Panel):
    """The choice of a light, its strength, and the light map of one's own."""

    FIELDS = ("light", "light_strength", "light_map")

    def build(self, settings: Settings) -> None:
        """Make the controls."""
        self.controls["light"] = gr.Radio(
            [(name.capitalize(), name) for name in LIGHTS],
            value="none",
            label="Light",
            elem_id=self.make_id("light"),
            elem_classes=["ic-light-lights"],
        )
        self.controls["light_strength"] = gr.Slider(
            0,
            MAX_STRENGTH,
            value=settings.light_strength,
            step=0.05,
            label="Light strength",
            elem_id=self.make_id("light_strength"),
            visible=False,
        )
        self.picture("Light map", "light_map", visible=False)

    @property
    def shown(self) -> list[Any]:
        """The controls that :meth:`update` shows or hides."""
        return [self.controls[name] for name in ("light_strength", "light_map")]

    def update(self, mode: str, light: str, has_background: bool) -> list[Any]:
        """What applies to these choices, for the controls of :attr:`shown`."""
        lit = light != "none" and not (mode == "fbc" and has_background)
        return [gr.update(visible=lit), gr.update(visible=light == "custom")]
