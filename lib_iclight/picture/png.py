"""Writes PNG files a strip at a time, for pictures of many megapixels."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np

from .strips import strips

_STRIP_BYTES = 1 << 22
_TRUECOLOUR, _WITH_ALPHA = 2, 6
_DIFFERENCE_TO_THE_ROW_ABOVE = 2


def png(rgb: np.ndarray, alpha: np.ndarray | None) -> bytes:
    """Encode a picture as a PNG file, without copying the picture.

    Args:
        rgb: uint8 ``[H, W, 3]``.
        alpha: uint8 ``[H, W]``, None for an opaque picture.
    """
    height, width = rgb.shape[:2]
    channels = 3 if alpha is None else 4
    kind = _TRUECOLOUR if alpha is None else _WITH_ALPHA
    file, packer = io.BytesIO(b""), zlib.compressobj(1)
    file.write(b"\x89PNG\r\n\x1a\n")
    _write(file, b"IHDR", struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0))
    above = np.zeros((1, width, channels), np.uint8)
    for rows in strips(height, _STRIP_BYTES // (width * channels)):
        strip = rgb[rows] if alpha is None else np.dstack([rgb[rows], alpha[rows]])
        lines = np.full((len(strip), 1 + width * channels), _DIFFERENCE_TO_THE_ROW_ABOVE, np.uint8)
        lines[:, 1:] = (strip - np.concatenate([above, strip[:-1]])).reshape(len(strip), -1)
        above = strip[-1:]
        _write(file, b"IDAT", packer.compress(lines.tobytes()))
    _write(file, b"IDAT", packer.flush())
    _write(file, b"IEND", b"")
    return file.getvalue()


def _write(file: io.BytesIO, name: bytes, content: bytes) -> None:
    if content or name == b"IEND":
        file.write(struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content)))
