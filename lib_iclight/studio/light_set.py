"""A light set: relights of one subject under several lights, each by itself, which add up.

Light adds up in linear light (P. Debevec et al., "Acquiring the Reflectance Field of a Human Face", SIGGRAPH 2000): a
picture under two lights is the sum of those under each. A relight holds all the light of the map it was shot under, and
nothing else: the ambient picture is a light of its own, and no relight contains it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from ..light.description import LightDescription, parse
from ..picture.srgb import linear_levels
from ..restore.enlarging import Along, Enlarging
from ..restore.relighting import Light, log_luminance

PAINTINGS, GAINS = "paintings", "gains"
KINDS = (PAINTINGS, GAINS)
"""What a set's lights are: pictures in linear light, or what they do to the photograph."""

AMBIENT = "ambient"
"""The name of the light from everywhere."""


@dataclass(frozen=True, eq=False)
class Shot:
    """One light of a set.

    Attributes:
        name: tells it apart from the set's others.
        light: what it was shot under, with as many decimals as its text has.
        values: float16 ``[h, w, 3]``: the relight in linear light, or the natural logarithm of its gain.
        slope: float16 ``[h, w]``, see :class:`lib_iclight.restore.relighting.Light`; None for a painting.
    """

    name: str
    light: LightDescription
    values: np.ndarray
    slope: np.ndarray | None = None


@dataclass(frozen=True, eq=False)
class FullSize:
    """The photograph at a size of its own.

    Attributes:
        photograph: uint8 or uint16 ``[H, W, 3]``, sRGB.
        matte: uint8 ``[H, W]``, 255 on the subject.
        across, down: how its positions become those of the set's maps.
    """

    photograph: np.ndarray
    matte: np.ndarray
    across: Along
    down: Along


@dataclass(frozen=True, eq=False)
class LightSet:
    """Relights of one subject.

    Attributes:
        kind: one of :data:`KINDS`.
        photograph: uint8 ``[h, w, 3]``, sRGB, with what is around the subject; where it came transparent it is on grey.
        matte: uint8 ``[h, w]``, 255 on the subject.
        lights: those from somewhere, in the order of the mixer; their names differ.
        ambient: the one from everywhere, None if it was not shot.
        recipe: JSON values that say how the set was shot: the request's fields and the infotext.
        full: the photograph at its own size, None if that is the set's.
    """

    kind: str
    photograph: np.ndarray
    matte: np.ndarray
    lights: tuple[Shot, ...]
    ambient: Shot | None = None
    recipe: Mapping[str, Any] = field(default_factory=dict)
    full: FullSize | None = None

    @property
    def shots(self) -> tuple[Shot, ...]:
        """All lights; the ambient one comes last."""
        return self.lights if self.ambient is None else (*self.lights, self.ambient)

    @property
    def size(self) -> tuple[int, int]:
        """``(height, width)`` of the relights."""
        height, width = self.matte.shape
        return height, width


def painted(name: str, light: LightDescription, painting: np.ndarray) -> Shot:
    """A relight as a model painted it; uint8 ``[h, w, 3]`` survives half precision to the bit."""
    return Shot(name, _rounded(light), linear_levels(255)[painting].astype(np.float16))


def gained(name: str, light: LightDescription, found: Light) -> Shot:
    """A light taken out of a painting.

    Args:
        name: what the set calls it.
        light: what was asked for.
        found: from :func:`lib_iclight.restore.relighting.light_of`, with its colour and without highlights.
    """
    slope = np.zeros(found.logs.shape[1:], np.float32) if found.slope is None else found.slope
    logs = np.broadcast_to(found.logs, (3, *found.logs.shape[1:]))
    return Shot(name, _rounded(light), np.moveaxis(logs, 0, -1).astype(np.float16), slope.astype(np.float16))


def _rounded(light: LightDescription) -> LightDescription:
    return parse(light.to_dict())


def lights_of(light_set: LightSet) -> tuple[Light, ...]:
    """The lights of a set of gains, the ambient one last, as they are put on a photograph."""
    guide = log_luminance(light_set.photograph)
    return tuple(
        Light(np.moveaxis(shot.values, -1, 0).astype(np.float32), shot.slope.astype(np.float32), guide)
        for shot in light_set.shots
    )


class Own(NamedTuple):
    """What a set is developed on.

    Attributes:
        photograph: uint8 or uint16 ``[H, W, 3]``, sRGB.
        matte: uint8 ``[H, W]``, 255 on the subject.
        enlarging: what enlarges the set's maps to that size; None if it is the set's own.
    """

    photograph: np.ndarray
    matte: np.ndarray
    enlarging: Enlarging | None


def own_size(light_set: LightSet) -> Own:
    """The photograph of a set at its own size; paintings have the set's size only."""
    full = light_set.full
    if light_set.kind != GAINS or full is None:
        return Own(light_set.photograph, light_set.matte, None)
    enlarging = Enlarging(light_set.size, full.matte.shape, full.across, full.down)
    return Own(full.photograph, full.matte, enlarging)


def pictures_of(light_set: LightSet) -> Iterator[np.ndarray]:
    """A set's pictures in linear light, one after another, the ambient one last: float32 ``[h, w, 3]`` each."""
    photograph = linear_levels(255)[light_set.photograph] if light_set.kind == GAINS else None
    for shot in light_set.shots:
        values = shot.values.astype(np.float32)
        yield values if photograph is None else photograph * np.exp(values)
