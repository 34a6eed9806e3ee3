"""What a safetensors file is, told from its header and its length alone."""

from __future__ import annotations

import json
import os
import re
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

LONGEST = 1 << 20
"""Bytes of the longest header that is read: IC-Light's own have under 200,000."""

_LENGTH_BYTES = 8
_LONGEST_OF_FORMAT = 100_000_000
_DIGITS = 19
DAMAGED = "has a damaged safetensors header"
_PREFIXES = ("model.diffusion_model.", "diffusion_model.")
_CONV_IN = {"diffusers": "conv_in.weight", "ldm": "input_blocks.0.0.weight"}
_KINDS = {8: "fc", 12: "fbc"}

FOREIGN = (
    (r"^conditioner\.", "an SDXL checkpoint"),
    (r"^cond_stage_model\.|^first_stage_model\.", "a Stable Diffusion checkpoint"),
    (r"^control_model\.|controlnet_cond_embedding|^input_hint_block\.", "a ControlNet"),
    (r"lora_up|lora_down|lora_A|lora_B|\.lora\.", "a LoRA"),
    (r"::(?:lora|diff|weight)::", "a layer-diffusion model"),
    (r"label_emb\.|^add_embedding\.", "an SDXL model"),
    (r"double_blocks\.|single_transformer_blocks\.", "a Flux model"),
    (r"joint_blocks\.", "an SD 3 model"),
)
OTHER = "something other than an IC-Light model"
_DTYPE = re.compile(r"[A-Z0-9_]{1,16}")
_TEXT_WIDTHS = {1024: "an SD 2 model", 1280: "an SDXL model", 2048: "an SDXL model"}


class HeaderError(ValueError):
    """The file is not a whole safetensors file. The message is the reason, ready to follow a file's name."""


class LongHeaderError(HeaderError):
    """The header is longer than the caller allows."""


@dataclass(frozen=True)
class Identity:
    """What a file turned out to be.

    Attributes:
        kind: "fc" (also fcon, which has the same tensors), "fbc", or "" for anything that is not IC-Light.
        looks_like: in words, what it is.
        style: "diffusers" or "ldm" key names, "" for neither.
        prefix: what stands before each key ("diffusion_model." or "").
        dtype: safetensors' name of the first convolution's type ("F16"), "" where there is none.
    """

    kind: str
    looks_like: str
    style: str = ""
    prefix: str = ""
    dtype: str = ""


def read_header(path: Path, longest: int = LONGEST) -> dict[str, Any]:
    """Read a safetensors header and check the file's length against it.

    Args:
        path: the file.
        longest: in bytes; a longer header is not read.

    Raises:
        HeaderError: empty, another format, or cut off (with the number of missing bytes).
        LongHeaderError: the header has more than ``longest`` bytes.
        OSError: the file cannot be opened.
    """
    with path.open("rb") as file:
        return header_of(file, longest)[0]


def header_of(file: BinaryIO, longest: int = LONGEST) -> tuple[dict[str, Any], int]:
    """The header of an opened file and the place of its first tensor's bytes; see :func:`read_header`.

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
    needed = _LENGTH_BYTES + length + _data_length(header)
    if size < needed:
        raise HeaderError(f"is cut off: {needed - size:,} of its {needed:,} bytes are missing")
    if size > needed:
        raise HeaderError(f"is damaged: it has {size - needed:,} bytes more than its header says")
    return header, _LENGTH_BYTES + length


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
    header.pop("__metadata__", None)
    return header


def _small_int(digits: str) -> int:
    """A number that a length or a side can be; reading one of a million digits takes seconds."""
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
    """Where the bytes of a header's entry begin and end, counted from the first tensor's.

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


def look(path: Path) -> Identity:
    """Tell what a file holds.

    Raises:
        HeaderError: see :func:`read_header`; a header too long to be IC-Light's is not an error.
        OSError: the file cannot be opened.
    """
    try:
        return identify(read_header(path))
    except LongHeaderError:
        return Identity("", OTHER)


def identify(header: dict[str, Any]) -> Identity:
    """Tell from tensor names and shapes what a file holds."""
    for prefix in (*_PREFIXES, ""):
        for style, key in _CONV_IN.items():
            entry = header.get(prefix + key)
            if entry is not None:
                return _identify_unet(header, entry, style, prefix)
    return Identity("", _foreign(header) or OTHER)


def _identify_unet(header: dict[str, Any], conv_in: dict[str, Any], style: str, prefix: str) -> Identity:
    shape, dtype = conv_in.get("shape"), str(conv_in.get("dtype", ""))
    dtype = dtype if _DTYPE.fullmatch(dtype) else ""
    channels = shape[1] if isinstance(shape, list) and len(shape) == 4 and isinstance(shape[1], int) else 0
    foreign = _foreign(header) or _other_family(header)
    kind = "" if foreign else _KINDS.get(channels, "")
    if kind:
        return Identity(kind, f"an IC-Light {kind} model", style, prefix, dtype)
    return Identity("", foreign or f"a UNet with {channels} input channels", style, prefix, dtype)


def _other_family(header: dict[str, Any]) -> str:
    """Another Stable Diffusion by the width of the text that its attention sees; 1.5's is 768."""
    for key, entry in header.items():
        if key.endswith("attn2.to_k.weight"):
            shape = entry.get("shape")
            width = shape[1] if isinstance(shape, list) and len(shape) == 2 and isinstance(shape[1], int) else 0
            return _TEXT_WIDTHS.get(width, "")
    return ""


def _foreign(header: dict[str, Any]) -> str:
    names = "\n".join(header)
    return next((words for pattern, words in FOREIGN if re.search(pattern, names, re.MULTILINE)), "")
