"""Which family a base checkpoint belongs to, told from its file's header without loading it."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..support.file_stamp import Stamp, stamp_at
from .header import read_header

SD15 = "Stable Diffusion 1.5"

_SUFFIX = ".safetensors"
# SDXL's header has 300 kB; a merge writes down what it was made of, and that of its parts.
_LONGEST = 4 << 20
_CONV_IN = re.compile(r"(?:^|\.)(?:input_blocks\.0\.0|conv_in)\.weight$")
_OF_UNET = ("model.diffusion_model.", "diffusion_model.", "unet.", "input_blocks.", "conv_in.")
_CONTEXT = re.compile(r"\.attn2\.to_k\.weight$")
_TRANSFORMERS = (
    (re.compile(r"double_blocks\.\d+\.|single_transformer_blocks\."), "Flux"),
    (re.compile(r"joint_blocks\.\d+\."), "SD 3"),
)
_XL = re.compile(r"^conditioner\.|label_emb\.|add_embedding\.")
_WIDTHS = {1024: "SD 2", 1280: "SDXL", 2048: "SDXL"}
_CHANNELS = {9: "an inpainting model", 8: "an instruct-pix2pix model"}


@dataclass(frozen=True)
class Family:
    """What a checkpoint is: in words, and whether IC-Light can run on it."""

    words: str
    supported: bool


def by_channels(channels: int | None) -> Family:
    """The family of a Stable Diffusion 1.5 checkpoint by its UNet's input channels; None stands for unknown."""
    if channels in (None, 4):
        return Family(SD15, supported=True)
    return Family(_CHANNELS.get(channels, f"a model with {channels} input channels"), supported=False)


def identify_checkpoint(header: dict[str, Any]) -> Family | None:
    """Tell a checkpoint's family from its tensors' names and shapes; None where they do not say."""
    for pattern, words in _TRANSFORMERS:
        if any(pattern.search(name) for name in header):
            return Family(words, supported=False)
    width = _dimension(header, _CONTEXT, 2)
    if width in _WIDTHS:
        return Family(_WIDTHS[width], supported=False)
    if any(_XL.search(name) for name in header):
        return Family("SDXL", supported=False)
    channels = _dimension(header, _CONV_IN, 4)
    return by_channels(channels) if channels is not None and width == 768 else None


def _dimension(header: dict[str, Any], pattern: re.Pattern, rank: int) -> int | None:
    """The second dimension of the first UNet tensor of that name; quantised ones have another rank and say nothing."""
    for name, entry in header.items():
        if pattern.search(name) and name.startswith((*_OF_UNET, "down_blocks.")):
            shape = entry.get("shape")
            if isinstance(shape, list) and len(shape) == rank and type(shape[1]) is int:
                return shape[1]
    return None


def family_of(path: Path) -> Family | None:
    """The family of a checkpoint's file; None where its format or its header does not say."""
    if path.suffix.lower() != _SUFFIX:
        return None
    try:
        return _family_of(path, stamp_at(path))
    except (OSError, ValueError):
        return None


@functools.lru_cache(maxsize=64)
def _family_of(path: Path, stamp: Stamp | None) -> Family | None:
    return identify_checkpoint(read_header(path, _LONGEST))
