"""Axes for the X/Y/Z plot script."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..errors import ICLightError
from ..infotext import model_named
from ..light.description import ANGLES
from ..light.maps import LIGHTS, directional
from ..models.library import AUTO_MODEL
from ..request import FIELDS, MODES, Request
from ..subject.placement import PLACEMENTS
from ..support.json_values import number
from ..ui.summary import missing_model
from .script_hooks import override

_PREFIX = "[IC Light]"

Names = Callable[[], list[str]]


@dataclass(frozen=True)
class Angle:
    """A light from an angle in degrees; what it looks like depends on the mode, as for the named lights."""

    degrees: float


def overridden(read: Callable[[Mapping[str, Any]], Request], overrides: Mapping[str, Any]) -> Request:
    """The request with what the axes have set.

    Args:
        read: reads the request with these fields in place of its own.
        overrides: what the axes have set.
    """
    light = overrides.get("light")
    if not isinstance(light, Angle):
        return read(overrides)
    request = read({**overrides, "light": "none"})
    degrees = number(light.degrees, "light angle", *ANGLES)
    return replace(request, light=directional(degrees, background=request.mode == "fbc"))


def add_xyz_axes(model_names: Names, removers: Names) -> None:
    """Give the X/Y/Z plot script our axes, once, where the host has that script.

    Args:
        model_names: gives the file names of the usable models.
        removers: gives the names of the background removers.
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
    lights = [light for light in LIGHTS if light not in ("custom", "mask")]
    return [
        option(f"{_PREFIX} Mode", str, _set("mode"), choices=lambda: list(MODES)),
        option(f"{_PREFIX} Light", str, _set("light"), choices=lambda: lights),
        option(f"{_PREFIX} Light angle", float, _set_angle),
        option(f"{_PREFIX} Light strength", float, _set("light_strength")),
        option(f"{_PREFIX} Placement", str, _set("placement"), choices=lambda: list(PLACEMENTS)),
        option(
            f"{_PREFIX} Model",
            str,
            _set("model"),
            confirm=lambda p, values: _confirm_models(values, model_names()),
            choices=lambda: [AUTO_MODEL, *model_names()],
        ),
        option(f"{_PREFIX} Background remover", str, _set("matting_model"), choices=removers),
        option(f"{_PREFIX} Restore details", float, _set("restore_details")),
        option(f"{_PREFIX} Keep colours", float, _set("keep_colours")),
    ]


def _confirm_models(values: Sequence[str], names: Sequence[str]) -> None:
    """See, before the first picture of a grid, that all of an axis' models are there.

    Raises:
        ICLightError: one is not.
    """
    for value in values:
        if value != AUTO_MODEL and model_named(value, names) not in names:
            raise ICLightError(missing_model(value, names))


def _set(field: str) -> Callable[[Any, Any, Any], None]:
    if field not in FIELDS:
        raise KeyError(field)
    return lambda p, value, values: override(p, field, value)


def _set_angle(p: Any, value: float, values: Any) -> None:
    override(p, "light", Angle(value))
