"""A moving light: keyframes of a mix, and the factors of every frame between them."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ..errors import ICLightError
from .around import weights_at
from .brightness import Brightness
from .lamps import between, brighter
from .light_set import LightSet
from .mix import OFF, Fader, Mix, Turned, lamp_rows, still, turned
from .mixing import Desk
from .reel import reel

MOST_FRAMES = 240

EASINGS: dict[str, Callable[[float], float]] = {
    "linear": lambda t: t,
    "ease": lambda t: t * t * (3 - 2 * t),
    "in": lambda t: t * t,
    "out": lambda t: t * (2 - t),
    "hold": lambda t: 0.0,
}
"""How far the way to the next keyframe is done, by the share of the time to it."""


@dataclass(frozen=True)
class Keyframe:
    """A mix at a moment.

    Attributes:
        at: from 0, the beginning, to 1, the end.
        mix: what is on. The angle of its turned light is not wrapped: from 0 to 360 it goes once around.
        easing: how it goes from here to the next keyframe, one of :data:`EASINGS`.
    """

    at: float
    mix: Mix
    easing: str = "linear"


@dataclass(frozen=True)
class Motion:
    """A moving light.

    Attributes:
        keyframes: one or more, in the order of time.
        seconds: how long it is.
        loops: whether it begins again at its end, so that the last frame is the one *before* the first.
    """

    keyframes: tuple[Keyframe, ...]
    seconds: float = 4.0
    loops: bool = True


@dataclass(frozen=True, eq=False)
class Moment:
    """What is on at a moment of a motion, exposure apart.

    Attributes:
        still: the factors of the set's pictures without the turned light, float64 ``[K, 3]``.
        angle: that of the turned light, in degrees.
        turned: its strength times its colour, float64 ``[3]``; 0 without one.
        lamps: float64 ``[L, 8]``, see :meth:`lib_iclight.studio.lamps.Lamp.row`.
    """

    still: np.ndarray
    angle: float
    turned: np.ndarray
    lamps: np.ndarray


def moments(light_set: LightSet, motion: Motion, count: int) -> list[Moment]:
    """What is on in each frame.

    Strengths and colours go straight from one keyframe to the next in linear light, as the sum of lights does; the
    turned light's angle goes straight too, and stays where it is towards a keyframe that has none. Each lamp goes
    straight to where the lamp in its place of the next keyframe's list is.

    Args:
        light_set: what is mixed.
        motion: its mixes are the set's.
        count: 1 to 240.

    Raises:
        ICLightError: there are no keyframes or too many frames, the keyframes' times or easings are wrong, or a mix is
            none of the set.
    """
    if not 1 <= count <= MOST_FRAMES:
        raise ICLightError(f"A motion has 1 to {MOST_FRAMES} frames, not {count}.")
    return moments_at(light_set, motion, _times(motion, count))


def moments_at(light_set: LightSet, motion: Motion, times: Iterable[float]) -> list[Moment]:
    """What is on at any times from 0, the beginning, to 1, the end; see :func:`moments`."""
    _check(motion)
    tables = [still(light_set, keyframe.mix) for keyframe in motion.keyframes]
    return [_at(motion, tables, time) for time in times]


def frames(light_set: LightSet, motion: Motion, count: int) -> np.ndarray:
    """The factors of each frame, exposure apart: float64 ``[count, K, 3]``; see :func:`moments`."""
    return np.stack([_table(light_set, moment) for moment in moments(light_set, motion, count)])


def exposures(brightness: Brightness, motion: Motion, table: np.ndarray) -> np.ndarray:
    """The exposure of each frame in stops, float64 ``[count]``: between keyframes it goes straight.

    Where a keyframe's is automatic, it is that of the frame.

    Args:
        brightness: the set's.
        motion: as for :func:`frames`.
        table: from :func:`frames`.
    """

    def stops(mix: Mix, frame: np.ndarray, rows: np.ndarray) -> float:
        return brightness.automatic_exposure(frame, rows) if mix.exposure is None else mix.exposure

    found = []
    for time, frame in zip(_times(motion, len(table)), table):
        before, after, share = _place(motion, time)
        rows = _lamps(motion, time)
        ends = [stops(motion.keyframes[index].mix, frame, rows) for index in (before, after)]
        found.append(ends[0] + share * (ends[1] - ends[0]))
    return np.array(found)


def lamps(motion: Motion, count: int) -> list[np.ndarray]:
    """The lamps of each frame, exposure apart: float64 ``[L, 8]`` each; see :func:`moments`."""
    return [_lamps(motion, time) for time in _times(motion, count)]


def exposed(
    light_set: LightSet, brightness: Brightness, motion: Motion, count: int
) -> tuple[np.ndarray, list[np.ndarray]]:
    """The factors of each frame, exposure included, float64 ``[count, K, 3]``, and its lamps, float64 ``[L, 8]``."""
    table = frames(light_set, motion, count)
    gains = 2 ** exposures(brightness, motion, table)
    lit = [brighter(rows, gain) for rows, gain in zip(lamps(motion, count), gains)]
    return table * gains[:, None, None], lit


def pictures(desk: Desk, motion: Motion, count: int) -> Iterator[np.ndarray]:
    """The frames one after another: uint8 ``[h, w, 3]`` each; see :func:`frames`."""
    table, lit = exposed(desk.light_set, desk.brightness, motion, count)
    return reel(desk.light_set.size, desk.part, table, desk.surface.frames(lit, None))


def _times(motion: Motion, count: int) -> np.ndarray:
    return np.arange(count) / (count if motion.loops else max(count - 1, 1))


def _at(motion: Motion, tables: Sequence[np.ndarray], time: float) -> Moment:
    """What is on at a moment; ``tables`` are the factors of the keyframes without the turned light."""
    before, after, share = _place(motion, time)
    mixes = [motion.keyframes[index].mix for index in (before, after)]
    one, other = (turned(mix) for mix in mixes)
    angles = [mix.turned.angle for mix in mixes if mix.turned is not None] or [0.0]
    return Moment(
        tables[before] + share * (tables[after] - tables[before]),
        angles[0] + share * (angles[-1] - angles[0]),
        one + share * (other - one),
        _lamps(motion, time),
    )


def _lamps(motion: Motion, time: float) -> np.ndarray:
    before, after, share = _place(motion, time)
    one, other = (lamp_rows(motion.keyframes[index].mix) for index in (before, after))
    return between(one, other, share)


def _table(light_set: LightSet, moment: Moment) -> np.ndarray:
    """A moment's factors ``[K, 3]``."""
    result = moment.still.copy()
    if moment.turned.any():
        weights = weights_at(light_set, moment.angle)
        result[: len(weights)] += weights[:, None] * moment.turned
    return result


def _place(motion: Motion, time: float) -> tuple[int, int, float]:
    """The keyframes before and after a moment, and how far it is from the one to the other, eased.

    Before the first and after the last keyframe a loop goes on from the last to the first; else they are held.
    """
    keyframes = motion.keyframes
    later = next((index for index, keyframe in enumerate(keyframes) if keyframe.at > time), len(keyframes))
    before, after = later - 1, later
    if before >= 0 and after < len(keyframes):
        start, length = keyframes[before].at, keyframes[after].at - keyframes[before].at
    elif motion.loops:
        before, after = len(keyframes) - 1, 0
        start, length = keyframes[-1].at, keyframes[0].at + 1 - keyframes[-1].at
        time += 1 if time < start else 0
    else:
        only = max(before, 0)
        return only, only, 0.0
    share = (time - start) / length if length > 0 else 0.0
    return before, after, EASINGS[keyframes[before].easing](min(share, 1.0))


def _check(motion: Motion) -> None:
    if not motion.keyframes:
        raise ICLightError("A motion needs a keyframe. Add one.")
    times = [keyframe.at for keyframe in motion.keyframes]
    if not all(0 <= time <= 1 for time in times) or any(later <= one for one, later in itertools.pairwise(times)):
        raise ICLightError("The keyframes of a motion must lie one after another between 0 and 1.")
    unknown = [keyframe.easing for keyframe in motion.keyframes if keyframe.easing not in EASINGS]
    if unknown:
        raise ICLightError(f"There is no easing {unknown[0]!r}. Choose: {', '.join(EASINGS)}.")


# Ready ones


def once_around(start: float = 0.0, strength: float = 1.0, ambient: float = 0.0, seconds: float = 4.0) -> Motion:
    """A light that turns once around the subject, counter-clockwise, for ever."""
    ends = [
        Keyframe(at, Mix(ambient=_ambient(ambient), turned=Turned(start + 360 * at, Fader(strength))))
        for at in (0.0, 1.0)
    ]
    return Motion(tuple(ends), seconds)


_DAY = ((0.0, -5.0, 0.0, 2000), (0.12, 15.0, 0.9, 2600), (0.5, 90.0, 1.25, 5800), (0.88, 165.0, 0.9, 2400))
"""Moment, angle, strength and colour temperature of the sun."""


def day(ambient: float = 0.15, seconds: float = 8.0) -> Motion:
    """The sun from the right over the top to the left: red and faint at both ends, white at noon; it does not loop."""
    hours = [*_DAY, (1.0, 185.0, 0.0, 2000)]
    return Motion(
        tuple(
            Keyframe(
                at,
                Mix(
                    ambient=Fader(ambient * (0.3 + 0.7 * strength), kelvin=9000) if ambient else OFF,
                    turned=Turned(angle, Fader(strength, kelvin=kelvin)),
                ),
                "ease",
            )
            for at, angle, strength, kelvin in hours
        ),
        seconds,
        loops=False,
    )


READY: dict[str, Callable[[float], Motion]] = {
    "once_around": lambda ambient: once_around(ambient=0.1 * ambient),
    "day": lambda ambient: day(ambient=0.15 * ambient),
    "candle": lambda ambient: candle(ambient=0.03 * ambient),
}
"""The ready ones, by how much there is of their ambient light: 0 for sets that were shot without it."""


def candle(angle: float = 270.0, ambient: float = 0.03, seconds: float = 3.0, seed: int = 0) -> Motion:
    """A flame that flickers and sways a little; the same for the same seed, and without a seam.

    The flicker is a sum of a few waves that each fit the length a whole number of times, slower ones stronger (about
    1/f, as flames flicker).
    """
    rng, times, waves = np.random.default_rng(seed), np.arange(24) / 24, np.arange(1, 9)

    def wavering() -> np.ndarray:
        phases = rng.uniform(0, 2 * math.pi, len(waves))
        return (np.sin(2 * math.pi * waves * times[:, None] + phases) / np.sqrt(waves)).sum(axis=1)

    flicker, sway = (1 + 0.12 * wavering()).clip(0.4, 1.6), angle + 4 * wavering()
    keyframes = [
        Keyframe(
            float(time), Mix(ambient=_ambient(ambient), turned=Turned(float(at), Fader(float(bright), kelvin=1900)))
        )
        for time, bright, at in zip(times, flicker, sway)
    ]
    return Motion(tuple(keyframes), seconds)


def _ambient(strength: float) -> Fader:
    return Fader(strength) if strength else OFF
