"""The frames of a film, made together."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from light_sets import doubled, gains_of, random_paintings
from samples import noise

from lib_iclight.studio import motion, reel, writing
from lib_iclight.studio.lamps import Lamp
from lib_iclight.studio.light_set import LightSet
from lib_iclight.studio.mix import Fader, Mix
from lib_iclight.studio.mixing import Desk, developed
from lib_iclight.studio.motion import Keyframe, Motion, once_around

COUNT = 5
MATTE = np.full((40, 48), 255, np.uint8)


def gains() -> LightSet:
    """Two sides, smooth as gains are, on a photograph of noise."""
    across = np.linspace(40, 250, 24)[None, :, None].repeat(20, axis=0).repeat(3, axis=2)
    paintings = {"left": across[:, ::-1].astype(np.uint8), "right": across.astype(np.uint8)}
    matte = np.full((20, 24), 255, np.uint8)
    matte[:5, :7] = 90
    return gains_of(noise(24, 20, seed=4), paintings | {"ambient": noise(24, 20, seed=5)}, matte)


def as_developed(light_set: LightSet) -> list[np.ndarray]:
    table, _ = motion.exposed(light_set, Desk(light_set).brightness, once_around(ambient=0.3), COUNT)
    return [developed(light_set, frame).seen for frame in table]


def full(light_set: LightSet) -> list[np.ndarray]:
    return [*writing.full_frames(light_set, Desk(light_set).brightness, once_around(ambient=0.3), COUNT)]


@pytest.mark.parametrize("depth", [None, np.uint8, np.uint16], ids=["its own size", "8 bits", "16 bits"])
def test_a_frame_of_full_size_is_what_is_developed(depth):
    light_set = gains()
    light_set = light_set if depth is None else replace(light_set, full=doubled(light_set, depth))
    for frame, expected in zip(full(light_set), as_developed(light_set)):
        assert np.abs(frame.astype(int) - expected).max() <= 1


def test_a_frame_of_paintings_is_what_is_developed_to_the_byte():
    light_set = random_paintings()
    np.testing.assert_array_equal(full(light_set), as_developed(light_set))


def test_lamps_light_every_frame_as_they_are_developed(monkeypatch):
    monkeypatch.setattr(reel, "_STRIP_PIXELS", 5 * 48)
    names = ["left", "right", "bottom", "top"]
    made = gains_of(noise(48, 40), {name: noise(48, 40, seed=i) for i, name in enumerate(names)}, MATTE)
    lamps = [Lamp(x, 0.3, fader=Fader(0.5, kelvin=4000)) for x in (0.1, 0.9)]
    for light_set in (made, replace(made, full=doubled(made)), random_paintings(count=4)):
        brightness, first = Desk(light_set).brightness, light_set.lights[0].name
        ends = [Keyframe(at, Mix({first: Fader(0.3)}, lamps=(lamp,))) for at, lamp in enumerate(lamps)]
        moving = Motion(tuple(ends), loops=False)
        table, lit = motion.exposed(light_set, brightness, moving, COUNT)
        frames = [*writing.full_frames(light_set, brightness, moving, COUNT)]
        for frame, factors, rows in zip(frames, table, lit):
            expected = developed(light_set, factors, lamps=rows).seen
            assert np.abs(frame.astype(int) - expected).max() <= 1
        assert np.abs(frames[0].astype(int) - frames[-1]).max() > 20


def test_frames_are_the_same_however_many_are_made_together(monkeypatch):
    light_set = gains()
    whole = full(light_set)
    monkeypatch.setattr(reel, "_ROOM", 2 * whole[0].nbytes)
    monkeypatch.setattr(reel, "_STRIP_PIXELS", 3 * 24)
    np.testing.assert_array_equal(full(light_set), whole)


def test_a_frame_that_is_kept_is_not_written_over():
    light_set = random_paintings()
    frames = motion.pictures(Desk(light_set), once_around(), COUNT)
    first = next(frames)
    before = first.copy()
    assert len([*frames]) == COUNT - 1
    np.testing.assert_array_equal(first, before)
