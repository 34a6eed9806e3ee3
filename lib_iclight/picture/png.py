"""Writes PNG files a strip at a time, for pictures of many megapixels."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO

import numpy as np

from .strips import strips

SIGNATURE = b"\x89PNG\r\n\x1a\n"

_STRIP_BYTES = 1 << 22
_TRUECOLOUR, _WITH_ALPHA = 2, 6
_DIFFERENCE_TO_THE_ROW_ABOVE = 2


def png(rgb: np.ndarray, alpha: np.ndarray | None) -> bytes:
    """Encode a picture as a PNG file, without copying the picture.

    Args:
        rgb: uint8 or uint16 ``[H, W, 3]``.
        alpha: uint8 ``[H, W]``, None for an opaque picture; only with 8 bits.
    """
    file = io.BytesIO(b"")
    file.write(SIGNATURE)
    write_chunk(file, b"IHDR", header(rgb, alpha is not None))
    write_pixels(file, rgb, alpha)
    write_chunk(file, b"IEND")
    return file.getvalue()


def header(rgb: np.ndarray, with_alpha: bool = False) -> bytes:
    """The content of the chunk ``IHDR``."""
    kind = _WITH_ALPHA if with_alpha else _TRUECOLOUR
    return struct.pack(">IIBBBBB", rgb.shape[1], rgb.shape[0], 8 * rgb.itemsize, kind, 0, 0, 0)


def write_pixels(file: BinaryIO, rgb: np.ndarray, alpha: np.ndarray | None = None) -> None:
    """Write the chunks ``IDAT``. Arguments as for :func:`png`."""
    packer = zlib.compressobj(1)
    for lines in _filtered(rgb, alpha):
        packed = packer.compress(lines)
        if packed:
            write_chunk(file, b"IDAT", packed)
    write_chunk(file, b"IDAT", packer.flush())


def write_chunk(file: BinaryIO, name: bytes, content: bytes = b"") -> None:
    """Write one chunk."""
    file.write(struct.pack(">I", len(content)) + name)
    file.write(content)
    file.write(struct.pack(">I", zlib.crc32(content, zlib.crc32(name))))


def _filtered(rgb: np.ndarray, alpha: np.ndarray | None) -> Iterator[bytes]:
    """Some rows at a time, each with its filter in front."""
    height, width = rgb.shape[:2]
    row_bytes = width * ((3 if alpha is None else 4) * rgb.itemsize)
    above = np.zeros((1, row_bytes), np.uint8)
    for rows in strips(height, _STRIP_BYTES // row_bytes):
        strip = rgb[rows] if alpha is None else np.dstack([rgb[rows], alpha[rows]])
        strip = strip.astype(">u2") if rgb.itemsize == 2 else np.ascontiguousarray(strip)
        strip = strip.view(np.uint8).reshape(len(strip), row_bytes)
        lines = np.full((len(strip), 1 + row_bytes), _DIFFERENCE_TO_THE_ROW_ABOVE, np.uint8)
        lines[:, 1:] = strip - np.concatenate([above, strip[:-1]])
        above = strip[-1:]
        yield lines.tobytes()
