"""Light descriptions: what they can express, what is refused, and their canonical text."""

from __future__ import annotations

import json

import pytest
from refusals import reason_of

from lib_iclight.errors import ICLightError
from lib_iclight.light.description import MAX_LIGHTS, Directional, LightDescription, Positioned, parse


def described(*lights, **more) -> dict:
    return {"version": 1, "lights": list(lights), **more}


def refusal(value) -> str:
    return reason_of(parse, value)


EVERYTHING = LightDescription(
    (
        Directional(30.0, softness=0.5, strength=2.0, colour="#ff8800"),
        Directional(270.0, kelvin=2700.0),
        Positioned(-0.25, 1.5, softness=0.1, strength=0.75, kelvin=9000.5),
        Positioned(0.5, 0.5),
    ),
    ambient=0.25,
    ambient_colour="#102030",
    range=(32.0, 224.0),
)
TEXT = (
    '{"version":1,"ambient":{"level":0.25,"colour":"#102030"},"range":[32,224],"lights":['
    '{"angle":30,"softness":0.5,"strength":2,"colour":"#ff8800"},{"angle":270,"kelvin":2700},'
    '{"x":-0.25,"y":1.5,"softness":0.1,"strength":0.75,"kelvin":9000.5},{"x":0.5,"y":0.5}]}'
)


def test_the_canonical_text_has_its_keys_in_order_and_no_defaults():
    assert EVERYTHING.to_json() == TEXT
    assert LightDescription().to_json() == '{"version":1,"lights":[]}'


@pytest.mark.parametrize("value", [TEXT, f"  {TEXT}\n", json.loads(TEXT)], ids=["text", "blanks", "object"])
def test_a_description_is_read_from_an_object_and_from_its_text(value):
    assert parse(value) == EVERYTHING


def test_what_is_left_out_has_its_default():
    light = {"angle": 0, "softness": 1, "strength": 1, "colour": "#FFFFFF"}
    lamp = {"x": 0, "y": 1, "softness": 0.5, "strength": 1.0, "color": "#ffffff"}
    full = described(light, lamp, ambient={"level": 0, "colour": "#ffffff"}, range=[0, 255])
    assert parse(full) == parse(described({"angle": 0}, {"x": 0, "y": 1}))
    assert parse(full).to_json() == '{"version":1,"lights":[{"angle":0},{"x":0,"y":1}]}'


@pytest.mark.parametrize(
    ("light", "text"),
    [
        ({"angle": -30}, '{"angle":330}'),
        ({"angle": 720.04}, '{"angle":0}'),
        ({"angle": 359.96}, '{"angle":0}'),
        ({"angle": 12.25}, '{"angle":12.2}'),
        ({"angle": 142.85}, '{"angle":142.9}'),
        ({"angle": 7.04999}, '{"angle":7.1}'),
        ({"x": 1 / 3, "y": -0.0}, '{"x":0.333,"y":0}'),
        ({"x": 0.0625, "y": 1, "strength": 1.0004}, '{"x":0.062,"y":1}'),
        ({"angle": 0, "kelvin": 2700.12345}, '{"angle":0,"kelvin":2700.123}'),
    ],
)
def test_numbers_are_rounded_as_the_page_rounds_them(light, text):
    found = parse(described(light))
    assert found.to_json() == f'{{"version":1,"lights":[{text}]}}'
    assert parse(found.to_json()) == found


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("left", "light must be JSON"),
        ("[1", "light must be JSON"),
        ([], "light must be an object with the keys version"),
        (None, "light must be an object"),
        ({"lights": []}, "light.version must be 1, not None"),
        ({"version": 2, "lights": []}, "light.version must be 1, not 2"),
        ({"version": True, "lights": []}, "light.version must be 1, not True"),
        ({"version": 1}, "light.lights must be a list of lights, not None"),
        (described(lamp=1), "light has no key 'lamp'. Its keys are: version, ambient, range, lights"),
        (described(*[{"angle": 0}] * 9), "light.lights has 9 lights; 8 at most"),
        (described(3), "light.lights[0] must be an object"),
        (described({"angle": 0}, {}), "light.lights[1] lacks x. Give it an angle, or x and y"),
        (described({"x": 0.5}), "light.lights[0] lacks y"),
        (described({"angle": 0, "x": 1}), "light.lights[0] has both an angle and a place"),
        (described({"angle": "left"}), "light.lights[0].angle must be a number from -3600 to 3600, not 'left'"),
        (described({"angle": True}), "light.lights[0].angle must be a number"),
        (described({"angle": float("nan")}), "light.lights[0].angle must be a number"),
        (described({"x": 2.1, "y": 0}), "light.lights[0].x must be a number from -1 to 2, not 2.1"),
        (described({"angle": 0, "softness": 0}), "light.lights[0].softness must be a number from 0.02 to 1, not 0"),
        (described({"angle": 0, "strength": 5}), "light.lights[0].strength must be a number from 0 to 4, not 5"),
        (described({"angle": 0, "kelvin": 100}), "light.lights[0].kelvin must be a number from 1500 to 15000"),
        (described({"angle": 0, "colour": "red"}), "light.lights[0].colour must be a colour like #ffcc00, not 'red'"),
        (described({"angle": 0, "colour": "#fff"}), "light.lights[0].colour must be a colour"),
        (described({"angle": 0, "color": "#ffffff\n"}), "light.lights[0].color must be a colour"),
        (described({"angle": 0, "colour": "#ffffff", "kelvin": 5000}), "light.lights[0] has both a colour and kelvin"),
        (described({"angle": 0, "colour": "#ffffff", "color": "#ffffff"}), "light.lights[0] has its colour twice"),
        (described({"angle": 0, "hue": 3}), "light.lights[0] has no key 'hue'"),
        (described(ambient=0.5), "light.ambient must be an object with the keys level, colour"),
        (described(ambient={"level": 127}), "light.ambient.level must be a number from 0 to 1, not 127"),
        (described(ambient={"colour": 0}), "light.ambient.colour must be a colour"),
        (described(range=[0]), "light.range must be two numbers from 0 to 255"),
        (described(range="ab"), "light.range must be two numbers"),
        (described(range=[0, 256]), "light.range must be a number from 0 to 255, not 256"),
        (described(range=[200, 100]), "light.range must begin with the smaller number, not be [200, 100]"),
    ],
)
def test_what_cannot_be_is_refused_by_its_key(value, said):
    assert refusal(value).startswith(said)


def test_eight_lights_are_allowed():
    assert len(parse(described(*[{"angle": 0}] * MAX_LIGHTS)).lights) == MAX_LIGHTS


def test_a_refusal_shows_no_more_than_a_line_of_a_long_value():
    assert len(refusal(described({"angle": "x" * 10_000}))) < 200


def is_read_or_refused(value) -> bool:
    """Whether a description comes back the same from its own text, or a refusal names it."""
    try:
        found = parse(value)
    except ICLightError as error:
        return str(error).startswith("light")
    return parse(found.to_json()) == found


def test_what_json_can_hold_never_crashes():
    values = [None, True, 0, 1e308, float("nan"), 10**400, "", "x", "\ud800", [], [[]], {}, {"a": {}}]
    for value in values:
        for given in (value, described(value), described({"angle": value}), described({"x": value, "y": value})):
            assert is_read_or_refused(given), given
        for key in ("ambient", "range", "version", "lights"):
            assert is_read_or_refused({**described(), key: value}), (key, value)
