"""Reads a safetensors file's tensors into memory, without mapping the file."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, BinaryIO

from .header import DAMAGED, HeaderError, extent, header_of

if TYPE_CHECKING:
    import torch

_DTYPES = {
    "F64": "float64",
    "F32": "float32",
    "F16": "float16",
    "BF16": "bfloat16",
    "F8_E4M3": "float8_e4m3fn",
    "F8_E5M2": "float8_e5m2",
}


def read_tensors(file: BinaryIO) -> dict[str, torch.Tensor]:
    """All tensors of an opened file, on the CPU, in the type they are stored in.

    They are copies, not views of a memory map like those of safetensors' own ``safe_open``: if the file is truncated,
    reading a map kills the process, and if it is overwritten, the mapped tensors change.

    Raises:
        HeaderError: the header is damaged, or the file holds numbers that are not floating point.
        OSError: the file cannot be read.
    """
    header, start = header_of(file)
    entries = sorted(header.items(), key=lambda item: extent(item[1]))
    tensors, done = {}, 0
    for name, entry in entries:
        begin, end = extent(entry)
        if begin < done:
            raise HeaderError(f"{DAMAGED}: two tensors share bytes")
        done = end
        file.seek(start + begin)
        tensors[name] = _read(file, entry, end - begin)
    return tensors


def _read(file: BinaryIO, entry: dict[str, Any], length: int) -> torch.Tensor:
    import torch

    kind, shape = str(entry.get("dtype")), entry.get("shape")
    dtype = getattr(torch, _DTYPES.get(kind, ""), None)
    if dtype is None:
        raise HeaderError(f"has weights of a type that cannot be added ({kind[:16]})")
    if not isinstance(shape, list) or not all(type(side) is int and side >= 0 for side in shape):
        raise HeaderError(DAMAGED)
    if math.prod(shape) * torch.empty((), dtype=dtype).element_size() != length:
        raise HeaderError(DAMAGED)
    if not length:
        return torch.empty(shape, dtype=dtype)
    content = bytearray(length)
    if file.readinto(content) != length:
        raise HeaderError("is cut off")
    return torch.frombuffer(content, dtype=dtype).reshape(shape)
