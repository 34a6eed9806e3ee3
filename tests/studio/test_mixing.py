"""Mixes as pictures: exact where one light is on, linear where several are, and the same at any size."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from light_sets import ball_set, doubled, gains_of, random_paintings
from samples import noise

from lib_iclight.picture.srgb import LUMA, linear_to_srgb, srgb_to_linear
from lib_iclight.restore import photograph as restored
from lib_iclight.restore.enlarging import Enlarging
from lib_iclight.restore.photograph import Behind, in_new_light
from lib_iclight.restore.relighting import LightTaken, relit
from lib_iclight.studio.light_set import LightSet, lights_of, painted
from lib_iclight.studio.mix import Fader, Mix, Turned, alone
from lib_iclight.studio.mixing import Desk, developed, encoded

WIDTH, HEIGHT = 40, 36
PAINTINGS = random_paintings(ambient=True)
DESK = Desk(PAINTINGS)
PICTURES = {f"light {i}": noise(19, 13, seed=i) for i in range(3)}


def soft_gains() -> LightSet:
    """Gains with structure, of a subject with a soft rim."""
    matte = np.repeat(np.linspace(-100, 400, WIDTH).clip(0, 255).astype(np.uint8)[None], HEIGHT, axis=0)
    photograph = noise(WIDTH, HEIGHT, seed=4)
    paintings = {
        name: (photograph * np.linspace(*ends, WIDTH)[None, :, None]).astype(np.uint8)
        for name, ends in {"left": (0.9, 0.1), "right": (0.1, 0.9), "ambient": (0.5, 0.6)}.items()
    }
    return gains_of(photograph, paintings, matte)


GAINS = soft_gains()
LARGE = {depth: replace(GAINS, full=doubled(GAINS, depth)) for depth in (np.uint8, np.uint16)}


def every_level() -> tuple[LightSet, np.ndarray]:
    """A set of one painting that holds every level."""
    levels = np.arange(256, dtype=np.uint8).reshape(16, 16)
    ramp = np.stack([levels, levels[::-1], levels.T], axis=-1)
    few = random_paintings(16, 16, 1)
    return replace(few, lights=(painted("ramp", few.lights[0].light, ramp),)), ramp


# Exact


@pytest.mark.parametrize("name", PICTURES)
def test_one_light_alone_is_the_relight_byte_for_byte(name):
    np.testing.assert_array_equal(DESK.picture(DESK.factors(alone(name))), PICTURES[name])


def test_ambient_light_alone_is_the_ambient_picture_byte_for_byte():
    np.testing.assert_array_equal(DESK.picture(DESK.factors(Mix(ambient=Fader()))), noise(19, 13, seed=99))


def test_every_level_of_a_relight_survives():
    light_set, ramp = every_level()
    desk = Desk(light_set)
    np.testing.assert_array_equal(desk.picture(desk.factors(alone("ramp"))), ramp)


def test_a_turned_light_at_a_shot_angle_is_that_relight_byte_for_byte():
    np.testing.assert_array_equal(DESK.picture(DESK.factors(Mix(turned=Turned(120)))), PICTURES["light 1"])


@pytest.mark.parametrize("light_set", [GAINS, *LARGE.values()], ids=["run", "8 bits", "16 bits"])
def test_one_gain_alone_is_the_relit_photograph_byte_for_byte(light_set):
    found = developed(light_set, Desk(light_set).factors(alone("left"))).picture
    full = light_set.full
    if full is None:
        own, enlarging = light_set.photograph, None
    else:
        own, enlarging = full.photograph, Enlarging(GAINS.size, full.matte.shape, full.across, full.down)
    rows, columns = slice(0, own.shape[0]), slice(0, own.shape[1])
    expected, _ = relit(own, lights_of(light_set)[0], enlarging, rows, columns)
    assert found.dtype == own.dtype
    np.testing.assert_array_equal(found, expected)


def test_a_gain_from_a_set_is_the_one_that_results_are_made_with():
    """Half precision and the set's way take away a level at most."""
    photograph, matte = noise(WIDTH, HEIGHT, seed=4), np.full((HEIGHT, WIDTH), 255, np.uint8)
    painting = (photograph * np.linspace(0.9, 0.1, WIDTH)[None, :, None]).astype(np.uint8)
    light_set = gains_of(photograph, {"left": painting}, matte)
    found = developed(light_set, Desk(light_set).factors(alone("left"))).picture
    expected = in_new_light(photograph, painting, matte, LightTaken())
    np.testing.assert_allclose(found.astype(int), expected, atol=1)


# Linear

TABLES = st.lists(st.floats(0, 4, width=32), min_size=12, max_size=12).map(lambda v: np.reshape(v, (4, 3)))


@given(one=TABLES, other=TABLES, share=st.floats(0, 1))
def test_mixing_is_linear(one, other, share):
    mixed = DESK.linear(share * one + (1 - share) * other)
    apart = share * DESK.linear(one).astype(float) + (1 - share) * DESK.linear(other)
    np.testing.assert_allclose(mixed, apart, rtol=1e-6, atol=1e-6)


@given(table=TABLES)
def test_a_mix_is_the_weighted_sum_of_the_relights(table):
    shots = np.stack([shot.values.astype(float) for shot in PAINTINGS.shots])
    np.testing.assert_allclose(DESK.linear(table), np.einsum("khwc,kc->hwc", shots, table), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("light_set", [GAINS, *LARGE.values()], ids=["run", "8 bits", "16 bits"])
def test_gains_are_added_up_each_enlarged_by_itself(light_set):
    """``P (a exp(G_A) + sum w_k c_k exp(G_k))``, at any size."""
    table = np.array([[0.4, 0.3, 0.2], [0.1, 0.2, 0.3], [0.2, 0.1, 0.15]])
    result = developed(light_set, table, with_layers=True)
    full = light_set.full
    own = light_set.photograph if full is None else full.photograph
    enlarging = None if full is None else Enlarging(GAINS.size, full.matte.shape, full.across, full.down)
    everywhere = slice(0, own.shape[0]), slice(0, own.shape[1])
    gains = [np.exp(relit(own, light, enlarging, *everywhere)[1]) for light in lights_of(light_set)]
    factor = np.einsum("kchw,kc->hwc", np.stack(gains), table)
    white = np.iinfo(own.dtype).max
    expected = white * linear_to_srgb((srgb_to_linear(own / white) * factor).clip(0, 1))
    inside = (light_set.matte if full is None else full.matte) > 0
    np.testing.assert_allclose(result.layers.subject[inside], expected[inside], atol=1 if white == 255 else 8)
    np.testing.assert_allclose(result.layers.gain[inside], factor[inside], rtol=2e-3)


def test_light_can_be_taken_off_down_to_black():
    table = np.array([[0.1] * 3, [-4.0] * 3, [0.0] * 3])
    assert not developed(GAINS, table).picture.any()
    assert not Desk(GAINS).picture(table).any()


def test_without_light_all_is_black():
    assert not developed(GAINS, np.zeros((3, 3))).picture.any()
    assert not DESK.picture(np.zeros((4, 3))).any()


def test_the_canvas_size_and_the_photographs_agree():
    table = np.array([[0.5, 0.4, 0.3], [0.3, 0.4, 0.5], [0.2, 0.2, 0.2]])
    found = Desk(GAINS).picture(table)
    np.testing.assert_allclose(found.astype(int), developed(GAINS, table).picture, atol=1)


@pytest.mark.parametrize("pixels", [1, 700, 1 << 20])
def test_strips_have_no_seams(monkeypatch, pixels):
    light_set, table = LARGE[np.uint16], np.full((3, 3), 0.4)
    whole = developed(light_set, table).picture
    monkeypatch.setattr(restored, "_STRIP_PIXELS", pixels)
    np.testing.assert_array_equal(developed(light_set, table).picture, whole)


def test_of_paintings_the_result_is_the_mixed_painting():
    table = np.full((4, 3), 0.3)
    np.testing.assert_array_equal(developed(PAINTINGS, table).picture, DESK.picture(table))


def test_a_background_of_its_own_is_kept_around_the_subject():
    behind = np.full((HEIGHT, WIDTH, 3), 77, np.uint8)
    found = developed(GAINS, np.full((3, 3), 0.3), Behind(behind)).picture
    assert (found[GAINS.matte == 0] == 77).all()


# Encoded


@given(st.lists(st.floats(-1, 2, width=32), min_size=1, max_size=200))
def test_encoding_is_srgbs_rounded(values):
    linear = np.array(values, np.float32)
    exact = 255 * linear_to_srgb(linear.astype(float).clip(0, 1))
    assert np.abs(encoded(linear) - exact).max() < 0.6


# Exposure


def test_a_stop_is_twice_the_light():
    one, two = (DESK.factors(replace(alone("light 0"), exposure=stops)) for stops in (0.0, 1.0))
    np.testing.assert_allclose(two, 2 * one)


def brightness(pixels: np.ndarray, matte: np.ndarray) -> float:
    return float(np.average(srgb_to_linear(pixels / 255) @ np.array(LUMA), weights=matte))


@pytest.mark.parametrize("strength", [0.2, 0.5, 3])
def test_the_automatic_exposure_keeps_the_subject_as_bright_as_its_photograph(strength):
    ball = replace(ball_set(), photograph=np.full((48, 48, 3), 90, np.uint8))
    desk = Desk(ball)
    found = desk.picture(desk.factors(Mix({"left": Fader(strength, "#ff8844")}, exposure=None)))
    assert brightness(found, ball.matte) == pytest.approx(brightness(ball.photograph, ball.matte), rel=0.02)


def test_the_automatic_exposure_is_that_of_the_subject_alone():
    ball = ball_set()
    shots = tuple(replace(shot, values=np.where(ball.matte[..., None], shot.values, 60000)) for shot in ball.lights)
    bright_around = replace(ball, lights=shots)
    mix = replace(alone("left"), exposure=None)
    np.testing.assert_allclose(Desk(bright_around).factors(mix), Desk(ball).factors(mix))


def test_the_automatic_exposure_goes_four_stops_and_leaves_darkness_alone():
    desk = Desk(ball_set())
    faint = desk.factors(Mix({"left": Fader(0.001)}, exposure=None))
    np.testing.assert_allclose(faint.max(), 0.016)
    assert not desk.factors(Mix(exposure=None)).any()
