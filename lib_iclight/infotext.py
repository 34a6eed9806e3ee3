"""Parameters to PNG info and back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from typing import Any

from .relight import Plan
from .request import AUTO_MODEL, MODES, Request

PREFIX = "IC Light "
MODE = PREFIX + "mode"
MODEL = PREFIX + "model"
MATTING = PREFIX + "background removal"
FOREGROUND = PREFIX + "foreground"
BACKGROUND = PREFIX + "background"
LIGHT_MAP = PREFIX + "light map"

_OFF = "off"
_HASH_LENGTH = 10
_DEFAULTS = {field.name: field.default for field in fields(Request)}
_LABELS = {
    "light": PREFIX + "direction",
    "light_strength": PREFIX + "strength",
    "flip_background": PREFIX + "flip background",
    "reinforce_foreground": PREFIX + "reinforce foreground",
    "restore_details": PREFIX + "restore details",
    "details_radius": PREFIX + "details radius",
    "keep_colours": PREFIX + "keep colours",
}
_AFTER_SAMPLING = ("restore_details", "details_radius", "keep_colours")


def describe(plan: Plan) -> dict[str, str]:
    """What shaped the picture, for the host's generation parameters; values at their default are left out.

    Pictures are named by the start of their digest.
    """
    request = plan.request
    result = {MODE: request.mode, MODEL: plan.model.path.stem}
    for name, label in _LABELS.items():
        value = getattr(request, name)
        if value != _DEFAULTS[name] and (name != "details_radius" or request.restore_details):
            result[label] = f"{value:.10g}" if isinstance(value, float) else str(value)
    result[MATTING] = request.matting_model if request.remove_background else _OFF
    result[FOREGROUND] = " ".join(subject.picture.digest[:_HASH_LENGTH] for subject in plan.subjects)
    if plan.background is not None:
        result[BACKGROUND] = plan.background.digest[:_HASH_LENGTH]
    if plan.map is not None:
        result[LIGHT_MAP] = plan.map.digest[:_HASH_LENGTH]
    return result


@contextmanager
def without_restoring(params: dict[str, Any]) -> Iterator[None]:
    """Leave out, for a while, what was done to the picture after it was sampled."""
    kept = dict(params)
    for name in _AFTER_SAMPLING:
        params.pop(_LABELS[name], None)
    try:
        yield
    finally:
        params.clear()
        params.update(kept)


def forget(params: dict[str, Any]) -> None:
    """Remove what :func:`describe` added for an earlier run."""
    for key in [key for key in params if key.startswith(PREFIX)]:
        del params[key]


def read(params: Mapping[str, Any], field: str) -> Any:
    """The value of one request field in parsed generation parameters.

    Returns:
        None where the parameters say nothing about it: no generation parameters at all, or none of ours and the
        field is not ``enabled``. A field that was left out because it had its default comes back as that default.
    """
    if field == "enabled":
        return (params.get(MODE) in MODES) if "Steps" in params else None
    if params.get(MODE) not in MODES:
        return None
    if field == "mode":
        return params[MODE]
    if field == "model":
        return params.get(MODEL, AUTO_MODEL)
    if field == "remove_background":
        return params.get(MATTING) != _OFF
    if field == "matting_model":
        name = params.get(MATTING, _OFF)
        return _DEFAULTS[field] if name == _OFF else name
    return _parsed(params.get(_LABELS[field]), _DEFAULTS[field])


def _parsed(text: str | None, default: Any) -> Any:
    if text is None:
        return default
    if isinstance(default, bool):
        return text == "True"
    if isinstance(default, float):
        try:
            return float(text)
        except ValueError:
            return default
    return text
