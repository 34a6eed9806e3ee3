"""Animated WebP files, made of frames that were encoded by themselves, so that all cores can do that at once.

Source: the WebP container specification (RFC 9649): VP8X, ANIM, and an ANMF for each frame.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterable
from typing import BinaryIO

import numpy as np
from PIL import Image

_ANIMATED, _NOT_BLENDED = 0x02, 0x02
_FASTEST = 0
_LONGEST_MS = (1 << 24) - 1
LONGEST_SIDE = 16383
"""The most pixels along a side of a frame."""


def encoded(frame: np.ndarray, quality: int) -> bytes:
    """A frame as the chunk ``VP8``, without its header.

    Args:
        frame: uint8 ``[h, w, 3]``.
        quality: 0 to 100.
    """
    buffer = io.BytesIO()
    Image.fromarray(frame).save(buffer, "WEBP", quality=quality, method=_FASTEST)
    content, place = buffer.getvalue(), 12
    while content[place : place + 4] != b"VP8 ":
        size = struct.unpack_from("<I", content, place + 4)[0]
        place += 8 + size + size % 2
    return content[place + 8 : place + 8 + struct.unpack_from("<I", content, place + 4)[0]]


def write(target: BinaryIO, frames: Iterable[bytes], size: tuple[int, int], seconds: float, loops: bool = True) -> None:
    """Write a film.

    Args:
        target: can be gone back in.
        frames: from :func:`encoded`, all of one size.
        size: width and height.
        seconds: how long each is shown.
        loops: whether the film begins again at its end.
    """
    extent = b"".join(_of_3_bytes(side - 1) for side in size)
    shown = _of_3_bytes(min(max(1, round(1000 * seconds)), _LONGEST_MS))
    about = _of_3_bytes(0) * 2 + extent + shown + bytes([_NOT_BLENDED])
    target.write(b"RIFF\0\0\0\0WEBP")
    target.write(_chunk(b"VP8X", struct.pack("<I", _ANIMATED) + extent))
    target.write(_chunk(b"ANIM", struct.pack("<IH", 0, 0 if loops else 1)))
    for frame in frames:
        target.write(_chunk(b"ANMF", about + _chunk(b"VP8 ", frame)))
    length = target.tell() - 8
    target.seek(4)
    target.write(struct.pack("<I", length))


def _chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


def _of_3_bytes(value: int) -> bytes:
    return value.to_bytes(3, "little")
