"""Normals and films as the bytes of a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from ..errors import ICLightError
from ..files import packages
from ..files.surfaces import write_exr
from ..picture.arrays import GREY
from ..picture.png import png
from . import films, motion
from .brightness import Brightness
from .light_set import LightSet, own_size
from .lit_surface import LitSurface
from .mixing import at_full_size
from .motion import Motion
from .preview import Preview
from .reel import reel
from .surface import SIDES, as_levels, divided, in_convention, normals_of, sides_of

NORMALS = "normals"

_LAYER, _DIVIDED = "N", "divided"
_MOST = {".webp": 1 << 31, ".gif": 1 << 28, ".mp4": 1 << 31}
"""The most pixels of all frames: those of a GIF are in memory together, at 3 bytes each."""


def surface_file(light_set: LightSet, which: str, convention: str, sigma: float, kind: str) -> bytes:
    """Normals, or one of the pictures divided by the ambient one, as a file.

    Args:
        light_set: has the four lights that normals need.
        which: :data:`NORMALS`, or one of :data:`lib_iclight.studio.surface.SIDES`.
        convention, sigma: of normals.
        kind: "png", 16 bits a channel for -1 to 1, or "exr".

    Raises:
        ICLightError: a light is missing, or the package that writes EXR files.
    """
    if which == NORMALS:
        values, layer = in_convention(normals_of(light_set, sigma), convention), _LAYER
    else:
        values, layer = divided(sides_of(light_set))[[*SIDES].index(which)], f"{_DIVIDED}.{which}"
    if kind == "png":
        return png(as_levels(values), None)
    if packages.absent(("exr",)):
        raise ICLightError("EXR files need OpenEXR (pip install OpenEXR). Choose PNG, or install it.")
    return _written(f"surface.{kind}", lambda path: write_exr(path, values, layer))


def photograph_file(light_set: LightSet) -> bytes:
    """A set's photograph at its own size, as a PNG that can be relit.

    Where it came transparent it lies on grey in the set; its matte then is the file's transparency.
    """
    found = own_size(light_set)
    outside = found.photograph[found.matte == 0]
    depth = np.iinfo(found.photograph.dtype).max // 255
    if not outside.size or (outside != GREY * depth).any():
        return png(found.photograph, None)
    # A PNG with transparency is written with 8 bits.
    return png((found.photograph // depth).astype(np.uint8), found.matte)


def preview_frames(preview: Preview, moving: Motion, count: int) -> Iterator[np.ndarray]:
    """A motion's frames at the size of a preview: uint8 ``[h, w, 3]`` each."""
    return motion.pictures(preview.desk(), moving, count)


def full_frames(light_set: LightSet, brightness: Brightness, moving: Motion, count: int) -> Iterator[np.ndarray]:
    """A motion's frames at the photograph's own size: uint8 ``[H, W, 3]`` each."""
    size, pictures, enlarging = at_full_size(light_set)
    table, lamps = motion.exposed(light_set, brightness, moving, count)
    return reel(size, pictures, table, LitSurface(light_set).frames(lamps, enlarging))


def check_room(width: int, height: int, count: int, kind: str) -> None:
    """Check that a film is not too large to be made.

    Args:
        width, height: of a frame.
        count: of frames.
        kind: one of :data:`lib_iclight.studio.films.KINDS`.

    Raises:
        ICLightError: it is.
    """
    if width * height * count > _MOST[kind]:
        fewer, another = "Ask for fewer or smaller ones.", "Ask for fewer or smaller ones, or choose webp."
        raise ICLightError(
            f"{count} frames of {width}x{height} pixels are too many for a {kind[1:]} film, which may have "
            f"{_MOST[kind] // (width * height):,} of them. {another if kind == '.gif' else fewer}"
        )


def film_file(frames: Iterator[np.ndarray], kind: str, fps: float, loops: bool) -> bytes:
    """Frames as a film; arguments as for :func:`lib_iclight.studio.films.write`."""
    return _written(f"film{kind}", lambda path: films.write(path, frames, 1 / fps, loops))


def _written(name: str, write: Callable[[Path], None]) -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        write(path)
        return path.read_bytes()
