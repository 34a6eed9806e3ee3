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
from . import cutout_preview, first_opening, setting_warnings, summary
from .again import Again
from .ideas_panel import IdeasPanel
from .init_picture import InitPicture, Seen
from .light_panel import LightPanel
from .panel import JS, QUIET, Panel, controls_of
from .questions import Question
from .recommendation_row import RecommendationRow
from .result_panel import ResultPanel
from .subject_panel import SubjectPanel
from .wording import as_spans

if TYPE_CHECKING:
    from ..settings import Settings
    from .models_row import ModelsRow

PAGE_FIELDS = controls_of(*Section)
"""The accordion's controls in order, which is the order of the script's arguments."""

_DESCRIBED = (
    *("mode", "light", "placement", "remove_background", "model"),
    *("restore_details", "keep_colours", "result", "photograph_size", "photograph_background"),
)
"""The controls, apart from pictures, that decide the summary on top and which controls are shown."""
_DRAWN, _SCRIPT = "drawn", "script"
_SCRIPT_LIST = "script_list"
"""The web UI's list of scripts."""
_SHORT_MODES = {"fc": "Foreground", "fcon": "+ offset noise", "fbc": "With background"}
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
        upscalers: returns the names of the upscalers.
        cut: cuts a subject out for the preview.
        max_pixels: returns the most pixels that a picture may have.
        take_recommended: whether to take the recommended settings when a picture comes in.
        corrects_colours: whether the web UI is set to match the colours of img2img's results to the picture before.
    """

    def __init__(
        self,
        is_img2img: bool,
        models_there: Callable[[], Mapping[str, str]],
        host_control: Callable[[str], Any],
        models: ModelsRow,
        settings: Settings,
        removers: Callable[[], list[str]],
        upscalers: Callable[[], list[str]],
        cut: cutout_preview.Cut,
        max_pixels: Callable[[], int],
        take_recommended: Callable[[], bool] = bool,
        corrects_colours: Callable[[], bool] = bool,
    ):
        super().__init__("img2img" if is_img2img else "txt2img", settings.at_start)
        self._is_img2img = is_img2img
        self._models_there = models_there
        self.host_control = host_control
        self._models = models
        self._cut = cut
        self._max_pixels = max_pixels
        self._corrects_colours = corrects_colours
        self._light = LightPanel(self.tab, settings.at_start)
        self._subject = SubjectPanel(self.tab, settings.at_start, removers)
        self._result = ResultPanel(self.tab, settings.at_start, upscalers)
        self.ideas = IdeasPanel(self.tab)
        self._init = InitPicture(self.tab, host_control)
        self._recommendation = RecommendationRow(
            self.tab, settings.at_start, host_control, self._init, take_recommended
        )
        self.again = Again(self.tab, self._init)

    def build(self, problem: str = "") -> list[Any]:
        """Make the controls, in the order of :data:`PAGE_FIELDS`, and connect them.

        Args:
            problem: what is wrong with the installation, or "".
        """
        self._init.find()
        with InputAccordion(False, label=FIELDS["enabled"].label, elem_id=self.make_id("enabled")) as enabled:
            self.controls["enabled"] = enabled
            with first_opening.place(self.make_id("content")) as self.place, gr.Column(elem_classes=["ic-light"]):
                if problem:
                    gr.HTML(f"<p class='wrong'>{as_spans(problem)}</p>", elem_classes=["ic-light-notice"])
                self._models.build_notice(self.make_id("notice"))
                text = self._describe({name: self.begins_with(name) for name in _DESCRIBED}, {}, self._init.is_there())
                self._summary = gr.HTML(text, elem_id=self.make_id("summary"), elem_classes=["ic-light-summary"])
                self._look = Question(self.make_id("look"))
                self._script = self.make_hidden(_SCRIPT)
                self.again.build()
                self._models.build_missing(self.make_id)
                self._recommendation.build()
                self._build_choices()
                with gr.Row(elem_classes=["ic-light-table"]):
                    self._build_pictures()
                    self._light.build_pad()
                self._light.build_strip()
                self._build_room()
                self._init.build()
        for panel in (self._light, self._subject, self._result):
            self.controls |= panel.controls
        for name in PICTURES:
            self.controls[name].max_pixels = self._max_pixels
        self._connect()
        return [self.controls[name] for name in PAGE_FIELDS]

    def paste_fields(self) -> list[tuple[Any, Callable[[dict], Any]]]:
        """Controls with the function that reads each from generation parameters, in the form the host expects."""
        silent = {name for name, field in FIELDS.items() if not field.is_pasted}
        own = [(self.controls[name], self._reader(name)) for name in PAGE_FIELDS if name not in silent]
        return [*own, (self._recommendation.pasted, lambda params: "pasted"), self.again.paste_field]

    def follow_script(self) -> None:
        """Say what is relit where a script brings pictures of its own. Call it once the whole page is there."""
        scripts = self.host_control(_SCRIPT_LIST)
        if scripts is not None:
            # The browser knows the title, the server only a number.
            scripts.change(None, [scripts], [self._script], **QUIET, **{JS: "(title) => [String(title)]"})

    def _build_choices(self) -> None:
        with gr.Row(elem_classes=["ic-light-choices"]):
            short = [(_SHORT_MODES[mode], mode) for mode in MODES]
            self.make("mode", choices=short, elem_classes=["ic-light-segments", "ic-light-modes"])
            self._result.build_choice()

    def _build_pictures(self) -> None:
        with gr.Column(elem_classes=["ic-light-pictures"], min_width=160, scale=0):
            self.make("foreground")
            with gr.Column(visible=False, min_width=160, elem_classes=["ic-light-behind"]) as self._background_column:
                with gr.Row(elem_classes=["ic-light-beside"]):
                    self.make_rest(Section.PICTURES, but=("background",))
                    self._swap = ToolButton(
                        _SWAP, elem_id=self.make_id("swap"), tooltip="Swap foreground and background"
                    )
                self.make("background")
            self._light.build_slot()
            self._light.build_placement()

    def _build_room(self) -> None:
        """The tabs for what is seldom needed, in one room."""
        with gr.Tabs(elem_classes=["ic-light-room"]):
            with gr.Tab("Subject", elem_id=self.make_id("tab_subject")):
                self._subject.build()
            with gr.Tab("Result", elem_id=self.make_id("tab_result")):
                self._result.build()
                self.make_rest(Section.RESULTS)
            with gr.Tab("Models", elem_id=self.make_id("tab_models")):
                self._build_models()
            with gr.Tab("Ideas", elem_id=self.make_id("tab_ideas")):
                self.ideas.build()

    def _build_models(self) -> None:
        with gr.Row(elem_classes=["ic-light-model"]):
            self.make("model", choices=[AUTO_MODEL, *self._models_there()])
            self._refresh = ToolButton(_REFRESH, elem_id=self.make_id("refresh"), tooltip="Look for model files again")
        self.make_rest(Section.MODE)
        self._models.build(self.make_id)

    def _connect(self) -> None:
        recommendation = self._recommendation
        recommendation.connect(self.controls)
        held = {name: gr.State(False) for name in PICTURES}
        watched = [*(self.controls[name] for name in _DESCRIBED), self._light.drawn, self._script]
        look = [*watched, *held.values(), *self._init.states]
        changed = [
            self._summary,
            self._background_column,
            self._recommendation.match,
            *self._light.shown,
            *self._subject.shown,
            *self._result.shown,
        ]
        for name, state in held.items():
            picture = self.controls[name]
            if name == "foreground":
                seen = picture.change(_slot_state_and_seen, [picture], [state, recommendation.foreground], **QUIET)
                recommendation.follow(seen.then)
            else:
                seen = picture.change(_slot_state(name), [picture], [state], **QUIET)
            self._look.ask_on(seen.then)
        self._look.answer_with(self._update, look, changed)
        self._look.ask_on(*(control.change for control in watched))
        self._init.connect(lambda event: (self._look.ask_on(event), recommendation.follow(event)))
        # These change what the editor shows, too; the named lights differ between fc and fbc.
        self._light.follow(*(self.controls[name] for name in ("mode", "flip_background", *SubjectPanel.PREVIEWED)))
        self._models.connect(self.controls["mode"], self.controls["model"], self._refresh)
        self._refresh.click(self._subject.refresh, None, [self._subject.controls["matting_model"]], **QUIET)
        pictures = [self.controls[name] for name in ("foreground", "background")]
        # In the browser alone, so that the original files change places.
        self._swap.click(None, pictures, pictures, **QUIET, **{JS: "(first, second) => [second, first]"})
        self.ideas.connect(self.controls, self.host_control)
        self._light.connect()
        self._light.follow(*recommendation.sides)
        cutout_preview.connect(self._subject, self.controls["foreground"], self._init, self._cut)

    def _update(self, *values: Any) -> list[Any]:
        """The summary, and which controls are shown, for these choices and pictures."""
        names = (*_DESCRIBED, _DRAWN, _SCRIPT)
        chosen = dict(zip(names, values, strict=False))
        pictures = dict(zip(PICTURES, values[len(names) :], strict=False))
        init = values[len(names) + len(PICTURES) :]
        has_init = self._init.is_there(*init)
        shown = ("mode", "restore_details", "keep_colours", "result", "photograph_size")
        return [
            gr.update(value=self._describe(chosen, pictures, has_init, self._init.is_masked(*init))),
            gr.update(visible=chosen["mode"] == "fbc"),
            gr.update(visible=_has_subject(pictures, has_init)),
            *self._light.update(chosen["mode"], chosen["light"], bool(pictures["background"])),
            *self._subject.update(chosen["remove_background"]),
            *self._result.update(*(chosen[name] for name in shown)),
        ]

    def _describe(
        self,
        chosen: Mapping[str, Any],
        pictures: Mapping[str, bool | str],
        has_init: bool | None,
        is_masked: bool = False,
    ) -> str:
        """What a run of these choices would do, and what among the web UI's settings works against it."""
        mode, model = chosen["mode"], (chosen["model"] or "").strip()
        light = summary.as_drawn(chosen["light"], chosen.get(_DRAWN, ""))
        # The folders are searched only if a file is named.
        models = self._models_there() if model not in ("", AUTO_MODEL) else {}
        result = summary.Result(
            chosen["result"], "run" if is_masked else chosen["photograph_size"], chosen["photograph_background"]
        )
        text = summary.sentences(
            is_img2img=self._is_img2img,
            mode=mode,
            light=light,
            placement=chosen["placement"],
            has_foreground=bool(pictures.get("foreground")),
            has_background=bool(pictures.get("background")),
            removes=chosen["remove_background"],
            model=infotext.model_named(model, [*models]),
            models=models,
            unreadable={name: held for name, held in pictures.items() if isinstance(held, str)},
            has_init=has_init,
            has_light_map=bool(pictures.get("light_map")),
            result=result,
            corrects_colours=self._corrects_colours(),
            brought=summary.BROUGHT.get(chosen.get(_SCRIPT, ""), ""),
        )
        said = as_spans(" ".join(text))
        if not _has_subject(pictures, has_init):
            return said
        starts_from = (
            setting_warnings.start_of(mode, light, bool(pictures.get("foreground"))) if self._is_img2img else None
        )
        return said + setting_warnings.as_html(setting_warnings.of_run(mode, starts_from))

    def _reader(self, name: str) -> Callable[[dict], Any]:
        def read(params: dict) -> Any:
            value = infotext.read(params, name)
            if name == "remove_background" and value is not None:
                return bool(value)  # the checkbox has no third state
            if name == "model" and value is not None:
                return infotext.model_named(value, [*self._models_there()])
            return value

        return read


def _has_subject(pictures: Mapping[str, bool | str], has_init: bool | None) -> bool:
    """Whether there is a picture to relight, which decides whether there is a size to match."""
    return pictures.get("foreground") is True or (not pictures.get("foreground") and has_init is True)


def _slot_state(name: str) -> Callable[[Any], bool | str]:
    """Makes the function that says whether a slot holds a picture, or why a run cannot use it."""

    def state_of(picture: Picture | Unreadable | None) -> bool | str:
        if isinstance(picture, Unreadable):
            return picture.reason
        if picture is None:
            return False
        return (nothing_to_relight(picture) if name == "foreground" else "") or True

    return state_of


def _slot_state_and_seen(picture: Picture | Unreadable | None) -> list[Any]:
    """What the foreground's slot holds, see :func:`_slot_state`, and what is known of a picture in it, or None."""
    state = _slot_state("foreground")(picture)
    return [state, Seen(picture.size, picture.digest) if state is True else None]
