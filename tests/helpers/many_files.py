"""Files in every format that Pillow knows, and hand-made hostile ones."""

from __future__ import annotations

import contextlib
import struct
import warnings
import zlib

import numpy as np
from PIL import Image
from samples import file_bytes

OURS = ("PNG", "JPEG", "MPO", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "HEIF", "JXL")
MODES = ("1", "L", "LA", "P", "PA", "RGB", "RGBA", "RGBX", "CMYK", "YCbCr", "LAB", "HSV", "I", "I;16", "F")
# Drivers that begin to write what is no picture file, or need a program.
_NOT_WRITTEN = ("PDF", "PALM", "BUFR", "GRIB", "HDF5", "WMF")
_NOT_READ_BACK = ("TIFF YCbCr", "WEBP LAB")  # Pillow 9.5 writes nothing that it could read

EPS = b"""%!PS-Adobe-3.0 EPSF-3.0
%%BoundingBox: 0 0 64 64
%%EndComments
{ } loop
%%EOF
"""
SVG = b"""<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><rect width="9"/></svg>"""


def written() -> dict[str, bytes]:
    """Every format that Pillow writes, in every mode that it takes, by format and mode."""
    Image.init()
    subject = np.zeros((48, 40, 4), np.uint8)
    subject[..., 0], subject[..., 1] = np.arange(40) * 6, np.arange(48)[:, None] * 5
    subject[12:44, 10:30, 3] = 255
    whole, files = Image.fromarray(subject), {}
    for kind in sorted(set(Image.SAVE) - set(_NOT_WRITTEN)):
        for mode in MODES:
            with contextlib.suppress(Exception), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                content = file_bytes(_in_mode(whole, mode), kind)
                if content and f"{kind} {mode}" not in _NOT_READ_BACK:
                    files[f"{kind} {mode}"] = content
    return files


def _in_mode(image: Image.Image, mode: str) -> Image.Image:
    if mode in ("I", "F", "I;16"):
        return Image.fromarray(np.asarray(image.convert("L")).astype({"I": "i4", "F": "f4", "I;16": "u2"}[mode]) * 257)
    if mode == "LAB":
        return Image.merge("LAB", image.convert("RGB").split())
    if mode in ("LA", "RGBA"):
        return image.convert(mode)
    return image.convert("RGB").convert("P").convert("PA") if mode == "PA" else image.convert("RGB").convert(mode)


def png(width: int, height: int, kind: int = 0, depth: int = 8, pixels: bytes = b"", before: bytes = b"") -> bytes:
    """A PNG whose header claims a size, whatever its pixels are."""
    head = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + before + _chunk(b"IDAT", zlib.compress(pixels)) + _chunk(b"IEND", b"")


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def tiff(tags: dict[int, int], pixels: bytes) -> bytes:
    """A little-endian TIFF with one piece of pixels; ``tags`` are whole numbers, the piece's place and length aside."""
    place, length = (324, 325) if 322 in tags else (273, 279)
    entries = {**tags, place: 8, length: len(pixels)}
    directory = struct.pack("<H", len(entries)) + b"".join(
        struct.pack("<HHII", tag, 4, 1, entries[tag]) for tag in sorted(entries)
    )
    return b"II*\0" + struct.pack("<I", 8 + len(pixels)) + pixels + directory + b"\0\0\0\0"


def hostile() -> dict[str, bytes]:
    """Files that are not pictures, that make false claims, or that expand enormously."""
    whole = file_bytes(Image.new("RGB", (64, 64), "red"))
    jpeg = file_bytes(Image.new("RGB", (64, 64), "red"), "JPEG", progressive=True)
    bomb = _chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(5 << 20)))
    grey = {256: 40, 257: 40, 258: 8, 259: 8, 262: 1, 277: 1}
    return {
        "nothing": b"",
        "one byte": b"\x89",
        "text": b"hello" * 99,
        "SVG": SVG,
        "EPS": EPS,
        "EPS with a preview": b"\xc5\xd0\xd3\xc6" + struct.pack("<II", 32, len(EPS)) + bytes(20) + EPS,
        "PNG, cut off": whole[: len(whole) // 2],
        "PNG of 178,000,000 x 1": png(178_000_000, 1),
        "PNG of 1 x 100,000,000": png(1, 100_000_000),
        "PNG of 2,147,483,647 squared": png(2**31 - 1, 2**31 - 1),
        "PNG of 13,000 squared": png(13_000, 13_000, 6, 16),
        "PNG of 11,000 squared without pixels": png(11_000, 11_000, 2),
        "PNG with a growing text": png(8, 8, pixels=bytes(72), before=bomb),
        "PNG with a growing profile": png(
            8, 8, pixels=bytes(72), before=_chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(9 << 20)))
        ),
        "GIF of 65,535 squared": b"GIF89a\xff\xff\xff\xff\x80\0\0" + bytes(6) + b",\0\0\0\0\xff\xff\xff\xff\0\x08\0;",
        "BMP of 60,000 squared": b"BM" + bytes(12) + struct.pack("<IiiHHIIiiII", 40, 60000, 60000, 1, 24, *[0] * 6),
        "TIFF of 60,000 squared": tiff({**grey, 256: 60000, 257: 60000, 278: 60000}, zlib.compress(bytes(9))),
        "TIFF with a tile of 30,000 squared": tiff({**grey, 322: 30000, 323: 30000}, zlib.compress(bytes(9))),
        "JPEG of a thousand scans": _scanned(jpeg, 1000),
        "JPEG, then noise": jpeg[:300] + np.random.default_rng(0).bytes(3000),
        "WEBP, cut off": file_bytes(Image.new("RGB", (64, 64), "red"), "WEBP")[:60],
        "HEIF without a reader": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(200),
    }


def _scanned(jpeg: bytes, times: int) -> bytes:
    """A progressive JPEG with its last scan repeated."""
    last = jpeg.rindex(b"\xff\xda")
    return jpeg[:last] + jpeg[last:-2] * times + b"\xff\xd9"


def grown() -> dict[str, bytes]:
    """Small files with many pixels: just within the limit of 128 megapixels, and above it."""
    files = {}
    for name, side in (("within", 11_300), ("above", 12_000)):
        row = bytes(2 * side + 1)
        files[f"grey PNG of 16 bits, {name}"] = png(side, side, 0, 16, row * side)
        files[f"PNG with transparency, {name}"] = png(side, side, 4, 8, (b"\0" + b"\x80\xff" * side) * side)
        files[f"PNG of two colours, {name}"] = file_bytes(Image.new("1", (side, side)))
        files[f"JPEG, {name}"] = file_bytes(Image.new("RGB", (side, side)), "JPEG")
        files[f"WebP, {name}"] = file_bytes(Image.new("RGB", (side, side)), "WEBP", quality=1, method=0)
    return files
