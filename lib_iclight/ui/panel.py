"""What the accordion's panels share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from inspect import signature
from pathlib import Path
from types import MappingProxyType
from typing import Any

import gradio as gr

from ..errors import ICLightError
from ..fields import Field, Kind, Section
from ..picture import arrays, opening, reading
from ..request import EXR, FIELDS, PSD

QUIET = {"show_progress": False, "queue": False, "api_name": False}
"""For events that are answered at once. None of ours is listed in gradio's own API, which travels with the page."""

JS = "js" if "js" in signature(gr.Blocks.load).parameters else "_js"
"""What this gradio calls an event's argument for JavaScript code."""

# gradio 3 has a single source, which includes pasting.
_SOURCES = {"sources": ["upload", "clipboard"]} if "sources" in signature(gr.Image.__init__).parameters else {}

ANY_CHOICES = {"allow_custom_value": True} if _SOURCES else {}
"""For a list of which several are chosen, to take names that it does not show: gradio 3 does, and refuses the word."""


def on_any(
    events: Sequence[Callable[..., Any]],
    update: Callable[..., Any] | None,
    inputs: Sequence[Any],
    outputs: Sequence[Any],
    **more: Any,
) -> None:
    """Connect several events with one function. When they come in quick succession, only the last is answered.

    In gradio 3, which describes each event by itself to the page, each is answered.

    Args:
        events: such as ``control.change``.
        update: the function, None if the event is for the page's scripts alone.
        inputs, outputs: its controls.
        more: arguments for gradio.
    """
    if events and hasattr(gr, "on"):
        # Unlike a single event's method, gradio 4.40's `on` does not take False for "hidden".
        quiet = {**QUIET, "show_progress": "hidden"}
        gr.on([*events], update, [*inputs], [*outputs], trigger_mode="always_last", **quiet, **more)
        return
    for event in events:
        event(update, [*inputs], [*outputs], **QUIET, **more)


class PictureInput(gr.Image):
    """A picture slot that opens only the file formats that we read, and passes on why a file cannot be read.

    Attributes:
        max_pixels: returns the most pixels that a picture may have.
    """

    webui_do_not_create_gradio_pyi_thank_you = True
    max_pixels = staticmethod(lambda: opening.MAX_PIXELS)

    def get_block_name(self) -> str:
        return "image"

    def preprocess(self, payload: Any) -> arrays.Picture | arrays.Unreadable | None:
        """Open what the slot holds: a data URL in gradio 3, the uploaded file in gradio 4."""
        if payload is None:
            return None
        name, most = (self.label or "picture").lower(), self.max_pixels()
        try:
            return _opened(payload, name, most)
        except ICLightError as error:
            return arrays.Unreadable(str(error))


def _opened(payload: Any, name: str, most: int) -> arrays.Picture:
    if isinstance(payload, str):
        file = opening.decoded(payload, name, most)
        return _from(file.getvalue(), reading.from_file(file, name, most))
    try:
        with open(payload.path, "rb") as file:
            return _from(Path(payload.path), reading.from_file(file, name, most))
    except OSError as error:
        raise ICLightError(f"The {name} cannot be read: its file is gone. Drop the picture in again.") from error


def _from(file: Path | bytes, picture: arrays.Picture) -> arrays.Picture:
    """The picture, which knows its file: the page can put it back into the slot."""
    return replace(picture, origin=replace(picture.origin, file=file))


_COMPONENTS = {
    Kind.SWITCH: gr.Checkbox,
    # The checkbox has no third state for "always".
    Kind.REMOVAL: gr.Checkbox,
    Kind.NUMBER: gr.Slider,
    Kind.STRENGTH: gr.Slider,
    Kind.CHOICE: gr.Radio,
    Kind.DRAWN: gr.Radio,
    Kind.TEXT: gr.Dropdown,
}


def controls_of(*sections: Section) -> tuple[str, ...]:
    """The names of the controls in these sections of the accordion, in the order of the script's arguments."""
    fields = [(name, field) for section in sections for name, field in FIELDS.items() if field.section is section]
    return tuple(control for name, field in fields for control in (name, field.editor) if control)


class Panel:
    """A part of the accordion: makes controls, each named after the field of the request that it sets.

    Args:
        tab: "txt2img" or "img2img".
        at_start: initial values of controls by name, where they differ from the field's default.
    """

    def __init__(self, tab: str, at_start: Mapping[str, Any] = MappingProxyType({})):
        self.tab = tab
        self._at_start = at_start
        self.controls: dict[str, Any] = {}

    def make_id(self, name: str) -> str:
        """The id of an element in the page."""
        return f"{self.tab}_ic_light_{name}"

    def begins_with(self, name: str) -> Any:
        """The initial value of the control of the field ``name``."""
        return self._at_start.get(name, FIELDS[name].default)

    def make_hidden(self, name: str, value: str = "") -> gr.Textbox:
        """Make a text between the server and the page's scripts.

        It is hidden by its class, as gradio leaves invisible controls out of the page.
        """
        text = gr.Textbox(
            value, label=name, elem_id=self.make_id(name), elem_classes=["ic-light-hidden"], show_label=False
        )
        text.do_not_save_to_config = True
        return text

    def make(self, name: str, **options: Any) -> Any:
        """Make the control of the field ``name``, as the field's entry says.

        Args:
            name: the field's name.
            options: arguments for gradio, in addition to those of the entry or overriding them.
        """
        field = FIELDS[name]
        if field.kind is Kind.PICTURE:
            return self._picture(name, **options)
        given = {"value": self.begins_with(name), "label": field.label, "elem_id": self.make_id(name)}
        self.controls[name] = _COMPONENTS[field.kind](**(given | _of_its_kind(field) | options))
        if field.setting:
            # Otherwise the host's ui-config.json would override the settings from the second start on.
            self.controls[name].do_not_save_to_config = True
        return self.controls[name]

    def make_rest(self, section: Section, but: Sequence[str] = ()) -> None:
        """Make the remaining controls of a section of the accordion, except those of ``but``."""
        for name, field in FIELDS.items():
            if field.section is section and name not in self.controls and name not in but:
                self.make(name)

    def _picture(self, name: str, **options: Any) -> PictureInput:
        self.controls[name] = PictureInput(
            label=FIELDS[name].label,
            type="pil",
            image_mode=None,
            elem_id=self.make_id(name),
            elem_classes=["ic-light-slot"],
            **_SOURCES,
            **options,
        )
        return self.controls[name]


def _of_its_kind(field: Field) -> dict[str, Any]:
    """The arguments for gradio that depend on a field's kind."""
    if field.limits is not None:
        low, high = field.limits
        begin = low if field.slider_from is None else field.slider_from
        return {"minimum": begin, "maximum": high, "step": field.step}
    if field.choices:
        return {"choices": [(_written(choice), choice) for choice in field.choices]}
    # A file may have been added since the page was opened; a missing one is reported when it is used.
    return {"allow_custom_value": True} if field.kind is Kind.TEXT else {}


def _written(choice: str) -> str:
    return choice.upper() if choice in (PSD, EXR) else choice.capitalize()


def names_offered(control: Any) -> list[Any]:
    """What a control has to choose from; empty if it takes anything."""
    choices = getattr(control, "choices", None) or ()
    return [choice[-1] if isinstance(choice, tuple) else choice for choice in choices]


def allowed(control: Any, value: Any) -> Any:
    """The value if the control can take it, else no change; a host may lack a sampler or an upscaler."""
    names = names_offered(control)
    return value if not names or value in names else gr.update()
