"""Moving lights: what is on in each frame."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from light_sets import ball_set
from refusals import reason_of

from lib_iclight.light.colour import linear_from_hex
from lib_iclight.studio.lamps import Lamp
from lib_iclight.studio.mix import Fader, Mix, Turned, alone, factors
from lib_iclight.studio.mixing import Desk
from lib_iclight.studio.motion import (
    EASINGS,
    Keyframe,
    Motion,
    candle,
    day,
    exposures,
    frames,
    lamps,
    once_around,
    pictures,
)

BALL = ball_set()
RIGHT, TOP, LEFT, BOTTOM, AMBIENT = range(5)


def between(one: Mix, other: Mix, count: int = 5, easing: str = "linear") -> np.ndarray:
    return frames(BALL, Motion((Keyframe(0, one, easing), Keyframe(1, other)), loops=False), count)


def test_the_ends_are_the_keyframes():
    one, other = Mix({"left": Fader(2)}, Fader(0.3)), Mix({"top": Fader(0.5, "#ff8000")}, turned=Turned(30))
    found = between(one, other)
    np.testing.assert_allclose(found[0], factors(BALL, one))
    np.testing.assert_allclose(found[-1], factors(BALL, other))


def test_strengths_and_colours_go_straight_in_linear_light():
    one, other = Mix({"left": Fader(1, "#ff0000")}), Mix({"left": Fader(3, "#0000ff")})
    middle = between(one, other)[2, LEFT]
    np.testing.assert_allclose(middle, (linear_from_hex("#ff0000") + 3 * linear_from_hex("#0000ff")) / 2)


def test_the_turned_light_goes_the_way_its_angles_say():
    found = between(Mix(turned=Turned(0)), Mix(turned=Turned(-270)), 4)
    np.testing.assert_allclose(found[:, :4, 0], np.eye(4)[[RIGHT, BOTTOM, LEFT, TOP]], atol=1e-9)


def test_a_turned_light_fades_in_where_it_will_be():
    found = between(Mix(), Mix(turned=Turned(90, Fader(2))), 3)
    np.testing.assert_allclose(found[:, TOP, 0], [0, 1, 2])
    assert not found[:, [RIGHT, LEFT, BOTTOM]].any()


@pytest.mark.parametrize("easing", EASINGS)
def test_every_easing_begins_at_its_keyframe(easing):
    found = between(Mix(), alone("left"), 11, easing)[:, LEFT, 0]
    assert found[0] == 0
    assert found[-1] == 1
    assert (np.diff(found) >= 0).all()


def test_easings_differ_in_between():
    half = {easing: between(Mix(), alone("left"), 5, easing)[1, LEFT, 0] for easing in EASINGS}
    assert half["hold"] == 0
    assert half["in"] < half["ease"] < half["linear"] < half["out"]


def test_lamps_go_straight_from_place_to_place():
    one, other = (Mix(lamps=(Lamp(x, 0.5, fader=Fader(x)),)) for x in (0.0, 1.0))
    motion = Motion((Keyframe(0, one), Keyframe(1, other)), loops=False)
    found = lamps(motion, 3)
    np.testing.assert_allclose([rows[0, [0, 3]] for rows in found], [[0, 0], [0.5, 0.5], [1, 1]])
    first, _, last = pictures(Desk(BALL), motion, 3)
    assert last[:, 24:].mean() > first[:, 24:].mean() == 0


def test_a_loop_goes_on_from_its_last_keyframe_to_its_first():
    motion = Motion((Keyframe(0.25, alone("left")), Keyframe(0.75, alone("right"))))
    found = frames(BALL, motion, 8)[:, LEFT, 0]
    np.testing.assert_allclose(found, [0.5, 0.75, 1, 0.75, 0.5, 0.25, 0, 0.25], atol=1e-12)


def test_without_a_loop_the_ends_are_held():
    motion = Motion((Keyframe(0.25, alone("left")), Keyframe(0.75, Mix())), loops=False)
    np.testing.assert_allclose(frames(BALL, motion, 5)[:, LEFT, 0], [1, 1, 0.5, 0, 0])


def test_one_keyframe_stands_still():
    for loops in (True, False):
        found = frames(BALL, Motion((Keyframe(0.5, alone("top")),), loops=loops), 3)
        np.testing.assert_array_equal(found, np.stack([factors(BALL, alone("top"))] * 3))


def test_one_frame_is_the_beginning():
    assert frames(BALL, once_around(), 1)[0, RIGHT, 0] == 1


@pytest.mark.parametrize(
    ("motion", "count", "words"),
    [
        (Motion(()), 5, "needs a keyframe"),
        (once_around(), 0, "1 to 240 frames, not 0"),
        (once_around(), 241, "1 to 240 frames, not 241"),
        (Motion((Keyframe(0.5, Mix()), Keyframe(0.5, Mix()))), 5, "one after another"),
        (Motion((Keyframe(float("nan"), Mix()),)), 5, "between 0 and 1"),
        (Motion((Keyframe(0, Mix(), "bounce"),)), 5, "no easing 'bounce'"),
        (Motion((Keyframe(0, alone("back")),)), 5, "no light 'back'"),
    ],
)
def test_what_is_wrong_is_named(motion, count, words):
    assert words in reason_of(frames, BALL, motion, count)


# Exposure


def test_exposures_go_straight_and_automatic_ones_follow_the_frame():
    desk = Desk(BALL)
    ends = replace(alone("left"), exposure=-2.0), replace(alone("left"), exposure=2.0)
    motion = Motion((Keyframe(0, ends[0]), Keyframe(1, ends[1])), loops=False)
    np.testing.assert_allclose(exposures(desk.brightness, motion, frames(BALL, motion, 5)), [-2, -1, 0, 1, 2])
    fading = [replace(Mix({"left": Fader(strength)}), exposure=None) for strength in (1.0, 0.25)]
    motion = Motion((Keyframe(0, fading[0]), Keyframe(1, fading[1])), loops=False)
    found = exposures(desk.brightness, motion, frames(BALL, motion, 2))
    assert found[1] - found[0] == pytest.approx(2)


# Ready ones


def test_once_around_passes_every_shot_light_exactly_and_has_no_seam():
    desk = Desk(BALL)
    found = [*pictures(desk, once_around(), 8)]
    for index, name in ((0, "right"), (2, "top"), (4, "left"), (6, "bottom")):
        np.testing.assert_array_equal(found[index], desk.picture(desk.factors(alone(name))))
    table = frames(BALL, once_around(), 72)
    steps = np.abs(np.diff(table, axis=0, append=table[:1])).max(axis=(1, 2))
    assert steps.max() < 2 * np.median(steps)


def test_a_day_goes_from_the_right_over_the_top_to_the_left():
    found = frames(BALL, day(), 41)[:, :, 1]
    assert found[3].argmax() == RIGHT
    assert found[20].argmax() == TOP
    assert found[37].argmax() == LEFT
    assert found[0, :4].max() == 0 == found[-1, :4].max()


def test_the_sun_is_red_in_the_evening_and_white_at_noon():
    found = frames(BALL, day(ambient=0), 41)
    warmth = [found[index, side, 0] / found[index, side, 2] for index, side in ((20, TOP), (37, LEFT))]
    assert warmth[0] < 1.3
    assert warmth[1] > 2


def test_a_candle_flickers_the_same_way_each_time_and_without_a_seam():
    found = frames(BALL, candle(seed=3), 72)
    np.testing.assert_array_equal(found, frames(BALL, candle(seed=3), 72))
    assert not np.array_equal(found, frames(BALL, candle(seed=4), 72))
    bright = found[:, :4, 0].sum(axis=1)
    assert np.ptp(bright) > 0.2
    assert bright.min() > 0.3
    assert abs(bright[0] - bright[-1]) < 2 * np.abs(np.diff(bright)).max()
    assert found[:, BOTTOM, 0].min() > 2 * found[:, BOTTOM, 2].max()
