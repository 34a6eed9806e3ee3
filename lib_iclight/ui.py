"""The accordion in txt2img and img2img."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from inspect import signature
from typing import TYPE_CHECKING, Any

import gradio as gr
from modules.ui_components import InputAccordion, ToolButton

from . import infotext, summary
from .lights import LIGHTS, MAX_STRENGTH
from .matting import MODELS
from .model_report import MODE_NAMES
from .recommend import match_size, recommended
from .request import AUTO_MODEL, MAX_RADIUS, MODES

if TYPE_CHECKING:
    from .hosts.models_row import ModelsRow
    from .settings import Settings

PAGE_FIELDS = (
    "enabled",
    "foreground",
    "background",
    "flip_background",
    "mode",
    "model",
    "light",
    "light_strength",
    "light_map",
    "remove_background",
    "matting_model",
    "reinforce_foreground",
    "restore_details",
    "details_radius",
    "keep_colours",
    "show_subject",
)
"""The order of the accordion's controls, and so of the script's arguments."""

_SET_IN_SETTINGS = ("matting_model", "show_subject", "light_strength", "restore_details")
_PICTURES = ("foreground", "background", "light_map")
_REFRESH = "\U0001f504"
# gradio 3 has one source, where pasting works too.
_SOURCES = {"sources": ["upload", "clipboard"]} if "sources" in signature(gr.Image.__init__).parameters else {}


class PictureInput(gr.Image):
    """A picture slot that passes an unreadable file on as the error it gave, for the run to name it."""

    webui_do_not_create_gradio_pyi_thank_you = True

    def get_block_name(self) -> str:
        return "image"

    def preprocess(self, payload: Any) -> Any:
        try:
            return super().preprocess(payload)
        except (OSError, SyntaxError, ValueError) as error:
            return error


class Accordion:
    """One tab's controls.

    Args:
        is_img2img: which tab.
        model_names: gives the names of the usable model files.
        host_control: gives a control of the web UI by its ``elem_id``, or None where the page has none.
        models: the row about the model files.
        settings: what the controls begin with.
    """

    def __init__(
        self,
        is_img2img: bool,
        model_names: Callable[[], list[str]],
        host_control: Callable[[str], Any],
        models: ModelsRow,
        settings: Settings,
    ):
        self._is_img2img = is_img2img
        self._tab = "img2img" if is_img2img else "txt2img"
        self._model_names = model_names
        self._host_control = host_control
        self._models = models
        self._settings = settings
        self.controls: dict[str, Any] = {}

    def build(self) -> list[Any]:
        """Make the controls, in the order of :data:`PAGE_FIELDS`, and connect them."""
        add = self.controls.__setitem__
        with InputAccordion(False, label="IC Light", elem_id=self._id("enabled")) as enabled:
            add("enabled", enabled)
            with gr.Column(elem_classes=["ic-light"]):
                self._models.build_notice(self._id("notice"))
                self._summary = gr.HTML(
                    self._describe(), elem_id=self._id("summary"), elem_classes=["ic-light-summary"]
                )
                self._build_pictures()
                self._build_mode()
                self._build_light()
                self._build_subject()
                self._build_buttons()
        self._connect()
        return [self.controls[name] for name in PAGE_FIELDS]

    def paste_fields(self) -> list[tuple[Any, Callable[[dict], Any]]]:
        """Controls and how each is read from generation parameters, as the host wants them."""
        # Whether the subject is shown did not shape the picture, so no picture says so.
        silent = (*_PICTURES, "show_subject")
        return [(self.controls[name], self._reader(name)) for name in PAGE_FIELDS if name not in silent]

    def _id(self, name: str) -> str:
        return f"{self._tab}_ic_light_{name}"

    def _build_pictures(self) -> None:
        with gr.Row(elem_classes=["ic-light-pictures"]):
            self.controls["foreground"] = self._picture("Foreground", "foreground")
            with gr.Column(visible=False, min_width=160) as self._background_column:
                self.controls["background"] = self._picture("Background", "background")
                self.controls["flip_background"] = gr.Checkbox(
                    False, label="Flip background", elem_id=self._id("flip_background")
                )

    def _build_mode(self) -> None:
        self.controls["mode"] = gr.Radio(
            [(MODE_NAMES[mode], mode) for mode in MODES], value="fc", label="Mode", elem_id=self._id("mode")
        )
        with gr.Row(elem_classes=["ic-light-model"]):
            self.controls["model"] = gr.Dropdown(
                [AUTO_MODEL, *self._model_names()],
                value=AUTO_MODEL,
                label="Model",
                elem_id=self._id("model"),
                # A file may have come since the page was opened; what is not there is named when it is asked for.
                allow_custom_value=True,
            )
            self._refresh = ToolButton(_REFRESH, elem_id=self._id("refresh"), tooltip="Look for model files again")
        self._models.build(self._id)

    def _picture(self, label: str, name: str, **options: Any) -> PictureInput:
        return PictureInput(
            label=label,
            type="pil",
            image_mode=None,
            height=280,
            elem_id=self._id(name),
            **_SOURCES,
            **options,
        )

    def _build_light(self) -> None:
        self.controls["light"] = gr.Radio(
            [(name.capitalize(), name) for name in LIGHTS],
            value="none",
            label="Light",
            elem_id=self._id("light"),
            elem_classes=["ic-light-lights"],
        )
        self.controls["light_strength"] = gr.Slider(
            0,
            MAX_STRENGTH,
            value=self._settings.light_strength,
            step=0.05,
            label="Light strength",
            elem_id=self._id("light_strength"),
            visible=False,
        )
        self.controls["light_map"] = self._picture("Light map", "light_map", visible=False)

    def _build_subject(self) -> None:
        with gr.Row():
            self.controls["remove_background"] = gr.Checkbox(
                True, label="Remove background", elem_id=self._id("remove_background")
            )
            self.controls["matting_model"] = gr.Dropdown(
                list(MODELS),
                value=self._settings.matting_model,
                label="Background remover",
                elem_id=self._id("matting_model"),
            )
        with gr.Row():
            self.controls["reinforce_foreground"] = self._strength("Reinforce foreground", "reinforce_foreground")
            self.controls["keep_colours"] = self._strength("Keep colours", "keep_colours")
        with gr.Row():
            details = self._settings.restore_details
            self.controls["restore_details"] = self._strength("Restore details", "restore_details", details)
            self.controls["details_radius"] = gr.Slider(
                0.5,
                MAX_RADIUS,
                value=2,
                step=0.5,
                label="Details radius",
                elem_id=self._id("details_radius"),
                visible=details > 0,
            )

    def _strength(self, label: str, name: str, value: float = 0) -> gr.Slider:
        return gr.Slider(0, 1, value=value, step=0.05, label=label, elem_id=self._id(name))

    def _build_buttons(self) -> None:
        with gr.Row():
            self._recommend = gr.Button("Use recommended settings", elem_id=self._id("recommend"), size="sm")
            self._match = gr.Button("Match size", elem_id=self._id("match_size"), size="sm", visible=False)
        self.controls["show_subject"] = gr.Checkbox(
            self._settings.show_subject,
            label="Show the prepared subject among the results",
            elem_id=self._id("show_subject"),
        )
        for name in _SET_IN_SETTINGS:
            # Else the host's file of defaults for the page would win over the settings from the second start on.
            self.controls[name].do_not_save_to_config = True

    def _connect(self) -> None:
        quiet = {"show_progress": False, "queue": False}
        held = {name: gr.State(False) for name in ("foreground", "background")}
        look = [self.controls[name] for name in ("mode", "light", "remove_background", "restore_details")]
        look += held.values()
        changed = [
            self._summary,
            self._background_column,
            self._match,
            *(self.controls[name] for name in ("light_strength", "light_map", "matting_model")),
            *(self.controls[name] for name in ("reinforce_foreground", "details_radius")),
        ]
        for name, state in held.items():
            picture = self.controls[name]
            picture.change(lambda image: image is not None, inputs=[picture], outputs=[state], **quiet).then(
                self._update, inputs=look, outputs=changed, **quiet
            )
        for name in ("mode", "light", "remove_background", "restore_details"):
            self.controls[name].change(self._update, inputs=look, outputs=changed, **quiet)
        self._models.connect(self.controls["mode"], self.controls["model"], self._refresh)
        self._connect_buttons(quiet)

    def _connect_buttons(self, quiet: dict[str, Any]) -> None:
        """Connect what sets the web UI's own controls; outside the page there are none."""
        wanted = recommended("fc", self._is_img2img)
        targets = {elem_id: self._host_control(elem_id) for elem_id in wanted}
        present = {elem_id: control for elem_id, control in targets.items() if control is not None}
        if present:

            def recommend(mode: str) -> list[Any]:
                values = recommended(mode, self._is_img2img)
                return [_allowed(control, values[elem_id]) for elem_id, control in present.items()]

            self._recommend.click(recommend, [self.controls["mode"]], list(present.values()), **quiet)
        sides = [self._host_control(f"{self._tab}_{side}") for side in ("width", "height")]
        if None not in sides:
            self._match.click(_match, [self.controls["foreground"], *sides], sides, **quiet)

    def _update(
        self, mode: str, light: str, removes: bool, details: float, has_foreground: bool, has_background: bool
    ) -> list[Any]:
        """What applies to these choices: the summary and what is shown."""
        fbc = mode == "fbc"
        lit = light != "none" and not (fbc and has_background)
        return [
            gr.update(value=self._describe(mode, light, removes, has_foreground, has_background)),
            gr.update(visible=fbc),
            gr.update(visible=has_foreground),
            gr.update(visible=lit),
            gr.update(visible=light == "custom"),
            gr.update(visible=removes),
            gr.update(visible=not fbc),
            gr.update(visible=details > 0),
        ]

    def _describe(
        self,
        mode: str = "fc",
        light: str = "none",
        removes: bool = True,
        has_foreground: bool = False,
        has_background: bool = False,
    ) -> str:
        text = summary.sentences(
            is_img2img=self._is_img2img,
            mode=mode,
            light=light,
            has_foreground=has_foreground,
            has_background=has_background,
            removes=removes,
        )
        return " ".join(f"<span>{html.escape(sentence)}</span>" for sentence in text)

    def _reader(self, name: str) -> Callable[[dict], Any]:
        def read(params: dict) -> Any:
            value = infotext.read(params, name)
            if name == "model" and value is not None:
                return next((choice for choice in self._model_names() if choice.startswith(f"{value}.")), AUTO_MODEL)
            return value

        return read


def _allowed(control: Any, value: Any) -> Any:
    """The value, where the control can take it; a host may lack a sampler or an upscaler."""
    choices = getattr(control, "choices", None)
    if not choices:
        return value
    names: Sequence[Any] = [choice[-1] if isinstance(choice, tuple) else choice for choice in choices]
    return value if value in names else gr.update()


def _match(picture: Any, width: int, height: int) -> list[Any]:
    if picture is None or isinstance(picture, Exception):
        return [gr.update(), gr.update()]
    return list(match_size(picture.size, int(width), int(height)))
