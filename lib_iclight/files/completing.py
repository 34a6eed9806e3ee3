"""Completes a picture that the web UI has saved: camera data, colour profile, and 16 bits a channel."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import numpy as np

from ..picture import png
from ..picture.icc import srgb_profile
from . import containers

DEEP_SUFFIX = "-16bit.png"
"""What the name of a 16-bit picture ends with, beside a saved one of another format than PNG."""


def complete(path: Path, block: bytes, pixels: np.ndarray | None = None, parameters: str = "") -> list[Path]:
    """Put the photograph's data into a saved picture. It is replaced at once, or stays as it is.

    Args:
        path: the saved picture. In a PNG file the pixels are replaced by ``pixels``; beside a file of another kind they
            are written as a PNG file of their own.
        block: the photograph's EXIF block without header, or empty.
        pixels: uint16 ``[H, W, 3]`` sRGB, None if the picture has 8 bits.
        parameters: the generation parameters, for a PNG file of its own.

    Returns:
        The files that were written.

    Raises:
        OSError: a file cannot be written.
        ValueError: the file is not PNG, JPEG, WebP, AVIF or HEIF, or is damaged, or the block does not fit into it.
    """
    profile = srgb_profile()
    with path.open("rb") as source:
        is_png = source.read(8) == png.SIGNATURE

    def write(target: BinaryIO) -> None:
        with path.open("rb") as source:
            if is_png:
                containers.rewrite_png(source, target, block, profile, pixels)
            else:
                containers.rewrite(source, target, block, profile)

    replacing(path, write)
    if is_png or pixels is None:
        return [path]
    beside = path.with_name(path.stem + DEEP_SUFFIX)
    replacing(beside, lambda target: _write_png(target, block, profile, pixels, parameters))
    return [path, beside]


def replacing(path: Path, write: Callable[[BinaryIO], None]) -> None:
    """:func:`replacing_path` for what writes into an open file."""

    def write_to(unfinished: Path) -> None:
        with unfinished.open("wb") as target:
            write(target)

    replacing_path(path, write_to)


def replacing_path(path: Path, write: Callable[[Path], None]) -> None:
    """Write a file under another name and give it its own once it is whole; after an error nothing is left of it."""
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        write(unfinished)
        os.replace(unfinished, path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def _write_png(target: BinaryIO, block: bytes, profile: bytes, pixels: np.ndarray, parameters: str) -> None:
    target.write(png.SIGNATURE)
    png.write_chunk(target, b"IHDR", png.header(pixels))
    containers.write_about(target, block, profile)
    if parameters:
        png.write_chunk(target, b"iTXt", b"parameters\0\0\0\0\0" + parameters.encode("utf-8", "replace"))
    png.write_pixels(target, pixels)
    png.write_chunk(target, b"IEND")
