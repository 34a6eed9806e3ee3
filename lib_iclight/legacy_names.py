"""Accepts the API dict of huchenlei's sd-forge-ic-light: his field names and values become ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .errors import ICLightError
from .models.library import MODES
from .support.json_values import shown

NAMES = {
    "model_type": "mode",
    "input_fg": "foreground",
    "uploaded_bg": "background",
    "remove_bg": "remove_background",
    "rembg_model": "matting_model",
    "reinforce_fg": "reinforce_foreground",
    "detail_transfer": "restore_details",
    "detail_transfer_blur_radius": "details_radius",
}
"""His field names and ours."""

_LIGHTS = {
    "None": "none",
    "Left Light": "left",
    "Right Light": "right",
    "Top Light": "top",
    "Bottom Light": "bottom",
    "Ambient": "ambient",
    "Custom LightMap": "custom",
}
_BACKGROUNDS = {"Use Background Image": False, "Use Flipped Background Image": True}
_SOURCES = {"bg_source_fc": ("fc", "fcon"), "bg_source_fbc": ("fbc",)}
_IGNORED = ("input_fg_rgb", "detail_transfer_use_raw_input")
_LARGEST_KERNEL = 999


def is_known(name: str) -> bool:
    """Whether a field of that name is one of his."""
    return name in NAMES or name in _SOURCES or name in _IGNORED


def translated(values: Mapping[str, Any]) -> dict[str, Any]:
    """Replace his names and values by ours; everything else stays as it is.

    His radius is the kernel size of a Gaussian blur; ours is the sigma that OpenCV derives from it.

    Raises:
        ICLightError: a field is given under both names, or one of his has an unknown value.
    """
    result = {}
    for name, value in values.items():
        target = NAMES.get(name, name)
        if target in result or (target != name and target in values):
            raise ICLightError(f"The field {target!r} is given twice, once as {name!r}. Send only one of them.")
        if target not in _SOURCES and target not in _IGNORED:
            result[target] = value
    if "model_type" in values:
        result.update(_mode(values["model_type"]))
    radius = values.get("detail_transfer_blur_radius")
    if isinstance(radius, (int, float)) and not isinstance(radius, bool) and 0 <= radius <= _LARGEST_KERNEL:
        result["details_radius"] = 0.3 * ((radius - 1) * 0.5 - 1) + 0.8
    for name, modes in _SOURCES.items():
        mode = result.get("mode", "fc")
        if name in values and isinstance(mode, str) and mode.lower() in modes:
            result.update(_source(name, values[name]))
    return result


def _mode(value: Any) -> dict[str, Any]:
    """His ``model_type`` is a mode in upper or lower case, or the name of a model file without its extension."""
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


def _source(name: str, value: Any) -> dict[str, Any]:
    text = value if isinstance(value, str) else ""
    if text in _LIGHTS:
        return {"light": _LIGHTS[text]}
    if name == "bg_source_fbc" and text in _BACKGROUNDS:
        return {"flip_background": _BACKGROUNDS[text]}
    choices = [*_LIGHTS, *(_BACKGROUNDS if name == "bg_source_fbc" else ())]
    raise ICLightError(f"{name} is {shown(value)}; expected one of: {', '.join(choices)}.")
