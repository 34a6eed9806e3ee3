"""A mix's lamps and its turned light as lights of the editor, to be shot for real."""

from __future__ import annotations

from dataclasses import replace

from ..light.description import Directional, Light, LightDescription, Positioned
from .fader import Fader
from .lamps import Lamp, hung
from .mix import Mix, has_solo


def as_description(mix: Mix) -> LightDescription:
    """The lamps and the turned light that are on, as a light description."""
    only_solo = has_solo(mix)

    def is_on(fader: Fader) -> bool:
        return bool(fader.factor(only_solo).any())

    lights: list[Light] = [_placed(lamp) for lamp in mix.lamps if is_on(lamp.fader)]
    turned = mix.turned
    if turned is not None and is_on(turned.fader):
        fader = turned.fader
        lights.append(Directional(turned.angle, 1.0, fader.strength, fader.colour, fader.kelvin))
    return LightDescription(tuple(lights))


def _placed(lamp: Lamp) -> Positioned:
    fader = lamp.fader
    return replace(hung(lamp.row()[3:]), strength=fader.strength, colour=fader.colour, kelvin=fader.kelvin)
