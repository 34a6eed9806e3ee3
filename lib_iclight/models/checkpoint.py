"""Tells a base checkpoint's family from its file's header, without loading it."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..support.file_stamp import Stamp, stamp_at
from .folders import EXTENSION
from .header import read_header
from .identity import SD15, base_model, input_channels

# SDXL's header has 300 kB; merged checkpoints also record their ingredients, and those of their ingredients.
_LONGEST_HEADER = 4 << 20
_CHANNELS = {9: "an inpainting model", 8: "an instruct-pix2pix model"}


@dataclass(frozen=True)
class Family:
    """What a checkpoint is: in words, and whether IC-Light can run on it."""

    words: str
    supported: bool


def by_channels(channels: int | None) -> Family:
    """The family of a Stable Diffusion 1.5 checkpoint by its UNet's input channels, None if they are unknown."""
    if channels in (None, 4):
        return Family(SD15, supported=True)
    return Family(_CHANNELS.get(channels, f"a model with {channels} input channels"), supported=False)


def identify_checkpoint(header: dict[str, Any]) -> Family | None:
    """Tell a checkpoint's family from its tensors' names and shapes; None if they do not say."""
    base = base_model(header)
    if base != SD15:
        return Family(base, supported=False) if base else None
    channels = input_channels(header)
    return None if channels is None else by_channels(channels)


def family_of(path: Path) -> Family | None:
    """The family of a checkpoint's file; None if its format or its header does not say."""
    if path.suffix.lower() != EXTENSION:
        return None
    try:
        return _family_of(path, stamp_at(path))
    except (OSError, ValueError):
        return None


@functools.lru_cache(maxsize=64)
def _family_of(path: Path, stamp: Stamp | None) -> Family | None:
    return identify_checkpoint(read_header(path, _LONGEST_HEADER))
