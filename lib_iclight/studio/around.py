"""A light from an angle at which none was shot, made of those that were.

The weights of the shot lights add up to 1. So it makes no difference whether the relights hold ambient light: what all
of them share stays as it is, and the mean over all sides, which is the picture's energy, is kept.
"""

from __future__ import annotations

import functools

import numpy as np

from ..errors import ICLightError
from ..light.description import Directional
from .light_set import LightSet

# Degrees below which two angles are one.
_SAME = 1e-6
# What lights share beyond Lambert's law (gloss, shadows of the subject on itself) and how far around that reaches.
_OWN, _REACH = 0.2, 0.5
# How far the weights may be from those of the two nearest lights, as a sum of absolute values.
_FARTHEST = 1.0


def ring_of(light_set: LightSet) -> dict[int, float]:
    """The lights of a set that were shot from a side: their angles in degrees by their index.

    That is those whose description is one light from an angle. Of several from one angle, the first counts.
    """
    found: dict[int, float] = {}
    for index, shot in enumerate(light_set.lights):
        lights = shot.light.lights
        if len(lights) != 1 or shot.light.ambient or not isinstance(lights[0], Directional):
            continue
        angle = lights[0].angle % 360
        if all(_apart(angle, other) > _SAME for other in found.values()):
            found[index] = angle
    return found


def weights_at(light_set: LightSet, angle: float) -> np.ndarray:
    """How much of each light of a set makes the light from an angle: float64 ``[K]``, see :func:`around`.

    Raises:
        ICLightError: fewer than two of its lights were shot from a side.
    """
    ring = ring_of(light_set)
    if len(ring) < 2:
        raise ICLightError(
            "A light can be moved around only in a set with lights from two sides or more. Shoot the author's four, or "
            "eight around."
        )
    weights = np.zeros(len(light_set.lights))
    weights[[*ring]] = around(tuple(ring.values()), angle)
    return weights


def nearest_to(light_set: LightSet, angle: float) -> int:
    """The index of the light that was shot nearest to an angle; see :func:`ring_of`."""
    ring = ring_of(light_set)
    return min(ring, key=lambda index: _apart(ring[index], angle))


def every_degree(light_set: LightSet) -> np.ndarray | None:
    """:func:`weights_at` of 0 to 359 degrees, float64 ``[360, K]``; None if no light can be turned."""
    if len(ring_of(light_set)) < 2:
        return None
    return np.stack([weights_at(light_set, angle) for angle in range(360)])


def around(ring: tuple[float, ...], angle: float) -> np.ndarray:
    """The weights of lights shot from the angles ``ring`` for a light from ``angle``, all in degrees.

    Those that err least in the mean over all directions a surface may face, under the condition that they add up to 1
    (ordinary kriging: G. Matheron, "Principles of geostatistics", Economic Geology 1963). By Lambert's law two lights
    whose angles differ by ``d`` share ``(sin d + (pi - d) cos d) / pi`` (the arc-cosine kernel of degree 1: Y. Cho,
    L. Saul, "Kernel Methods for Deep Learning", NIPS 2009). Some are below 0: what the next but one adds too much, the
    one after takes off. Where lights lie so unevenly that much would be taken off, the nearest two count for more.

    Args:
        ring: two or more different angles.
        angle: any.

    Returns:
        float64 ``[K]``; at a shot light exactly 1 for that and 0 for the others.
    """
    away = np.array([_apart(angle, each) for each in ring])
    if away.min() <= _SAME:
        return (away == away.min()).astype(float)
    best = _inverse(ring) @ np.append(_shared(np.radians(away)), 1.0)
    near = _between(ring, angle)
    found = best[:-1] - near
    return near + found * (_FARTHEST / max(np.abs(found).sum(), _FARTHEST))


def _apart(one: float, other: float) -> float:
    """The degrees between two angles, 0 to 180."""
    return abs((one - other + 180) % 360 - 180)


def _shared(apart: np.ndarray) -> np.ndarray:
    """What two lights share, by the angle between them in radians, 0 to pi."""
    lambert = (np.sin(apart) + (np.pi - apart) * np.cos(apart)) / np.pi
    return lambert + _OWN * np.exp((np.cos(apart) - 1) / _REACH)


@functools.lru_cache(maxsize=8)
def _inverse(ring: tuple[float, ...]) -> np.ndarray:
    """That of what the ring's lights share, with the condition that the weights add up to 1: ``[K + 1, K + 1]``."""
    count = len(ring)
    matrix = np.ones((count + 1, count + 1))
    matrix[:-1, :-1] = _shared(np.radians([[_apart(one, other) for other in ring] for one in ring]))
    matrix[-1, -1] = 0
    return np.linalg.pinv(matrix)


def _between(ring: tuple[float, ...], angle: float) -> np.ndarray:
    """The weights of the two nearest lights, one on each side, by how near they are."""
    ahead = (np.array(ring) - angle) % 360
    after, before = int(ahead.argmin()), int(ahead.argmax())
    weights = np.zeros(len(ring))
    gap = ahead[after] + 360 - ahead[before]
    weights[after] += (360 - ahead[before]) / gap
    weights[before] += ahead[after] / gap
    return weights
