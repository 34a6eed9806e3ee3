"""A mix developed: the picture at the photograph's own size, and what is told of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..restore.developed import Developed
from . import told
from .brightness import Brightness
from .lamps import brighter
from .layers import Layered, layers_of
from .light_set import LightSet
from .mix import Mix, factors, lamp_rows
from .mixing import developed


@dataclass(frozen=True, eq=False)
class Result:
    """A developed mix.

    Attributes:
        developed: the picture.
        layered: its lights, as layers.
        infotext: its generation parameters, which hold set and mix.
        seed, prompt: of the set, as far as its recipe says; they are part of files' names.
    """

    developed: Developed
    layered: Layered
    infotext: str
    seed: int | None
    prompt: str


def result_of(light_set: LightSet, name: str, mix: Mix, brightness: Brightness) -> Result:
    """Develop a mix.

    Args:
        light_set: what is mixed.
        name: the set's.
        mix: its lights are the set's.
        brightness: the set's, see :class:`lib_iclight.studio.preview.Preview`.
    """
    plain, lamps = factors(light_set, mix), lamp_rows(mix)
    stops = brightness.automatic_exposure(plain, lamps) if mix.exposure is None else mix.exposure
    made = developed(light_set, plain * 2**stops, lamps=brighter(lamps, 2**stops))
    run = _mapping(light_set.recipe.get("run"))
    seed, prompt, infotext = run.get("seed"), run.get("prompt"), light_set.recipe.get("infotext")
    return Result(
        made,
        Layered(light_set, layers_of(light_set, mix, stops)),
        told.written(infotext if isinstance(infotext, str) else "", name, mix),
        seed if type(seed) is int else None,
        prompt if isinstance(prompt, str) else "",
    )


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
