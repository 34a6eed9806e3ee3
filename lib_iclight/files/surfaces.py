"""Writes normals, and other values of -1 to 1, as 16-bit PNG and OpenEXR files."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import numpy as np

from ..picture import png
from . import exr
from .completing import replacing, replacing_path

_AXES = ("X", "Y", "Z")


def write_png(path: Path, levels: np.ndarray) -> None:
    """Write levels, uint16 ``[H, W, 3]``, as they are: a file of numbers has no colour profile.

    Raises:
        OSError: the file cannot be written.
    """

    def content(target: BinaryIO) -> None:
        target.write(png.png(levels, None))

    replacing(path, content)


def write_exr(path: Path, normals: np.ndarray, layer: str = "N") -> None:
    """Write normals, float ``[H, W, 3]``, as the half-float channels ``N.X``, ``N.Y`` and ``N.Z``, as renderers do.

    Raises:
        ImportError: OpenEXR is not installed.
        OSError: the file cannot be written.
    """
    parts = {tuple(f"{layer}.{axis}" for axis in _AXES): normals.__getitem__}
    height, width = normals.shape[:2]
    replacing_path(path, lambda unfinished: exr.write_channels(str(unfinished), width, height, parts))
