"""Puts an EXIF block into AVIF and HEIF files, without touching their pixels.

Source: ISO/IEC 14496-12 (boxes, ``meta``, ``iloc``, ``iinf``, ``iref``) and 23008-12 annex A (the item ``Exif``). The
block goes to the end of the file in a box of its own, and the table of places then points there. That its colours are
sRGB, the file says already: web UIs save it so.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from ..picture import exif

_FULL = 4
"""The bytes of version and flags at the start of some boxes."""


class UnknownLayoutError(ValueError):
    """The file is damaged, or built in a way that we do not change."""

    def __init__(self, what: str = "the AVIF or HEIF file is built in an unusual way"):
        super().__init__(what)


@dataclass(frozen=True)
class Box:
    """A box: its name, and where it and its content begin and where it ends."""

    name: bytes
    start: int
    content: int
    end: int


@dataclass
class Item:
    """An entry of the table of places.

    Attributes:
        number: the item's.
        method: 0 if its places are in the file.
        reference: which file; 0 is this one.
        base: what is added to its places.
        extents: index, place and length of its parts.
    """

    number: int
    method: int
    reference: int
    base: int
    extents: list[tuple[int, int, int]]


class Places:
    """The box ``iloc``: where each item is."""

    def __init__(self, content: bytes):
        """Read the box's content."""
        self._version = content[0]
        self._sizes = [content[4] >> 4, content[4] & 15, content[5] >> 4, content[5] & 15]
        self._number = 2 if self._version < 2 else 4
        self._data, self._at = content, 6
        self.items = [self._item() for _ in range(self._take(self._number))]

    def _take(self, size: int) -> int:
        part = self._data[self._at : self._at + size]
        if len(part) < size:
            raise UnknownLayoutError
        self._at += size
        return int.from_bytes(part, "big")

    def _item(self) -> Item:
        place, length, base, index = self._sizes
        number = self._take(self._number)
        method = self._take(2) if self._version else 0
        reference, start, count = self._take(2), self._take(base), self._take(2)
        order = (index if self._version else 0, place, length)
        return Item(number, method, reference, start, [tuple(map(self._take, order)) for _ in range(count)])

    @property
    def end(self) -> int:
        """Where the last item in the file ends."""
        in_file = [item for item in self.items if item.method == 0]
        return max((item.base + place + size for item in in_file for _, place, size in item.extents), default=0)

    def moved(self, first: int, by: int) -> None:
        """Everything from a place in the file on is moved."""
        for item in self.items:
            if item.method == 0 and item.base >= first:
                item.base += by
            elif item.method == 0:
                item.extents = [
                    (index, place + by if item.base + place >= first else place, length)
                    for index, place, length in item.extents
                ]

    def written(self) -> bytes:
        """The box's content."""
        place, length, base, index = self._sizes
        parts = [self._data[:6], len(self.items).to_bytes(self._number, "big")]
        for item in self.items:
            parts.append(item.number.to_bytes(self._number, "big"))
            parts.append(item.method.to_bytes(2, "big") if self._version else b"")
            parts += [item.reference.to_bytes(2, "big"), item.base.to_bytes(base, "big")]
            parts.append(len(item.extents).to_bytes(2, "big"))
            for extent in item.extents:
                sizes = (index if self._version else 0, place, length)
                parts += [value.to_bytes(size, "big") for value, size in zip(extent, sizes, strict=True)]
        return b"".join(parts)


def rewrite(source: BinaryIO, target: BinaryIO, block: bytes) -> None:
    """Copy a file with an EXIF block more.

    Args:
        source: an AVIF or HEIF file.
        target: where the copy goes.
        block: an EXIF block without header, or empty.

    Raises:
        ValueError: the file is damaged or built in an unusual way; the message says so.
    """
    data = source.read()
    try:
        target.write(_with_block(data, block) if block else data)
    except (IndexError, OverflowError, struct.error) as error:
        raise UnknownLayoutError from error


def _with_block(data: bytes, block: bytes) -> bytes:
    outer = [*_boxes(data, 0, len(data))]
    meta = _only(outer, b"meta")
    inner = [*_boxes(data, meta.content + _FULL, meta.end)]
    content = {box.name: data[box.content : box.end] for box in inner}
    if len(content) < len(inner) or not {b"iloc", b"iinf", b"pitm"} <= {*content}:
        raise UnknownLayoutError
    places = Places(content[b"iloc"])
    if places.end > len(data):
        raise UnknownLayoutError
    number = _exif_number(content[b"iinf"])
    own = b"" if number is None else _own(data, places, number)
    payload = bytes(4) + exif.combined(block, own)
    if number is None:
        number = _add(content, places)
    entry = next(item for item in places.items if item.number == number)
    entry.base, entry.extents = 0, [(0, 0, len(payload))]
    # The table's size does not depend on what is in it.
    grown = len(_meta(data, meta, content | {b"iloc": places.written()})) - (meta.end - meta.start)
    places.moved(meta.end, grown)
    entry.extents = [(0, len(data) + grown + 8, len(payload))]
    head = _meta(data, meta, content | {b"iloc": places.written()})
    return data[: meta.start] + head + data[meta.end :] + _box(b"mdat", payload)


def _boxes(data: bytes, start: int, end: int) -> Iterator[Box]:
    while start < end:
        size, name = struct.unpack_from(">I4s", data, start)
        head = 8
        if size == 1:
            size, head = struct.unpack_from(">Q", data, start + 8)[0], 16
        if size < head or start + size > end:  # 0 means to the end of the file, behind which nothing can be put
            raise UnknownLayoutError
        yield Box(name, start, start + head, start + size)
        start += size


def _box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", len(content) + 8, name) + content


def _only(boxes: list[Box], name: bytes) -> Box:
    found = [box for box in boxes if box.name == name]
    if len(found) != 1:
        raise UnknownLayoutError
    return found[0]


def _entries(infos: bytes) -> Iterator[tuple[int, bytes]]:
    """Number and kind of each item that the content of ``iinf`` lists."""
    start = _FULL + (2 if infos[0] == 0 else 4)
    for box in _boxes(infos, start, len(infos)):
        version = infos[box.content]
        if version not in (2, 3):
            raise UnknownLayoutError
        size = 2 if version == 2 else 4
        at = box.content + _FULL
        yield int.from_bytes(infos[at : at + size], "big"), infos[at + size + 2 : at + size + 6]


def _exif_number(infos: bytes) -> int | None:
    return next((number for number, kind in _entries(infos) if kind == b"Exif"), None)


def _own(data: bytes, places: Places, number: int) -> bytes:
    """The file's own block, without header."""
    found = next((item for item in places.items if item.number == number), None)
    if found is None or found.method or found.reference or len(found.extents) != 1:
        raise UnknownLayoutError
    _, place, length = found.extents[0]
    payload = data[found.base + place : found.base + place + length]
    # The first number says how far behind it the block itself begins.
    return payload[4 + struct.unpack_from(">I", payload)[0] :].removeprefix(exif.HEADER)


def _add(content: dict[bytes, bytes], places: Places) -> int:
    """List an item for the block, which describes the picture; returns its number."""
    infos, picture = content[b"iinf"], content[b"pitm"]
    number = 1 + max(known for known, _ in _entries(infos))
    size = 2 if infos[0] == 0 else 4
    count = int.from_bytes(infos[_FULL : _FULL + size], "big") + 1
    entry = _box(b"infe", bytes([2, 0, 0, 1]) + struct.pack(">HH4s", number, 0, b"Exif") + b"\0")
    content[b"iinf"] = infos[:_FULL] + count.to_bytes(size, "big") + infos[_FULL + size :] + entry
    references = content.get(b"iref", bytes(_FULL))
    wide = references[0] > 0
    shown = int.from_bytes(picture[_FULL:], "big")
    describes = struct.pack(">IHI" if wide else ">HHH", number, 1, shown)
    content[b"iref"] = references + _box(b"cdsc", describes)
    places.items.append(Item(number, 0, 0, 0, []))
    return number


def _meta(data: bytes, meta: Box, content: dict[bytes, bytes]) -> bytes:
    inner = b"".join(_box(name, part) for name, part in content.items())
    return _box(b"meta", data[meta.content : meta.content + _FULL] + inner)
