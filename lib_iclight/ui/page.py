"""The host's web page while it is being built: its controls, and what we connect to them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import send_on
from .accordion import Accordion
from .first_opening import when_opened
from .ideas_panel import IdeasPanel
from .models_row import ModelsRow
from .panel import QUIET

_CHECKPOINT_ID, _CHECKPOINT_CLASS = "setting_sd_model_checkpoint", "model_selection"
_LAST = "footer"
"""The footer is built last; by then the tabs are part of the page."""


class Page:
    """Connects the accordions of both tabs with the page around them."""

    def __init__(self) -> None:
        self._rows: dict[bool, ModelsRow] = {}
        self._accordions: dict[bool, Accordion] = {}
        self._checkpoint: Any = None
        self._send_buttons: dict[str, Any] = {}
        self._others: dict[bool, Callable[[Accordion], None]] = {}
        self._printed = {""}

    def print_once(self, text: str) -> None:
        """Print a line once, and "" never: whoever starts the web UI may never look at its page."""
        if text not in self._printed:
            self._printed.add(text)
            print(text)

    def add(self, is_img2img: bool, accordion: Accordion, row: ModelsRow) -> None:
        """Register a tab's accordion; hosts also build it outside the page, so a later one replaces it."""
        self._accordions[is_img2img], self._rows[is_img2img] = accordion, row

    def when_complete(self, is_img2img: bool, connect: Callable[[Accordion], None]) -> None:
        """Let another script connect its controls with a tab's accordion, once the whole page is there.

        Args:
            is_img2img: which tab.
            connect: is given the accordion; a later one replaces it, as hosts also build controls outside the page.
        """
        self._others[is_img2img] = connect

    def watch(self, component: Any, **kwargs: Any) -> None:
        """Watch for the host's controls that accordions depend on; a host calls this for every component."""
        elem_id = _id_of(component, kwargs)
        classes = kwargs.get("elem_classes") or getattr(component, "elem_classes", None) or []
        # Forge's list of checkpoints has only a class, which Forge Neo gives to other lists too.
        if elem_id == _CHECKPOINT_ID or (elem_id is None and _CHECKPOINT_CLASS in classes):
            self._checkpoint = component
        if elem_id in send_on.BUTTONS:
            self._send_buttons[elem_id] = component
        if elem_id == _LAST:
            self._refresh_when_opened()
            self._follow_checkpoint()
            self._fill_on_sending()
            self._bring_back()
            self._follow_scripts()
            self._connect_others()

    def _connect_others(self) -> None:
        for is_img2img, connect in self._others.items():
            accordion = self._accordions.get(is_img2img)
            if accordion is not None and _is_shown(accordion.controls["enabled"]):
                connect(accordion)

    def _refresh_when_opened(self) -> None:
        """Show what has changed on disk since the page was built."""
        for is_img2img, row in self._rows.items():
            if _is_shown(row.notice):
                accordion = self._accordions[is_img2img]
                outputs = [*row.refreshed, accordion.ideas.lists]
                refreshed = when_opened(accordion.place, _current_page(), _refresher(row), outputs)
                # Asked afterwards: a mode that was chosen in between counts.
                refreshed.then(row.button_at_first, [accordion.controls["mode"]], [row.download], **QUIET)

    def _follow_checkpoint(self) -> None:
        """Warn as soon as an unsuitable checkpoint is selected."""
        rows = self._shown_rows()
        if rows and self._checkpoint is not None and _is_shown(self._checkpoint):
            notices = [row.notice for row in rows]
            self._checkpoint.change(
                lambda name: [row.check(name) for row in rows], [self._checkpoint], notices, **QUIET
            )

    def _fill_on_sending(self) -> None:
        """Copy the settings to img2img's accordion when a result is sent there."""
        shown = {tab: one for tab, one in self._accordions.items() if _is_shown(one.controls["enabled"])}
        for button in self._send_buttons.values():
            if len(shown) == 2 and _is_shown(button):
                send_on.connect(button, shown[False].controls, shown[True].controls)

    def _bring_back(self) -> None:
        """Let *Relight again from here* paste as the web UI's own button does; by now all fields are known."""
        from modules import infotext_utils

        for accordion in self._accordions.values():
            fields = infotext_utils.paste_fields.get(accordion.tab)
            if fields and _is_shown(accordion.controls["enabled"]):
                accordion.again.connect(accordion.controls, fields, infotext_utils.connect_paste)

    def _follow_scripts(self) -> None:
        for accordion in self._accordions.values():
            if _is_shown(accordion.controls["enabled"]):
                accordion.follow_script()

    def _shown_rows(self) -> list[ModelsRow]:
        return [row for row in self._rows.values() if _is_shown(row.notice)]


class HostControls:
    """The web UI's own controls by ``elem_id``, so that our buttons can set them."""

    def __init__(self) -> None:
        self._found: dict[str, Any] = {}
        self._last_html: str | None = None

    def watch(self, component: Any, **kwargs: Any) -> None:
        """Remember a control; a host calls this for every component of a tab."""
        import gradio as gr

        elem_id = _id_of(component, kwargs)
        if "logical_image_background" in (kwargs.get("elem_classes") or ()):
            # Forge's canvas keeps its picture in a separate component, built after the element with the known id.
            elem_id = self._last_html
        elif isinstance(component, gr.HTML):
            self._last_html = elem_id
        if elem_id:
            self._found[elem_id] = component

    def get(self, elem_id: str) -> Any:
        """A control of the page that is being built, or None."""
        component = self._found.get(elem_id)
        return component if component is not None and _is_shown(component) else None


def _refresher(row: ModelsRow) -> Callable[[], list[Any]]:
    return lambda: [*row.refresh(), IdeasPanel.shown_lists()]


def _id_of(component: Any, options: dict[str, Any]) -> str | None:
    return options.get("elem_id") or getattr(component, "elem_id", None)


def _current_page() -> Any:
    from gradio.context import Context

    return Context.root_block


def _is_shown(component: Any) -> bool:
    """Whether a component is part of the page that is being built."""
    page = _current_page()
    return page is not None and getattr(component, "_id", None) in page.blocks
