"""Writes a result and its layers as an OpenEXR file, by OpenEXR's own package.

Source: Technical Introduction to OpenEXR (layers are names before a channel's, with a dot; colours are premultiplied).
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ..picture.srgb import linear_levels
from ..picture.strips import strips
from ..restore.developed import Developed

Rows = Callable[[slice], np.ndarray]
"""Computes some rows."""

Parts = Mapping[tuple[str, ...], Rows]
"""What computes some rows of one channel ``[rows, W]``, or of several ``[rows, W, C]``, by their names."""

_STRIP_PIXELS = 1 << 20
_ROWS_OF_A_BLOCK = 16  # ZIP compresses so many together
_RGB = "RGB"
_PRIMARIES, _LONGEST_HEADER = b"chromaticities\0chromaticities\0\x20\0\0\0", 1 << 14
_SRGB = ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06), (0.3127, 0.3290))
"""Red, green, blue and white (ITU-R BT.709)."""


def write(path: str, developed: Developed) -> None:
    """Write a result with its layers: half floats, scene-linear, in the primaries of sRGB, compressed by ZIP.

    The channels are R, G, B of the result; ``subject.R`` to ``subject.A``, premultiplied as is the custom; those of
    ``background``, without the shadow; ``shadow.Y``, by which the background is multiplied, if there is one; those of
    ``original``; those of ``gain``, by which the original's light is multiplied; and ``matte.A``.

    In linear light, subject over background is *not* the result where the matte is soft: the result is mixed from
    encoded values, as programs for photographs do it. There the R, G, B of the file are the result.

    Worked in strips: takes some 100 MB.

    Args:
        path: the file.
        developed: the result, with its layers.
    """
    height, width = developed.picture.shape[:2]
    write_colours(path, width, height, _parts(developed))


def write_colours(path: str, width: int, height: int, parts: Parts) -> None:
    """:func:`write_channels` for colours in linear light, whose primaries are those of sRGB."""
    write_channels(path, width, height, parts)
    _say_primaries(path)


def write_channels(path: str, width: int, height: int, parts: Parts) -> None:
    """Write channels as half floats, compressed by ZIP, in strips.

    Args:
        path: the file.
        width, height: in pixels.
        parts: the channels.
    """
    import OpenEXR

    file = OpenEXR.OutputFile(path, _header(width, height, [name for each in parts for name in each]))
    try:
        rows = max(1, _STRIP_PIXELS // width // _ROWS_OF_A_BLOCK) * _ROWS_OF_A_BLOCK
        for strip in strips(height, rows):
            channels: dict[str, bytes] = {}
            for names, values in parts.items():
                found = values(strip)
                planes = [found] if found.ndim == 2 else np.moveaxis(found, -1, 0)
                channels |= {
                    name: plane.astype(np.float16).tobytes() for name, plane in zip(names, planes, strict=True)
                }
            file.writePixels(channels, strip.stop - strip.start)
    finally:
        file.close()


def _parts(developed: Developed) -> Parts:
    """The channels that are computed together, and what computes some rows of them."""
    layers = developed.layers
    shadow, matte = layers.shadow, layers.matte

    def subject(rows: slice) -> np.ndarray:
        alpha = matte[rows].astype(np.float32)[..., None] / 255
        return np.concatenate([linear(layers.subject[rows]) * alpha, alpha], axis=-1)

    found: dict[tuple[str, ...], Rows] = {
        tuple(_RGB): lambda rows: linear(developed.picture[rows]),
        named("subject", "RGBA"): subject,
        named("background"): lambda rows: linear(layers.background[rows]),
        named("original"): lambda rows: linear(layers.original[rows]),
        named("gain"): lambda rows: layers.gain[rows],
        named("matte", "A"): lambda rows: matte[rows].astype(np.float32) / 255,
    }
    if shadow is not None:
        found[named("shadow", "Y")] = lambda rows: linear(shadow[rows])
    return found


def named(layer: str, channels: str = _RGB) -> tuple[str, ...]:
    """The names of a layer's channels."""
    return tuple(f"{layer}.{channel}" for channel in channels)


def linear(pixels: np.ndarray) -> np.ndarray:
    """Encoded pixels, uint8 or uint16, as linear light: float32 of the same shape."""
    return linear_levels(np.iinfo(pixels.dtype).max)[pixels]


def _header(width: int, height: int, names: list[str]) -> dict[str, Any]:
    import Imath
    import OpenEXR

    header = OpenEXR.Header(width, height)
    half = Imath.Channel(Imath.PixelType(Imath.PixelType.HALF))
    header["channels"] = dict.fromkeys(names, half)
    header["compression"] = Imath.Compression(Imath.Compression.ZIP_COMPRESSION)
    header["chromaticities"] = Imath.Chromaticities(*(Imath.chromaticity(x, y) for x, y in _SRGB))
    return header


def _say_primaries(path: str) -> None:
    """Write the primaries into their place in the header: OpenEXR's writer of strips leaves zeros there."""
    with open(path, "r+b") as file:
        place = file.read(_LONGEST_HEADER).find(_PRIMARIES)
        if place >= 0:
            file.seek(place + len(_PRIMARIES))
            file.write(struct.pack("<8f", *(number for point in _SRGB for number in point)))
