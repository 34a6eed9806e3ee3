"""How much memory decoding a JPEG takes, told from its markers."""

from __future__ import annotations

import re
from collections.abc import Sequence

MAX_SCANS = 24
"""No encoder makes more, and each is a pass over the whole picture."""

_START_OF_SCAN, _END, _FILL = 0xDA, 0xD9, 0xFF
# Within a scan 0xFF is followed by 0 where it stands for itself, or by the number of a restart.
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")


class TooManyScansError(ValueError):
    """The picture comes in more scans than :data:`MAX_SCANS`; the message is their number."""


def count_scans(data: bytes) -> int:
    """How many scans the first picture in a JPEG file has; what a phone puts behind it does not count."""
    place, count = 2, 0
    while place + 4 <= len(data) and data[place] == 0xFF and data[place + 1] != _END:
        marker = data[place + 1]
        if marker == _FILL:
            place += 1
            continue
        place += 2 + int.from_bytes(data[place + 2 : place + 4], "big")
        if marker == _START_OF_SCAN:
            count += 1
            following = _MARKER.search(data, place)
            if following is None:
                break
            place = following.start()
    return count


def coefficient_bytes(data: bytes, layers: Sequence[tuple[int, int, int, int]]) -> float:
    """Bytes per pixel that libjpeg needs besides the pixels: it keeps all coefficients of a picture in several scans.

    Args:
        data: the file.
        layers: Pillow's list of components: ``(id, across, down, table)`` with the sampling factors.

    Raises:
        TooManyScansError: it has more than :data:`MAX_SCANS` scans.
    """
    count = count_scans(data)
    if count > MAX_SCANS:
        raise TooManyScansError(f"{count}")
    if count < 2 or not layers:
        return 0.0
    largest = max(layer[1] for layer in layers) * max(layer[2] for layer in layers)
    return 2 * sum(layer[1] * layer[2] for layer in layers) / largest
