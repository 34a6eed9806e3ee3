"""The lights of a moment of a mix as one light description, under which a picture can be shot for real.

A light's strength and colour in the mix multiply those under which it was shot. The mix's exposure is left out: it is
the camera's, and no light.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..errors import ICLightError
from ..light.colour import linear_from_hex, linear_from_kelvin
from ..light.description import FULL_RANGE, MAX_LIGHTS, STRENGTHS, Directional, Light, LightDescription, parse
from ..picture.srgb import linear_to_srgb, srgb_to_linear
from .around import nearest_to
from .lamps import hung
from .light_set import LightSet
from .motion import Moment

_FAINTEST = 0.0005
"""Strengths below it are rounded to 0 in a description."""


def described(light_set: LightSet, moment: Moment) -> LightDescription:
    """The light of a moment.

    A turned light is the one that was shot nearest to its angle, turned there.

    Raises:
        ICLightError: there are more lights than a description may have.
    """
    ends = next((shot.light.range for shot in light_set.lights if shot.light.lights), FULL_RANGE)
    lights: list[Light] = []
    ambient = np.zeros(3)
    for shot, factor in zip(light_set.shots, moment.still):
        lights += [_times(light, factor) for light in shot.light.lights]
        ambient += factor * _ambient(shot.light, ends)
    if moment.turned.any():
        lights.append(_times(_turned(light_set, moment.angle), moment.turned))
    lights += [_times(hung(row[3:]), row[:3]) for row in moment.lamps]
    lit = tuple(light for light in lights if light.strength >= _FAINTEST)
    if len(lit) > MAX_LIGHTS:
        raise ICLightError(
            f"A frame of the film has {len(lit)} lights, and a relight can have {MAX_LIGHTS}. Turn some of them off."
        )
    level = float(ambient.max())
    colour = _hex(ambient / level) if level > 0 else LightDescription().ambient_colour
    found = LightDescription(lit, min(float(linear_to_srgb(np.float64(level))), 1.0), colour, ends)
    return parse(found.to_dict())


def _turned(light_set: LightSet, angle: float) -> Directional:
    (light,) = light_set.lights[nearest_to(light_set, angle)].light.lights
    return replace(light, angle=angle)


def _times(light: Light, factor: np.ndarray) -> Light:
    """A light with its strength and colour multiplied by factors in linear light, float64 ``[3]``."""
    if (factor == factor[0]).all():
        return replace(light, strength=min(light.strength * float(factor[0]), STRENGTHS[1]))
    own = linear_from_hex(light.colour) if light.kelvin is None else linear_from_kelvin(light.kelvin)
    product = light.strength * own * factor
    strength = float(product.max())
    if strength <= 0:
        return replace(light, strength=0.0)
    return replace(light, strength=min(strength, STRENGTHS[1]), colour=_hex(product / strength), kelvin=None)


def _ambient(light: LightDescription, ends: tuple[float, float]) -> np.ndarray:
    """A description's ambient light in linear light, float64 ``[3]``, as it is written between other pixel values."""
    (low, high), (lowest, highest) = light.range, ends
    pixel = low + (high - low) * light.ambient
    level = (pixel - lowest) / max(highest - lowest, 1.0)
    return srgb_to_linear(np.float64(min(max(level, 0.0), 1.0))) * linear_from_hex(light.ambient_colour)


def _hex(linear: np.ndarray) -> str:
    levels = np.rint(255 * linear_to_srgb(linear.clip(0, 1))).astype(int)
    return "#" + "".join(f"{level:02x}" for level in levels)
