"""The studio's timeline: keyframes of the mix, what the canvas shows between them, and the film of them."""

from __future__ import annotations

import io
import re

import numpy as np
import pytest
from light_sets import random_paintings
from PIL import Image, ImageSequence
from studio_mixes import random_mix

from lib_iclight.studio.mix import parse
from lib_iclight.studio.mixing import Desk
from lib_iclight.studio.motion import EASINGS, Keyframe, Motion, exposures, frames

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("host")]

COUNT = 12
MARKS = ".ic-light-studio-keyframes > button"
# Each moment as the page has it, and the motion as the page sends it.
MOMENTS = """([keyframes, loops, times]) => {
    const { set, brightness } = icLight.studio.now().state;
    const { momentAt, plain, whole } = icLight.studioMotion;
    const all = whole(keyframes, loops);
    const tableAt = (time) => momentAt(set, brightness, all, loops, time).table;
    return { sent: plain(keyframes, loops), tables: times.map(tableAt) };
}"""


def tool(page, name):
    return page.locator(f".ic-light-studio-timeline [data-tool={name}]")


def go_to(page, moment):
    page.get_by_label("Moment").evaluate(
        "(head, moment) => { head.value = moment; head.dispatchEvent(new Event('input')); }", str(moment)
    )


def two_keyframes(page):
    """Split light at the beginning, moonlight at the end."""
    page.get_by_label("Ready mixes").select_option("split")
    tool(page, "add").click()
    go_to(page, 1)
    page.get_by_label("Ready mixes").select_option("moonlight")
    tool(page, "add").click()


def moments(page):
    """When the keyframes are, in the order of their marks."""
    return page.evaluate("icLight.studio.now().state.keyframes.map(({ at }) => at)")


def middle_of(page, mark):
    box = mark.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def track_width(page):
    return page.locator(".ic-light-studio-track").bounding_box()["width"]


@pytest.mark.parametrize("loops", [True, False])
def test_the_canvas_moves_as_python_does(page, loops):
    light_set, rng = random_paintings(count=4), np.random.default_rng(5)
    for easing in EASINGS:
        mixes = [random_mix(rng, light_set) for _ in range(3)]
        keyframes = [{"at": at, "mix": mix, "easing": easing} for at, mix in zip((0.0, 0.37, 0.9), mixes)]
        times = (np.arange(COUNT) / (COUNT if loops else COUNT - 1)).tolist()
        found = page.evaluate(MOMENTS, [keyframes, loops, times])
        sent = [Keyframe(each["at"], parse(each["mix"]), each["easing"]) for each in found["sent"]["keyframes"]]
        motion, desk = Motion(tuple(sent), loops=loops), Desk(light_set)
        table = frames(light_set, motion, COUNT)
        expected = table * 2.0 ** exposures(desk.brightness, motion, table)[:, None, None]
        np.testing.assert_allclose(found["tables"], expected, rtol=1e-6, atol=1e-9)


def test_a_light_goes_the_shorter_way_from_keyframe_to_keyframe(page):
    at = """(angles) => icLight.studioMotion.whole(angles.map((angle, index) => {
        const { mix } = icLight.studio.now().state;
        return { at: index / angles.length, easing: "linear", mix: { ...mix, turned: { ...mix.turned, angle } } };
    }), true).map(({ mix }) => mix.turned.angle)"""
    assert page.evaluate(at, [350, 10, 100]) == [350, 370, 460, 350]
    assert page.evaluate(at, [0, 120, 240]) == [0, 120, 240, 360], "once around, without a seam"


def test_the_playhead_shows_what_is_between_and_a_change_goes_back_to_the_mix(page):
    two_keyframes(page)
    table = "icLight.studio.now().stage.instead()"
    assert page.evaluate(table) is None, "the last keyframe is chosen, and its mix is shown"
    go_to(page, 0.4)
    between = page.evaluate(table)
    assert between is not None
    go_to(page, 0.6)
    assert page.evaluate(table) != between
    page.get_by_label("Exposure").last.fill("-1")
    assert page.evaluate(table) is None


def test_a_chosen_keyframe_follows_the_mix(page):
    two_keyframes(page)
    page.locator(MARKS).first.click()
    expect(page.locator(MARKS).first).to_have_attribute("aria-pressed", "true")
    page.get_by_label("Exposure").last.fill("-2")
    page.locator(MARKS).last.click()
    assert page.evaluate("icLight.studio.now().state.mix.exposure") == 0
    page.locator(MARKS).first.click()
    assert page.evaluate("icLight.studio.now().state.mix.exposure") == -2


def test_keyframes_are_moved_and_removed_by_keys_and_buttons(page):
    two_keyframes(page)
    page.locator(MARKS).first.click()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert moments(page)[0] == 0.02
    page.keyboard.press("Delete")
    expect(page.locator(MARKS)).to_have_count(1)
    page.locator(MARKS).click()
    tool(page, "remove").click()
    expect(page.locator(MARKS)).to_have_count(0)
    assert tool(page, "play").is_disabled()


def test_a_keyframe_is_dragged_along_the_film_and_no_farther(page):
    two_keyframes(page)
    width = track_width(page)
    x, y = middle_of(page, page.locator(MARKS).first)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + width / 4, y, steps=4)
    assert moments(page) == [pytest.approx(0.25, abs=0.003), 1]
    assert float(page.get_by_label("Moment").input_value()) == moments(page)[0]
    page.mouse.move(x - width, y, steps=4)
    assert moments(page) == [0, 1]
    page.mouse.move(x + 0.6 * width, y, steps=4)
    page.mouse.up()
    expect(page.locator(MARKS).first).to_have_attribute("aria-pressed", "true")
    expect(page.locator(MARKS).first).to_have_attribute("aria-label", re.compile("Keyframe (60|59.9|60.1) %"))


def test_keyframes_never_share_a_moment_and_stay_in_order(page):
    two_keyframes(page)
    page.locator(MARKS).first.focus()
    for _ in range(11):
        page.keyboard.press("Shift+ArrowRight")
    assert moments(page) == [0.9, 1]
    page.locator(MARKS).last.focus()
    page.keyboard.press("Shift+ArrowLeft")
    assert moments(page) == [pytest.approx(0.895, abs=0.002), 0.9], "past the other one"
    expect(page.locator(MARKS).first).to_be_focused()


def test_keyframes_are_undone_and_redone(page):
    two_keyframes(page)
    x, y = middle_of(page, page.locator(MARKS).first)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + track_width(page) / 2, y, steps=8)
    page.mouse.up()
    moved = moments(page)
    page.keyboard.press("Delete")
    assert moments(page) == [1]
    page.keyboard.press("Control+z")
    assert moments(page) == moved
    page.keyboard.press("Control+z")
    assert moments(page) == [0, 1], "a drag is one step"
    expect(page.locator(MARKS)).to_have_count(2)
    page.keyboard.press("Control+y")
    assert moments(page) == moved


def test_a_finger_drags_a_keyframe(opened, sets):
    sets(noise=random_paintings(count=4))
    page = opened(has_touch=True, width=700)
    two_keyframes(page)
    x, y = middle_of(page, page.locator(MARKS).first)
    finger = page.context.new_cdp_session(page)

    def touch(kind, *points):
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]})

    touch("touchStart", (x, y))
    for share in (0.1, 0.2, 0.3):
        touch("touchMove", (x + share * track_width(page), y))
    touch("touchEnd")
    assert moments(page) == [pytest.approx(0.3, abs=0.005), 1]
    assert page.problems == []


def test_it_plays_in_the_canvas_and_stops(page):
    two_keyframes(page)
    draws = page.evaluate("icLight.studio.now().stage.draws")
    page.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_function(f"icLight.studio.now().stage.draws > {draws + 5}")
    assert page.get_by_label("Moment").input_value() != "0"
    page.get_by_role("button", name="Pause", exact=True).click()
    stopped = page.get_by_label("Moment").input_value()
    draws = page.evaluate("icLight.studio.now().stage.draws")
    page.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_function(f"icLight.studio.now().stage.draws > {draws + 1}")
    assert float(page.get_by_label("Moment").input_value()) >= float(stopped), "it goes on from there"


def test_the_film_of_keyframes_shows_them(page):
    option = page.get_by_label("How the light moves").locator("option[value=keyframes]")
    assert option.is_disabled()
    two_keyframes(page)
    page.get_by_label("Length in seconds").fill("1")
    tool(page, "loop").click()
    expect(page.get_by_label("How the light moves")).to_have_value("keyframes")
    page.get_by_label("Kind of film").select_option("webp")
    page.locator("[data-action=motion]").click()
    link = page.locator(".ic-light-studio-save")
    link.wait_for()
    with page.expect_download() as download:
        link.click()
    film = Image.open(io.BytesIO(download.value.path().read_bytes()))
    shown = [np.asarray(frame.convert("RGB")).mean() for frame in ImageSequence.Iterator(film)]
    assert len(shown) == 15
    assert shown[0] > shown[-1] + 20, "moonlight is darker"


def test_the_film_is_the_ready_one_again_when_keyframes_are_gone(page):
    page.get_by_label("How the light moves").select_option("day")
    two_keyframes(page)
    expect(page.get_by_label("How the light moves")).to_have_value("keyframes")
    tool(page, "remove").click()
    expect(page.get_by_label("How the light moves")).to_have_value("day")


def test_another_set_has_no_keyframes(page, sets):
    two_keyframes(page)
    sets(other=random_paintings(count=2))
    page.get_by_role("tab", name="Img2img").click()
    page.get_by_role("tab", name="IC Light Studio").click()
    page.get_by_label("Light set", exact=True).select_option("other")
    expect(page.locator(MARKS)).to_have_count(0)
