"""The editor's preview in Chromium and the map in Python agree: the same pixels, the same texts."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import numpy as np
import pytest
from browsers import chromium

from lib_iclight.light import description, maps
from lib_iclight.ui import page_limits

pytestmark = pytest.mark.browser

SCRIPTS = Path(__file__).resolve().parents[2] / "javascript" / "parts"
NEEDED = ("maps", "description", "colour", "numbers", "limits", "dom")
SIZES = [(64, 64), (97, 53), (40, 128), (256, 192), (17, 1), (1, 9), (1, 1)]
MODES = ("fc", "fbc")
NAMES = ("left", "right", "top", "bottom", "front", "ambient")

DRAW = """([value, width, height]) => {
    const { data } = icLight.maps.render(icLight.description.parse(value), width, height);
    return btoa(data.reduce((text, byte) => text + String.fromCharCode(byte), ""));
}"""


@pytest.fixture(scope="module")
def page():
    with chromium() as browser:
        page = browser.new_page()
        page.set_content(f"<div {page_limits.attribute()}></div>")
        page.evaluate("window.gradioApp = () => document")
        for name in NEEDED:
            page.add_script_tag(path=SCRIPTS / f"ic_light_{name}.js")
        yield page


def drawn(page, value, width, height):
    """The preview's pixels: uint8 ``[H, W, 3]``."""
    data = np.frombuffer(base64.b64decode(page.evaluate(DRAW, [value, width, height])), np.uint8)
    return data.reshape(height, width, 4)[..., :3]


def difference(page, value, width, height):
    expected = maps.render(description.parse(value), width, height)
    return int(np.abs(drawn(page, value, width, height).astype(int) - expected.astype(int)).max())


def random_colour(rng):
    return {
        "white": {},
        "hex": {"colour": f"#{rng.integers(0, 1 << 24):06X}"},
        "kelvin": {"kelvin": float(rng.uniform(1500, 15000))},
    }[str(rng.choice(["white", "hex", "kelvin"]))]


def random_light(rng):
    light = random_colour(rng)
    if rng.random() < 0.5:
        light["angle"] = float(rng.choice([0, 45, 90, 180, 270, *rng.uniform(-400, 400, 3)]))
    else:
        light["x"], light["y"] = (float(value) for value in rng.uniform(-1, 2, 2))
    if rng.random() < 0.7:
        light["softness"] = float(rng.uniform(0.02, 1))
    if rng.random() < 0.7:
        light["strength"] = float(rng.uniform(0, 4))
    return light


def random_description(seed):
    rng = np.random.default_rng(seed)
    description = {"version": 1, "lights": [random_light(rng) for _ in range(rng.integers(0, 9))]}
    if rng.random() < 0.6:
        description["ambient"] = {"level": float(rng.uniform(0, 1))}
        if rng.random() < 0.5:
            description["ambient"]["color"] = f"#{rng.integers(0, 1 << 24):06x}"
    if rng.random() < 0.5:
        description["range"] = sorted(float(end) for end in rng.uniform(0, 255, 2))
    return description


@pytest.mark.parametrize("seed", range(60))
def test_preview_and_map_agree_at_every_pixel(page, seed):
    description = random_description(seed)
    size = SIZES[seed % len(SIZES)]
    assert difference(page, description, *size) <= 2, json.dumps(description)


CONTRAST = """([values, strength]) => {
    const data = new Uint8ClampedArray(values);
    icLight.maps.withContrast(data, strength);
    return [...data];
}"""


@pytest.mark.parametrize("strength", [0, 0.25, 0.5, 1, 1.45, 3])
def test_both_scale_a_map_alike(page, strength):
    levels = np.arange(256, dtype=np.uint8)
    pixels = np.stack([levels, levels[::-1], levels, np.full(256, 200, np.uint8)], axis=1)
    scaled = np.array(page.evaluate(CONTRAST, [pixels.flatten().tolist(), strength])).reshape(256, 4)
    np.testing.assert_array_equal(scaled[:, :3], maps.with_contrast(pixels[:, :3], strength))
    assert (scaled[:, 3] == 200).all()


@pytest.mark.parametrize("colour", ["#ffffff", "#ff8800", "#7f7f7f", "#123456"])
def test_even_light_alone_is_the_very_colour_in_both(page, colour):
    levels = [*np.linspace(0, 1, 61).round(3).tolist(), 0.5, 0.498]
    for level in levels:
        value = {"version": 1, "ambient": {"level": level, "colour": colour}, "lights": []}
        assert difference(page, value, 2, 2) == 0, level
        assert difference(page, {**value, "range": [32, 225]}, 2, 2) == 0, level


@pytest.mark.parametrize("kelvin", [1500, 1666, 2222, 2223, 4000, 4001, 6500, 15000])
def test_kelvin_is_the_same_colour_at_the_joints_of_its_spline(page, kelvin):
    assert difference(page, {"version": 1, "lights": [{"angle": 180, "kelvin": kelvin}]}, 33, 5) <= 1


def test_both_write_the_same_canonical_text(page):
    descriptions = [random_description(seed) for seed in range(300)]
    texts = page.evaluate(
        "values => values.map((value) => icLight.description.text(icLight.description.parse(value)))", descriptions
    )
    assert texts == [description.parse(value).to_json() for value in descriptions]
    assert (
        page.evaluate("texts => texts.map((text) => icLight.description.text(icLight.description.parse(text)))", texts)
        == texts
    )


def test_numbers_halfway_between_two_decimals_are_rounded_alike(page):
    lights_ = [{"x": n / 16, "y": -n / 32, "strength": n / 64} for n in range(1, 9)]
    value = {"version": 1, "lights": lights_}
    text = page.evaluate("value => icLight.description.text(icLight.description.parse(value))", value)
    assert text == description.parse(value).to_json()


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", NAMES)
def test_named_lights_are_drawn_as_the_reference_draws_them(page, name, mode):
    code = f"() => icLight.description.text(icLight.description.named('{name}', '{mode}'))"
    render = DRAW.replace("icLight.description.parse(value)", f"icLight.description.named(value, '{mode}')")
    data = base64.b64decode(page.evaluate(render, [name, 33, 20]))
    pixels = np.frombuffer(data, np.uint8).reshape(20, 33, 4)[..., :3]
    light = maps.preset(name, background=mode == "fbc")
    np.testing.assert_array_equal(pixels, maps.render(light, 33, 20))
    assert page.evaluate(code) == light.to_json()


@pytest.mark.parametrize(
    "value",
    [
        {"version": 2, "lights": []},
        {"version": 1},
        {"version": 1, "lights": [{"angle": 1, "x": 0.5}]},
        {"version": 1, "lights": [{"x": 0.5}]},
        {"version": 1, "lights": [{"angle": 1, "colour": "#fff"}]},
        {"version": 1, "lights": [{"angle": 1, "colour": "#ffffff", "kelvin": 3000}]},
        {"version": 1, "lights": [{"angle": 1, "softness": 0}]},
        {"version": 1, "lights": [{"x": 2.1, "y": 0}]},
        {"version": 1, "lights": [{"angle": 0}] * 9},
        {"version": 1, "lights": [], "range": [200, 100]},
        {"version": 1, "lights": [], "ambient": {"level": 2}},
        {"version": 1, "lights": [], "colour": "#ffffff"},
        "not JSON",
    ],
)
def test_what_python_refuses_the_editor_refuses_too(page, value):
    from lib_iclight.errors import ICLightError

    with pytest.raises(ICLightError):
        description.parse(value)
    code = """value => {
        try { icLight.description.parse(value); } catch (error) {
            return error instanceof icLight.description.DescriptionError;
        }
        return false;
    }"""
    assert page.evaluate(code, value)
