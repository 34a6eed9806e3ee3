"""EXIF blocks: what of a photograph's is kept for its relit results, and how it joins what a file holds already.

Source: CIPA DC-008 (Exif 2.32), TIFF 6.0. A block is a small TIFF file: directories of entries, each with a tag, a
type, a number of values, and the values or their place. What is written is always in the byte order "MM".
"""

from __future__ import annotations

import struct

Directory = dict[int, tuple[int, bytes]]
"""Tag to type and values, in the byte order "MM"."""

Directories = dict[int, Directory]
"""The main directory under 0, the others under the tag that points to them."""

MAIN, EXIF, GPS, INTEROPERABILITY = 0, 0x8769, 0x8825, 0xA005
HEADER = b"Exif\0\0"
"""What precedes the block in JPEG files."""

MOST_BYTES = 32 << 10
"""The largest block that is kept; with generation parameters beside it, it has to fit into a JPEG's 64 KB."""

_ORIENTATION, _COLOUR_SPACE = 0x0112, 0xA001
_MAKER_NOTE, _COMMENT, _WIDTH, _HEIGHT, _PADDING, _MOVED = 0x927C, 0x9286, 0xA002, 0xA003, 0xEA1C, 0xEA1D
_KEPT = {0x010E, 0x010F, 0x0110, _ORIENTATION, 0x011A, 0x011B, 0x0128, 0x0131, 0x0132, 0x013B, 0x013C, 0x4746, 0x4749,
         0x8298, 0x829A, 0x829D, 0x8827, 0x9003, 0xC614, 0xC62F, *range(0x9C9B, 0x9CA0)}  # fmt: skip
_LEFT_OUT = {_MAKER_NOTE, _COMMENT, _WIDTH, _HEIGHT, _PADDING, _MOVED}
_POINTERS = ((EXIF, MAIN), (GPS, MAIN), (INTEROPERABILITY, EXIF))
# Bytes of a value of each type, and of the numbers that it consists of.
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}
_NUMBERS = _SIZES | {5: 4, 10: 4}
_SHORT, _LONG, _UNDEFINED = 3, 4, 7
_MOST_ENTRIES, _LONGEST_VALUE = 1000, 4 << 10
_LONGEST_BLOCK = (1 << 16) - 64


def kept(block: bytes | memoryview) -> bytes:
    """What a relit result keeps of its photograph's block: camera, lens, exposure, date, place, author and copyright.

    The orientation becomes upright and the colour space sRGB, as the result's are. Left out are the thumbnail, which
    shows the old picture; the maker's notes, whose inner addresses would be wrong in another place; the size, the
    comment, which web UIs take for generation parameters; and everything that describes how a TIFF stores its pixels.

    Args:
        block: with or without :data:`HEADER`, or a whole TIFF file.

    Returns:
        A block without header; empty if nothing is left, or the block is damaged or larger than :data:`MOST_BYTES`.
    """
    found = read(block[len(HEADER) :] if bytes(block[: len(HEADER)]) == HEADER else block)
    main, exif = found.get(MAIN, {}), found.get(EXIF, {})
    found[MAIN] = {tag: value for tag, value in main.items() if tag in _KEPT}
    found[EXIF] = {tag: value for tag, value in exif.items() if tag not in _LEFT_OUT}
    for directory, tag in ((found[MAIN], _ORIENTATION), (found[EXIF], _COLOUR_SPACE)):
        if tag in directory:
            directory[tag] = (_SHORT, struct.pack(">H", 1))
    written = write(found)
    return written if len(written) <= MOST_BYTES else b""


def combined(photograph: bytes, own: bytes) -> bytes:
    """A file's own block together with that of the photograph; where both say something, the file's own stays.

    Args:
        photograph: from :func:`kept`.
        own: the file's block without header, or empty.

    Raises:
        ValueError: the file's own block is damaged, or both together are too long for a JPEG file.
    """
    if not own:
        return photograph
    found, theirs = read(photograph), read(own, longest=_LONGEST_BLOCK)
    if not theirs:
        raise ValueError("its EXIF block is damaged")
    for name, directory in theirs.items():
        found[name] = found.get(name, {}) | directory
    if _COMMENT in found.get(EXIF, {}):  # Pillow writes it as numbers, which other programs cannot read
        found[EXIF][_COMMENT] = (_UNDEFINED, found[EXIF][_COMMENT][1])
    written = write(found)
    if len(written) > _LONGEST_BLOCK:
        raise ValueError("its generation parameters leave no room for it")
    return written


def read(block: bytes | memoryview, longest: int = _LONGEST_VALUE) -> Directories:
    """The directories of a block, without thumbnail; damaged entries, and values longer than ``longest``, are left out.

    Args:
        block: without :data:`HEADER`.

    Returns:
        Empty if it is no block.
    """
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(bytes(block[:4]))
    if order is None or len(block) < 8:
        return {}
    found = {MAIN: _directory(block, struct.unpack_from(order + "I", block, 4)[0], order, longest)}
    for name, parent in _POINTERS:
        kind, place = found.get(parent, {}).pop(name, (0, b""))
        if kind == _LONG and len(place) == 4:
            found[name] = _directory(block, int.from_bytes(place, "big"), order, longest)
    return {name: directory for name, directory in found.items() if directory}


def _directory(block: bytes | memoryview, place: int, order: str, longest: int) -> Directory:
    found: Directory = {}
    if not 8 <= place <= len(block) - 2:
        return found
    number = min(struct.unpack_from(order + "H", block, place)[0], _MOST_ENTRIES, (len(block) - place - 2) // 12)
    for start in range(place + 2, place + 2 + 12 * number, 12):
        tag, kind, count = struct.unpack_from(order + "HHI", block, start)
        size = _SIZES.get(kind, 0) * count
        at = start + 8 if size <= 4 else struct.unpack_from(order + "I", block, start + 8)[0]
        if 0 < size <= longest and at + size <= len(block):
            found[tag] = (kind, _in_order(bytes(block[at : at + size]), _NUMBERS[kind], order))
    return found


def _in_order(values: bytes, size: int, order: str) -> bytes:
    if order == ">" or size == 1:
        return values
    return b"".join(values[start : start + size][::-1] for start in range(0, len(values), size))


def write(directories: Directories) -> bytes:
    """The block of these directories; empty if there is nothing in them."""
    full = {name: {**directory} for name, directory in directories.items() if directory}
    if not full:
        return b""
    for name, parent in reversed(_POINTERS):
        if name in full:
            full.setdefault(parent, {})[name] = (_LONG, bytes(4))
    names = [name for name in (MAIN, EXIF, GPS, INTEROPERABILITY) if name in full]
    places, end = {}, 8
    for name in names:
        places[name] = end
        end += len(_written(full[name], 0))
    for name, parent in _POINTERS:
        if name in full:
            full[parent][name] = (_LONG, struct.pack(">I", places[name]))
    return b"MM\0*\0\0\0\x08" + b"".join(_written(full[name], places[name]) for name in names)


def _written(directory: Directory, place: int) -> bytes:
    """A directory at a place in the block, followed by its longer values."""
    entries, values, end = b"", b"", place + 6 + 12 * len(directory)
    for tag, (kind, value) in sorted(directory.items()):
        entries += struct.pack(">HHI", tag, kind, len(value) // _SIZES[kind])
        if len(value) <= 4:
            entries += value.ljust(4, b"\0")
        else:
            entries += struct.pack(">I", end + len(values))
            values += value + b"\0" * (len(value) % 2)
    return struct.pack(">H", len(directory)) + entries + bytes(4) + values
