"""Lamps above and in front of a subject, by its normals, without a model: ``P * max(0, n . l)``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from ..errors import ICLightError
from ..light.description import PLACES, SOFTNESS, Positioned
from ..support.json_values import mapping, number, plain_number, shown
from .fader import AS_SHOT, KEYS, Fader, parse_fader

MOST_LAMPS = 4
HEIGHTS = (0.05, 3.0)
"""How far in front of the subject a lamp can hang, in the frame's longer sides."""

SHARES = (0.0, 1.0)
"""What softness and falloff can be."""

_PLACE = ("x", "y", "height", "softness", "falloff")
_LIMITS = dict(zip(_PLACE, (PLACES, PLACES, HEIGHTS, SHARES, SHARES)))
_CHANNELS = 3
ROW = _CHANNELS + len(_PLACE)
"""How many numbers are in a lamp's row: red, green and blue of its light, then its place."""

NO_LAMPS = np.empty((0, ROW))


@dataclass(frozen=True)
class Lamp:
    """A lamp.

    Attributes:
        x, y: -1 to 2, fractions of the frame from its upper left corner, as of an editor's light at a place.
        height: 0.05 to 3, its distance before the subject, in the frame's longer sides.
        softness: 0 to 1, how far it reaches around the subject; 0 is a point.
        falloff: 0 to 1, how much its light fades with the distance; 1 is nature's.
        fader: its strength and colour.
    """

    x: float
    y: float
    height: float = 0.5
    softness: float = 0.25
    falloff: float = 1.0
    fader: Fader = AS_SHOT

    def row(self, only_solo: bool = False) -> np.ndarray:
        """The lamp in numbers, float64 ``[8]``: its light in red, green and blue, then its place."""
        return np.array([*self.fader.factor(only_solo), *(getattr(self, name) for name in _PLACE)], np.float64)

    def to_dict(self) -> dict[str, Any]:
        """The lamp as a JSON object; defaults are left out."""
        place = {name: plain_number(getattr(self, name)) for name in _PLACE}
        usual = {name: getattr(type(self), name) for name in _PLACE[2:]}
        return {key: value for key, value in place.items() if value != usual.get(key)} | self.fader.to_dict()


def parse_lamps(value: Any, where: str) -> tuple[Lamp, ...]:
    """Parse a list of lamps.

    Args:
        value: a list of mappings as :meth:`Lamp.to_dict` makes them.
        where: what messages call it; they begin with it.

    Raises:
        ICLightError: there are too many, a key is unknown, or its value out of range; the message names it.
    """
    if not isinstance(value, (list, tuple)):
        raise ICLightError(f"{where} must be a list of lamps, not {shown(value)}.")
    if len(value) > MOST_LAMPS:
        raise ICLightError(f"{where} has {len(value)} lamps; {MOST_LAMPS} at most.")
    return tuple(_lamp(one, f"{where}[{index}]") for index, one in enumerate(value))


def _lamp(value: Any, where: str) -> Lamp:
    value = mapping(value, where, (*_PLACE, *KEYS))
    place = {
        name: number(value.get(name), f"{where}.{name}", *limits)
        for name, limits in _LIMITS.items()
        if name in value or name in ("x", "y")
    }
    fader = {key: each for key, each in value.items() if key not in _PLACE}
    return Lamp(**place, fader=parse_fader(fader, where))


class Grid(NamedTuple):
    """Where pixels lie in the frame, in its own pixels.

    Attributes:
        across, down: float32 ``[w]`` and ``[h]``, the pixels' centres.
        size: ``(height, width)`` of the frame.
    """

    across: np.ndarray
    down: np.ndarray
    size: tuple[int, int]


def grid_of(size: tuple[int, int]) -> Grid:
    """The frame's own pixels."""
    down, across = (np.arange(length, dtype=np.float32) + 0.5 for length in size)
    return Grid(across, down, size)


def light_from(normals: np.ndarray, place: np.ndarray, grid: Grid | None = None) -> np.ndarray:
    """The light of one lamp: float32 ``[h, w]``, 1 where it hangs straight in front of a surface at its own height.

    Lambert's law with the inverse square of the distance, relative to the lamp's height. A soft lamp reaches around the
    edge of its own shadow, ``max(0, (n . l + s) / (1 + s))`` (wrapped diffuse lighting: S. Green, "Real-Time
    Approximations to Subsurface Scattering", GPU Gems, 2004).

    Args:
        normals: ``[h, w, 3]``, from :func:`lib_iclight.studio.surface.normals` with the true exponent.
        place: the last five numbers of a lamp's row: x, y, height, softness and falloff.
        grid: where the normals are; None if they are the frame's own pixels.
    """
    across, down, (height, width) = grid or grid_of(normals.shape[:2])
    x, y, before, softness, falloff = place.astype(np.float32)
    longer = np.float32(max(height, width))
    right = (x * width - across)[None] / longer
    up = (down - y * height)[:, None] / longer
    square = right**2 + up**2 + before**2
    cosine = normals[..., 0] * right + normals[..., 1] * up + normals[..., 2] * before
    cosine /= np.sqrt(square)
    shade = ((cosine + softness) / (1 + softness)).clip(0)
    return (shade * (before**2 / square) ** falloff).astype(np.float32)


def light_of(normals: np.ndarray, rows: np.ndarray, grid: Grid | None = None) -> np.ndarray:
    """The light of several lamps together, by which a picture is multiplied: float32 ``[h, w, 3]``.

    Args:
        normals, grid: as for :func:`light_from`.
        rows: float ``[L, 8]``, see :meth:`Lamp.row`.
    """
    total = np.zeros(normals.shape, np.float32)
    values = normals.astype(np.float32)
    for row in rows:
        if row[:_CHANNELS].any():
            total += light_from(values, row[_CHANNELS:], grid)[..., None] * row[:_CHANNELS].astype(np.float32)
    return total


def brighter(rows: np.ndarray, factor: float) -> np.ndarray:
    """Lamps' rows with their light times a factor."""
    return rows * np.array([factor] * _CHANNELS + [1] * len(_PLACE))


def between(one: np.ndarray, other: np.ndarray, share: float) -> np.ndarray:
    """Lamps on their way from where they are to where others are, each to the one in its place of the list.

    One without a counterpart fades where it stands.

    Args:
        one, other: rows ``[L, 8]`` and ``[M, 8]``.
        share: how far the way is done, 0 to 1.
    """
    longer, shorter = (one, other) if len(one) >= len(other) else (other, one)
    rest = brighter(longer[len(shorter) :], 0)
    one, other = (np.concatenate([rows, rest]) if len(rows) < len(longer) else rows for rows in (one, other))
    return one + share * (other - one)


def hung(place: np.ndarray) -> Positioned:
    """A lamp as a light of the editor, white and of strength 1: the higher and softer it is, the wider on the map.

    Args:
        place: the last five numbers of a lamp's row.
    """
    x, y, height, softness, _ = map(float, place)
    wide = min(max(height * (1 + softness), SOFTNESS[0]), SOFTNESS[1])
    return Positioned(x, y, wide)
