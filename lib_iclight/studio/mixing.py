"""Mixes as pictures: of the set's size in memory, or of the photograph's own size in strips."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable

import numpy as np

from ..picture.srgb import linear_levels, linear_to_srgb
from ..restore.developed import Developed
from ..restore.enlarging import Enlarging
from ..restore.photograph import Behind, Photograph, develop
from ..restore.relighting import Mixed, gain_logs, log_luminance
from .brightness import Brightness, brightness_of, mean_of, share_of
from .lamps import NO_LAMPS, brighter
from .light_set import GAINS, LightSet, lights_of, own_size, pictures_of
from .lit_surface import LitSurface
from .mix import Mix, factors, lamp_rows

_LEVELS = (1 << 16) - 1
_ROUND = np.float32(0.5)


class Desk:
    """A set's pictures in linear light, side by side in memory, ready to be mixed any number of times.

    Of a set of gains these are ``P exp(G_k)``, so that ``P (a exp(G_A) + sum w_k c_k exp(G_k))`` is their sum too.

    Args:
        light_set: takes 12 bytes for each pixel of each of its pictures.
        brightness: that of the set at another size, whose automatic exposure is to be kept; None for its own.
    """

    def __init__(self, light_set: LightSet, brightness: Brightness | None = None) -> None:
        self.light_set = light_set
        height, width = light_set.size
        self._pictures = np.empty((3, len(light_set.shots), height * width), np.float32)
        share, means = share_of(light_set.matte), []
        for index, values in enumerate(pictures_of(light_set)):
            self._pictures[:, index] = np.moveaxis(values, -1, 0).reshape(3, -1)
            means += [] if brightness else [mean_of(values, share)]
        self.brightness = brightness or brightness_of(light_set, means, share)
        own = self.brightness.surface
        self.surface = own if own.light_set is light_set else LitSurface(light_set)

    def exposure(self, mix: Mix) -> float:
        """A mix's exposure in stops, the automatic one if it has none of its own."""
        if mix.exposure is not None:
            return mix.exposure
        return self.brightness.automatic_exposure(factors(self.light_set, mix), lamp_rows(mix))

    def factors(self, mix: Mix) -> np.ndarray:
        """A mix as float64 ``[K, 3]``, exposure included, without its lamps."""
        return factors(self.light_set, mix) * 2 ** self.exposure(mix)

    def lamps(self, mix: Mix) -> np.ndarray:
        """A mix's lamps as float64 ``[L, 8]``, exposure included."""
        return brighter(lamp_rows(mix), 2 ** self.exposure(mix))

    def part(self, rows: slice) -> np.ndarray:
        """Some rows of the pictures: float32 ``[3, K, rows * w]``."""
        width = self.light_set.size[1]
        return self._pictures[:, :, rows.start * width : rows.stop * width]

    def shown(self, mix: Mix) -> np.ndarray:
        """A mix as sRGB, uint8 ``[h, w, 3]``, with its lamps."""
        return self.picture(self.factors(mix), self.lamps(mix))

    def linear(self, found: np.ndarray, lamps: np.ndarray = NO_LAMPS) -> np.ndarray:
        """The pictures times their factors ``[K, 3]``, added up, under lamps ``[L, 8]``: float32 ``[h, w, 3]``, not cut
        off."""
        return np.ascontiguousarray(np.moveaxis(self._sum(found, lamps), 0, -1))

    def picture(self, found: np.ndarray, lamps: np.ndarray = NO_LAMPS) -> np.ndarray:
        """:meth:`linear` as sRGB: uint8 ``[h, w, 3]``."""
        return np.ascontiguousarray(np.moveaxis(encoded(self._sum(found, lamps)), 0, -1))

    def _sum(self, found: np.ndarray, lamps: np.ndarray) -> np.ndarray:
        """float32 ``[3, h, w]``."""
        weights = found.astype(np.float32)
        used = np.flatnonzero(weights.any(axis=1))
        planes = [_weighted(channel, weights[:, index], used) for index, channel in enumerate(self._pictures)]
        total = np.stack(planes).reshape(3, *self.light_set.size)
        return total + np.moveaxis(self.surface.light(lamps), -1, 0) if len(lamps) else total


def _weighted(pictures: np.ndarray, weights: np.ndarray, used: np.ndarray) -> np.ndarray:
    """The sum of some of ``[K, N]``, by a product of matrices if it is of most."""
    if 2 * len(used) > len(weights):
        return weights @ pictures
    total = np.zeros(pictures.shape[1], np.float32)
    for index in used:
        total += weights[index] * pictures[index]
    return total


def encoded(linear: np.ndarray) -> np.ndarray:
    """Linear light as 8-bit sRGB, cut off at 0 and 1 and rounded, by a table that is off by a tenth of a level at most.

    Args:
        linear: float32 of any shape.

    Returns:
        uint8 of the same shape.
    """
    places = np.clip(linear, 0, 1)
    places *= np.float32(_LEVELS)
    places += _ROUND
    return _levels()[places.astype(np.uint16)]


@functools.cache
def _levels() -> np.ndarray:
    """Levels by linear light in 65,535 steps."""
    return np.rint(255 * linear_to_srgb(np.arange(_LEVELS + 1) / _LEVELS)).astype(np.uint8)


def at_full_size(
    light_set: LightSet,
) -> tuple[tuple[int, int], Callable[[slice], np.ndarray], Enlarging | None]:
    """A set's pictures at the photograph's own size, of which rows are made when they are asked for.

    Returns:
        ``(H, W)``; what gives some rows of them in linear light, float32 ``[3, K, rows * W]``; and what enlarges the
        set's maps to that size, None if it is the set's own.
    """
    if light_set.kind != GAINS:
        return light_set.size, lambda rows: _flat(shot.values[rows] for shot in light_set.shots), None
    (own, _, enlarging), lights = own_size(light_set), lights_of(light_set)
    height, width = own.shape[:2]

    def part(rows: slice) -> np.ndarray:
        pixels, columns = own[rows], slice(0, width)
        linear = linear_levels(np.iinfo(own.dtype).max)[pixels]
        luminance = None if enlarging is None else log_luminance(pixels)
        logs = (gain_logs(luminance, light, enlarging, rows, columns) for light in lights)
        return _flat(linear * np.exp(np.moveaxis(each, 0, -1)) for each in logs)

    return (height, width), part, enlarging


def _flat(pictures: Iterable[np.ndarray]) -> np.ndarray:
    """Pictures ``[rows, w, 3]`` as float32 ``[3, K, rows * w]``."""
    return np.stack([np.moveaxis(each, -1, 0).reshape(3, -1) for each in pictures], axis=1).astype(np.float32)


def developed(
    light_set: LightSet,
    found: np.ndarray,
    behind: Behind | None = None,
    *,
    lamps: np.ndarray = NO_LAMPS,
    with_layers: bool = False,
) -> Developed:
    """A mix put on the photograph at its own size, in strips.

    The gains are enlarged one by one, each with the edges of the photograph, and then added up. Of a set of
    paintings it is the mixed painting, which has no other size and no layers.

    Args:
        light_set: what is mixed.
        found: the mix's factors ``[K, 3]``, from :meth:`Desk.factors`.
        behind: what is around the subject, of the photograph's size; None for all of the photograph in the same light.
        lamps: its lamps ``[L, 8]``, from :meth:`Desk.lamps`.
        with_layers: whether the result holds what it is made of.

    Returns:
        The result, with 16 bits if the photograph has them.
    """
    if light_set.kind != GAINS:
        return Developed(Desk(light_set).picture(found, lamps))
    own, matte, enlarging = own_size(light_set)
    besides = LitSurface(light_set).at_full_size(lamps, enlarging) if len(lamps) else None
    mixed = Mixed(lights_of(light_set), found, besides)
    if behind is None:
        nothing = np.broadcast_to(np.uint8(0), (*matte.shape, 3))
        behind = Behind(nothing, None, (slice(0, matte.shape[0]), slice(0, matte.shape[1])), mixed)
    photograph = Photograph(matte, own.__getitem__, own.__getitem__, enlarging)
    return develop(photograph, mixed, behind, with_layers=with_layers)
