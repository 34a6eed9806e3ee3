"""What the accordion's panels share."""

from __future__ import annotations

from collections.abc import Sequence
from inspect import signature
from typing import Any

import gradio as gr

from ..errors import ICLightError
from ..picture import arrays, opening

QUIET = {"show_progress": False, "queue": False}
"""For events that are answered at once."""

JS = "js" if "js" in signature(gr.Blocks.load).parameters else "_js"
"""How this gradio calls the argument of an event that holds a script for the page."""

# gradio 3 has one source, where pasting works too.
_SOURCES = {"sources": ["upload", "clipboard"]} if "sources" in signature(gr.Image.__init__).parameters else {}


class PictureInput(gr.Image):
    """A picture slot that opens only the kinds of files that we read, and passes a refusal on for the run to name it.

    Attributes:
        max_pixels: gives the most pixels that a picture may have.
    """

    webui_do_not_create_gradio_pyi_thank_you = True
    max_pixels = staticmethod(lambda: opening.MAX_PIXELS)

    def get_block_name(self) -> str:
        return "image"

    def preprocess(self, payload: Any) -> arrays.Picture | ICLightError | None:
        """What the slot holds: gradio 3 gives a data URL, gradio 4 the file that was uploaded."""
        if payload is None:
            return None
        name, most = (self.label or "picture").lower(), self.max_pixels()
        try:
            return arrays.to_picture(_opened(payload, name, most), name, most)
        except ICLightError as error:
            return error


def _opened(payload: Any, name: str, most: int) -> Any:
    if isinstance(payload, str):
        return opening.decode(payload, name, most)
    try:
        with open(payload.path, "rb") as file:
            return opening.read(file, name, most)
    except OSError as error:
        raise ICLightError(f"The {name} cannot be read: its file is gone. Drop the picture in again.") from error


class Panel:
    """A part of the accordion: makes controls, by the name of the request's field that each sets.

    Args:
        tab: "txt2img" or "img2img".
    """

    FIELDS: tuple[str, ...] = ()
    """The fields that this panel's controls set, in the order in which the script gets them."""

    def __init__(self, tab: str):
        self.tab = tab
        self.controls: dict[str, Any] = {}

    def make_id(self, name: str) -> str:
        """The id that an element has in the page."""
        return f"{self.tab}_ic_light_{name}"

    def picture(self, label: str, name: str, **options: Any) -> PictureInput:
        """Make a picture slot for the field ``name``."""
        self.controls[name] = PictureInput(
            label=label,
            type="pil",
            image_mode=None,
            height=280,
            elem_id=self.make_id(name),
            elem_classes=["ic-light-slot"],
            **_SOURCES,
            **options,
        )
        return self.controls[name]

    def strength(self, label: str, name: str, value: float = 0) -> gr.Slider:
        """Make a slider from 0 to 1 for the field ``name``."""
        self.controls[name] = gr.Slider(0, 1, value=value, step=0.05, label=label, elem_id=self.make_id(name))
        return self.controls[name]


def allowed(control: Any, value: Any) -> Any:
    """The value, where the control can take it; a host may lack a sampler or an upscaler."""
    choices = getattr(control, "choices", None)
    if not choices:
        return value
    names: Sequence[Any] = [choice[-1] if isinstance(choice, tuple) else choice for choice in choices]
    return value if value in names else gr.update()
