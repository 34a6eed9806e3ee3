"""A mix of a light set: how much there is of each light, in which colour, and how bright the whole is.

``a A + sum_k w_k c_k R_k`` in linear light, with the ambient picture ``A``, the relights ``R_k`` as they were shot, the
strengths ``a`` and ``w_k`` and the colours ``c_k``; and on top of it the photograph in the light of lamps. A mix is one
table of factors by light and channel, and a row of numbers for each lamp: what a canvas and this package make of the
same numbers differs by rounding alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..errors import ICLightError
from ..light.description import ANGLES, wrap_angle
from ..support.json_values import compact, json_object, mapping, number, plain_number, shown
from .around import weights_at
from .fader import AS_SHOT, OFF, Fader, parse_fader
from .lamps import ROW, Lamp, parse_lamps
from .light_set import LightSet

VERSION = 1
STOPS = (-6.0, 6.0)
"""The exposures that can be set."""


@dataclass(frozen=True)
class Turned:
    """A light that is turned all around the subject, made of those shot from the sides.

    Attributes:
        angle: in degrees, counter-clockwise from the right.
        fader: its strength and colour.
    """

    angle: float
    fader: Fader = AS_SHOT


@dataclass(frozen=True)
class Mix:
    """A mix.

    Attributes:
        lights: by the lights' names; those that are not named are off.
        ambient: the light from everywhere.
        turned: a light on top, at any angle.
        exposure: in stops; None is the automatic one, see :class:`lib_iclight.studio.brightness.Brightness`.
        lamps: lights above and in front of the subject, in a set with the four lights that normals need.
    """

    lights: Mapping[str, Fader] = field(default_factory=dict)
    ambient: Fader = OFF
    turned: Turned | None = None
    exposure: float | None = 0.0
    lamps: tuple[Lamp, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The mix as a JSON object in canonical form: defaults are left out."""
        result: dict[str, Any] = {"version": VERSION}
        if self.lights:
            result["lights"] = {name: fader.to_dict() for name, fader in self.lights.items()}
        if self.ambient != OFF:
            result["ambient"] = self.ambient.to_dict()
        if self.turned is not None:
            result["turned"] = {"angle": plain_number(wrap_angle(self.turned.angle), 1), **self.turned.fader.to_dict()}
        if self.lamps:
            result["lamps"] = [lamp.to_dict() for lamp in self.lamps]
        if self.exposure != 0:
            result["exposure"] = "auto" if self.exposure is None else plain_number(self.exposure)
        return result

    def to_json(self) -> str:
        """:meth:`to_dict` as text without spaces."""
        return compact(self.to_dict())


def parse(value: Any, where: str = "mix") -> Mix:
    """Parse a mix.

    Args:
        value: a mapping as :meth:`Mix.to_dict` makes it, or its JSON text.
        where: what messages call it; they begin with it.

    Raises:
        ICLightError: a key is unknown, or its value out of range; the message names it.
    """
    if isinstance(value, str):
        value = json_object(value, where)
    value = mapping(value, where, ("version", "lights", "ambient", "turned", "lamps", "exposure"))
    version = value.get("version")
    if isinstance(version, bool) or version != VERSION:
        raise ICLightError(f"{where}.version must be {VERSION}, not {shown(version)}.")
    lights = value.get("lights", {})
    if not isinstance(lights, Mapping):
        raise ICLightError(f"{where}.lights must be an object with the lights' names as keys, not {shown(lights)}.")
    exposure = value.get("exposure", 0)
    return Mix(
        {name: parse_fader(fader, f"{where}.lights.{shown(name)[1:-1]}") for name, fader in lights.items()},
        parse_fader(value["ambient"], f"{where}.ambient") if "ambient" in value else OFF,
        _turned(value.get("turned"), f"{where}.turned"),
        None if exposure == "auto" else number(exposure, f"{where}.exposure", *STOPS),
        parse_lamps(value.get("lamps") or (), f"{where}.lamps"),
    )


def alone(name: str) -> Mix:
    """One light as it was shot, and no other."""
    return Mix({name: Fader()})


def factors(light_set: LightSet, mix: Mix) -> np.ndarray:
    """How much of each of a set's pictures a mix holds, exposure apart.

    Args:
        light_set: what is mixed.
        mix: its lights are the set's.

    Returns:
        float64 ``[K, 3]`` by picture (:attr:`LightSet.shots`, so the ambient one comes last) and channel.

    Raises:
        ICLightError: the mix names a light that the set lacks, or turns one where none was shot from a side.
    """
    result = still(light_set, mix)
    factor = turned(mix)
    if mix.turned is not None and factor.any():
        weights = weights_at(light_set, mix.turned.angle)
        result[: len(weights)] += weights[:, None] * factor
    return result


def still(light_set: LightSet, mix: Mix) -> np.ndarray:
    """:func:`factors` without the light that is turned around."""
    names = [shot.name for shot in light_set.lights]
    unknown = [name for name in mix.lights if name not in names]
    if unknown:
        listed = ", ".join(map(shown, names))
        raise ICLightError(f"The light set has no light {shown(unknown[0])}. Its lights are: {listed}.")
    result, only_solo = np.zeros((len(light_set.shots), 3)), has_solo(mix)
    for name, fader in mix.lights.items():
        result[names.index(name)] += fader.factor(only_solo)
    ambient = mix.ambient.factor(only_solo)
    if light_set.ambient is not None:
        result[-1] = ambient
    elif ambient.any():
        raise ICLightError("The light set was shot without ambient light. Set the ambient light's strength to 0.")
    return result


def turned(mix: Mix) -> np.ndarray:
    """The strength times the colour of the light that is turned around: float64 ``[3]``, 0 without one."""
    return np.zeros(3) if mix.turned is None else mix.turned.fader.factor(has_solo(mix))


def lamp_rows(mix: Mix) -> np.ndarray:
    """A mix's lamps in numbers, exposure apart: float64 ``[L, 8]``, see :meth:`lib_iclight.studio.lamps.Lamp.row`."""
    only_solo = has_solo(mix)
    return np.array([lamp.row(only_solo) for lamp in mix.lamps]).reshape(-1, ROW)


def has_solo(mix: Mix) -> bool:
    """Whether only some of a mix's lights are heard."""
    faders = [*mix.lights.values(), mix.ambient, *(lamp.fader for lamp in mix.lamps)]
    faders += [] if mix.turned is None else [mix.turned.fader]
    return any(fader.solo for fader in faders)


def _turned(value: Any, where: str) -> Turned | None:
    if value is None:
        return None
    fader = parse_fader(value, where, "angle")
    return Turned(number(value.get("angle"), f"{where}.angle", *ANGLES), fader)
