"""The set and the mix in a picture's generation parameters, and back."""

from __future__ import annotations

import json
import re
from typing import NamedTuple

from ..errors import ICLightError
from ..support.json_values import json_object
from .mix import Mix, parse

SET, MIX = "IC Light set", "IC Light mix"

_TITLE = "IC Light Studio"
_SET = re.compile(rf"\b{SET}: ([^,\n]+)")
_MIX = re.compile(rf'\b{MIX}: ("(?:\\.|[^"\\])*")')


class Told(NamedTuple):
    """What a picture was developed from; the name is "" if that is not said."""

    name: str
    mix: Mix


def written(infotext: str, name: str, mix: Mix) -> str:
    """Generation parameters of what is developed from a set.

    Args:
        infotext: those of the set, from its recipe; may be empty.
        name: the set's.
        mix: what is developed.
    """
    # Quoted as web UIs quote what has commas in it. Of fewer than three values they take a line for the prompt.
    said = f"Script: {_TITLE}, {SET}: {name}, {MIX}: {json.dumps(mix.to_json(), ensure_ascii=False)}"
    return f"{infotext}, {said}" if infotext else said


def read(infotext: str) -> Told:
    """The set's name and the mix.

    Raises:
        ICLightError: the parameters have no mix, or one that cannot be read.
    """
    found, name = [*_MIX.finditer(infotext)], _SET.findall(infotext)
    if not found:
        raise ICLightError(
            "These generation parameters have no mix of a light set. Take those of a picture that the studio developed."
        )
    return Told(name[-1].strip() if name else "", parse(json_object(found[-1][1], MIX), MIX))
