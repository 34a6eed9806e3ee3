"""Axes for the X/Y/Z plot script."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..errors import ICLightError
from ..fields import Kind
from ..infotext import model_named
from ..light.description import ANGLES
from ..light.maps import LIGHTS, directional
from ..models.library import AUTO_MODEL
from ..request import FIELDS, Request
from ..subject.prepare import ALWAYS
from ..support.json_values import number, shown
from ..ui.summary import missing_model
from .run_context import override

_PREFIX = "[IC Light]"
_SWITCHED = {"true": True, "false": False}
_WITH_AXIS = [name for name, field in FIELDS.items() if field.axis]
_FIRST = ("mode", "light", "light_strength", "placement", "model", "matting_model", "restore_details", "keep_colours")
"""Programs refer to axes by number, so these keep theirs; the axes of new fields follow them."""

Names = Callable[[], list[str]]


@dataclass(frozen=True)
class Angle:
    """A light from an angle in degrees; its range depends on the mode, as for the named lights."""

    degrees: float


def overridden(read: Callable[[Mapping[str, Any]], Request], overrides: Mapping[str, Any]) -> Request:
    """The request with the fields that the axes have set.

    Args:
        read: reads the request with the given fields in place of its own.
        overrides: fields set by axes.
    """
    light = overrides.get("light")
    if not isinstance(light, Angle):
        return read(overrides)
    request = read({**overrides, "light": "none"})
    degrees = number(light.degrees, "light angle", *ANGLES)
    return replace(request, light=directional(degrees, background=request.mode == "fbc"))


def add_xyz_axes(model_names: Names, removers: Names) -> None:
    """Add our axes to the X/Y/Z plot script, once, if the host has that script.

    Args:
        model_names: returns the file names of the usable models.
        removers: returns the names of the background removers.
    """
    from modules import scripts

    for data in scripts.scripts_data:
        module = data.module
        if data.script_class.__module__ != "xyz_grid.py" or not hasattr(module, "AxisOption"):
            continue
        if any(option.label.startswith(_PREFIX) for option in module.axis_options):
            return
        module.axis_options.extend(_axes(module.AxisOption, model_names, removers))


def _axes(option: Any, model_names: Names, removers: Names) -> list[Any]:
    """An axis for each field that has one, and the light's angle right after the light."""
    choices = {name: lambda given=given: [*given] for name, given in _choices().items()} | {
        "light": lambda: [light for light in LIGHTS if light not in ("custom", "mask")],
        "model": lambda: [AUTO_MODEL, *model_names()],
        "matting_model": removers,
    }
    confirm = {"model": lambda p, values: _confirm_models(values, model_names())}
    axes = []
    for name in sorted(_WITH_AXIS, key=lambda name: _FIRST.index(name) if name in _FIRST else len(_FIRST)):
        field = FIELDS[name]
        more = {key: told[name] for key, told in (("choices", choices), ("confirm", confirm)) if name in told}
        axes.append(option(f"{_PREFIX} {field.label}", _READERS[field.kind], _set(name), **more))
        if name == "light":
            axes.append(option(f"{_PREFIX} Light angle", float, _set_angle))
    return axes


def _choices() -> dict[str, tuple[str, ...]]:
    """What there is to choose from, by field, where the field tells."""
    choices = {name: field.choices or _OF_KIND.get(field.kind, ()) for name, field in FIELDS.items()}
    return {name: given for name, given in choices.items() if given}


def _read_switch(text: str) -> bool:
    """What a cell of the plot says.

    Raises:
        ICLightError: it is neither true nor false.
    """
    value = _SWITCHED.get(text.lower())
    if value is None:
        raise ICLightError(f"An axis of IC Light that is on or off takes True and False, not {shown(text)}.")
    return value


def _read_removal(text: str) -> bool | str:
    """The same, or a word such as "always", which the request checks."""
    return _SWITCHED.get(text.lower(), text)


_READERS: Mapping[Kind, Callable[[str], Any]] = {
    Kind.SWITCH: _read_switch,
    Kind.REMOVAL: _read_removal,
    Kind.NUMBER: float,
    Kind.STRENGTH: float,
    Kind.CHOICE: str,
    Kind.DRAWN: str,
    Kind.TEXT: str,
}
"""How a field's values are read from what is written in the plot's row; a picture cannot be written there."""

_OF_KIND = {Kind.SWITCH: ("True", "False"), Kind.REMOVAL: ("True", "False", ALWAYS)}


def _confirm_models(values: Sequence[str], names: Sequence[str]) -> None:
    """Check, before the first picture of a grid, that all models of an axis are installed.

    Raises:
        ICLightError: one is not.
    """
    for value in values:
        if value != AUTO_MODEL and model_named(value, names) not in names:
            raise ICLightError(missing_model(value, names))


def _set(field: str) -> Callable[[Any, Any, Any], None]:
    return lambda p, value, values: override(p, field, value)


def _set_angle(p: Any, value: float, values: Any) -> None:
    override(p, "light", Angle(value))
