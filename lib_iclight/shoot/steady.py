"""Steady frames: gains and mattes smoothed along the motion, and one exposure curve over the whole clip.

What flickers in a clip whose frames were painted one by one is the light, not the photograph. So the gains are
smoothed, and no pixel is: each becomes the mean of what the same point of the subject has in the frames around, or in a
light that moves the height of a line fitted through it (local linear regression: W. S. Cleveland, "Robust Locally
Weighted Regression", JASA 1979). Frames in which the point is hidden, or looks different, do not count.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from .flow import flow, is_cut, occluded, resized, warp

RADIUS = 6
"""How many frames before a frame, and after it, are looked at."""

_SIGMA, _SIGMA_MOVING = 3.0, 1.5
"""In frames: how fast a frame counts less the farther it is, in a fixed light and in one that moves."""

_MATTE_RADIUS, _MATTE_SIGMA, _MATTE_SIDE = 2, 1.0, 512
_EXPOSURE_SIGMA, _EXPOSURE_SIGMA_MOVING = 12.0, 3.0
"""In frames: the exposure's smooth curve."""

_LOOKS = 24.0
"""In levels of 255: a difference at which a place that was followed counts a good third."""

_LEAST = 1e-3
"""The weight of a pixel outside of the matte: the gain goes on there, but tells nothing."""

_STEEP = 1e-3
"""Keeps lines through frames that lie on one side flat where they tell little."""


@dataclass(frozen=True, eq=False)
class Moment:
    """A frame of a clip, at the run's size.

    Attributes:
        frame: uint8 ``[H, W, 3]``, the photograph.
        matte: uint8 ``[H, W]``, 255 on the subject.
        values: float32 ``[H, W, C]``, what is to be steadied.
    """

    frame: np.ndarray
    matte: np.ndarray
    values: np.ndarray


def steadied(
    moments: Iterable[Moment], strength: float = 1.0, *, light_moves: bool = False, radius: int = RADIUS
) -> Iterator[np.ndarray]:
    """Steady the values of frames that come one after another; no more than ``2 * radius + 1`` are kept.

    Args:
        moments: the frames in their order, all of one size.
        strength: 0 gives the very values back, 1 the smooth ones.
        light_moves: whether the light changes from frame to frame: then a shorter time is looked at, and its change
            is kept.
        radius: how many frames on either side are looked at.

    Yields:
        The values of each frame, float32 ``[H, W, C]``, as soon as the frames after it are there.

    Raises:
        ICLightError: OpenCV is missing.
    """
    if strength <= 0:
        yield from (moment.values for moment in moments)
        return
    window = _Window(_SIGMA_MOVING if light_moves else _SIGMA, radius, light_moves)
    for moment in moments:
        for values, smooth in window.take(moment):
            yield values + np.float32(strength) * (smooth - values)
    for values, smooth in window.rest():
        yield values + np.float32(strength) * (smooth - values)


def steady_gains(
    frames: Sequence[np.ndarray],
    mattes: Sequence[np.ndarray],
    gains: Sequence[np.ndarray],
    strength: float = 1.0,
    *,
    light_moves: bool = False,
    radius: int = RADIUS,
) -> np.ndarray:
    """Steady all gains of a short clip at once: along the motion, and in exposure.

    Args:
        frames: uint8 ``[H, W, 3]`` each, the photographs at the run's size.
        mattes: uint8 ``[H, W]`` each, 255 on the subject.
        gains: float32 ``[H, W, C]`` each, their logarithms.
        strength, light_moves, radius: as for :func:`steadied`.

    Returns:
        float32 ``[T, H, W, C]``.

    Raises:
        ICLightError: OpenCV is missing.
    """
    moments = (Moment(*each) for each in zip(frames, mattes, gains, strict=True))
    smooth = np.stack([*steadied(moments, strength, light_moves=light_moves, radius=radius)])
    levels = np.stack([exposure(each, matte) for each, matte in zip(smooth, mattes, strict=True)])
    cuts = [index for index in range(1, len(frames)) if is_cut(frames[index - 1], frames[index])]
    return smooth + exposure_shifts(levels, strength, light_moves=light_moves, cuts=cuts)[:, None, None]


def exposure(gains: np.ndarray, matte: np.ndarray) -> np.ndarray:
    """A frame's exposure: the median of its gains inside the matte.

    Args:
        gains: float32 ``[H, W, C]``, logarithms.
        matte: uint8 ``[H, W]``.

    Returns:
        float32 ``[C]``; NaN if there is nothing inside.
    """
    inside = gains[matte >= 128]
    if not len(inside):
        return np.full(gains.shape[-1], np.nan, np.float32)
    return np.median(inside, axis=0).astype(np.float32)


def exposure_shifts(
    levels: np.ndarray, strength: float = 1.0, *, light_moves: bool = False, cuts: Collection[int] = ()
) -> np.ndarray:
    """What is to be added to each frame's gains so that their exposure follows a smooth curve over the whole shot.

    Args:
        levels: float32 ``[T, C]``, from :func:`exposure`; frames with NaN tell nothing and get nothing.
        strength: 0 adds nothing.
        light_moves: whether the light changes: then the curve follows it.
        cuts: the frames with which further shots begin (:func:`lib_iclight.shoot.flow.is_cut`); each has its own curve.

    Returns:
        float32 ``[T, C]``.
    """
    sigma = _EXPOSURE_SIGMA_MOVING if light_moves else _EXPOSURE_SIGMA
    known = ~np.isnan(levels).any(-1)
    values = np.where(known[:, None], levels, 0)
    time = np.arange(len(levels), dtype=np.float32)
    shot = np.isin(np.arange(len(levels)), [*cuts]).cumsum()
    shifts = np.zeros_like(levels)
    for index in np.flatnonzero(known):
        away = time - time[index]
        weight = np.exp(-0.5 * (away / sigma) ** 2) * (known & (shot == shot[index]))
        sums = _Sums.of(weight.astype(np.float32), away, values)
        shifts[index] = strength * (sums.line() - levels[index])
    return shifts


def steady_mattes(
    frames: Sequence[np.ndarray], mattes: Sequence[np.ndarray], strength: float = 1.0
) -> Iterator[np.ndarray]:
    """Steady the mattes of frames: what is cut out in one frame and not in those around it comes or goes.

    What comes or goes is found on copies of at most 512 pixels on the shorter side; the mattes' own edges stay sharp.

    Args:
        frames: uint8 ``[H, W, 3]`` each; may be an iterator.
        mattes: uint8 ``[H, W]`` each; may be an iterator.
        strength: 0 gives the very mattes back.

    Yields:
        uint8 ``[H, W]`` for each frame, two frames late.

    Raises:
        ICLightError: OpenCV is missing.
    """
    if strength <= 0:
        yield from mattes
        return
    window, waiting = _Window(_MATTE_SIGMA, _MATTE_RADIUS, False), deque[np.ndarray]()
    for frame, matte in zip(frames, mattes, strict=True):
        waiting.append(matte)
        for values, smooth in window.take(_cut_out(frame, matte)):
            yield _corrected(waiting.popleft(), strength * (smooth - values)[..., 0])
    for values, smooth in window.rest():
        yield _corrected(waiting.popleft(), strength * (smooth - values)[..., 0])


def _cut_out(frame: np.ndarray, matte: np.ndarray) -> Moment:
    """A small moment whose value is its matte, and in which every pixel counts."""
    scale = min(_MATTE_SIDE / min(matte.shape), 1.0)
    size = [max(round(side * scale), 1) for side in matte.shape]
    small = resized(matte, *size)
    return Moment(resized(frame, *size), np.full_like(small, 255), small[..., None].astype(np.float32))


def _corrected(matte: np.ndarray, change: np.ndarray) -> np.ndarray:
    found = matte + resized(np.ascontiguousarray(change, np.float32), *matte.shape)
    return (found + np.float32(0.5)).clip(0, 255).astype(np.uint8)


@dataclass
class _Sums:
    """The sums of a weighted line fit over time: of the weights, times time, times its square; of the values, too."""

    weight: np.ndarray
    first: np.ndarray
    second: np.ndarray
    value: np.ndarray
    slope: np.ndarray

    @classmethod
    def of(cls, weight: np.ndarray, away: np.ndarray, values: np.ndarray) -> _Sums:
        """The sums over all of a row of T values: ``weight`` and ``away`` ``[T]``, ``values`` ``[T, C]``."""
        moments = (weight, weight * away, weight * away**2)
        sums = [moment.sum(keepdims=True) for moment in moments]
        return cls(*sums, *((moment[:, None] * values).sum(0) for moment in moments[:2]))

    @classmethod
    def begun(cls, weight: np.ndarray, values: np.ndarray) -> _Sums:
        """The sums of one frame at its own time: ``weight`` ``[H, W]``, ``values`` ``[H, W, C]``."""
        none = np.zeros_like(weight)
        return cls(weight.copy(), none, none.copy(), weight[..., None] * values, np.zeros_like(values))

    def add(self, weight: np.ndarray, away: float, values: np.ndarray, lines: bool) -> None:
        """Add a frame that is ``away`` frames from the one that is steadied; without ``lines`` for its mean alone."""
        self.weight += weight
        weighted = weight[..., None] * values
        self.value += weighted
        if lines:
            self.first += weight * np.float32(away)
            self.second += weight * np.float32(away * away)
            self.slope += weighted * np.float32(away)

    def mean(self) -> np.ndarray:
        """The weighted mean, ``[..., C]``."""
        return self.value / self.weight[..., None]

    def line(self) -> np.ndarray:
        """The height at time 0 of the line of least squares, ``[..., C]``."""
        lean = self.second * self.weight - self.first**2 + np.float32(_STEEP) * self.weight**2
        share = (self.first / self.weight / lean)[..., None]
        mean = self.mean()
        return mean - share * (self.slope * self.weight[..., None] - self.first[..., None] * self.value)


class _Seen(NamedTuple):
    """A frame of the window.

    Attributes:
        values: as in :class:`Moment`.
        share: float32 ``[H, W]``, the matte's.
        layers: float32 ``[H, W, C + 2]``: the values, the matte's share, and how bright the frame is, all of which are
            fetched together.
        frame: the photograph.
    """

    values: np.ndarray
    share: np.ndarray
    layers: np.ndarray
    frame: np.ndarray

    @classmethod
    def of(cls, moment: Moment) -> _Seen:
        """A moment, made ready."""
        share = np.maximum(moment.matte / np.float32(255), np.float32(_LEAST))
        brightness = moment.frame.mean(-1, dtype=np.float32)
        layers = np.concatenate([moment.values, share[..., None], brightness[..., None]], -1)
        return cls(moment.values, share, layers, moment.frame)


class _Window:
    """The frames around the one that is steadied, with the motion between neighbours.

    Args:
        sigma: in frames.
        radius: how many frames on either side.
        lines: whether lines are fitted, or means taken.
    """

    def __init__(self, sigma: float, radius: int, lines: bool) -> None:
        self._radius, self._lines = radius, lines
        self._kernel = [float(np.exp(-0.5 * (step / sigma) ** 2)) for step in range(radius + 1)]
        self._kept: deque[_Seen] = deque(maxlen=2 * radius + 1)
        # Between each kept frame and the one after it: the way there and the way back.
        self._ways: deque[tuple[np.ndarray, np.ndarray]] = deque(maxlen=2 * radius)
        self._next = 0

    def take(self, moment: Moment) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Take in the next frame, and yield the values and the smooth ones of the frame whose turn it is, if any."""
        if self._kept:
            self._ways.append(_ways(self._kept[-1].frame, moment.frame))
            if len(self._kept) == self._kept.maxlen:
                self._next -= 1
        self._kept.append(_Seen.of(moment))
        if len(self._kept) - self._next > self._radius:
            yield self._steadied()

    def rest(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield those of the frames that are left."""
        while self._next < len(self._kept):
            yield self._steadied()

    def _steadied(self) -> tuple[np.ndarray, np.ndarray]:
        index, self._next = self._next, self._next + 1
        here = self._kept[index]
        sums = _Sums.begun(here.share, here.values)
        for step in (1, -1):
            self._follow(index, step, sums)
        return here.values, sums.line() if self._lines else sums.mean()

    def _follow(self, index: int, step: int, sums: _Sums) -> None:
        """Add the frames after a frame, or before it, as far as its points can be followed."""
        brightness, way = self._kept[index].layers[..., -1], None
        for distance in range(1, self._radius + 1):
            other = index + step * distance
            if not 0 <= other < len(self._kept):
                return
            onward = self._ways[other - 1][0] if step > 0 else self._ways[other][1]
            if way is not None:
                onward = warp(onward, way[..., :2])
                onward[..., :2] += way[..., :2]
                onward[..., 2] *= way[..., 2]
            way = onward
            layers = warp(self._kept[other].layers, way[..., :2])
            unlike = (layers[..., -1] - brightness) * np.float32(1 / _LOOKS)
            weight = np.float32(self._kernel[distance]) * way[..., 2] * np.exp(-(unlike**2))
            sums.add(weight * layers[..., -2], step * distance, layers[..., :-2], self._lines)


def _ways(first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The way from a frame to another, and the way back.

    Each is float32 ``[H, W, 3]``: the flow, and 1 where the other frame shows the point; another shot shows none.
    """
    if is_cut(first, second):
        return (np.zeros((*first.shape[:2], 3), np.float32),) * 2
    there, back = flow(first, second), flow(second, first)
    seen = (~occluded(*each) for each in ((there, back), (back, there)))
    return tuple(np.dstack([way, shown.astype(np.float32)]) for way, shown in zip((there, back), seen, strict=True))
