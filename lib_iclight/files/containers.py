"""Puts an EXIF block and a colour profile into picture files, without touching their pixels.

Sources: PNG (Third Edition), ITU-T T.81 with CIPA DC-008 and ICC.1:2010 annex B, and the WebP container specification.
What a file holds already stays: its texts, its own profile, and what its own EXIF block says.
"""

from __future__ import annotations

import shutil
import struct
import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO

import numpy as np

from ..picture import exif, png
from . import heif

_PROFILE_NAME = b"sRGB"
_ICC = b"ICC_PROFILE\0"
_MOST_IN_A_SEGMENT = 65533
_START, _SCAN, _APP0, _APP1, _APP2 = 0xD8, 0xDA, 0xE0, 0xE1, 0xE2
_HAS_ICC, _HAS_ALPHA, _HAS_EXIF = 0x20, 0x10, 0x08
_OF_THE_PIXELS = (b"IHDR", b"IDAT", b"PLTE", b"tRNS", b"sBIT", b"bKGD", b"hIST")


class UnknownFileError(ValueError):
    """The file is of no kind that these data can be put into, or damaged; the message says which."""


def rewrite(source: BinaryIO, target: BinaryIO, block: bytes, profile: bytes) -> None:
    """Copy a file with an EXIF block and a profile more.

    Args:
        source: a PNG, JPEG, WebP, AVIF or HEIF file.
        target: where the copy goes.
        block: an EXIF block without header, or empty.
        profile: an ICC profile; AVIF and HEIF files say without one that they are sRGB.

    Raises:
        ValueError: the file is of another kind or damaged, or the block does not fit into it; the message says so.
    """
    start = source.read(12)
    source.seek(0)
    kinds: list[tuple[bool, Callable[[BinaryIO, BinaryIO, bytes, bytes], None]]] = [
        (start[:8] == png.SIGNATURE, rewrite_png),
        (start[:2] == b"\xff\xd8", _rewrite_jpeg),
        (start[:4] == b"RIFF" and start[8:] == b"WEBP", _rewrite_webp),
        (start[4:8] == b"ftyp", lambda source, target, block, profile: heif.rewrite(source, target, block)),
    ]
    for fits, write in kinds:
        if fits:
            write(source, target, block, profile)
            return
    raise UnknownFileError("only PNG, JPEG, WebP, AVIF and HEIF files take it")


def rewrite_png(
    source: BinaryIO, target: BinaryIO, block: bytes, profile: bytes, pixels: np.ndarray | None = None
) -> None:
    """:func:`rewrite` for PNG files, with other pixels if these are given: uint16 ``[H, W, 3]``."""
    chunks = [*_png_chunks(source)]
    names = {name for name, _, _ in chunks}
    own = next((_part(source, place, size) for name, place, size in chunks if name == b"eXIf"), b"")
    block, is_written = exif.combined(block, own), False
    target.write(png.SIGNATURE)
    for name, place, size in chunks:
        if name == b"IHDR":
            png.write_chunk(target, name, _part(source, place, size) if pixels is None else png.header(pixels))
            write_about(target, block, b"" if names & {b"iCCP", b"sRGB"} else profile)
        elif pixels is not None and name in _OF_THE_PIXELS:
            if name == b"IDAT" and not is_written:
                png.write_pixels(target, pixels)
                is_written = True
        elif name != b"eXIf":
            target.write(_part(source, place - 8, size + 12))


def write_about(target: BinaryIO, block: bytes, profile: bytes) -> None:
    """Write the chunks that hold an EXIF block and an ICC profile; each may be empty."""
    if block:
        png.write_chunk(target, b"eXIf", block)
    if profile:
        png.write_chunk(target, b"iCCP", _PROFILE_NAME + b"\0\0" + zlib.compress(profile))


def _png_chunks(source: BinaryIO) -> Iterator[tuple[bytes, int, int]]:
    """Name, place and size of each chunk's content."""
    source.seek(8)
    while True:
        head = source.read(8)
        if len(head) < 8:
            raise UnknownFileError("the PNG file is cut off")
        size, name = struct.unpack(">I4s", head)
        yield name, source.tell(), size
        if name == b"IEND":
            return
        source.seek(size + 4, 1)


def _part(source: BinaryIO, place: int, size: int) -> bytes:
    source.seek(place)
    return source.read(size)


def _rewrite_jpeg(source: BinaryIO, target: BinaryIO, block: bytes, profile: bytes) -> None:
    before, own, others, has_profile = b"", b"", b"", False
    source.seek(2)
    while True:
        head = source.read(4)
        if len(head) < 4 or head[0] != 0xFF:
            raise UnknownFileError("the JPEG file is damaged")
        if head[1] == _SCAN:
            break
        content = source.read(struct.unpack(">H", head[2:])[0] - 2)
        if head[1] == _APP1 and content.startswith(exif.HEADER):
            own = content[len(exif.HEADER) :]
        elif head[1] == _APP0 and not others:
            before += head + content
        else:
            others += head + content
            has_profile |= head[1] == _APP2 and content.startswith(_ICC)
    block = exif.combined(block, own)
    target.write(b"\xff\xd8" + before)
    if block:
        _write_segment(target, _APP1, exif.HEADER + block)
    if not has_profile:
        _write_segment(target, _APP2, _ICC + b"\x01\x01" + profile)
    target.write(others + head)
    shutil.copyfileobj(source, target)


def _write_segment(target: BinaryIO, marker: int, content: bytes) -> None:
    if len(content) > _MOST_IN_A_SEGMENT:
        raise ValueError("it is too long for a JPEG file")
    target.write(struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content)


def _rewrite_webp(source: BinaryIO, target: BinaryIO, block: bytes, profile: bytes) -> None:
    size = struct.unpack("<4xI", source.read(8))[0]
    body = source.read(size)
    if len(body) < size:
        raise UnknownFileError("the WebP file is cut off")
    chunks = [*_webp_chunks(body[4:])]
    found = dict(chunks)
    own = found.get(b"EXIF", b"").removeprefix(exif.HEADER)
    block, profile = exif.combined(block, own), found.get(b"ICCP", profile)
    flags = _HAS_ICC | (_HAS_EXIF if block else 0)
    if b"VP8X" in found:
        extended = bytes([found[b"VP8X"][0] | flags]) + found[b"VP8X"][1:]
    else:
        extended = _canvas(*chunks[0], flags)
    kept = [(name, content) for name, content in chunks if name not in (b"VP8X", b"ICCP", b"EXIF")]
    parts = [(b"VP8X", extended), (b"ICCP", profile), *kept, *([(b"EXIF", block)] if block else [])]
    body = b"".join(name + struct.pack("<I", len(part)) + part + b"\0" * (len(part) % 2) for name, part in parts)
    target.write(b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body)


def _webp_chunks(body: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = 0
    while place < len(body):
        if place + 8 > len(body):
            raise UnknownFileError("the WebP file is cut off")
        name, size = struct.unpack_from("<4sI", body, place)
        yield name, body[place + 8 : place + 8 + size]
        place += 8 + size + size % 2


def _canvas(name: bytes, content: bytes, flags: int) -> bytes:
    """The chunk ``VP8X`` for a file that consists of pixels alone."""
    if name == b"VP8L":
        bits = int.from_bytes(content[1:5], "little")
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        flags |= _HAS_ALPHA if bits >> 28 & 1 else 0
    elif name == b"VP8 ":
        width, height = (value & 0x3FFF for value in struct.unpack_from("<HH", content, 6))
    else:
        raise UnknownFileError("the WebP file is damaged")
    return struct.pack("<I", flags) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
