"""A light that moves through a clip: the studio's motions and keyframes, as a light description for each frame."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from ..errors import ICLightError
from ..light.description import Directional, LightDescription
from ..studio.described import described
from ..studio.film import parse_motion
from ..studio.light_set import AMBIENT, PAINTINGS, LightSet, Shot
from ..studio.motion import READY, moments_at
from ..support.json_values import json_object, mapping, shown

_SIDES = {
    "right": 0.0,
    "top right": 45.0,
    "top": 90.0,
    "top left": 135.0,
    "left": 180.0,
    "bottom left": 225.0,
    "bottom": 270.0,
    "bottom right": 315.0,
}
_KEYS = ("version", "set", "motion", "frames", "fps", "format")


def lights(
    asked: str | Mapping[str, Any], times: Iterable[float], find_set: Callable[[str], LightSet]
) -> list[LightDescription]:
    """The light of each frame.

    Args:
        asked: a ready motion's name, or JSON: ``{"keyframes", "loops"}`` with the mixes of
            :func:`lib_iclight.studio.mix.parse`, whose lights are the eight around by their names (*top left*) and
            *ambient*; or a studio's film, ``{"set", "motion"}``, whose lights are those of its set.
        times: of the frames, from 0 to 1.
        find_set: opens a light set by its name.

    Raises:
        ICLightError: the motion is none; the message begins with *moving light*.
    """
    where = "moving light"
    text = asked.strip() if isinstance(asked, str) else asked
    value = json_object(text, where) if isinstance(text, str) and text.startswith("{") else text
    if isinstance(value, str):
        value = {"motion": value}
    value = mapping(value, where, (*_KEYS, "keyframes", "loops"))
    motion = parse_motion(value.get("motion", value), where)
    name = value.get("set")
    if name is not None and not isinstance(name, str):
        raise ICLightError(f"{where}.set must be the name of a light set, not {shown(name)}.")
    light_set = find_set(name) if name else _around()
    ambient = float(light_set.ambient is not None)
    moving = READY[motion](ambient) if isinstance(motion, str) else motion
    return [described(light_set, moment) for moment in moments_at(light_set, moving, times)]


def _around() -> LightSet:
    """The eight lights around and the ambient one, of which nothing was shot."""
    nothing = np.zeros((1, 1, 3), np.uint8)

    def named(name: str, light: LightDescription) -> Shot:
        return Shot(name, light, nothing.astype(np.float16))

    sides = [named(name, LightDescription((Directional(angle=angle),))) for name, angle in _SIDES.items()]
    ambient = named(AMBIENT, LightDescription((), 1.0))
    return LightSet(PAINTINGS, nothing, nothing[..., 0], tuple(sides), ambient)
