"""Which picture img2img has, if any: each of its tabs has a slot of its own, and only the visible tab counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gradio as gr

from .panel import JS, QUIET, Panel

SLOTS = {
    "img2img_img2img_tab": "img2img_image",
    "img2img_img2img_sketch_tab": "img2img_sketch",
    "img2img_inpaint_tab": "img2maskimg",
    "img2img_inpaint_sketch_tab": "inpaint_sketch",
    "img2img_inpaint_upload_tab": "img_inpaint_base",
    "img2img_batch_tab": "",
}
"""The web UI's tabs for pictures and the slot in each; "" for the batch tab, whose files we do not know."""

_FIRST = next(iter(SLOTS))
# Runs in the browser: a picture may be large, and the server only needs to know that there is one.
# In gradio 3 the value of an inpainting slot is a picture with its mask.
_FILLED = """(...pictures) => {
    const held = (slot) => ("image" in Object(slot) ? slot.image : slot);
    return [pictures.slice(0, COUNT).map((slot) => (held(slot) ? "1" : "0")).join("")];
}"""


class InitPicture(Panel):
    """Follows the web UI's own picture slots; in txt2img there are none.

    Args:
        tab: "txt2img" or "img2img".
        host_control: returns a control of the web UI by its ``elem_id``, or None.
    """

    def __init__(self, tab: str, host_control: Callable[[str], Any]):
        super().__init__(tab)
        self._host_control = host_control
        self._slots: dict[str, Any] = {}
        self._tabs: dict[str, Any] = {}

    def find(self) -> None:
        """Look for the web UI's slots and tabs."""
        names = SLOTS if self.tab == "img2img" else {}
        slots = {slot: self._host_control(slot) for slot in names.values() if slot}
        tabs = {tab: self._host_control(tab) for tab in names}
        self._tabs = {name: tab for name, tab in tabs.items() if tab is not None}
        # A slot whose tab we cannot follow is left out: we would not know when it is visible.
        self._slots = {
            slot: slots[slot] for tab, slot in names.items() if tab in self._tabs and slots.get(slot) is not None
        }

    def build(self) -> None:
        """Make the hidden controls that hold the state."""
        self._tab = gr.State(_FIRST)
        # Hidden by its class: gradio leaves invisible controls out of the page, and this one's change is an event.
        self._filled = gr.Textbox(
            "", label="init pictures", elem_id=self.make_id("init"), elem_classes=["ic-light-hidden"], show_label=False
        )
        self._filled.do_not_save_to_config = True

    @property
    def states(self) -> list[Any]:
        """The inputs of :meth:`is_there`."""
        return [self._filled, self._tab]

    @property
    def slots(self) -> list[Any]:
        """The slots that are followed; empty in txt2img."""
        return [*self._slots.values()]

    @property
    def holders(self) -> list[Any]:
        """What :meth:`picture` is told."""
        return [self._tab, *self.slots]

    def picture(self, tab: str, *pictures: Any) -> Any:
        """The picture of the tab that is shown, which is the one that a run takes; None where it has none.

        Args:
            tab: the tab that is shown.
            pictures: what each slot that is followed holds.
        """
        held = dict(zip(self._slots, pictures, strict=True)).get(SLOTS.get(tab, ""))
        # gradio 3 has what is inpainted together with its mask.
        return held["image"] if isinstance(held, dict) else held

    def connect(self, tell: Callable[[Any], Any]) -> None:
        """Follow the slots and tabs.

        Args:
            tell: connects an event with the update of the accordion.
        """
        slots = self.slots
        # The script gets the value of the output too, after those of the inputs.
        script = _FILLED.replace("COUNT", str(len(slots)))
        for control in slots:
            control.change(None, slots, [self._filled], **QUIET, **{JS: script})
        tell(self._filled.change)
        for name, tab in self._tabs.items():
            tell(tab.select(lambda shown=name: shown, None, [self._tab], **QUIET).then)

    def is_there(self, filled: str = "", tab: str = _FIRST) -> bool | None:
        """Whether the visible tab has a picture, None if that is not known.

        Args:
            filled: one digit for each slot that is followed, "1" if it holds a picture; empty at first.
            tab: the visible tab.
        """
        slot = SLOTS.get(tab, "")
        if slot not in self._slots:
            return None
        place = [*self._slots].index(slot)
        return filled[place : place + 1] == "1"
