"""Lamps in the studio's tab: as Python lights the same subject, and as they are hung, moved and sent on."""

from __future__ import annotations

import numpy as np
import pytest
from light_sets import ball_set, gains_of, random_paintings
from samples import noise
from studio_mixes import canvas_and_python, dark_mix, fader, random_mix

from lib_iclight.studio import motion
from lib_iclight.studio.editor_lights import as_description
from lib_iclight.studio.lamps import brighter
from lib_iclight.studio.mix import parse
from lib_iclight.studio.motion import Keyframe, Motion
from lib_iclight.studio.preview import preview_of

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("host")]

NO_WEBGL = """
    const getContext = HTMLCanvasElement.prototype.getContext;
    HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
        return kind === "webgl2" ? null : getContext.call(this, kind, ...more);
    };
"""
LAMP = {"x": 0.3, "y": 0.2, "height": 0.5, "softness": 0.25, "falloff": 1}
HEIGHT = ".ic-light-studio-lamp-parts input[type=number][data-field=height]"
LAMPS = "icLight.studio.now().state.mix.lamps"


def gains():
    photograph, matte = noise(24, 16, seed=1), noise(24, 16, 1, seed=2)[..., 0]
    names = ["left", "right", "bottom", "top", "ambient"]
    return gains_of(photograph, {name: noise(24, 16, seed=3 + i) for i, name in enumerate(names)}, matte)


# For each kind of set and of canvas; numpy's own tests have the lamps of many more.
MIXES = 25
SETS = {"paintings": random_paintings(count=4), "gains": gains()}


def lit(page):
    """Hang a lamp, and wait until the canvas knows what it lights."""
    page.get_by_label("Add a lamp").click()
    page.wait_for_function("icLight.studio.now().state.brightness.samples")


@pytest.mark.parametrize("kind", SETS)
@pytest.mark.parametrize("script", ["", NO_WEBGL], ids=["WebGL2", "2D"])
def test_canvas_and_python_agree_on_random_mixes_with_lamps(opened, sets, kind, script):
    light_set, rng = SETS[kind], np.random.default_rng(23)
    sets(noise=light_set)
    page = opened(script)
    lit(page)
    pairs = canvas_and_python(page, light_set, [random_mix(rng, light_set, most_lamps=4) for _ in range(MIXES)])
    assert max(np.abs(shown - made).max() for shown, made in pairs) <= 2
    lamps_alone = dark_mix(light_set, lamps=[{**LAMP, "fader": fader()}])
    [(shown, _)] = canvas_and_python(page, light_set, [lamps_alone])
    assert shown.std() > 20, "a lamp shows something by itself"


# On the page


@pytest.fixture
def ball(opened, sets):
    """The tab with a ball, and one lamp before it."""
    sets(ball=ball_set())
    page = opened()
    lit(page)
    yield page
    assert page.problems == []


def handle(page, number: int):
    return page.locator(".ic-light-studio-lamp").nth(number - 1)


def moved(page, number: int, across: float, down: float) -> None:
    """Drag a lamp by so many pixels."""
    box = handle(page, number).bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + across, y + down, steps=3)
    page.mouse.up()


def test_lamps_are_hung_dragged_taken_away_and_that_is_undone(ball):
    ball.get_by_label("Add a lamp").click()
    first, second = ball.evaluate(LAMPS)
    moved(ball, 2, -30, 20)
    dragged = ball.evaluate(LAMPS)
    assert dragged[0] == first
    assert (dragged[1]["x"], dragged[1]["y"]) != (second["x"], second["y"])
    assert dragged[1]["x"] < second["x"]
    assert dragged[1]["y"] > second["y"]
    handle(ball, 1).focus()
    ball.keyboard.press("Delete")
    assert ball.evaluate(LAMPS) == dragged[1:]
    for expected in (dragged, [first, second], [first]):
        ball.keyboard.press("Control+z")
        assert ball.evaluate(LAMPS) == expected


def test_keys_the_wheel_and_a_slider_raise_a_lamp(ball):
    heights = [ball.evaluate(f"{LAMPS}[0].height")]
    handle(ball, 1).focus()
    ball.keyboard.press("PageUp")
    heights.append(ball.evaluate(f"{LAMPS}[0].height"))
    ball.locator(".ic-light-studio-lamp-pad").hover()
    ball.mouse.wheel(0, -100)
    ball.wait_for_function(f"{LAMPS}[0].height > {heights[-1]}")
    heights.append(ball.evaluate(f"{LAMPS}[0].height"))
    ball.locator(HEIGHT).fill("2")
    heights.append(ball.evaluate(f"{LAMPS}[0].height"))
    assert heights == sorted({*heights})
    handle(ball, 1).focus()
    before = ball.evaluate(f"{LAMPS}[0].x")
    ball.keyboard.press("Shift+ArrowRight")
    assert ball.evaluate(f"{LAMPS}[0].x") == pytest.approx(before + 0.1)


def test_no_more_than_four_lamps_are_hung(ball):
    for _ in range(3):
        ball.get_by_label("Add a lamp").click()
    expect(ball.get_by_label("Add a lamp")).to_be_disabled()
    expect(ball.locator(".ic-light-studio-lamp")).to_have_count(4)


def test_a_saved_picture_brings_its_lamps_back(ball, tmp_path):
    ball.locator(HEIGHT).fill("1.25")
    lamps = ball.evaluate(LAMPS)
    ball.get_by_role("button", name="Develop").click()
    picture = ball.locator(".ic-light-studio-view a")
    content = ball.request.get(picture.evaluate("(link) => link.href")).body()
    (tmp_path / "mix.png").write_bytes(content)
    ball.get_by_label("Reset the mix").click()
    assert ball.evaluate(LAMPS) == []
    ball.locator(".ic-light-studio-shelf input[type=file]").set_input_files(tmp_path / "mix.png")
    ball.wait_for_function(f"{LAMPS}.length === 1")
    assert ball.evaluate(LAMPS) == lamps


def test_a_set_without_normals_has_no_lamps(opened, sets):
    sets(noise=random_paintings())
    expect(opened().get_by_label("Add a lamp")).to_be_hidden()


def test_keyframes_move_lamps_as_python_does(ball):
    found = ball.evaluate(
        """() => {
            const { state, stage } = icLight.studio.now();
            const [one, other] = [structuredClone(state.mix), structuredClone(state.mix)];
            other.lamps[0].x = 0.75;
            other.lamps[0].fader.strength = 3;
            const keyframes = [{ at: 0, mix: one, easing: "linear" }, { at: 1, mix: other, easing: "linear" }];
            const half = icLight.studioMotion.momentAt(state.set, state.brightness, keyframes, false, 0.5);
            return { row: half.lamps[0], stops: half.stops, sent: icLight.studioMotion.plain(keyframes, false) };
        }"""
    )
    keyframes = tuple(Keyframe(each["at"], parse(each["mix"]), each["easing"]) for each in found["sent"]["keyframes"])
    moving = Motion(keyframes, loops=False)
    [_, row, _], desk = motion.lamps(moving, 3), preview_of(ball_set(), 1024).desk()
    stops = motion.exposures(desk.brightness, moving, motion.frames(desk.light_set, moving, 3))[1]
    assert found["stops"] == pytest.approx(stops, abs=1e-4)
    np.testing.assert_allclose([found["row"]], brighter(row, 2**stops), rtol=1e-3)


def test_what_lamps_need_is_asked_for_again_after_the_web_ui_was_busy(opened, sets):
    sets(ball=ball_set())
    page = opened()
    busy = {"status": 503, "headers": {"Retry-After": "0"}, "json": {"detail": "Busy"}}
    page.route("**/surface*", lambda route: route.fulfill(**busy), times=4)
    page.get_by_label("Add a lamp").click()
    expect(page.get_by_text("Busy")).to_be_visible()
    page.locator(HEIGHT).fill("0.7")
    page.wait_for_function("icLight.studio.now().state.brightness.samples")


@pytest.mark.parametrize("tab", ["txt2img", "img2img"])
def test_lamps_become_lights_of_the_editor_and_undo_takes_them_back(ball, tab):
    ball.evaluate(
        """() => icLight.studio.now().state.edit((mix) => {
            Object.assign(mix.lamps[0], { x: 0.2, height: 0.4 });
            Object.assign(mix.lamps[0].fader, { kelvin: 3200, strength: 2 });
            Object.assign(mix.turned, { angle: 30, fader: icLight.studioMix.fader({ strength: 0.5 }) });
        })"""
    )
    sent = parse(ball.evaluate("icLight.studioMix.plain(icLight.studio.now().state.mix)"))
    ball.locator(".ic-light-studio [data-field=tab]").select_option(tab)
    ball.get_by_role("button", name="To the light editor").click()
    ball.wait_for_function(f"icLight.editor.of('{tab}')?.state.description.lights.length === 2")
    text = ball.locator(f"#{tab}_ic_light_light_editor textarea")
    expect(text).to_have_value(as_description(sent).to_json())
    expect(ball.locator(f"#{tab}_ic_light_light input[value=editor]")).to_be_checked()
    ball.locator(f"#{tab}_ic_light_editor canvas").first.focus()
    ball.keyboard.press("Control+z")
    ball.wait_for_function(f"icLight.editor.of('{tab}').state.light !== 'editor'")


def test_without_lamps_the_editor_is_left_as_it_is(opened, sets):
    sets(ball=ball_set())
    page = opened()
    page.evaluate("icLight.studio.now().state.edit((mix) => (mix.turned.fader.strength = 0))")
    page.get_by_role("button", name="To the light editor").click()
    expect(page.get_by_text("Hang a lamp or turn the light first")).to_be_visible()
