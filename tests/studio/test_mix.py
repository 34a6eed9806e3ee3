"""What a mix asks for, as a table of factors, and as text that brings it back."""

from __future__ import annotations

import numpy as np
import pytest
from light_sets import ball_set, random_paintings
from refusals import reason_of

from lib_iclight.light.colour import linear_from_hex, linear_from_kelvin
from lib_iclight.studio.mix import OFF, Fader, Mix, Turned, alone, factors, parse

BALL = ball_set()
RIGHT, TOP, LEFT, BOTTOM, AMBIENT = range(5)


def table(**mix) -> np.ndarray:
    return factors(BALL, Mix(**mix))


def test_a_light_alone_is_that_light_once():
    np.testing.assert_array_equal(factors(BALL, alone("left")), np.eye(5)[LEFT][:, None] * [1, 1, 1])


def test_strength_and_colour_are_factors_in_linear_light():
    found = table(lights={"top": Fader(2.5, "#804000"), "left": Fader(0.5, kelvin=3200)}, ambient=Fader(0.25))
    np.testing.assert_allclose(found[TOP], 2.5 * linear_from_hex("#804000"))
    np.testing.assert_allclose(found[LEFT], 0.5 * linear_from_kelvin(3200))
    np.testing.assert_allclose(found[AMBIENT], 0.25)
    assert not found[[RIGHT, BOTTOM]].any()


def test_a_muted_light_is_off():
    assert not table(lights={"top": Fader(muted=True)}, ambient=Fader(muted=True)).any()


def test_solo_turns_all_others_off():
    found = table(lights={"top": Fader(2, solo=True), "left": Fader()}, ambient=Fader(), turned=Turned(30))
    np.testing.assert_array_equal(found, 2 * np.eye(5)[TOP][:, None] * [1, 1, 1])


def test_what_is_muted_and_solo_is_off():
    assert not table(lights={"top": Fader(solo=True, muted=True), "left": Fader()}).any()


def test_a_turned_light_at_a_shot_one_is_that_one_in_its_colour():
    found = table(turned=Turned(90, Fader(1.5, "#ff0000")))
    np.testing.assert_array_equal(found, np.eye(5)[TOP][:, None] * [1.5, 0, 0])


def test_a_turned_light_comes_on_top():
    both = table(lights={"top": Fader(0.5)}, turned=Turned(40))
    np.testing.assert_allclose(both, table(lights={"top": Fader(0.5)}) + table(turned=Turned(40)))


def test_a_light_that_the_set_lacks_is_named_with_those_it_has():
    assert reason_of(factors, BALL, alone("back")) == (
        "The light set has no light 'back'. Its lights are: 'right', 'top', 'left', 'bottom'."
    )


def test_ambient_light_that_was_not_shot_is_refused_only_if_it_is_on():
    bare = random_paintings(ambient=False)
    assert "without ambient light" in reason_of(factors, bare, Mix(ambient=Fader(0.1)))
    assert not factors(bare, Mix(ambient=Fader(1, muted=True))).any()


FULL = Mix(
    {"left": Fader(0.75, "#ffcc00"), "top": Fader(2, kelvin=3200, solo=True), "right": OFF},
    Fader(0.2, muted=True),
    Turned(45.5, Fader(1.25)),
    None,
)


@pytest.mark.parametrize("mix", [Mix(), alone("left"), FULL, Mix(exposure=-1.5)], ids=["none", "one", "full", "dark"])
def test_a_mix_comes_back_from_its_text(mix):
    assert parse(mix.to_json()) == mix
    assert parse(mix.to_dict()) == mix


def test_defaults_are_left_out():
    assert alone("left").to_json() == '{"version":1,"lights":{"left":{}}}'


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("{", "mix must be JSON"),
        ([], "mix must be an object"),
        ({"version": 2}, "mix.version must be 1, not 2"),
        ({"version": 1, "lights": ["left"]}, "mix.lights must be an object"),
        ({"version": 1, "lights": {"left": 1}}, "mix.lights.left must be an object"),
        (
            {"version": 1, "lights": {"left": {"strength": 4.1}}},
            "mix.lights.left.strength must be a number from 0 to 4",
        ),
        ({"version": 1, "lights": {"left": {"strength": float("nan")}}}, "mix.lights.left.strength must be a number"),
        ({"version": 1, "lights": {"left": {"strength": True}}}, "mix.lights.left.strength must be a number"),
        ({"version": 1, "lights": {"left": {"kelvin": 900}}}, "mix.lights.left.kelvin must be a number from 1500"),
        ({"version": 1, "lights": {"left": {"colour": "red"}}}, "mix.lights.left.colour must be a colour like"),
        ({"version": 1, "ambient": {"colour": "#ffffff", "kelvin": 5000}}, "mix.ambient has both colour and kelvin"),
        ({"version": 1, "ambient": {"muted": 1}}, "mix.ambient.muted must be true or false"),
        ({"version": 1, "turned": {"strength": 1}}, "mix.turned.angle must be a number"),
        ({"version": 1, "turned": {"angle": "up"}}, "mix.turned.angle must be a number"),
        ({"version": 1, "exposure": 7}, "mix.exposure must be a number from -6 to 6"),
        ({"version": 1, "exposure": "bright"}, "mix.exposure must be a number"),
        ({"version": 1, "gain": 1}, "mix has no key 'gain'"),
    ],
    ids=str,
)
def test_what_is_wrong_is_named(value, words):
    assert reason_of(parse, value).startswith(words)
