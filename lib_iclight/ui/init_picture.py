"""Which picture img2img has, if any: each of its tabs has a slot of its own, and only the visible tab counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

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
# Runs in the browser: a picture may be large, and the server needs only its size and something to know it by.
_TOLD = "async (...slots) => [(await window.icLight?.initPicture?.told(slots.slice(0, COUNT))) ?? '']"
_EMPTY = "-"


class Seen(NamedTuple):
    """What the page knows of a picture.

    Attributes:
        size: width and height, None if they are unknown.
        key: tells it from other pictures.
    """

    size: tuple[int, int] | None
    key: str


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
        self._tab = self.make_hidden("init_tab", _FIRST)
        self._told = self.make_hidden("init")
        self._masked = [self.make_hidden("init_masked")] if any(map(_has_mask, self.slots)) else []

    @property
    def states(self) -> list[Any]:
        """The inputs of :meth:`is_there` and :meth:`seen`."""
        return [self._told, self._tab]

    @property
    def slots(self) -> list[Any]:
        """The slots that are followed; empty in txt2img."""
        return [*self._slots.values()]

    @property
    def holders(self) -> list[Any]:
        """What :meth:`picture` is told."""
        return [self._tab, *self.slots]

    @property
    def holders_if_any(self) -> list[Any]:
        """The same, empty in txt2img."""
        return self.holders if self._slots else []

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
        script = _TOLD.replace("COUNT", str(len(slots)))
        # Of a picture and its mask gradio 3 says that it changes at every change of the page, as is an answer to that:
        # the page would never come to rest. The page's script follows those.
        changes = [slot.change for slot in slots if not _has_mask(slot)]
        for event in [*changes, *(field.change for field in self._masked)]:
            event(None, slots, [self._told], **QUIET, **{JS: script})
        for state in self.states:
            tell(state.change)
        # In the browser, so that what is pressed right after a tab already counts for that tab.
        for name, tab in self._tabs.items():
            tab.select(None, None, [self._tab], **QUIET, **{JS: f"() => ['{name}']"})

    def is_there(self, told: str = "", tab: str = _FIRST) -> bool | None:
        """Whether the visible tab has a picture, None if that is not known; arguments as for :meth:`seen`."""
        return None if SLOTS.get(tab, "") not in self._slots else self.seen(told, tab) is not None

    @staticmethod
    def is_masked(told: str = "", tab: str = _FIRST) -> bool:
        """Whether the visible tab repaints only what is inside a mask; arguments as for :meth:`seen`."""
        return "_inpaint" in tab

    def seen(self, told: str = "", tab: str = _FIRST) -> Seen | None:
        """The picture of the visible tab, None if there is none or if that is not known.

        Args:
            told: a word for each slot that is followed, from ``icLight.initPicture.told``; empty at first.
            tab: the visible tab.
        """
        words = dict(zip(self._slots, told.split(), strict=False))
        word = words.get(SLOTS.get(tab, ""), _EMPTY)
        if word == _EMPTY:
            return None
        width, height, key = word.split(":")
        return Seen((int(width), int(height)) if int(width) and int(height) else None, key)


def _has_mask(slot: Any) -> bool:
    """Whether a slot holds a picture and its mask, as those of gradio 3 do that are painted on."""
    return getattr(slot, "tool", "") == "sketch"
