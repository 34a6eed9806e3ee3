"""ICC profiles, built from the specification (ICC.1:2001-04)."""

from __future__ import annotations

import struct

ADOBE_RGB = ((0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457))
DISPLAY_P3 = ((0.51512, 0.24120, -0.00105), (0.29198, 0.69225, 0.04189), (0.15710, 0.06657, 0.78407))
"""The primaries as XYZ under D50: red, green, blue."""


def rgb_profile(primaries: tuple[tuple[float, float, float], ...], gamma: float = 2.2) -> bytes:
    """A display's profile."""
    tags = {f"{name}XYZ": b"XYZ \0\0\0\0" + _fixed(*xyz) for name, xyz in zip("rgb", primaries)}
    return _profile("mntr", "RGB ", "XYZ ", tags | {f"{name}TRC": _curve(gamma) for name in "rgb"})


def grey_profile(gamma: float) -> bytes:
    """A grey scale's profile."""
    return _profile("mntr", "GRAY", "XYZ ", {"kTRC": _curve(gamma)})


def cmyk_profile() -> bytes:
    """A press with duller inks than Pillow assumes: a table of its sixteen solid overprints, as 8-bit Lab."""
    linear = bytes(range(256))
    solid = []
    for number in range(16):
        cyan, magenta, yellow, black = (number >> bit & 1 for bit in (3, 2, 1, 0))
        lightness = 250 - 90 * cyan - 95 * magenta - 10 * yellow - 200 * black
        a = 128 - 35 * cyan + 65 * magenta - 5 * yellow
        b = 128 - 45 * cyan - 5 * magenta + 85 * yellow
        solid += [max(15, lightness), a if not black else 128, b if not black else 128]
    identity = _fixed(1, 0, 0, 0, 1, 0, 0, 0, 1)
    table = b"mft1\0\0\0\0" + bytes([4, 3, 2, 0]) + identity + linear * 4 + bytes(solid) + linear * 3
    return _profile("prtr", "CMYK", "Lab ", {"A2B0": table})


def _profile(kind: str, space: str, connection: str, tags: dict[str, bytes]) -> bytes:
    tags = tags | {"wtpt": b"XYZ \0\0\0\0" + _fixed(0.9642, 1.0, 0.8249)}
    place, entries, body = 128 + 4 + 12 * len(tags), b"", b""
    for name, content in tags.items():
        content += b"\0" * (-len(content) % 4)
        entries += name.encode() + struct.pack(">II", place + len(body), len(content))
        body += content
    head = struct.pack(">I4sI4s4s4s12s4s", place + len(body), b"test", 0x02100000, kind.encode(), space.encode(),
                       connection.encode(), b"\x07\xe0\0\1\0\1\0\0\0\0\0\0", b"acsp")  # fmt: skip
    head = head.ljust(68, b"\0") + _fixed(0.9642, 1.0, 0.8249)
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + entries + body


def _curve(gamma: float) -> bytes:
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256))


def _fixed(*values: float) -> bytes:
    return b"".join(struct.pack(">i", round(value * 65536)) for value in values)
