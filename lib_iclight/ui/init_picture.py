"""Whether img2img has a picture: each of its tabs has a slot of its own, and the tab that is shown counts."""

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

# In the page: a picture may be large, and the server need not have it to know that there is one.
_FILLED = """(...pictures) => [pictures.map((one) => (one?.image ?? one ? "1" : "0")).join("")]"""


class InitPicture(Panel):
    """Follows the web UI's own slots; in txt2img it is empty."""

    def build(self) -> None:
        """Make what holds the state."""
        first = next(iter(SLOTS))
        self._known, self._tab = gr.State([]), gr.State(first)
        # Hidden by its class: the page's script sets it, and its change is an event.
        self._filled = gr.Textbox(
            "", label="init pictures", elem_id=self.make_id("init"), elem_classes=["ic-light-hidden"], show_label=False
        )
        self._filled.do_not_save_to_config = True

    @property
    def states(self) -> list[Any]:
        """What :meth:`is_there` is told."""
        return [self._known, self._filled, self._tab]

    def connect(self, host_control: Callable[[str], Any], tell: Callable[[Any], Any]) -> None:
        """Follow the slots and tabs that this web UI has.

        Args:
            host_control: gives a control of the web UI by its ``elem_id``, or None.
            tell: connects an event with what is to happen when something has changed.
        """
        if self.tab != "img2img":
            return
        slots = {slot: host_control(slot) for slot in SLOTS.values() if slot}
        slots = {slot: control for slot, control in slots.items() if control is not None}
        tabs = {tab: host_control(tab) for tab in SLOTS}
        # Without the tabs' events it is not known which slot counts.
        if not slots or any(tabs[tab] is None for tab, slot in SLOTS.items() if slot in slots):
            return
        self._known.value = list(slots)
        for control in slots.values():
            control.change(None, [*slots.values()], [self._filled], **QUIET, **{JS: _FILLED})
        tell(self._filled.change)
        for name, tab in tabs.items():
            if tab is not None:
                tell(tab.select(lambda shown=name: shown, None, [self._tab], **QUIET).then)

    @staticmethod
    def is_there(known: list[str], filled: str, tab: str) -> bool | None:
        """Whether the tab that is shown has a picture, None where that is not known."""
        slot = SLOTS.get(tab, "")
        if slot not in known:
            return None
        return filled[known.index(slot) : known.index(slot) + 1] == "1"
