"""What the studio's canvas shows is what Python makes of the same mix."""

from __future__ import annotations

import numpy as np
import pytest
from light_sets import FOUR, ball_set, gains_of, random_paintings
from samples import noise
from studio_mixes import canvas_and_python, dark_mix, fader, random_mix

from lib_iclight.studio.around import around

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("host")]

NO_WEBGL = """
    const getContext = HTMLCanvasElement.prototype.getContext;
    HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
        return kind === "webgl2" ? null : getContext.call(this, kind, ...more);
    };
"""
LOSE = """() => {
    const { mixer } = icLight.studio.now().stage;
    mixer.gl.getExtension("WEBGL_lose_context").loseContext();
}"""
RINGS = [(0.0, 90.0, 180.0, 270.0), tuple(45.0 * step for step in range(8)), (10.0, 20.5, 33.0), (350.0, 15.0)]


def gains():
    photograph, matte = noise(24, 16, seed=1), noise(24, 16, 1, seed=2)[..., 0]
    names = [*FOUR, "ambient"]
    return gains_of(photograph, {name: noise(24, 16, seed=3 + i) for i, name in enumerate(names)}, matte)


SETS = {"paintings": random_paintings(count=9), "gains": gains()}


@pytest.mark.parametrize("kind", SETS)
@pytest.mark.parametrize("script", ["", NO_WEBGL], ids=["WebGL2", "2D"])
def test_canvas_and_python_agree_on_a_hundred_random_mixes(opened, sets, kind, script):
    light_set, rng = SETS[kind], np.random.default_rng(22)
    sets(noise=light_set)
    mixes = [random_mix(rng, light_set) for _ in range(100)]
    pairs = canvas_and_python(opened(script), light_set, mixes)
    assert max(np.abs(shown - made).max() for shown, made in pairs) <= 2
    assert np.mean([shown.std() for shown, _ in pairs]) > 20, "they show something"


@pytest.mark.parametrize("script", ["", NO_WEBGL], ids=["WebGL2", "2D"])
def test_a_mix_of_one_light_alone_is_that_light(opened, sets, script):
    light_set = SETS["paintings"]
    sets(noise=light_set)
    mixes = []
    for shot in light_set.lights:
        mix = dark_mix(light_set)
        mixes.append({**mix, "lights": {**mix["lights"], shot.name: fader()}})
    mixes.append(dark_mix(light_set, ambient=fader()))
    pairs = canvas_and_python(opened(script), light_set, mixes)
    paintings = [noise(19, 13, seed=seed) for seed in (*range(9), 99)]
    for (shown, _), painting in zip(pairs, paintings):
        np.testing.assert_array_equal(shown, painting)


def test_a_light_turned_to_a_shot_one_is_that_one(opened, sets):
    light_set = ball_set()
    sets(ball=light_set)
    turned = [dark_mix(light_set, turned={"angle": at, "fader": fader()}) for at in FOUR.values()]
    alone = [dark_mix(light_set) for _ in FOUR]
    for mix, name in zip(alone, FOUR):
        mix["lights"] = {**mix["lights"], name: fader()}
    pairs = canvas_and_python(opened(), light_set, [*turned, *alone])
    for (one, _), (other, _) in zip(pairs[:4], pairs[4:]):
        np.testing.assert_array_equal(one, other)


def test_the_page_weighs_shot_lights_as_python_does(opened):
    page = opened(wait=False)
    angles = [0.0, 0.1, 12.3, 45.0, 90.0, 133.7, 200.0, 359.9]
    script = "([ring, angles]) => angles.map((angle) => icLight.studioAround.around(ring, angle))"
    for ring in RINGS:
        found = page.evaluate(script, [ring, angles])
        np.testing.assert_allclose(found, [around(ring, angle) for angle in angles], atol=1e-9)


def test_a_larger_set_is_shown_at_the_canvas_size_and_as_bright(opened, sets):
    light_set = random_paintings(1400, 700, count=2)
    sets(large=light_set)
    page = opened()
    assert page.evaluate("(({ width, height }) => [width, height])(icLight.studio.now().stage.canvas)") == [1024, 512]
    mix = dark_mix(light_set, ambient=fader(strength=0.5), exposure=None)
    [(shown, made)] = canvas_and_python(page, light_set, [mix])
    assert np.abs(shown - made).max() <= 2


def test_without_webgl_the_page_says_so(opened, sets):
    sets(noise=SETS["paintings"])
    note = "This browser has no WebGL2, so the mix is drawn more slowly."
    assert opened(NO_WEBGL).get_by_text(note).is_visible()
    assert not opened().get_by_text(note).is_visible()


def test_another_canvas_takes_the_place_of_one_that_the_graphics_unit_has_lost(opened, sets):
    light_set = SETS["paintings"]
    sets(noise=light_set)
    page = opened()
    draws = page.evaluate("icLight.studio.now().stage.draws")
    page.evaluate(LOSE)
    page.wait_for_function(f"icLight.studio.now().stage.draws > {draws} && icLight.studio.now().stage.mixer")
    assert page.locator("canvas.ic-light-studio-canvas").count() == 1
    [(shown, made)] = canvas_and_python(page, light_set, [dark_mix(light_set, ambient=fader())])
    assert np.abs(shown - made).max() <= 2


def test_a_set_of_more_lights_than_a_shader_takes_as_inputs_is_shown(opened, sets):
    light_set = random_paintings(count=60)
    sets(many=light_set)
    mixes = [random_mix(np.random.default_rng(60 + each), light_set) for each in range(3)]
    pairs = canvas_and_python(opened(), light_set, mixes)
    assert max(np.abs(shown - made).max() for shown, made in pairs) <= 2
