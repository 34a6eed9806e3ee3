"""A set's subject as lamps light it: its surface and its photograph."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from ..picture.box_filter import cell_means
from ..picture.srgb import LUMA, linear_levels, linear_to_srgb
from ..restore.enlarging import Enlarging
from .lamps import Grid, grid_of, light_of
from .light_set import LightSet
from .surface import TRUE_SIGMA, normals, sides_linear

CELLS = 32
"""How many cells the longer side is divided into, to see how bright lamps make the subject."""

Lit = Callable[[slice], Callable[[int], np.ndarray]]
"""Gives for rows of a picture what gives the light that lamps add to them in a frame: float32 ``[3, rows * w]``."""

_TINY = 1e-6


class Samples(NamedTuple):
    """The subject in a few cells, from which the brightness of lamps follows at once.

    Attributes:
        normals: float16 ``[h, w, 3]``.
        reflected: float16 ``[h, w, 3]``, the photograph in linear light, times how much of the subject is there: on
            average over the cells, the mean over the subject.
    """

    normals: np.ndarray
    reflected: np.ndarray

    def luminance(self, rows: np.ndarray) -> float:
        """The mean luminance inside the matte under lamps, from their rows ``[L, 8]``."""
        if not rows[:, :3].any():
            return 0.0
        found = light_of(self.normals, rows) * self.reflected
        return float(found.mean(axis=(0, 1), dtype=np.float64) @ np.array(LUMA))


class LitSurface:
    """What lamps need to know of a set, found when they first ask.

    Normals and samples are in half precision, as the page has them, so that both compute with the same numbers.

    Args:
        light_set: has the four lights that normals need; without them :class:`ICLightError` is raised when they are
            asked for.
    """

    def __init__(self, light_set: LightSet) -> None:
        self.light_set = light_set

    @functools.cached_property
    def normals(self) -> np.ndarray:
        """float16 ``[h, w, 3]``, with the exponent that is nearer to the truth."""
        return _normals([*sides_linear(self.light_set)], self.light_set.matte)

    @functools.cached_property
    def samples(self) -> Samples:
        """The subject in cells, which are the same for a set at any size, apart from rounding."""
        height, width = self.light_set.size
        scale = min(1.0, CELLS / max(height, width))
        size = max(1, round(width * scale)), max(1, round(height * scale))
        matte = self.light_set.matte if self.light_set.matte.any() else np.full((height, width), 255, np.uint8)
        share = cell_means(matte.astype(np.float32), *size)
        own = linear_levels(255)[self.light_set.photograph] * (matte.astype(np.float32) / 255)[..., None]
        sides = [cell_means(side, *size) for side in sides_linear(self.light_set)]
        reflected = cell_means(own, *size) / (share.mean() / 255)
        return Samples(_normals(sides, share), reflected.astype(np.float16))

    def light(self, rows: np.ndarray) -> np.ndarray:
        """What lamps add to a picture of the set's size: float32 ``[h, w, 3]``, linear light.

        Args:
            rows: float ``[L, 8]``, see :meth:`lib_iclight.studio.lamps.Lamp.row`.
        """
        return light_of(self.normals, rows) * linear_levels(255)[self.light_set.photograph]

    def at_full_size(self, rows: np.ndarray, enlarging: Enlarging | None) -> Callable[[slice, slice], np.ndarray]:
        """Lamps on parts of the photograph at its own size.

        Args:
            rows: the lamps, float ``[L, 8]``.
            enlarging: from the set's size to the photograph's; None if they are the same.

        Returns:
            A function that takes rows and columns of the photograph, and returns by what they are multiplied: float32
            ``[3, rows, columns]``.
        """
        part_of = self._parts(enlarging)

        def light(down: slice, across: slice) -> np.ndarray:
            normals, grid = part_of(down, across)
            return np.moveaxis(light_of(normals, rows, grid), -1, 0)

        return light

    def frames(self, lamps: Sequence[np.ndarray], enlarging: Enlarging | None) -> Lit | None:
        """Lamps that move, for :func:`lib_iclight.studio.reel.reel`; None if there are none.

        Args:
            lamps: float ``[L, 8]`` for each frame.
            enlarging: as for :meth:`at_full_size`.
        """
        if not any(rows[:, :3].any() for rows in lamps):
            return None
        full = None if enlarging is None else self.light_set.full
        photograph = self.light_set.photograph if full is None else full.photograph
        part_of, levels = self._parts(enlarging), linear_levels(np.iinfo(photograph.dtype).max)

        def strip(rows: slice) -> Callable[[int], np.ndarray]:
            normals, grid = part_of(rows, slice(0, photograph.shape[1]))
            own = levels[photograph[rows]]
            return lambda frame: np.moveaxis(light_of(normals, lamps[frame], grid) * own, -1, 0).reshape(3, -1)

        return strip

    def _parts(self, enlarging: Enlarging | None) -> Callable[[slice, slice], tuple[np.ndarray, Grid]]:
        """What gives the normals of rows and columns of the photograph, and where they lie in the frame."""
        channels = np.ascontiguousarray(np.moveaxis(self.normals, -1, 0).astype(np.float32))
        grid = self._grid(enlarging is not None)

        def part(down: slice, across: slice) -> tuple[np.ndarray, Grid]:
            if enlarging is None:
                found = np.stack([channel[down, across] for channel in channels], axis=-1)
            else:
                found = np.stack([enlarging.rows(channel, down, across) for channel in channels], axis=-1)
                found /= np.sqrt((found**2).sum(axis=-1, keepdims=True)).clip(_TINY)
            return found, Grid(grid.across[across], grid.down[down], grid.size)

        return part

    def _grid(self, is_full: bool) -> Grid:
        """Where the photograph's pixels lie in the set's frame."""
        full, own = self.light_set.full, grid_of(self.light_set.size)
        if full is None or not is_full:
            return own
        down, across = (
            (np.arange(length, dtype=np.float32) + np.float32(0.5)) * np.float32(scale) + np.float32(offset)
            for length, (scale, offset) in zip(full.matte.shape, (full.down, full.across))
        )
        return Grid(across, down, own.size)


def _normals(sides: list[np.ndarray], matte: np.ndarray) -> np.ndarray:
    # Rounded as a preview's pictures are, so that the normals are the same before and after.
    rounded = [side.clip(0, 1).astype(np.float16).astype(np.float32) for side in sides]
    return normals([linear_to_srgb(side) for side in rounded], matte, TRUE_SIGMA).astype(np.float16)
