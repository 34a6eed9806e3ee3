"""A film that is asked for: the set whose lights it moves, how they move, and what becomes of its frames."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import ICLightError
from ..support.json_values import compact, json_object, mapping, number, shown
from . import mix
from .films import KINDS
from .light_set import LightSet
from .motion import MOST_FRAMES, READY, Keyframe, Motion

VERSION = 1
FPS = (1.0, 60.0)
"""The frames a second that can be asked for."""

_FORMATS = [kind[1:] for kind in KINDS]
_KEYS = ("version", "set", "motion", "frames", "fps", "format")


@dataclass(frozen=True)
class Film:
    """A film.

    Attributes:
        set_name: of the light set whose lights are moved.
        motion: the name of a ready one, or keyframes.
        frames: how many.
        fps: frames a second.
        kind: of file, one of :data:`lib_iclight.studio.films.KINDS`.
        text: all this as JSON, as it was asked for.
    """

    set_name: str
    motion: str | Motion
    frames: int
    fps: float
    kind: str
    text: str

    @property
    def loops(self) -> bool:
        """Whether it begins again at its end."""
        return (self.motion if isinstance(self.motion, Motion) else READY[self.motion](0.0)).loops

    def motion_of(self, light_set: LightSet) -> Motion:
        """How the set's lights move."""
        if isinstance(self.motion, Motion):
            return self.motion
        return READY[self.motion](float(light_set.ambient is not None))


def parse(value: Any, where: str = "film") -> Film:
    """Parse a film.

    Args:
        value: a mapping, or its JSON text: ``set``, ``motion`` (a ready one's name, or ``{"keyframes": [{"at", "mix",
            "easing"}], "loops"}``), ``frames``, ``fps`` and ``format``.
        where: what messages call it; they begin with it.

    Raises:
        ICLightError: a key is unknown, or its value out of range; the message names it.
    """
    if isinstance(value, str):
        value = json_object(value, where)
    value = mapping(value, where, _KEYS)
    version, name, kind = value.get("version", VERSION), value.get("set"), value.get("format", _FORMATS[0])
    if isinstance(version, bool) or version != VERSION:
        raise ICLightError(f"{where}.version must be {VERSION}, not {shown(version)}.")
    if not isinstance(name, str) or not name:
        raise ICLightError(f"{where}.set must be the name of a light set, not {shown(name)}.")
    if kind not in _FORMATS:
        raise ICLightError(f"{where}.format must be one of {', '.join(_FORMATS)}, not {shown(kind)}.")
    count = number(value.get("frames", 60), f"{where}.frames", 1, MOST_FRAMES)
    if count % 1:
        raise ICLightError(f"{where}.frames must be a whole number, not {count:g}.")
    fps = number(value.get("fps", 15), f"{where}.fps", *FPS)
    motion = parse_motion(value.get("motion"), f"{where}.motion")
    return Film(name, motion, int(count), fps, f".{kind}", compact(value))


def ready_name(value: str, where: str) -> str:
    """The name of a ready motion. Raises ICLightError, whose message begins with ``where``, if there is none of it."""
    if value not in READY:
        raise ICLightError(f"{where} must be keyframes or one of {', '.join(READY)}, not {shown(value)}.")
    return value


def parse_motion(value: Any, where: str) -> str | Motion:
    """A ready motion's name, or a motion from its keyframes.

    Raises:
        ICLightError: it is none; the message begins with ``where``.
    """
    if isinstance(value, str):
        return ready_name(value, where)
    value = mapping(value, where, ("keyframes", "loops"))
    keyframes, loops = value.get("keyframes"), value.get("loops", True)
    if not isinstance(keyframes, (list, tuple)):
        raise ICLightError(f"{where}.keyframes must be a list of keyframes, not {shown(keyframes)}.")
    if not isinstance(loops, bool):
        raise ICLightError(f"{where}.loops must be true or false, not {shown(loops)}.")
    found = [_keyframe(each, f"{where}.keyframes[{index}]") for index, each in enumerate(keyframes)]
    return Motion(tuple(found), loops=loops)


def _keyframe(value: Any, where: str) -> Keyframe:
    value: Mapping[str, Any] = mapping(value, where, ("at", "mix", "easing"))
    easing = value.get("easing", "linear")
    if not isinstance(easing, str):
        raise ICLightError(f"{where}.easing must be a text, not {shown(easing)}.")
    given = value.get("mix")
    if isinstance(given, Mapping):
        given = {"version": mix.VERSION, **given}
    return Keyframe(number(value.get("at"), f"{where}.at", 0, 1), mix.parse(given, f"{where}.mix"), easing)
