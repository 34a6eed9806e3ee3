"""ICC profiles that consist of curves and a matrix: read exactly, for 16-bit pixels, and one of sRGB to write.

Source: ICC.1:2010 (sections 9.2 and 10), IEC 61966-2-1 for sRGB.
"""

from __future__ import annotations

import functools
import struct
from dataclasses import dataclass

import numpy as np

from .srgb import linear_to_srgb, srgb_to_linear

SRGB_IN_XYZ = ((0.4360747, 0.3850649, 0.1430804), (0.2225045, 0.7168786, 0.0606169), (0.0139322, 0.0971045, 0.7141733))
"""From linear sRGB to XYZ, both relative to the white D50 (Bradford)."""

_WHITE_D50 = (0.9642, 1.0, 0.8249)
_LEVELS = 1 << 16
# In the darkest part sRGB rises 12.92 times as fast as light: half a step of this table is 0.4 levels of 65,535.
_FINE = 1 << 20
_TABLES = (b"A2B0", b"A2B1", b"A2B2")
_PARAMETERS = {0: 1, 1: 3, 2: 4, 3: 5, 4: 7}


@dataclass(frozen=True, eq=False)
class MatrixProfile:
    """A profile that turns each channel to linear light by a curve, and the three to XYZ by a matrix.

    Attributes:
        curves: float32 ``[C, 65536]`` in 0..1, one for grey, three for colours.
        matrix: ``[3, 3]``, from its linear light to linear sRGB; None for grey.
    """

    curves: np.ndarray
    matrix: np.ndarray | None

    def to_srgb(self, pixels: np.ndarray) -> np.ndarray:
        """Convert pixels to sRGB; colours outside of it are clipped.

        Args:
            pixels: uint16 ``[..., 3]``; for a grey profile the three are equal.

        Returns:
            uint16 of the same shape.
        """
        encode = _encoding()
        if self.matrix is None:
            return encode[_steps(self.curves[0])][pixels]
        linear = np.stack([curve[pixels[..., i]] for i, curve in enumerate(self.curves)], axis=-1)
        return encode[_steps(linear @ self.matrix.T.astype(np.float32))]


def matrix_profile(profile: bytes, is_grey: bool) -> MatrixProfile | None:
    """Read a profile.

    Args:
        profile: the ICC profile.
        is_grey: whether the picture is grey.

    Returns:
        None if it is damaged, for another kind of picture, or has tables, which go before curves and matrix.
    """
    try:
        tags = _tags(profile)
        wanted = b"GRAY" if is_grey else b"RGB "
        if profile[16:20] != wanted or profile[20:24] != b"XYZ " or any(name in tags for name in _TABLES):
            return None
        if is_grey:
            return MatrixProfile(_curve(tags[b"kTRC"])[None], None)
        curves = np.stack([_curve(tags[name]) for name in (b"rTRC", b"gTRC", b"bTRC")])
        columns = [_xyz(tags[name]) for name in (b"rXYZ", b"gXYZ", b"bXYZ")]
    except (KeyError, ValueError, struct.error):
        return None
    return MatrixProfile(curves, np.linalg.inv(np.array(SRGB_IN_XYZ)) @ np.array(columns).T)


@functools.cache
def srgb_profile() -> bytes:
    """A profile of sRGB, ICC version 2, which every program reads."""
    curve = np.rint(srgb_to_linear(np.arange(1024) / 1023) * 65535).astype(">u2").tobytes()
    return _profile(b"sRGB IEC61966-2.1", struct.pack(">I", 1024) + curve)


@functools.cache
def linear_profile() -> bytes:
    """A profile of linear light in the primaries of sRGB, ICC version 2."""
    return _profile(b"sRGB primaries, linear light", struct.pack(">I", 0))


def _profile(name: bytes, curve: bytes) -> bytes:
    """A profile in the primaries of sRGB.

    Args:
        name: what programs call it.
        curve: the content of a tag of the type ``curv``, which all three channels share.
    """
    rights = b"No copyright, use freely"
    tags = {
        b"desc": b"desc\0\0\0\0" + struct.pack(">I", len(name) + 1) + name + b"\0" + bytes(78),
        b"cprt": b"text\0\0\0\0" + rights + b"\0",
        b"wtpt": b"XYZ \0\0\0\0" + _fixed(_WHITE_D50),
    }
    for letter, column in zip((b"r", b"g", b"b"), np.array(SRGB_IN_XYZ).T, strict=True):
        tags[letter + b"XYZ"] = b"XYZ \0\0\0\0" + _fixed(column)
    tags |= {letter + b"TRC": b"curv\0\0\0\0" + curve for letter in (b"r", b"g", b"b")}
    place, entries, body, written = 128 + 4 + 12 * len(tags), b"", b"", {}
    for tag, content in tags.items():
        if content not in written:  # the three curves are one
            written[content] = place + len(body)
            body += content + bytes(-len(content) % 4)
        entries += tag + struct.pack(">II", written[content], len(content))
    head = struct.pack(">I4xI4s4s4s6H4s", place + len(body), 0x02100000, b"mntr", b"RGB ", b"XYZ ",
                       2020, 1, 1, 0, 0, 0, b"acsp")  # fmt: skip
    head = head.ljust(68, b"\0") + _fixed(_WHITE_D50)
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + entries + body


def _tags(profile: bytes) -> dict[bytes, bytes]:
    found = {}
    for index in range(min(struct.unpack_from(">I", profile, 128)[0], 200)):
        name, place, size = struct.unpack_from(">4sII", profile, 132 + 12 * index)
        if place + size > len(profile):
            raise ValueError(name)
        found[name] = profile[place : place + size]
    return found


def _xyz(content: bytes) -> tuple[float, ...]:
    if content[:4] != b"XYZ ":
        raise ValueError(content[:4])
    return tuple(value / 65536 for value in struct.unpack_from(">3i", content, 8))


def _curve(content: bytes) -> np.ndarray:
    """A tone curve at all levels of 16 bits: float32 ``[65536]`` in 0..1."""
    levels = np.linspace(0, 1, _LEVELS)
    if content[:4] == b"curv":
        number = struct.unpack_from(">I", content, 8)[0]
        table = np.frombuffer(content[12 : 12 + 2 * number], ">u2")
        if number > 1:
            values = np.interp(levels, np.linspace(0, 1, number), table / 65535)
        else:
            values = levels ** (table[0] / 256) if number else levels
    elif content[:4] == b"para":
        kind = struct.unpack_from(">H", content, 8)[0]
        if kind not in _PARAMETERS:
            raise ValueError(kind)
        values = _parametric(
            levels, kind, *(v / 65536 for v in struct.unpack_from(f">{_PARAMETERS[kind]}i", content, 12))
        )
    else:
        raise ValueError(content[:4])
    return np.nan_to_num(values).clip(0, 1).astype(np.float32)


def _parametric(x: np.ndarray, kind: int, g: float, a: float = 1, b: float = 0, *rest: float) -> np.ndarray:
    """The functions of ICC.1:2010, table 65."""
    with np.errstate(all="ignore"):
        power = np.maximum(a * x + b, 0) ** g
        if kind == 0:
            return power
        if kind in (1, 2):
            c = rest[0] if kind == 2 else 0.0
            return np.where(x >= -b / a, power + c, c)
        c, d, e, f = (*rest, 0.0, 0.0)[:4]
        return np.where(x >= d, power + e, c * x + f)


def _steps(linear: np.ndarray) -> np.ndarray:
    return np.rint(linear.clip(0, 1) * np.float32(_FINE - 1)).astype(np.int32)


@functools.cache
def _encoding() -> np.ndarray:
    """sRGB values of linear light, uint16 ``[_FINE]``."""
    return np.rint(linear_to_srgb(np.linspace(0, 1, _FINE)) * 65535).astype(np.uint16)


def _fixed(values: tuple[float, ...] | np.ndarray) -> bytes:
    return b"".join(struct.pack(">i", round(float(value) * 65536)) for value in values)
