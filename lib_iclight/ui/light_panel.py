"""The choices of light and placement, and the pad: the editor's canvas that goes with them."""

from __future__ import annotations

from typing import Any

import gradio as gr

from ..fields import Section
from ..light.maps import DRAWN, EDITOR
from ..request import PLACED
from ..subject.placement import PLACEMENTS
from . import page_limits
from .panel import JS, QUIET, Panel, controls_of, on_any

_LIGHTS = ("none", *DRAWN, EDITOR, "custom")
_IMG2IMG_LIGHTS = (*_LIGHTS, "mask")
_PLACEMENTS = (*PLACEMENTS, PLACED)


class LightPanel(Panel):
    """The light, its strength, the user's own light map, the placement, and the editor's canvas.

    The scripts in ``javascript/`` make the canvas, and read and set these controls; without them its container is
    empty and takes no space. Two hidden text boxes hold what is drawn in the editor.

    Attributes:
        drawn: a hidden text box that says what kind of light is drawn in the editor, see :func:`summary.as_drawn`.
    """

    FIELDS = controls_of(Section.LIGHT, Section.LIGHT_MAP, Section.PLACEMENT)

    def build_slot(self) -> None:
        """Make the slot of the light map, which stands among the pictures."""
        self.make("light_map", visible=False)
        self.make_rest(Section.LIGHT_MAP)

    def build_placement(self) -> None:
        """Make the choice where the subject stands, which belongs to its picture."""
        self._radio("placement", _PLACEMENTS, "ic-light-segments", "ic-light-placements")
        self._hidden("placement_editor")
        self.make_rest(Section.PLACEMENT)

    def build_pad(self) -> None:
        """Make the editor's container."""
        gr.HTML(
            f'<div class="ic-light-editor" {page_limits.attribute()}></div>',
            elem_id=self.make_id("editor"),
            elem_classes=["ic-light-editor-block"],
        )

    def build_strip(self) -> None:
        """Make the lights in a row, and their strength."""
        with gr.Row(elem_classes=["ic-light-strip"]):
            self._radio("light", _IMG2IMG_LIGHTS if self.tab == "img2img" else _LIGHTS, "ic-light-lights")
            self._hidden("light_editor")
            self.drawn = self.make_hidden("drawn")
            self.make("light_strength", visible=False)
            self.make_rest(Section.LIGHT)

    def connect(self) -> None:
        """Let the editor follow the controls."""
        self.follow(*(self.controls[name] for name in self.FIELDS))
        # In the browser: a drawing changes often, and the server needs only its kind.
        drawn_by = "(text) => [window.icLight?.description?.drawnBy(text) ?? '']"
        self.controls["light_editor"].change(
            None, [self.controls["light_editor"]], [self.drawn], **QUIET, **{JS: drawn_by}
        )

    def follow(self, *controls: Any) -> None:
        """Tell the editor when a control has changed: values set by the server cause no DOM event."""
        script = f"() => {{ window.icLight?.editor?.follow('{self.tab}'); return []; }}"
        on_any([control.change for control in controls], None, [], [], **{JS: script})

    @property
    def shown(self) -> list[Any]:
        """The controls that :meth:`update` shows or hides."""
        return [self.controls[name] for name in ("light_strength", "light_map")]

    def update(self, mode: str, light: str, has_background: bool) -> list[Any]:
        """The visibility of the controls of :attr:`shown` for these choices."""
        lit = light != "none" and not (mode == "fbc" and has_background)
        return [gr.update(visible=lit), gr.update(visible=light == "custom")]

    def _radio(self, name: str, values: tuple[str, ...], *elem_classes: str) -> None:
        self.make(name, choices=[(value.capitalize(), value) for value in values], elem_classes=[*elem_classes])

    def _hidden(self, name: str) -> None:
        """A text box for the page's scripts, hidden by its class: gradio leaves invisible controls out of the page."""
        self.controls[name] = gr.Textbox(
            "", label=name, elem_id=self.make_id(name), elem_classes=["ic-light-hidden"], show_label=False
        )
        # A drawing belongs to one picture; it must not become a default for the next start.
        self.controls[name].do_not_save_to_config = True
