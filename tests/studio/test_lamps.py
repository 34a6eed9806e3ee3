"""Lamps on a subject whose surface is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from light_sets import a_ball, ball_set, doubled, gains_of
from refusals import reason_of
from samples import noise

from lib_iclight.light import description
from lib_iclight.picture.srgb import linear_levels
from lib_iclight.studio.brightness import mean_of, share_of
from lib_iclight.studio.editor_lights import as_description
from lib_iclight.studio.fader import Fader
from lib_iclight.studio.lamps import NO_LAMPS, Lamp, between, brighter, light_from, light_of, parse_lamps
from lib_iclight.studio.lit_surface import LitSurface
from lib_iclight.studio.mix import Mix, Turned, lamp_rows, parse
from lib_iclight.studio.mixing import Desk, developed
from lib_iclight.studio.preview import preview_of

BALL, MATTE = a_ball(64)
FLAT = np.zeros((40, 60, 3), np.float32)
FLAT[..., 2] = 1
MIDDLE = 30.5 / 60, 20.5 / 40
LAMPS = (Lamp(0.2, 0.1, 0.4, fader=Fader(1.5, "#ff8844")), Lamp(0.8, 0.7, 0.2, 0.0, 0.5, Fader(0.6, kelvin=9000)))


def light(normals: np.ndarray, lamp: Lamp) -> np.ndarray:
    return light_from(normals, lamp.row()[3:])


def gains(*names: str):
    photograph, matte = noise(48, 40, seed=1), np.full((40, 48), 255, np.uint8)
    return gains_of(photograph, {name: noise(48, 40, seed=2 + i) // 2 for i, name in enumerate(names)}, matte)


FOUR_GAINS = gains("left", "right", "bottom", "top")


def test_straight_before_a_surface_the_light_is_one():
    found = light(FLAT, Lamp(*MIDDLE, softness=0))
    assert np.unravel_index(found.argmax(), found.shape) == (20, 30)
    assert found.max() == pytest.approx(1)


def test_on_a_plane_it_is_lamberts_law_with_the_inverse_square():
    found = light(FLAT, Lamp(*MIDDLE, height=0.5, softness=0))
    aside = 20 / 60  # in the frame's longer sides
    assert found[20, 50] == pytest.approx((0.5 / np.hypot(0.5, aside)) ** 3, rel=1e-5)


@pytest.mark.parametrize(("falloff", "power"), [(0.0, 1), (0.5, 2), (1.0, 3)])
def test_the_falloff_is_how_much_the_distance_counts(falloff, power):
    found = light(FLAT, Lamp(*MIDDLE, height=0.3, softness=0, falloff=falloff))
    assert found[20, 50] == pytest.approx((0.3 / np.hypot(0.3, 20 / 60)) ** power, rel=1e-5)


@pytest.mark.parametrize(
    ("place", "brighter_half"), [((0, 0.5), "left"), ((1, 0.5), "right"), ((0.5, 0), "top"), ((0.5, 1), "bottom")]
)
def test_the_side_that_faces_the_lamp_is_the_brighter_one(place, brighter_half):
    found = light(BALL, Lamp(*place, height=0.2))
    halves = {"left": found[:, :32], "right": found[:, 32:], "top": found[:32], "bottom": found[32:]}
    means = {side: half.mean() for side, half in halves.items()}
    assert max(means, key=means.get) == brighter_half


def test_what_faces_away_is_dark_under_a_point_and_not_under_a_soft_lamp():
    facing_left = np.zeros((8, 8, 3), np.float32)
    facing_left[..., 0] = -1
    hard, soft = (light(facing_left, Lamp(1.5, 0.5, height=0.5, softness=each)) for each in (0.0, 1.0))
    assert not hard.any()
    assert (soft > 0).all()
    assert (soft < 0.2).all()


def test_lamps_add_up_each_in_its_colour():
    one, other = Lamp(0, 0.5, fader=Fader(2, "#ff0000")), Lamp(1, 0.2, fader=Fader(kelvin=3000))
    apart = sum(light_of(BALL, lamp.row()[None]) for lamp in (one, other))
    np.testing.assert_allclose(light_of(BALL, np.stack([one.row(), other.row()])), apart, rtol=1e-6)
    assert not light_of(BALL, one.row()[None])[..., 1:].any()


# In a mix


def test_a_lamp_adds_the_photograph_in_its_light():
    light_set = ball_set()
    desk, dark, lit = Desk(light_set), Mix({"left": Fader(0.5)}), Mix({"left": Fader(0.5)}, lamps=LAMPS)
    added = desk.linear(desk.factors(lit), desk.lamps(lit)) - desk.linear(desk.factors(dark))
    expected = light_of(LitSurface(light_set).normals, lamp_rows(lit)) * linear_levels(255)[light_set.photograph]
    np.testing.assert_allclose(added, expected, atol=1e-6)
    assert added.max() > 0.3


def test_lamps_are_muted_and_solo_as_any_light():
    muted = Mix({"left": Fader()}, lamps=(replace(LAMPS[0], fader=Fader(muted=True)),))
    assert not lamp_rows(muted)[:, :3].any()
    desk, solo = Desk(ball_set()), Mix({"left": Fader()}, lamps=(replace(LAMPS[0], fader=Fader(solo=True)),))
    assert not desk.factors(solo).any()
    assert lamp_rows(solo)[:, :3].any()


@pytest.mark.parametrize("exposure", [None, -0.5])
def test_what_is_developed_is_what_is_seen(exposure):
    mix = Mix({"left": Fader(0.4)}, lamps=LAMPS, exposure=exposure)
    for light_set in (ball_set(), FOUR_GAINS):
        desk = preview_of(light_set, 1024).desk()
        made = developed(light_set, desk.factors(mix), lamps=desk.lamps(mix)).picture
        assert np.abs(made.astype(int) - desk.shown(mix)).max() <= 1


def test_lamps_alone_light_a_photograph_of_its_own_size_too():
    desk, mix = Desk(FOUR_GAINS), Mix(lamps=LAMPS)
    full = doubled(FOUR_GAINS)
    flat = replace(full, photograph=np.repeat(np.repeat(FOUR_GAINS.photograph, 2, 0), 2, 1))
    made = developed(replace(FOUR_GAINS, full=flat), desk.factors(mix), lamps=desk.lamps(mix)).picture
    assert made.shape == (80, 96, 3)
    means = made.reshape(40, 2, 48, 2, 3).mean(axis=(1, 3))
    assert np.abs(means - desk.shown(mix)).mean() < 12, "normals of noise lie between those of the set"


def test_the_automatic_exposure_knows_of_lamps():
    light_set = ball_set()
    desk, mix = Desk(light_set), Mix({"left": Fader(0.2)}, lamps=LAMPS, exposure=None)
    shown = mean_of(desk.linear(desk.factors(mix), desk.lamps(mix)), share_of(light_set.matte))
    assert shown @ np.array([0.2126, 0.7152, 0.0722]) == pytest.approx(desk.brightness.own, rel=0.05)


def test_the_automatic_exposure_is_the_same_at_all_sizes():
    mix, light_set = Mix(lamps=LAMPS, exposure=None), ball_set()
    assert preview_of(light_set, 32).desk().exposure(mix) == pytest.approx(Desk(light_set).exposure(mix), abs=0.02)


def test_a_set_without_the_four_sides_has_no_lamps():
    light_set = ball_set({"left": 180.0, "right": 0.0})
    assert "Shoot the author's four." in reason_of(Desk(light_set).shown, Mix(lamps=LAMPS))


# As numbers and as text


def test_lamps_on_their_way_fade_where_they_have_no_counterpart():
    one, other = lamp_rows(Mix(lamps=LAMPS)), lamp_rows(Mix(lamps=(Lamp(0.6, 0.5, fader=Fader(3)),)))
    half = between(one, other, 0.5)
    np.testing.assert_allclose(half[0], (one[0] + other[0]) / 2)
    np.testing.assert_allclose(half[1], [*one[1, :3] / 2, *one[1, 3:]])
    np.testing.assert_allclose(between(NO_LAMPS, one, 1.0), one)


def test_brighter_lamps_stay_where_they_are():
    rows = lamp_rows(Mix(lamps=LAMPS))
    np.testing.assert_allclose(brighter(rows, 2), rows * [2, 2, 2, 1, 1, 1, 1, 1])


def test_lamps_come_back_from_a_mixs_text():
    mix = Mix(lamps=(*LAMPS, Lamp(-1, 2)), exposure=None)
    assert parse(mix.to_json()) == mix
    assert mix.to_dict()["lamps"][2] == {"x": -1, "y": 2}


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"x": 0}, "mix.lamps must be a list of lamps"),
        ([{"x": 0, "y": 0}] * 5, "mix.lamps has 5 lamps; 4 at most."),
        ([{"x": 0}], "mix.lamps[0].y must be a number"),
        ([{"x": 0, "y": 0, "height": 0}], "mix.lamps[0].height must be a number from 0.05 to 3"),
        ([{"x": 0, "y": 0, "softness": 2}], "mix.lamps[0].softness"),
        ([{"x": 0, "y": 0, "strength": 5}], "mix.lamps[0].strength"),
        ([{"x": 0, "y": 0, "size": 1}], "mix.lamps[0] has no key 'size'"),
        ([{"x": float("nan"), "y": 0}], "mix.lamps[0].x"),
        (["left"], "mix.lamps[0] must be an object"),
    ],
)
def test_what_is_wrong_is_named(value, words):
    assert reason_of(parse_lamps, value, "mix.lamps").startswith(words)


# To the editor


def test_lamps_and_the_turned_light_are_exported_as_a_description_that_can_be_shot():
    lamps = (Lamp(0.25, 0.75, 0.5, 0.2, fader=Fader(2, kelvin=3200)), Lamp(2, -1, 3.0, fader=Fader(colour="#00ff00")))
    mix = Mix(lamps=(*lamps, Lamp(0, 0, fader=Fader(0))), turned=Turned(45, Fader(0.5)))
    found = as_description(mix)
    assert description.parse(found.to_json()) == found
    first, second, turned = found.lights
    assert (first.x, first.y, first.softness, first.strength, first.kelvin) == (0.25, 0.75, 0.6, 2, 3200)
    assert (second.x, second.y, second.softness, second.colour) == (2, -1, 1, "#00ff00")
    assert (turned.angle, turned.strength) == (45, 0.5)


def test_a_light_that_is_off_is_not_exported():
    mix = Mix(turned=Turned(45, Fader(muted=True)), lamps=(Lamp(0, 0), Lamp(1, 1, fader=Fader(solo=True))))
    assert [light.x for light in as_description(mix).lights] == [1]


def test_the_samples_of_a_ball_are_a_ball():
    light_set = ball_set()
    normals, reflected = LitSurface(light_set).samples
    assert normals.shape == reflected.shape == (32, 32, 3)
    assert normals[16, 28, 0] > 0.4 > -0.4 > normals[16, 3, 0]
