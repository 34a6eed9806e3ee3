"""Tells what kind of model a safetensors file holds, from its tensors' names and shapes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from .header import LongHeaderError, read_header

SD15 = "Stable Diffusion 1.5"
OTHER = "something other than an IC-Light model"

_PREFIXES = ("model.diffusion_model.", "diffusion_model.", "")
_CONV_IN = {"diffusers": "conv_in.weight", "ldm": "input_blocks.0.0.weight"}
_KINDS = {8: "fc", 12: "fbc"}
_DTYPE = re.compile(r"[A-Z0-9_]{1,16}")

_FOREIGN = (
    (r"^conditioner\.", "an SDXL checkpoint"),
    (r"^cond_stage_model\.|^first_stage_model\.", "a Stable Diffusion checkpoint"),
    (r"^control_model\.|controlnet_cond_embedding|^input_hint_block\.", "a ControlNet"),
    (r"lora_up|lora_down|lora_A|lora_B|\.lora\.", "a LoRA"),
    (r"::(?:lora|diff|weight)::", "a layer-diffusion model"),
)
_TRANSFORMERS = (
    (r"double_blocks\.|single_transformer_blocks\.", "Flux"),
    (r"joint_blocks\.", "SD 3"),
)
_SDXL = r"^conditioner\.|label_emb\.|add_embedding\."
_UNET = r"(?:(?:model\.)?diffusion_model\.|unet\.)?"
_FIRST_CONVOLUTION = re.compile(rf"{_UNET}(?:input_blocks\.0\.0|conv_in)\.weight")
_CROSS_ATTENTION = re.compile(rf"{_UNET}(?:input|down)_blocks\..*\.attn2\.to_k\.weight")
_IN_WORDS = {"SD 2": "an SD 2 model", "SDXL": "an SDXL model", "SD 3": "an SD 3 model", "Flux": "a Flux model"}
_TEXT_WIDTHS = {768: SD15, 1024: "SD 2", 1280: "SDXL", 2048: "SDXL"}


@dataclass(frozen=True)
class Identity:
    """What a file turned out to be.

    Attributes:
        kind: "fc" (also fcon, which has the same tensors), "fbc", or "" for anything that is not IC-Light.
        looks_like: what it is, in words.
        style: "diffusers" or "ldm" key names, "" for neither.
        prefix: the prefix of each key ("diffusion_model." or "").
        dtype: safetensors' name of the first convolution's type ("F16"), "" if there is none.
    """

    kind: str
    looks_like: str
    style: str = ""
    prefix: str = ""
    dtype: str = ""


def identify_file(path: Path) -> Identity:
    """Tell what a file holds.

    Raises:
        HeaderError: see :func:`.header.read_header`; a header too long to be IC-Light's is not an error.
        OSError: the file cannot be opened.
    """
    try:
        return identify(read_header(path))
    except LongHeaderError:
        return Identity("", OTHER)


def identify(header: dict[str, Any]) -> Identity:
    """Tell from tensor names and shapes what a file holds."""
    foreign = _foreign(header)
    for prefix, (style, key) in product(_PREFIXES, _CONV_IN.items()):
        if prefix + key in header:
            return _unet(header[prefix + key], style, prefix, foreign)
    return Identity("", foreign or OTHER)


def _unet(conv_in: dict[str, Any], style: str, prefix: str, foreign: str) -> Identity:
    channels = _second_side(conv_in, 4) or 0
    kind = "" if foreign else _KINDS.get(channels, "")
    words = foreign or (f"an IC-Light {kind} model" if kind else f"a UNet with {channels} input channels")
    dtype = str(conv_in.get("dtype", ""))
    return Identity(kind, words, style, prefix, dtype if _DTYPE.fullmatch(dtype) else "")


def _foreign(header: dict[str, Any]) -> str:
    names = "\n".join(header)
    for pattern, words in _FOREIGN:
        if re.search(pattern, names, re.MULTILINE):
            return words
    return _IN_WORDS.get(base_model(header), "")


def base_model(header: dict[str, Any]) -> str:
    """The base model of a checkpoint or of a part of one; "" if names and shapes do not say."""
    names = "\n".join(header)
    for pattern, words in _TRANSFORMERS:
        if re.search(pattern, names):
            return words
    # The width of the text embeddings that the UNet attends to distinguishes the versions of Stable Diffusion.
    base = _TEXT_WIDTHS.get(_second_side_of(header, _CROSS_ATTENTION, 2), "")
    return "SDXL" if base in ("", SD15) and re.search(_SDXL, names, re.MULTILINE) else base


def input_channels(header: dict[str, Any]) -> int | None:
    """The input channels of a checkpoint's UNet; None if the header does not say."""
    return _second_side_of(header, _FIRST_CONVOLUTION, 4)


def _second_side_of(header: dict[str, Any], pattern: re.Pattern[str], rank: int) -> int | None:
    sides = (_second_side(entry, rank) for name, entry in header.items() if pattern.fullmatch(name))
    return next((side for side in sides if side is not None), None)


def _second_side(entry: dict[str, Any], rank: int) -> int | None:
    """A weight's second dimension; None if it has no shape or another rank (quantised weights have rank 1)."""
    shape = entry.get("shape")
    return shape[1] if isinstance(shape, list) and len(shape) == rank and type(shape[1]) is int else None
