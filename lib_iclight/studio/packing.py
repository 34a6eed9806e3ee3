"""Arrays in the order and with the header of a safetensors file.

Source: huggingface/safetensors, its README (format).
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from typing import Any

import numpy as np

DTYPES = {"F16": np.dtype("<f2"), "U8": np.dtype("u1"), "U16": np.dtype("<u2")}
"""The types of a set's arrays, by the format's names."""

_NAMES = {dtype: name for name, dtype in DTYPES.items()}
_ALIGNED = 8


def in_order(tensors: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The arrays, those of larger numbers first, so that all are aligned."""
    return dict(sorted(tensors.items(), key=lambda item: -item[1].itemsize))


def entries_of(tensors: Mapping[str, np.ndarray]) -> dict[str, Any]:
    """What a header says of the arrays, which follow it in their order."""
    entries: dict[str, Any] = {}
    end = 0
    for name, values in tensors.items():
        start, end = end, end + values.nbytes
        kind = _NAMES.get(values.dtype, str(values.dtype))
        entries[name] = {"dtype": kind, "shape": [*values.shape], "data_offsets": [start, end]}
    return entries


def header_bytes(entries: Mapping[str, Any], metadata: Mapping[str, str]) -> bytes:
    """The header, with its length in front."""
    header = json.dumps({"__metadata__": metadata, **entries}, separators=(",", ":")).encode()
    header += b" " * (-len(header) % _ALIGNED)
    return struct.pack("<Q", len(header)) + header


def packed(tensors: Mapping[str, np.ndarray], metadata: Mapping[str, str]) -> bytes:
    """A whole file."""
    ordered = in_order(tensors)
    return b"".join([header_bytes(entries_of(ordered), metadata), *map(np.ascontiguousarray, ordered.values())])
