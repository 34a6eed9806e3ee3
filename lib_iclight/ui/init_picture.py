"""Which picture img2img has, if any: each of its tabs has a slot of its own, and the tab that is shown counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gradio as gr

from .parts import JS, QUIET, Panel

SLOTS = {
    "img2img_img2img_tab": "img2img_image",
    "img2img_img2img_sketch_tab": "img2img_sketch",
    "img2img_inpaint_tab": "img2maskimg",
    "img2img_inpaint_sketch_tab": "inpaint_sketch",
    "img2img_inpaint_upload_tab": "img_inpaint_base",
    "img2img_batch_tab": "",
}
"""The web UI's tabs for pictures and the slot in each; "" where files or a folder are given, which is not known."""

_FIRST = next(iter(SLOTS))
# In the page: a picture may be large, and the server need not have it to know that there is one.
# gradio 3 has what is inpainted together with its mask.
_FILLED = """(...pictures) => {
    const held = (slot) => ("image" in Object(slot) ? slot.image : slot);
    return [pictures.slice(0, COUNT).map((slot) => (held(slot) ? "1" : "0")).join("")];
}"""


class InitPicture(Panel):
    """Follows the web UI's own slots; in txt2img it is empty.

    Args:
        tab: "txt2img" or "img2img".
        host_control: gives a control of the web UI by its ``elem_id``, or None.
    """

    def __init__(self, tab: str, host_control: Callable[[str], Any]):
        super().__init__(tab)
        self._host_control = host_control
        self._slots: dict[str, Any] = {}
        self._tabs: dict[str, Any] = {}

    def find(self) -> None:
        """Look for the slots and tabs that the page around has."""
        names = SLOTS if self.tab == "img2img" else {}
        slots = {slot: self._host_control(slot) for slot in names.values() if slot}
        tabs = {tab: self._host_control(tab) for tab in names}
        self._tabs = {name: tab for name, tab in tabs.items() if tab is not None}
        # Without the events of its tab it is not known when a slot counts.
        self._slots = {
            slot: slots[slot] for tab, slot in names.items() if tab in self._tabs and slots.get(slot) is not None
        }

    def build(self) -> None:
        """Make what holds the state."""
        self._tab = gr.State(_FIRST)
        # Hidden by its class: the page's script sets it, and its change is an event.
        self._filled = gr.Textbox(
            "", label="init pictures", elem_id=self.make_id("init"), elem_classes=["ic-light-hidden"], show_label=False
        )
        self._filled.do_not_save_to_config = True

    @property
    def states(self) -> list[Any]:
        """What :meth:`is_there` is told."""
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
            tell: connects an event with what is to happen when something has changed.
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
        """Whether the tab that is shown has a picture, None where that is not known.

        Args:
            filled: what each slot that is followed holds, "1" for a picture; empty at first.
            tab: the tab that is shown.
        """
        slot = SLOTS.get(tab, "")
        if slot not in self._slots:
            return None
        place = [*self._slots].index(slot)
        return filled[place : place + 1] == "1"
