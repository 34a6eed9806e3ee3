"""What a safetensors file is, told from its header and its length alone."""

from __future__ import annotations

import json
import re
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_LENGTH_BYTES = 8
_LONGEST_HEADER = 100_000_000
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
_TEXT_WIDTHS = {1024: "an SD 2 model", 1280: "an SDXL model", 2048: "an SDXL model"}


class HeaderError(ValueError):
    """The file is not a whole safetensors file. The message is the reason, ready to follow a file's name."""


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


def read_header(path: Path) -> dict[str, Any]:
    """Read a safetensors header and check the file's length against it.

    Format: an unsigned 64-bit little-endian length, a JSON header of that length, the tensors' bytes.

    Raises:
        HeaderError: empty, another format, or cut off (with the number of missing bytes).
        OSError: the file cannot be opened.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(_LENGTH_BYTES)
        if not start:
            raise HeaderError("is empty")
        if len(start) < _LENGTH_BYTES:
            raise HeaderError("is not a safetensors file")
        (length,) = struct.unpack("<Q", start)
        if length > _LONGEST_HEADER:
            raise HeaderError("is not a safetensors file" + (" but a pickled one" if _is_pickle(start) else ""))
        text = file.read(length)
    if len(text) < length:
        raise HeaderError(f"is cut off inside its header: {length - len(text):,} bytes or more are missing")
    header = _parse(text)
    needed = _LENGTH_BYTES + length + _data_length(header)
    if size < needed:
        raise HeaderError(f"is cut off: {needed - size:,} of its {needed:,} bytes are missing")
    if size > needed:
        raise HeaderError(f"is damaged: it has {size - needed:,} bytes more than its header says")
    return header


def _is_pickle(start: bytes) -> bool:
    return start.startswith((b"PK\x03\x04", b"\x80\x02", b"\x80\x04"))


def _parse(text: bytes) -> dict[str, Any]:
    try:
        header = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise HeaderError("is not a safetensors file") from error
    if not isinstance(header, dict):
        raise HeaderError("is not a safetensors file")
    header.pop("__metadata__", None)
    return header


def _data_length(header: dict[str, Any]) -> int:
    try:
        return max((int(entry["data_offsets"][1]) for entry in header.values()), default=0)
    except (KeyError, TypeError, IndexError, ValueError, OverflowError) as error:
        raise HeaderError("has a damaged safetensors header") from error


def identify(header: dict[str, Any]) -> Identity:
    """Tell from tensor names and shapes what a file holds."""
    for prefix in (*_PREFIXES, ""):
        for style, key in _CONV_IN.items():
            entry = header.get(prefix + key)
            if entry is not None:
                return _identify_unet(header, entry, style, prefix)
    return Identity("", _foreign(header) or "something other than an IC-Light model")


def _identify_unet(header: dict[str, Any], conv_in: dict[str, Any], style: str, prefix: str) -> Identity:
    shape, dtype = conv_in.get("shape"), str(conv_in.get("dtype", ""))
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
