"""Where the subject stands in the frame: covering it, contained in it, or placed."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from .errors import ICLightError
from .reading import compact, json_object, mapping, number, plain_number, shown

PLACEMENTS = ("cover", "contain")

LIMITS = {"scale": (0.05, 8.0), "x": (-1.0, 2.0), "y": (-1.0, 2.0)}


@dataclass(frozen=True)
class Placed:
    """A picture at a place of the frame.

    Attributes:
        scale: 0.05 to 8, relative to the size at which the picture just covers the frame.
        x, y: -1 to 2, where the picture's centre lies, in fractions of the frame from its upper left corner.
    """

    scale: float = 1.0
    x: float = 0.5
    y: float = 0.5

    def text(self) -> str:
        """The canonical text: JSON without spaces, numbers with at most three decimals."""
        return compact({key: plain_number(value) for key, value in asdict(self).items()})


def parse(value: Any, where: str = "placement") -> str | Placed:
    """Read a placement.

    Args:
        value: one of :data:`PLACEMENTS`, or a mapping with ``scale``, ``x`` and ``y``, or its JSON text.
        where: what it is to the user; messages begin with it.

    Raises:
        ICLightError: it is something else; the message names the key.
    """
    if isinstance(value, str):
        if value.lower() in PLACEMENTS:
            return value.lower()
        if value.lstrip().startswith("{"):
            value = json_object(value, where)
    if isinstance(value, (str, int, float, list, tuple)):
        raise ICLightError(
            f"{where} must be one of: {', '.join(PLACEMENTS)}, or an object with the keys {', '.join(LIMITS)}; "
            f"not {shown(value)}."
        )
    value = mapping(value, where, tuple(LIMITS))
    return Placed(**{key: round(number(value[key], f"{where}.{key}", *LIMITS[key]), 3) for key in value})
