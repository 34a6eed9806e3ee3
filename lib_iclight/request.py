"""What a user asked for: one frozen, validated value, from the page or from the API alike."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from .errors import ICLightError
from .lights import LIGHTS, MAX_STRENGTH
from .matting import DEFAULT_MODEL

MODES = ("fc", "fcon", "fbc")
AUTO_MODEL = "auto"
MAX_RADIUS = 16.0

_SWITCHES = ("enabled", "flip_background", "remove_background", "show_subject")
_PICTURES = ("foreground", "background", "light_map")
_STRENGTHS = ("reinforce_foreground", "restore_details", "keep_colours")


@dataclass(frozen=True)
class Request:
    """One relighting job. Field names are those of the API's dict.

    Attributes:
        enabled: whether IC-Light takes part at all.
        mode: "fc", "fcon" (foreground condition) or "fbc" (foreground and background condition).
        model: file name in a model folder, or "auto".
        foreground, background, light_map: base64 text or data URL (API), a Pillow image (page), or None.
        flip_background: mirror the background left to right.
        light: one of :data:`lib_iclight.lights.LIGHTS`.
        light_strength: 0 to 3; 1 is the reference.
        remove_background: cut the subject out where the picture has no transparency of its own.
        matting_model: a background remover's name, see :data:`lib_iclight.matting.MODELS`.
        reinforce_foreground, restore_details, keep_colours: strengths from 0 (off) to 1.
        details_radius: in pixels of a picture whose shorter side is 512, above 0 and up to 16.
        show_subject: add the prepared subject to the results.
    """

    enabled: bool = False
    mode: str = "fc"
    model: str = AUTO_MODEL
    foreground: Any = None
    background: Any = None
    flip_background: bool = False
    light: str = "none"
    light_map: Any = None
    light_strength: float = 1.0
    remove_background: bool = True
    matting_model: str = DEFAULT_MODEL
    reinforce_foreground: float = 0.0
    restore_details: float = 0.0
    details_radius: float = 2.0
    keep_colours: float = 0.0
    show_subject: bool = False


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


def from_mapping(values: Mapping[str, Any]) -> Request:
    """Validate the API's dict, huchenlei's field names included.

    Raises:
        ICLightError: an unknown field, or a value of the wrong kind or out of range; the message names the field.
    """
    for name in values:
        if not isinstance(name, str) or (name not in FIELDS and not _is_legacy(name)):
            raise ICLightError(f"IC Light has no field {name!r}.{_suggestion(str(name))}")
    return _validated(_without_legacy_names(values))


def from_page(values: Sequence[Any], names: Sequence[str]) -> Request:
    """Validate the values of the accordion's controls, named in the order of ``names``."""
    return _validated(dict(zip(names, values, strict=False)))


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
        if name in values and str(result.get("mode", "fc")).lower() in modes:
            result.update(_legacy_source(name, values[name]))
    return result


def _legacy_mode(value: Any) -> dict[str, Any]:
    """His ``model_type`` is a mode in any case, or the name of a model file without its ending."""
    if value is None:
        return {"mode": "fc"}
    text = str(value)
    if text.lower() in MODES:
        return {"mode": text.lower()}
    lowered = text.lower()
    for mode in ("fbc", "fcon", "fc"):
        if mode in lowered:
            return {"mode": mode, "model": text}
    raise ICLightError(f"model_type is {text!r}; expected one of: {', '.join(MODES)}, or a model's file name.")


def _legacy_source(name: str, value: Any) -> dict[str, Any]:
    text = value if isinstance(value, str) else ""
    if text in _LEGACY_LIGHTS:
        return {"light": _LEGACY_LIGHTS[text]}
    if name == "bg_source_fbc" and text in _LEGACY_BACKGROUNDS:
        return {"flip_background": _LEGACY_BACKGROUNDS[text]}
    choices = [*_LEGACY_LIGHTS, *(_LEGACY_BACKGROUNDS if name == "bg_source_fbc" else ())]
    raise ICLightError(f"{name} is {value!r}; expected one of: {', '.join(choices)}.")


def _validated(values: dict[str, Any]) -> Request:
    checked: dict[str, Any] = {}
    for name, value in values.items():
        if name in _PICTURES:
            checked[name] = _picture(name, value)
        elif value is None or (value == "" and name in ("model", "matting_model")):
            continue
        elif name in _SWITCHES:
            checked[name] = _switch(name, value)
        elif name in _STRENGTHS:
            checked[name] = float(value) if isinstance(value, bool) else _number(name, value, 0.0, 1.0)
        elif name in ("mode", "light"):
            checked[name] = _choice(name, value, MODES if name == "mode" else LIGHTS)
        elif name == "light_strength":
            checked[name] = _number(name, value, 0.0, MAX_STRENGTH)
        elif name == "details_radius":
            checked[name] = _number(name, value, 0.1, MAX_RADIUS)
        else:
            checked[name] = _text(name, value)
    return Request(**checked)


def _picture(name: str, value: Any) -> Any:
    if value is None or value == "":
        return None
    if isinstance(value, (bool, int, float, bytes, Mapping, list, tuple)):
        raise ICLightError(f"{name} must be a picture as base64 text or a data URL, not {type(value).__name__}.")
    return value


def _switch(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise ICLightError(f"{name} must be true or false, not {value!r}.")
    return value


def _number(name: str, value: Any, low: float, high: float) -> float:
    # NaN compares false with everything, so it is refused with the infinities.
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not low <= value <= high:
        raise ICLightError(f"{name} must be a number from {low:g} to {high:g}, not {value!r}.")
    return float(value)


def _choice(name: str, value: Any, choices: Sequence[str]) -> str:
    if not isinstance(value, str) or value.lower() not in choices:
        raise ICLightError(f"{name} must be one of: {', '.join(choices)}; not {value!r}.")
    return value.lower()


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise ICLightError(f"{name} must be text, not {value!r}.")
    return value.strip()
