"""What a user asked for: one frozen, validated value, from the page or from the API alike."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from .errors import ICLightError
from .light import description
from .light.description import LightDescription
from .light.maps import EDITOR, LIGHTS, MAX_STRENGTH
from .models.library import AUTO_MODEL
from .namesakes import switch_of
from .subject import placement
from .subject.background_removal import DEFAULT_MODEL
from .subject.matte_refinement import MAX_FEATHER, MAX_SHRINK, MatteRefinement
from .subject.placement import Placement
from .subject.prepare import ALWAYS, Removal
from .support.json_values import number, shown, well_formed

MODES = ("fc", "fcon", "fbc")
MAX_RADIUS = 16.0
REFINEMENT_FIELDS = ("alpha_matting", "matte_threshold", "matte_shrink", "matte_feather", "decontaminate")
"""The fields that make up :attr:`Request.edge`."""
PLACED = "placed"
"""What the page calls a placement that is given as scale, x and y."""


@dataclass(frozen=True)
class Request:
    """One relighting job. Field names are those of the API's dict.

    Attributes:
        enabled: whether IC-Light takes part at all; a dict that asks for anything is on unless it says otherwise.
        mode: "fc", "fcon" (foreground condition) or "fbc" (foreground and background condition).
        model: file name in a model folder, or "auto".
        foreground, background, light_map: base64 text or data URL (API), a Pillow image (page), or None.
        flip_background: mirror the background left to right.
        light: one of :data:`lib_iclight.light.maps.LIGHTS`, or a description.
        light_strength: 0 to 3; 1 is the reference.
        remove_background: cut the subject out where the picture is not cut out already; "always" does so anyway.
        matting_model: a background remover's name, see :data:`lib_iclight.subject.background_removal.MODELS`.
        alpha_matting: let the edge of a cut-out follow the picture (hair, fur).
        matte_threshold, matte_shrink, matte_feather: what is done to the edge, see
            :class:`lib_iclight.subject.matte_refinement.MatteRefinement`.
        decontaminate: how much of the old background's colour is taken out of the rim, 0 to 1.
        reinforce_foreground, restore_details, keep_colours: strengths from 0 (off) to 1.
        details_radius: in pixels of a picture whose shorter side is 512, above 0 and up to 16.
        placement: "cover", "contain", or where the subject is placed.
        keep_original: add the results as they were before details and colours were restored.
        show_subject: add the prepared subject to the results.
    """

    enabled: bool = False
    mode: str = "fc"
    model: str = AUTO_MODEL
    foreground: Any = None
    background: Any = None
    flip_background: bool = False
    light: str | LightDescription = "none"
    light_map: Any = None
    light_strength: float = 1.0
    remove_background: Removal = True
    matting_model: str = DEFAULT_MODEL
    alpha_matting: bool = False
    matte_threshold: float = 0.0
    matte_shrink: float = 0.0
    matte_feather: float = 0.0
    decontaminate: float = 0.0
    reinforce_foreground: float = 0.0
    restore_details: float = 0.0
    details_radius: float = 4.0
    keep_colours: float = 0.0
    keep_original: bool = False
    placement: str | Placement = "cover"
    show_subject: bool = False

    @property
    def light_name(self) -> str:
        """The light's name; "editor" for a description."""
        return EDITOR if isinstance(self.light, LightDescription) else self.light

    @property
    def placement_name(self) -> str:
        """The placement's name; "placed" for one with a scale and a place."""
        return PLACED if isinstance(self.placement, Placement) else self.placement

    @property
    def edge(self) -> MatteRefinement:
        """What is done to the matte."""
        return MatteRefinement(
            self.alpha_matting, self.matte_threshold, self.matte_shrink, self.matte_feather, self.decontaminate
        )


FIELDS = tuple(field.name for field in fields(Request))

_LEGACY_NAMES = {
    "model_type": "mode",
    "input_fg": "foreground",
    "uploaded_bg": "background",
    "remove_bg": "remove_background",
    "rembg_model": "matting_model",
    "reinforce_fg": "reinforce_foreground",
    "detail_transfer": "restore_details",
    "detail_transfer_blur_radius": "details_radius",
}
_LEGACY_LIGHTS = {
    "None": "none",
    "Left Light": "left",
    "Right Light": "right",
    "Top Light": "top",
    "Bottom Light": "bottom",
    "Ambient": "ambient",
    "Custom LightMap": "custom",
}
_LEGACY_BACKGROUNDS = {"Use Background Image": False, "Use Flipped Background Image": True}
_LEGACY_SOURCES = {"bg_source_fc": ("fc", "fcon"), "bg_source_fbc": ("fbc",)}
_LEGACY_IGNORED = ("input_fg_rgb", "detail_transfer_use_raw_input")
_LARGEST_KERNEL = 999
_LONGEST_NAME = 100


def from_api(values: Mapping[str, Any]) -> Request:
    """Validate the API's dict, huchenlei's field names included.

    Raises:
        ICLightError: an unknown field, or a value of the wrong kind or out of range; the message names the field.
    """
    for name in values:
        if not isinstance(name, str) or (name not in FIELDS and not _is_legacy(name)):
            raise ICLightError(f"IC Light has no field {shown(name)}.{_suggestion(str(name)[:_LONGEST_NAME])}")
    return _validated(_without_legacy_names({**values, "enabled": switch_of(values)}))


def from_page(values: Sequence[Any], names: Sequence[str]) -> Request:
    """Validate the values of the accordion's controls, named in the order of ``names``.

    What is drawn comes in controls of its own, ``light_editor`` and ``placement_editor``, which count where ``light``
    is "editor" and ``placement`` is "placed".
    """
    given = dict(zip(names, values, strict=False))
    drawn, placed = given.pop("light_editor", None), given.pop("placement_editor", None)
    if given.get("light") == EDITOR:
        given["light"] = _drawn_light(drawn) if given.get("enabled") else None
    if given.get("placement") == PLACED:
        given["placement"] = _drawn_placement(placed) if given.get("enabled") else None
    return _validated(given)


def _drawn_light(text: Any) -> LightDescription:
    if not text:
        raise ICLightError(
            "The light is set to Editor, but nothing is drawn in the light editor. Draw a light there, or choose "
            "another light."
        )
    try:
        return description.parse(text)
    except ICLightError as error:
        raise ICLightError(f"{error} Draw a light in the light editor, or choose another light.") from error


def _drawn_placement(text: Any) -> str | Placement:
    try:
        return placement.parse(text) if text else Placement()
    except ICLightError as error:
        raise ICLightError(f"{error} Drag the subject in the light editor, or choose another placement.") from error


def _is_legacy(name: str) -> bool:
    return name in _LEGACY_NAMES or name in _LEGACY_SOURCES or name in _LEGACY_IGNORED


def _suggestion(name: str) -> str:
    close = difflib.get_close_matches(name, FIELDS, n=1)
    return f" Did you mean {close[0]!r}?" if close else f" Its fields are: {', '.join(FIELDS)}."


def _without_legacy_names(values: Mapping[str, Any]) -> dict[str, Any]:
    """Translate huchenlei's dict. His radius is a kernel size; a Gaussian's sigma follows OpenCV's rule for it."""
    result = {}
    for name, value in values.items():
        target = _LEGACY_NAMES.get(name, name)
        if target in result or (target != name and target in values):
            raise ICLightError(f"The field {target!r} is given twice, once as {name!r}. Send only one of them.")
        if target in FIELDS:
            result[target] = value
    if "model_type" in values:
        result.update(_legacy_mode(values["model_type"]))
    radius = values.get("detail_transfer_blur_radius")
    if isinstance(radius, (int, float)) and not isinstance(radius, bool) and 0 <= radius <= _LARGEST_KERNEL:
        result["details_radius"] = 0.3 * ((radius - 1) * 0.5 - 1) + 0.8
    for name, modes in _LEGACY_SOURCES.items():
        mode = result.get("mode", "fc")
        if name in values and isinstance(mode, str) and mode.lower() in modes:
            result.update(_legacy_source(name, values[name]))
    return result


def _legacy_mode(value: Any) -> dict[str, Any]:
    """His ``model_type`` is a mode in any case, or the name of a model file without its ending."""
    if value is None:
        return {"mode": "fc"}
    text = value if isinstance(value, str) else ""
    if text.lower() in MODES:
        return {"mode": text.lower()}
    lowered = text.lower()
    for mode in ("fbc", "fcon", "fc"):
        if mode in lowered:
            return {"mode": mode, "model": text}
    raise ICLightError(f"model_type is {shown(value)}; expected one of: {', '.join(MODES)}, or a model's file name.")


def _legacy_source(name: str, value: Any) -> dict[str, Any]:
    text = value if isinstance(value, str) else ""
    if text in _LEGACY_LIGHTS:
        return {"light": _LEGACY_LIGHTS[text]}
    if name == "bg_source_fbc" and text in _LEGACY_BACKGROUNDS:
        return {"flip_background": _LEGACY_BACKGROUNDS[text]}
    choices = [*_LEGACY_LIGHTS, *(_LEGACY_BACKGROUNDS if name == "bg_source_fbc" else ())]
    raise ICLightError(f"{name} is {shown(value)}; expected one of: {', '.join(choices)}.")


def _validated(values: dict[str, Any]) -> Request:
    checked: dict[str, Any] = {}
    for name, value in values.items():
        if value is None or (value == "" and name in _MAY_BE_EMPTY):
            continue
        if isinstance(value, str):
            well_formed(value, name)
        checked[name] = _CHECKS[name](name, value)
    return Request(**checked)


def _picture(name: str, value: Any) -> Any:
    if isinstance(value, (bool, int, float, bytes, Mapping, list, tuple)):
        raise ICLightError(f"{name} must be a picture as base64 text or a data URL, not {type(value).__name__}.")
    return value


def _switch(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise ICLightError(f"{name} must be true or false, not {shown(value)}.")
    return value


def _removal(name: str, value: Any) -> Removal:
    if isinstance(value, str) and value.lower() == ALWAYS:
        return ALWAYS
    if not isinstance(value, bool):
        raise ICLightError(f'{name} must be true, false or "{ALWAYS}", not {shown(value)}.')
    return value


def _strength(name: str, value: Any) -> float:
    return float(value) if isinstance(value, bool) else number(value, name, 0.0, 1.0)


def _number(low: float, high: float) -> Check:
    return lambda name, value: number(value, name, low, high)


def _choice(*choices: str) -> Check:
    def check(name: str, value: Any) -> str:
        if not isinstance(value, str) or value.lower() not in choices:
            raise ICLightError(f"{name} must be one of: {', '.join(choices)}; not {shown(value)}.")
        return value.lower()

    return check


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise ICLightError(f"{name} must be text, not {shown(value)}.")
    return value.strip()


def _light(name: str, value: Any) -> str | LightDescription:
    if isinstance(value, LightDescription):
        return value
    if isinstance(value, Mapping) or (isinstance(value, str) and value.lstrip().startswith("{")):
        return description.parse(value, name)
    if not isinstance(value, str) or value.lower() not in LIGHTS:
        raise ICLightError(f"{name} must be one of: {', '.join(LIGHTS)}, or a light description; not {shown(value)}.")
    return value.lower()


def _placement(name: str, value: Any) -> str | Placement:
    return value if isinstance(value, Placement) else placement.parse(value, name)


Check = Callable[[str, Any], Any]
"""Gives the checked value of the field of that name, or raises an ICLightError that begins with the name."""

_MAY_BE_EMPTY = ("model", "matting_model", "foreground", "background", "light_map")
_CHECKS: dict[str, Check] = {
    "enabled": _switch,
    "mode": _choice(*MODES),
    "model": _text,
    "foreground": _picture,
    "background": _picture,
    "flip_background": _switch,
    "light": _light,
    "light_map": _picture,
    "light_strength": _number(0.0, MAX_STRENGTH),
    "remove_background": _removal,
    "matting_model": _text,
    "alpha_matting": _switch,
    "matte_threshold": _number(0.0, 1.0),
    "matte_shrink": _number(-MAX_SHRINK, MAX_SHRINK),
    "matte_feather": _number(0.0, MAX_FEATHER),
    "decontaminate": _strength,
    "reinforce_foreground": _strength,
    "restore_details": _strength,
    "details_radius": _number(0.1, MAX_RADIUS),
    "keep_colours": _strength,
    "keep_original": _switch,
    "placement": _placement,
    "show_subject": _switch,
}
