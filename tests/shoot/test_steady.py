"""Steady frames: what flickers is smoothed along the motion, and what is true of the light is kept."""

from __future__ import annotations

import numpy as np
import pytest
from moving_cloth import SIDE, cloth

from lib_iclight.shoot import steady
from lib_iclight.shoot.steady import Moment, exposure, exposure_shifts, steadied, steady_gains, steady_mattes

COUNT, STEP = 14, 2
INNER = slice(SIDE // 4, 3 * SIDE // 4)
FULL = np.full((SIDE, SIDE), 255, np.uint8)


@pytest.fixture(scope="module")
def frames() -> list[np.ndarray]:
    """A cloth that goes two pixels to the right in each frame."""
    return [cloth(STEP * index, 0) for index in range(COUNT)]


def noise(seed: int = 1, channels: int = 3) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 0.3, (COUNT, SIDE, SIDE, channels)).astype(np.float32)


def on_the_cloth(index: int) -> np.ndarray:
    """A gain that lies on the cloth: bright stripes across the motion, ``[SIDE, SIDE, 3]``."""
    place = np.arange(SIDE) - STEP * index
    return np.tile(np.sin(place / 6).astype(np.float32)[None, :, None], (SIDE, 1, 3))


def changes(gains: np.ndarray) -> float:
    """How far frames differ from the next ones, fetched along the motion."""
    here, later = gains[:-1, :, INNER], np.roll(gains, -STEP, 2)[1:, :, INNER]
    return float(np.abs(here - later).mean())


@pytest.mark.parametrize("light_moves", [False, True])
def test_flicker_goes_and_what_lies_on_the_subject_stays(frames, light_moves):
    true = np.stack([on_the_cloth(index) for index in range(COUNT)])
    found = steady_gains(frames, [FULL] * COUNT, true + noise(), light_moves=light_moves)
    assert changes(found) < changes(true + noise()) / 4
    inner = (slice(3, -3), INNER, INNER)
    assert np.abs(found - true)[inner].mean() < 0.5 * np.abs(noise())[inner].mean()


def test_a_light_that_moves_is_not_smeared(frames):
    """A bright stripe that goes over the cloth, the other way, three pixels a frame."""
    places = 50 - 3 * np.arange(COUNT)
    row = np.exp(-(((np.arange(SIDE) - places[:, None]) / 12) ** 2)).astype(np.float32)
    true = np.broadcast_to(row[:, None, :, None], (COUNT, SIDE, SIDE, 1)).copy()
    found = steady_gains(frames, [FULL] * COUNT, true, light_moves=True)
    middle = slice(2, -2)
    np.testing.assert_allclose(found[middle, INNER].mean((1, 3)).argmax(-1), places[middle], atol=2)
    assert found[middle, INNER].max((1, 2, 3)).min() > 0.7
    np.testing.assert_allclose(found[0, INNER, INNER], true[0, INNER, INNER], atol=0.2)


def test_exposure_that_jumps_is_steadied(frames):
    jumps = np.random.default_rng(2).normal(0, 0.3, COUNT).astype(np.float32)
    gains = np.broadcast_to(jumps[:, None, None, None], (COUNT, SIDE, SIDE, 3)).copy()
    levels = steady_gains(frames, [FULL] * COUNT, gains)[:, INNER, INNER].mean((1, 2, 3))
    assert np.abs(np.diff(levels)).mean() < np.abs(np.diff(jumps)).mean() / 10


def test_exposure_follows_a_light_that_moves():
    levels = np.sin(np.linspace(0, 4, 24))[:, None].astype(np.float32)
    flicker = np.random.default_rng(3).normal(0, 0.1, levels.shape).astype(np.float32)
    found = levels + flicker + exposure_shifts(levels + flicker, light_moves=True)
    assert np.abs(found - levels)[2:-2].max() < 0.2
    assert np.abs(np.diff(found - levels, axis=0)).mean() < np.abs(np.diff(flicker, axis=0)).mean() / 3


def test_frames_without_a_subject_tell_nothing_of_the_exposure():
    assert np.isnan(exposure(np.ones((4, 4, 3), np.float32), np.zeros((4, 4), np.uint8))).all()
    shifts = exposure_shifts(np.array([[0.2], [np.nan], [0.4]], np.float32))
    assert shifts[1] == 0
    assert not np.isnan(shifts).any()


def test_what_is_hidden_in_other_frames_does_not_count(frames):
    """A card lies over the cloth in all frames but one: its gain does not come through."""
    covered, gains = [frame.copy() for frame in frames], np.zeros((COUNT, SIDE, SIDE, 3), np.float32)
    for index in range(COUNT):
        if index != 6:
            covered[index][20:44, 20:44], gains[index, 20:44, 20:44] = 250, 2.0
    found = steady_gains(covered, [FULL] * COUNT, gains)
    assert np.abs(found[6, 26:38, 26:38]).mean() < 0.3


def test_a_further_shot_keeps_its_own_exposure(frames):
    """The gains of the second one are brighter, and stay so from its first frame on."""
    shots = [*frames[:7], *(frame // 6 * np.array([1, 0, 0], np.uint8) for frame in frames[:0:-2])]
    gains = np.concatenate([np.zeros((7, SIDE, SIDE, 1)), np.ones((7, SIDE, SIDE, 1))]).astype(np.float32)
    np.testing.assert_allclose(steady_gains(shots, [FULL] * COUNT, gains), gains, atol=1e-3)


@pytest.mark.parametrize("strength", [0.0, 0.5])
def test_the_strength_is_how_far_it_goes(frames, strength):
    gains, mattes = noise(), [FULL] * COUNT
    found = np.stack([*steadied(map(Moment, frames, mattes, gains), strength)])
    whole = np.stack([*steadied(map(Moment, frames, mattes, gains), 1.0)])
    np.testing.assert_allclose(found, gains + strength * (whole - gains), atol=1e-5)


def test_no_more_frames_are_kept_than_are_looked_at(frames):
    alive = []

    def moments():
        for index, frame in enumerate(frames):
            alive.append(index)
            yield Moment(frame, FULL, np.full((SIDE, SIDE, 1), index, np.float32))

    given = [len(alive) for _ in steadied(moments(), radius=2)]
    assert given == [*range(3, COUNT + 1), COUNT, COUNT]
    window = steady._Window(1.0, 2, False)
    for moment in moments():
        [*window.take(moment)]
        assert len(window._kept) <= 5


@pytest.mark.parametrize("count", [1, 2, 3])
def test_clips_shorter_than_the_window(frames, count):
    found = steady_gains(frames[:count], [FULL] * count, noise()[:count], light_moves=True)
    assert found.shape == (count, SIDE, SIDE, 3)
    assert np.isfinite(found).all()


def test_a_hole_that_one_cut_out_has_is_closed(frames):
    mattes = [np.where(np.abs(np.arange(SIDE) - 30 - STEP * index) < 20, 255, 0) for index in range(COUNT)]
    mattes = [np.tile(row.astype(np.uint8), (SIDE, 1)) for row in mattes]
    mattes[6][24:40, 34:50] = 0
    found = [*steady_mattes(frames, mattes)]
    assert len(found) == COUNT
    assert found[6][28:36, 38:46].min() > 100
    np.testing.assert_array_equal(found[3][:, :20] > 127, mattes[3][:, :20] > 127)


def test_a_large_cut_out_is_steadied_on_small_copies_and_keeps_its_edge(frames, monkeypatch):
    monkeypatch.setattr(steady, "_MATTE_SIDE", SIDE // 2)
    mattes = [np.where(np.arange(SIDE) < 24 + STEP * index, 255, 0).astype(np.uint8) for index in range(COUNT)]
    mattes = [np.tile(row, (SIDE, 1)) for row in mattes]
    mattes[6][20:44, 8:28] = 0
    found = [*steady_mattes(frames, mattes)]
    assert found[6][26:38, 14:22].min() > 100
    edge = found[3].astype(int)[32, 20:40]
    assert edge[:8].min() > 200
    assert edge[12:].max() < 55


def test_mattes_that_are_not_to_be_steadied_are_the_very_ones(frames):
    mattes = [FULL] * COUNT
    assert [*steady_mattes(frames, mattes, 0.0)] == mattes
