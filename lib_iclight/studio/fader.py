"""How much there is of one light, in which colour, and whether it is heard."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import ICLightError
from ..light.colour import linear_from_hex, linear_from_kelvin
from ..light.description import KELVINS, STRENGTHS, WHITE
from ..support.json_values import mapping, number, plain_number, shown

KEYS = ("strength", "colour", "color", "kelvin", "muted", "solo")
"""The keys of a fader in JSON."""

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}\Z")


@dataclass(frozen=True)
class Fader:
    """One light of a mix.

    Attributes:
        strength: 0 to 4; 1 is the light as it was shot.
        colour: "#rrggbb", sRGB, by which it is multiplied; ignored if ``kelvin`` is given.
        kelvin: colour temperature from 1500 to 15000; 6500 is white.
        muted: whether it is off for now.
        solo: whether all that are not solo are off for now.
    """

    strength: float = 1.0
    colour: str = WHITE
    kelvin: float | None = None
    muted: bool = False
    solo: bool = False

    def factor(self, only_solo: bool) -> np.ndarray:
        """Its strength times its colour, float64 ``[3]``; 0 if it is not heard.

        Args:
            only_solo: whether lights that are not solo are off.
        """
        if self.muted or (only_solo and not self.solo):
            return np.zeros(3)
        colour = linear_from_hex(self.colour) if self.kelvin is None else linear_from_kelvin(self.kelvin)
        return self.strength * colour

    def to_dict(self) -> dict[str, Any]:
        """The fader as a JSON object; defaults are left out."""
        result: dict[str, Any] = {}
        if self.strength != 1:
            result["strength"] = plain_number(self.strength)
        if self.kelvin is not None:
            result["kelvin"] = plain_number(self.kelvin)
        elif self.colour != WHITE:
            result["colour"] = self.colour
        return result | {key: True for key in ("muted", "solo") if getattr(self, key)}


AS_SHOT, OFF = Fader(), Fader(0.0)


def parse_fader(value: Any, where: str, *more: str) -> Fader:
    """Parse a fader.

    Args:
        value: a mapping as :meth:`Fader.to_dict` makes it.
        where: what messages call it; they begin with it.
        more: keys that it may have besides.

    Raises:
        ICLightError: a key is unknown, or its value out of range; the message names it.
    """
    value = mapping(value, where, (*more, *KEYS))
    _check(value, where)
    return Fader(
        number(value.get("strength", 1), f"{where}.strength", *STRENGTHS),
        value.get("colour", value.get("color", WHITE)).lower(),
        number(value["kelvin"], f"{where}.kelvin", *KELVINS) if "kelvin" in value else None,
        value.get("muted", False),
        value.get("solo", False),
    )


def _check(value: Mapping[str, Any], where: str) -> None:
    """Check what is no number."""
    colours = [key for key in ("colour", "color", "kelvin") if key in value]
    if len(colours) > 1:
        raise ICLightError(f"{where} has both {colours[0]} and {colours[1]}. Give it only one of them.")
    colour = value.get("colour", value.get("color", WHITE))
    if not isinstance(colour, str) or not _COLOUR.match(colour):
        raise ICLightError(f"{where}.colour must be a colour like #ffcc00, not {shown(colour)}.")
    for key in ("muted", "solo"):
        if not isinstance(value.get(key, False), bool):
            raise ICLightError(f"{where}.{key} must be true or false, not {shown(value[key])}.")
