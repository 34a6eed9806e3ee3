"""The accordion: its panels in order, and how its controls depend on each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import gradio as gr
from modules.ui_components import InputAccordion, ToolButton

from .. import infotext
from ..fields import Section
from ..models.library import AUTO_MODEL
from ..picture.arrays import Picture, Unreadable
from ..request import FIELDS, MODES, PICTURES
from ..subject.prepare import nothing_to_relight
from . import cutout_preview, summary
from .host_settings import connect_recommended, connect_second_pass
from .ideas_panel import IdeasPanel
from .init_picture import InitPicture
from .light_panel import LightPanel
from .models_html import MODE_NAMES
from .panel import JS, QUIET, Panel, controls_of
from .recommend import match_size
from .subject_panel import SubjectPanel
from .wording import as_spans

if TYPE_CHECKING:
    from ..settings import Settings
    from .models_row import ModelsRow

PAGE_FIELDS = controls_of(*Section)
"""The accordion's controls in order, which is the order of the script's arguments."""

_DESCRIBED = ("mode", "light", "placement", "remove_background", "model", "restore_details", "keep_colours", "result")
"""The controls, apart from pictures, that decide the summary on top and which controls are shown."""
_REFRESH = "\U0001f504"
_SWAP = "\u21c4"


class Accordion(Panel):
    """One tab's controls.

    Args:
        is_img2img: which tab.
        models_there: returns the usable model files, name to kind, "fc" (also fcon) or "fbc".
        host_control: returns a control of the web UI by its ``elem_id``, or None if the page has none.
        models: the row about the model files.
        settings: the initial values of the controls.
        removers: returns the names of the background removers.
        cut: cuts a subject out for the preview.
        max_pixels: returns the most pixels that a picture may have.
    """

    def __init__(
        self,
        is_img2img: bool,
        models_there: Callable[[], Mapping[str, str]],
        host_control: Callable[[str], Any],
        models: ModelsRow,
        settings: Settings,
        removers: Callable[[], list[str]],
        cut: cutout_preview.Cut,
        max_pixels: Callable[[], int],
    ):
        super().__init__("img2img" if is_img2img else "txt2img", settings.at_start)
        self._is_img2img = is_img2img
        self._models_there = models_there
        self._host_control = host_control
        self._models = models
        self._cut = cut
        self._max_pixels = max_pixels
        self._light = LightPanel(self.tab, settings.at_start)
        self._subject = SubjectPanel(self.tab, settings.at_start, removers)
        self.ideas = IdeasPanel(self.tab)
        self._init = InitPicture(self.tab, host_control)

    def build(self, problem: str = "") -> list[Any]:
        """Make the controls, in the order of :data:`PAGE_FIELDS`, and connect them.

        Args:
            problem: what is wrong with the installation, or "".
        """
        self._init.find()
        with InputAccordion(False, label=FIELDS["enabled"].label, elem_id=self.make_id("enabled")) as enabled:
            self.controls["enabled"] = enabled
            with gr.Column(elem_classes=["ic-light"]):
                if problem:
                    gr.HTML(f"<p class='wrong'>{as_spans(problem)}</p>", elem_classes=["ic-light-notice"])
                self._models.build_notice(self.make_id("notice"))
                text = self._describe(has_init=self._init.is_there())
                self._summary = gr.HTML(text, elem_id=self.make_id("summary"), elem_classes=["ic-light-summary"])
                self._build_pictures()
                self._build_mode()
                for panel in (self._light, self._subject):
                    panel.build()
                    self.controls |= panel.controls
                self._build_buttons()
                self.ideas.build()
                self._init.build()
        for name in PICTURES:
            self.controls[name].max_pixels = self._max_pixels
        self._connect()
        return [self.controls[name] for name in PAGE_FIELDS]

    def paste_fields(self) -> list[tuple[Any, Callable[[dict], Any]]]:
        """Controls with the function that reads each from generation parameters, in the form the host expects."""
        silent = {name for name, field in FIELDS.items() if not field.is_pasted}
        return [(self.controls[name], self._reader(name)) for name in PAGE_FIELDS if name not in silent]

    def _build_pictures(self) -> None:
        with gr.Row(elem_classes=["ic-light-pictures"]):
            self.make("foreground")
            with gr.Column(visible=False, min_width=160) as self._background_column:
                self.make("background")
                with gr.Row(elem_classes=["ic-light-beside"]):
                    self.make_rest(Section.PICTURES)
                    self._swap = ToolButton(
                        _SWAP, elem_id=self.make_id("swap"), tooltip="Swap foreground and background"
                    )

    def _build_mode(self) -> None:
        self.make("mode", choices=[(MODE_NAMES[mode], mode) for mode in MODES])
        with gr.Row(elem_classes=["ic-light-model"]):
            self.make("model", choices=[AUTO_MODEL, *self._models_there()])
            self._refresh = ToolButton(_REFRESH, elem_id=self.make_id("refresh"), tooltip="Look for model files again")
        self.make_rest(Section.MODE)
        self._models.build(self.make_id)

    def _build_buttons(self) -> None:
        with gr.Row():
            self._recommend = gr.Button("Use recommended settings", elem_id=self.make_id("recommend"), size="sm")
            self._match = gr.Button("Match size", elem_id=self.make_id("match_size"), size="sm", visible=False)
        self.make_rest(Section.RESULTS)

    def _connect(self) -> None:
        held = {name: gr.State(False) for name in PICTURES}
        watched = [self.controls[name] for name in _DESCRIBED]
        look = [*watched, *held.values(), *self._init.states]
        changed = [
            self._summary,
            self._background_column,
            self._match,
            *self._light.shown,
            *self._subject.shown,
        ]
        for name, state in held.items():
            picture = self.controls[name]
            picture.change(_slot_state(name), inputs=[picture], outputs=[state], **QUIET).then(
                self._update, inputs=look, outputs=changed, **QUIET
            )
        for control in watched:
            control.change(self._update, inputs=look, outputs=changed, **QUIET)
        self._init.connect(lambda event: event(self._update, look, changed, **QUIET))
        # These change what the editor shows, too; the named lights differ between fc and fbc.
        self._light.follow(*(self.controls[name] for name in ("mode", "flip_background", "remove_background")))
        self._models.connect(self.controls["mode"], self.controls["model"], self._refresh)
        self._refresh.click(self._subject.refresh, None, [self._subject.controls["matting_model"]], **QUIET)
        pictures = [self.controls[name] for name in ("foreground", "background")]
        # In the browser alone, so that the original files change places.
        self._swap.click(None, pictures, pictures, **QUIET, **{JS: "(first, second) => [second, first]"})
        self.ideas.connect(self.controls, self._host_control)
        self._connect_buttons()

    def _connect_buttons(self) -> None:
        """Connect what reads or sets the web UI's own controls, which do not exist outside the page."""
        cutout_preview.connect(self._subject, self.controls["foreground"], self._init, self._cut)
        connect_recommended(self._recommend, self.controls, self.tab, self._host_control)
        sides = [self._host_control(f"{self.tab}_{side}") for side in ("width", "height")]
        if None not in sides:
            self._light.follow(*sides)
            matched = self._match.click(_match, [self.controls["foreground"], *sides], sides, **QUIET)
            if not self._is_img2img:
                connect_second_pass(matched, self._host_control)

    def _update(self, *values: Any) -> list[Any]:
        """The summary, and which controls are shown, for these choices and pictures."""
        mode, light, placement, removes, model, details, colours, result = values[: len(_DESCRIBED)]
        pictures = dict(zip(PICTURES, values[len(_DESCRIBED) :], strict=False))
        has_init = self._init.is_there(*values[len(_DESCRIBED) + len(PICTURES) :])
        text = self._describe(mode, light, placement, removes, model, pictures, has_init)
        return [
            gr.update(value=text),
            gr.update(visible=mode == "fbc"),
            gr.update(visible=pictures["foreground"] is True),
            *self._light.update(mode, light, bool(pictures["background"])),
            *self._subject.update(mode, removes, details, colours, result),
        ]

    def _describe(
        self,
        mode: str = "fc",
        light: str = "none",
        placement: str = "cover",
        removes: bool = True,
        model: str = AUTO_MODEL,
        pictures: Mapping[str, bool | str] | None = None,
        has_init: bool | None = None,
    ) -> str:
        pictures, model = pictures or {}, (model or "").strip()
        # The folders are searched only if a file is named.
        models = self._models_there() if model not in ("", AUTO_MODEL) else {}
        text = summary.sentences(
            is_img2img=self._is_img2img,
            mode=mode,
            light=light,
            placement=placement,
            has_foreground=bool(pictures.get("foreground")),
            has_background=bool(pictures.get("background")),
            removes=removes,
            model=infotext.model_named(model, [*models]),
            models=models,
            unreadable={name: held for name, held in pictures.items() if isinstance(held, str)},
            has_init=has_init,
            has_light_map=bool(pictures.get("light_map")),
        )
        return as_spans(" ".join(text))

    def _reader(self, name: str) -> Callable[[dict], Any]:
        def read(params: dict) -> Any:
            value = infotext.read(params, name)
            if name == "remove_background" and value is not None:
                return bool(value)  # the checkbox has no third state
            if name == "model" and value is not None:
                return infotext.model_named(value, [*self._models_there()])
            return value

        return read


def _slot_state(name: str) -> Callable[[Any], bool | str]:
    """Makes the function that says whether a slot holds a picture, or why a run cannot use it."""

    def state_of(picture: Picture | Unreadable | None) -> bool | str:
        if isinstance(picture, Unreadable):
            return picture.reason
        if picture is None:
            return False
        return (nothing_to_relight(picture) if name == "foreground" else "") or True

    return state_of


def _match(picture: Picture | Unreadable | None, width: int, height: int) -> list[Any]:
    if not isinstance(picture, Picture):
        return [gr.update(), gr.update()]
    return list(match_size(picture.size, int(width), int(height)))
