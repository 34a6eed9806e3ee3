"""Estimates from a JPEG's markers how much memory decoding it takes."""

from __future__ import annotations

import re
from collections.abc import Sequence

MAX_SCANS = 24
"""No encoder writes more, and each is a pass over the whole picture."""

_START_OF_SCAN, _END, _FILL = 0xDA, 0xD9, 0xFF
# Within a scan, 0xFF is followed by 0 if it is data, or by the number of a restart marker.
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")


class TooManyScansError(ValueError):
    """The picture has more scans than :data:`MAX_SCANS`; the message is their number."""


def count_scans(data: bytes) -> int:
    """The number of scans of the first picture in a JPEG file; phones append further data, which is ignored."""
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
    """Bytes per pixel that libjpeg needs on top of the pixels: with several scans, it keeps all coefficients.

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
