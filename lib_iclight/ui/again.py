"""*Relight again from here*: brings back what made a result, so that only the light is left to be changed.

The page's script puts a result's generation parameters into a hidden text box and presses a hidden button, which the
web UI's own paste reads. One of the pasted controls is ours: its change says that everything is in place, and which
pictures the result was made from. What the slots hold now is then compared with these.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import gradio as gr
from PIL import Image

from ..errors import ICLightError
from ..infotext import LABELS, PREFIX, digest_in_text
from ..picture import arrays
from ..picture.arrays import Picture
from .init_picture import InitPicture
from .panel import JS, QUIET, Panel

SLOTS = ("foreground", "background")
"""The slots whose pictures belong to a result. The light map is a light, which is what changes."""

TURN = PREFIX + "again"
"""What the page's script adds to the generation parameters: a number, so that each click is a change."""

_HIDDEN = ["ic-light-hidden"]
_UNREADABLE = "unreadable"


class Again(Panel):
    """What a click sets in one tab, and the line that says what was done. It has no values in a request.

    Args:
        tab: "txt2img" or "img2img".
        init: the web UI's own picture.
    """

    def __init__(self, tab: str, init: InitPicture):
        super().__init__(tab)
        self._init = init

    def build(self) -> None:
        """Make the line, which the page's script fills and shows, and the hidden controls."""
        with gr.Row(elem_classes=["ic-light-again"], elem_id=self.make_id("again_row")):
            self._undo = gr.Button(
                "Undo", elem_id=self.make_id("again_undo"), size="sm", elem_classes=["ic-light-undo"]
            )
        self._text, self._pasted, self._found = (self._box(name) for name in ("text", "pasted", "found"))
        self._begin, self._end = (
            gr.Button(name, elem_id=self.make_id(f"again_{name}"), elem_classes=_HIDDEN) for name in ("begin", "end")
        )

    def _box(self, name: str) -> Any:
        """A hidden text box of several lines, as generation parameters have them."""
        box = gr.Textbox(
            "",
            label=f"again {name}",
            lines=2,
            elem_id=self.make_id(f"again_{name}"),
            elem_classes=_HIDDEN,
            show_label=False,
        )
        box.do_not_save_to_config = True
        return box

    @property
    def paste_field(self) -> tuple[Any, Callable[[dict], Any]]:
        """The control that a paste sets last, and what reads it from the parameters."""
        return self._pasted, asked_in

    def connect(self, slots: Mapping[str, Any], pasted: Mapping[str, Any], paste: Callable[..., None]) -> None:
        """Connect it with the page, which is complete.

        Args:
            slots: the accordion's controls by name.
            pasted: the web UI's ``paste_fields`` of the tab.
            paste: the web UI's ``connect_paste``.
        """
        pictures = [slots[name] for name in SLOTS]
        override = pasted.get("override_settings_component")
        fields = _distinct([*(field[0] for field in pasted["fields"]), override, *pictures], but=self._pasted)
        # Before the paste, whose answer comes from the server.
        self._begin.click(None, fields, None, **QUIET, **{JS: self._script("keep")})
        paste(self._begin, [_settable(*field[:2]) for field in pasted["fields"]], self._text, override, self.tab)
        looked = self._pasted.change(
            self._compare, [self._pasted, *pictures, *self._init.holders_if_any], [self._found, pictures[0]], **QUIET
        )
        finish = f"(found) => {{ window.icLight?.again?.finish('{self.tab}', found); return []; }}"
        looked.then(None, [self._found], None, **QUIET, **{JS: finish})
        self._end.click(None, fields, None, **QUIET, **{JS: self._script("note")})
        self._undo.click(None, fields, fields, **QUIET, **{JS: self._script("take", len(fields))})

    def _script(self, what: str, count: int | None = None) -> str:
        # A page's script gets the values of the outputs too, after those of the inputs.
        values = "values" if count is None else f"values.slice(0, {count})"
        return f"(...values) => window.icLight?.undo?.{what}('{self.make_id('again_undo')}', {values}) ?? []"

    def _compare(self, pasted: str, foreground: Any, background: Any, *init: Any) -> list[Any]:
        """What has become of the result's pictures, for the page's script, and the foreground.

        A foreground that was dropped in after the web UI's own picture was relit is taken out.
        """
        if not pasted:
            return ["", gr.update()]
        asked = json.loads(pasted)
        own = _digest(self._init.picture(*init)) if init else ""
        held = {"foreground": _digest(foreground), "background": _digest(background)}
        from_own = own != "" and own in asked["foreground"]
        if from_own and held["foreground"] not in asked["foreground"]:
            found = {"turn": asked["turn"], "lost": _lost(asked, held | {"foreground": own}, own)}
            return [json.dumps(found), gr.update() if foreground is None else None]
        return [json.dumps({"turn": asked["turn"], "lost": _lost(asked, held, own)}), gr.update()]


def asked_in(params: Mapping[str, Any]) -> str | None:
    """Which click pasted these parameters, and the digests of the pictures they name; None for any other paste."""
    if TURN not in params:
        return None
    named = {name: str(params.get(LABELS[name]) or "").split() for name in SLOTS}
    return json.dumps({"turn": params[TURN], **named})


def _lost(asked: Mapping[str, Any], held: Mapping[str, str], own: str) -> list[str]:
    """The slots that hold another picture than the parameters name; an empty one is filled by the web UI's own."""
    return [name for name in SLOTS if asked[name] and (held[name] or own) not in asked[name]]


def _digest(picture: Any) -> str:
    """How generation parameters name a picture; "" without one, and what names none if it cannot be read."""
    if picture is None:
        return ""
    try:
        found = arrays.to_picture(picture) if isinstance(picture, Image.Image) else picture
    except ICLightError:
        return _UNREADABLE
    return digest_in_text(found) if isinstance(found, Picture) else _UNREADABLE


def _settable(control: Any, key: Any) -> tuple[Any, Any]:
    """A field that the web UI's paste can set: it skips text boxes without a value, as some are in its first start."""
    if isinstance(key, str) and isinstance(control, gr.Textbox) and control.value is None:
        return control, lambda params: gr.update(value=params[key]) if key in params else None
    return control, key


def _distinct(controls: Iterable[Any], but: Any) -> list[Any]:
    """Each control once, without states, which the browser does not know."""
    found = {id(control): control for control in controls if control is not None and control is not but}
    return [control for control in found.values() if not isinstance(control, gr.State)]
