"""Checks of the fields that take values of more than one kind, see :data:`lib_iclight.fields.Check`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .errors import ICLightError
from .light import description
from .light.description import LightDescription
from .light.maps import LIGHTS
from .subject.placement import Placement
from .subject.placement import parse as parse_placement
from .subject.prepare import ALWAYS, Removal
from .support.json_values import shown


def removal(name: str, value: Any) -> Removal:
    """Check the field ``remove_background``: true, false or "always".

    Raises:
        ICLightError: it is something else; the message begins with the name.
    """
    if isinstance(value, str) and value.lower() == ALWAYS:
        return ALWAYS
    if not isinstance(value, bool):
        raise ICLightError(f'{name} must be true, false or "{ALWAYS}", not {shown(value)}.')
    return value


def light(name: str, value: Any) -> str | LightDescription:
    """Check the field ``light``: a name, or a description as an object or as JSON text.

    Raises:
        ICLightError: it is something else; the message begins with the name.
    """
    if isinstance(value, LightDescription):
        return value
    if isinstance(value, Mapping) or (isinstance(value, str) and value.lstrip().startswith("{")):
        return description.parse(value, name)
    if not isinstance(value, str) or value.lower() not in LIGHTS:
        raise ICLightError(f"{name} must be one of: {', '.join(LIGHTS)}, or a light description; not {shown(value)}.")
    return value.lower()


def placement(name: str, value: Any) -> str | Placement:
    """Check the field ``placement``: a name, or a scale and a place as an object or as JSON text.

    Raises:
        ICLightError: it is something else; the message begins with the name.
    """
    return value if isinstance(value, Placement) else parse_placement(value, name)
