"""Light descriptions: a small versioned JSON format shared by the page, the API, PNG info and X/Y/Z plots."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import ICLightError
from ..support.json_values import compact, json_object, mapping, number, plain_number, shown

VERSION = 1
MAX_LIGHTS = 8
WHITE = "#ffffff"
FULL_RANGE = (0.0, 255.0)

ANGLES = (-3600.0, 3600.0)
PLACES = (-1.0, 2.0)
SOFTNESS = (0.02, 1.0)
STRENGTHS = (0.0, 4.0)
KELVINS = (1500.0, 15000.0)
LEVELS = (0.0, 1.0)

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}\Z")
_SHARED_KEYS = ("softness", "strength", "colour", "kelvin")


@dataclass(frozen=True)
class Directional:
    """Light from a side: a ramp across the whole frame.

    Attributes:
        angle: in degrees, counter-clockwise from the right: right 0, top 90, left 180, bottom 270.
        softness: 0.02 to 1, the fraction of the frame that the ramp covers.
        strength: 0 to 4.
        colour: "#rrggbb", sRGB; ignored if ``kelvin`` is given.
        kelvin: colour temperature from 1500 to 15000; 6500 is white.
    """

    angle: float
    softness: float = 1.0
    strength: float = 1.0
    colour: str = WHITE
    kelvin: float | None = None


@dataclass(frozen=True)
class Positioned:
    """A round light at a position inside or outside the frame.

    Attributes:
        x, y: -1 to 2, fractions of the frame from its upper left corner.
        softness: 0.02 to 1, the radius at which the light ends, relative to half the frame's longer side.
        strength, colour, kelvin: as for :class:`Directional`.
    """

    x: float
    y: float
    softness: float = 0.5
    strength: float = 1.0
    colour: str = WHITE
    kelvin: float | None = None


Light = Directional | Positioned


@dataclass(frozen=True)
class LightDescription:
    """Up to eight lights on top of an ambient one.

    Attributes:
        lights: summed in linear light.
        ambient: 0 to 1, the ambient light's level in sRGB.
        ambient_colour: "#rrggbb".
        range: pixel values of no light and of full light, 0 to 255; the first must not exceed the second.
    """

    lights: tuple[Light, ...] = ()
    ambient: float = 0.0
    ambient_colour: str = WHITE
    range: tuple[float, float] = FULL_RANGE

    def to_dict(self) -> dict[str, Any]:
        """The description as a JSON object in canonical form, see :meth:`to_json`."""
        result: dict[str, Any] = {"version": VERSION}
        ambient = {"level": plain_number(self.ambient), "colour": self.ambient_colour}
        ambient = {key: value for key, value in ambient.items() if value not in (0, WHITE)}
        if ambient:
            result["ambient"] = ambient
        ends = [plain_number(end) for end in self.range]
        if ends != list(FULL_RANGE):
            result["range"] = ends
        result["lights"] = [_plain_light(light) for light in self.lights]
        return result

    def to_json(self) -> str:
        """The canonical text: JSON without spaces, keys in a fixed order, defaults left out.

        Numbers have at most three decimals, angles at most one.
        """
        return compact(self.to_dict())


def parse(value: Any, where: str = "light") -> LightDescription:
    """Parse a description.

    Args:
        value: a mapping, or its JSON text. ``color`` is accepted for ``colour``.
        where: what messages call the description; they begin with it.

    Raises:
        ICLightError: a key is unknown or missing, or its value is out of range; the message names it.
    """
    if isinstance(value, str):
        value = json_object(value, where)
    value = mapping(value, where, ("version", "ambient", "range", "lights"))
    version, lights = value.get("version"), value.get("lights")
    if isinstance(version, bool) or version != VERSION:
        is_newer = isinstance(version, int) and version > VERSION
        way_out = " It was made by a newer IC Light: update this one to read it." if is_newer else ""
        raise ICLightError(f"{where}.version must be {VERSION}, not {shown(version)}.{way_out}")
    if not isinstance(lights, (list, tuple)):
        raise ICLightError(f"{where}.lights must be a list of lights, not {shown(lights)}.")
    if len(lights) > MAX_LIGHTS:
        raise ICLightError(f"{where}.lights has {len(lights)} lights; {MAX_LIGHTS} at most.")
    level, colour = _ambient(value.get("ambient"), f"{where}.ambient")
    return LightDescription(
        tuple(_light(light, f"{where}.lights[{index}]") for index, light in enumerate(lights)),
        level,
        colour,
        _range(value.get("range"), f"{where}.range"),
    )


def _ambient(value: Any, where: str) -> tuple[float, str]:
    if value is None:
        return 0.0, WHITE
    value = mapping(value, where, ("level", "colour", "color"))
    level = round(number(value.get("level", 0), f"{where}.level", *LEVELS), 3)
    return level, _colour(value, where) or WHITE


def _range(value: Any, where: str) -> tuple[float, float]:
    if value is None:
        return FULL_RANGE
    if not isinstance(value, (list, tuple)) or len(value) != 2:
        raise ICLightError(f"{where} must be two numbers from 0 to 255, not {shown(value)}.")
    low, high = (round(number(end, where, *FULL_RANGE), 3) for end in value)
    if low > high:
        raise ICLightError(f"{where} must begin with the smaller number, not be {shown(value)}.")
    return low, high


def _light(value: Any, where: str) -> Light:
    kind = Positioned
    if isinstance(value, Mapping) and "angle" in value:
        kind = Directional
        if "x" in value or "y" in value:
            raise ICLightError(f"{where} has both an angle and a place. Give it an angle, or x and y.")
    places = {"angle": ANGLES} if kind is Directional else {"x": PLACES, "y": PLACES}
    value = mapping(value, where, (*places, *_SHARED_KEYS, "color"))
    missing = [key for key in places if key not in value]
    if missing:
        raise ICLightError(f"{where} lacks {missing[0]}. Give it an angle, or x and y.")
    found: dict[str, Any] = {}
    for key, limits in {**places, "softness": SOFTNESS, "strength": STRENGTHS, "kelvin": KELVINS}.items():
        if key in value:
            found[key] = round(number(value[key], f"{where}.{key}", *limits), 3)
    if "angle" in found:
        found["angle"] = wrap_angle(found["angle"])
    colour = _colour(value, where)
    if colour is not None:
        if "kelvin" in found:
            raise ICLightError(f"{where} has both a colour and kelvin. Give it only one of them.")
        found["colour"] = colour
    return kind(**found)


def _colour(value: Mapping[str, Any], where: str) -> str | None:
    if "colour" in value and "color" in value:
        raise ICLightError(f"{where} has its colour twice, as colour and as color. Give only one of them.")
    key = "color" if "color" in value else "colour"
    if key not in value:
        return None
    colour = value[key]
    if not isinstance(colour, str) or not _COLOUR.match(colour):
        raise ICLightError(f"{where}.{key} must be a colour like #ffcc00, not {shown(colour)}.")
    return colour.lower()


def wrap_angle(angle: float) -> float:
    """An angle in 0..360 (exclusive) with one decimal, computed as the page computes it, so that both round alike."""
    return round(math.fmod(math.fmod(angle, 360) + 360, 360), 1) % 360


def _plain_light(light: Light) -> dict[str, Any]:
    if isinstance(light, Directional):
        result, softness = {"angle": plain_number(wrap_angle(light.angle), 1)}, 1.0
    else:
        result, softness = {"x": plain_number(light.x), "y": plain_number(light.y)}, 0.5
    for key, default in (("softness", softness), ("strength", 1.0)):
        value = plain_number(getattr(light, key))
        if value != default:
            result[key] = value
    if light.kelvin is not None:
        result["kelvin"] = plain_number(light.kelvin)
    elif light.colour != WHITE:
        result["colour"] = light.colour
    return result
