"""Reads a safetensors header and checks the file's length against it, without reading the tensors."""

from __future__ import annotations

import json
import os
import struct
from pathlib import Path
from typing import Any, BinaryIO

LONGEST = 1 << 20
"""The longest header that is read, in bytes: IC-Light's own headers have less than 200,000."""

_LENGTH_BYTES = 8
_LONGEST_OF_FORMAT = 100_000_000
_DIGITS = 19
DAMAGED = "has a damaged safetensors header"


class HeaderError(ValueError):
    """The file is not a complete safetensors file. The message is the reason, worded to follow the file's name."""


class LongHeaderError(HeaderError):
    """The header is longer than the caller allows."""


def read_header(path: Path, longest: int = LONGEST) -> dict[str, Any]:
    """Read a safetensors header and check the file's length against it.

    Args:
        path: the file.
        longest: in bytes; a longer header is not read.

    Raises:
        HeaderError: the file is empty, of another format, or truncated (with the number of missing bytes).
        LongHeaderError: the header has more than ``longest`` bytes.
        OSError: the file cannot be opened.
    """
    with path.open("rb") as file:
        return header_of(file, longest)[0]


def header_of(file: BinaryIO, longest: int = LONGEST) -> tuple[dict[str, Any], int]:
    """The header of an opened file and the offset of its first tensor's bytes; see :func:`read_header`."""
    header, _, start = header_and_metadata(file, longest)
    return header, start


def header_and_metadata(file: BinaryIO, longest: int = LONGEST) -> tuple[dict[str, Any], Any, int]:
    """:func:`header_of`, with what the header says about the file as a whole, None if nothing; that is not checked.

    Format: an unsigned 64-bit little-endian length, a JSON header of that length, the tensors' bytes.
    """
    size = os.fstat(file.fileno()).st_size
    length = _header_length(file)
    if length > longest:
        if file.read(1) != b"{":
            raise HeaderError("is not a safetensors file")
        if size >= _LENGTH_BYTES + length:
            raise LongHeaderError(f"has a header of {length:,} bytes")
        raise _cut_off_in_header(_LENGTH_BYTES + length - size)
    text = file.read(length)
    if len(text) < length:
        raise _cut_off_in_header(length - len(text))
    header = _parse(text)
    metadata = header.pop("__metadata__", None)
    needed = _LENGTH_BYTES + length + _data_length(header)
    if size < needed:
        raise HeaderError(f"is cut off: {needed - size:,} of its {needed:,} bytes are missing")
    if size > needed:
        raise HeaderError(f"is damaged: it is {size - needed:,} bytes longer than its header says")
    return header, metadata, _LENGTH_BYTES + length


def _header_length(file: BinaryIO) -> int:
    start = file.read(_LENGTH_BYTES)
    if not start:
        raise HeaderError("is empty")
    if len(start) < _LENGTH_BYTES:
        raise HeaderError("is not a safetensors file")
    (length,) = struct.unpack("<Q", start)
    if length > _LONGEST_OF_FORMAT:
        raise HeaderError("is not a safetensors file" + (" but a pickled one" if _is_pickle(start) else ""))
    return length


def _cut_off_in_header(missing: int) -> HeaderError:
    return HeaderError(f"is cut off inside its header: {missing:,} bytes or more are missing")


def _is_pickle(start: bytes) -> bool:
    return start.startswith((b"PK\x03\x04", b"\x80\x02", b"\x80\x04"))


def _parse(text: bytes) -> dict[str, Any]:
    try:
        header = json.loads(text, parse_int=_small_int, object_pairs_hook=_without_repeats)
    except (ValueError, RecursionError) as error:
        if isinstance(error, HeaderError):
            raise
        raise HeaderError("is not a safetensors file") from error
    if not isinstance(header, dict):
        raise HeaderError("is not a safetensors file")
    return header


def _small_int(digits: str) -> int:
    """Parse a number that may be a length or a dimension; one of a million digits would take seconds."""
    if len(digits) > _DIGITS:
        raise HeaderError(DAMAGED)
    return int(digits)


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise HeaderError(DAMAGED)
    return found


def _data_length(header: dict[str, Any]) -> int:
    return max((extent(entry)[1] for entry in header.values()), default=0)


def extent(entry: Any) -> tuple[int, int]:
    """Where the bytes of a header's entry begin and end, relative to the first tensor.

    Raises:
        HeaderError: the entry does not say so.
    """
    offsets = entry.get("data_offsets") if isinstance(entry, dict) else None
    if not isinstance(offsets, list) or len(offsets) != 2 or not all(type(offset) is int for offset in offsets):
        raise HeaderError(DAMAGED)
    begin, end = offsets
    if not 0 <= begin <= end:
        raise HeaderError(DAMAGED)
    return begin, end
