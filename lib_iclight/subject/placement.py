"""Where the subject is in the frame: covering it, contained in it, or placed."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np

from ..errors import ICLightError
from ..picture.scaling import cover_crop, resized
from ..support.json_values import compact, json_object, mapping, number, plain_number, shown

PLACEMENTS = ("cover", "contain")

LIMITS = {"scale": (0.05, 8.0), "x": (-1.0, 2.0), "y": (-1.0, 2.0)}


@dataclass(frozen=True)
class Placement:
    """A picture's size and position in the frame.

    Attributes:
        scale: 0.05 to 8, relative to the size at which the picture just covers the frame.
        x, y: -1 to 2, the picture's centre, in fractions of the frame from its upper left corner.
    """

    scale: float = 1.0
    x: float = 0.5
    y: float = 0.5

    def to_json(self) -> str:
        """The canonical text: JSON without spaces, numbers with at most three decimals."""
        return compact({key: plain_number(value) for key, value in asdict(self).items()})


def parse(value: Any, where: str = "placement") -> str | Placement:
    """Parse a placement.

    Args:
        value: one of :data:`PLACEMENTS`, or a mapping with ``scale``, ``x`` and ``y``, or its JSON text.
        where: what messages call it; they begin with it.

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
    return Placement(**{key: round(number(value[key], f"{where}.{key}", *LIMITS[key]), 3) for key in value})


def place(pixels: np.ndarray, width: int, height: int, placement: Placement, fill: int) -> np.ndarray:
    """Scale a picture with Lanczos and put it into the frame; only the visible part is scaled.

    Args:
        pixels: uint8 ``[H, W, 3]`` or ``[H, W]``.
        width, height: the frame in pixels.
        placement: scale and position.
        fill: the value of empty pixels.

    Returns:
        uint8 array of the frame's size with the same channels; centred at scale 1, it equals :func:`cover_crop`.

    Raises:
        ICLightError: the picture is completely outside the frame.
    """
    if placement == Placement():
        return cover_crop(pixels, width, height)
    original_height, original_width = pixels.shape[:2]
    scale = placement.scale * max(width / original_width, height / original_height)
    across = _visible(original_width, scale, placement.x, width)
    down = _visible(original_height, scale, placement.y, height)
    if across is None or down is None:
        raise ICLightError(
            f"The subject is placed outside the frame: {placement.to_json()}. Move it into the frame, or set the "
            "placement to cover."
        )
    size = (across.stop - across.start, down.stop - down.start)
    box = (across.first, down.first, across.last, down.last)
    part = resized(pixels, size, box)
    result = np.full((height, width, *pixels.shape[2:]), fill, np.uint8)
    result[down.start : down.stop, across.start : across.stop] = part
    return result


class _Span(NamedTuple):
    """The visible part of a placed picture along one axis: start, stop in the frame; first, last in the picture."""

    start: int
    stop: int
    first: float
    last: float


def _visible(length: int, scale: float, centre: float, frame: int) -> _Span | None:
    scaled = max(1, round(length * scale))
    begin = round(centre * frame - scaled / 2)
    start, stop = max(begin, 0), min(begin + scaled, frame)
    if start >= stop:
        return None
    # Rounding must not move the end outside the picture: Pillow refuses that.
    first, last = ((edge - begin) * length / scaled for edge in (start, stop))
    return _Span(start, stop, first, min(last, length))
