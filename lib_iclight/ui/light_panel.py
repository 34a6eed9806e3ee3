"""Where the light comes from, and where the subject stands: the choices, and the editor that goes with them."""

from __future__ import annotations

from typing import Any

import gradio as gr

from ..light.maps import MAX_STRENGTH
from ..settings import Settings
from . import page_limits
from .parts import JS, QUIET, Panel

_LIGHTS = ("none", "left", "right", "top", "bottom", "front", "ambient", "editor", "custom")
_IMG2IMG_LIGHTS = (*_LIGHTS, "mask")
_PLACEMENTS = ("cover", "contain", "placed")


class LightPanel(Panel):
    """The choice of a light, its strength, the light map of one's own, the placement, and the editor's canvas.

    The canvas is made by the scripts in ``javascript/``, which read and set these controls; without them its
    container is empty and takes no room. What the editor holds is in two hidden texts.
    """

    FIELDS = ("light", "light_editor", "light_strength", "light_map", "placement", "placement_editor")

    def build(self, settings: Settings) -> None:
        """Make the controls."""
        self._radio("Light", "light", _IMG2IMG_LIGHTS if self.tab == "img2img" else _LIGHTS, "ic-light-lights")
        self._hidden("light_editor")
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
        self._radio("Placement", "placement", _PLACEMENTS, "ic-light-placements")
        self._hidden("placement_editor")
        gr.HTML(
            f'<div class="ic-light-editor" {page_limits.attribute()}></div>',
            elem_id=self.make_id("editor"),
            elem_classes=["ic-light-editor-block"],
        )
        self.follow(*(self.controls[name] for name in self.FIELDS))

    def follow(self, *controls: Any) -> None:
        """Tell the editor when a control has changed: the server sets values without an event in the page."""
        script = f"() => {{ window.icLight?.editor?.follow('{self.tab}'); return []; }}"
        for control in controls:
            control.change(None, inputs=[], outputs=[], **QUIET, **{JS: script})

    @property
    def shown(self) -> list[Any]:
        """The controls that :meth:`update` shows or hides."""
        return [self.controls[name] for name in ("light_strength", "light_map")]

    def update(self, mode: str, light: str, has_background: bool) -> list[Any]:
        """What applies to these choices, for the controls of :attr:`shown`."""
        lit = light != "none" and not (mode == "fbc" and has_background)
        return [gr.update(visible=lit), gr.update(visible=light == "custom")]

    def _radio(self, label: str, name: str, values: tuple[str, ...], elem_class: str) -> None:
        self.controls[name] = gr.Radio(
            [(value.capitalize(), value) for value in values],
            value=values[0],
            label=label,
            elem_id=self.make_id(name),
            elem_classes=[elem_class],
        )

    def _hidden(self, name: str) -> None:
        """A text that the page's script sets, hidden by its class: gradio leaves invisible controls out of the page."""
        self.controls[name] = gr.Textbox(
            "", label=name, elem_id=self.make_id(name), elem_classes=["ic-light-hidden"], show_label=False
        )
        # What was drawn belongs to one picture and is no default for the next start.
        self.controls[name].do_not_save_to_config = True
