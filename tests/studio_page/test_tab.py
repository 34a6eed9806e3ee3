"""The studio's tab as a user has it."""

from __future__ import annotations

import numpy as np
import pytest
from light_sets import placed_lights, random_paintings
from studio_mixes import ROW, TAB, dark_mix, fader, mix_of, show, tool

from lib_iclight.studio.mix import parse
from lib_iclight.studio.mixing import Desk

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("host")]

MIX = "icLight.studio.now().state.mix"
LIGHTS = ["light 0", "light 1", "light 2", "light 3"]
PRESETS = ["key", "rim", "split", "loop", "rembrandt", "golden", "moonlight"]


def row(page, name):
    return page.get_by_role("group", name=name.capitalize(), exact=True)


# The tab


def test_the_tab_stands_before_the_settings(opened):
    page = opened(wait=False)
    names = page.locator("#tabs > .tab-nav > button").all_inner_texts()
    assert [name.strip() for name in names][-2:] == [TAB, "Settings"]
    assert page.locator("#tab_ic_light_studio").count() == 1


def test_nothing_is_made_or_asked_for_before_the_tab_is_opened(opened, sets):
    sets(noise=random_paintings())
    page = opened(wait=False)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    assert page.locator(".ic-light-studio").inner_html() == ""
    page.get_by_role("tab", name="Img2img").click()
    page.wait_for_timeout(300)
    assert page.locator(".ic-light-studio").inner_html() == ""
    assert not any("studio" in address for address in asked)
    show(page)
    expect(page.locator(ROW)).to_have_count(4)


def test_the_newest_set_is_opened_and_an_empty_studio_says_how_to_shoot_one(opened, sets):
    page = opened(wait=False)
    show(page)
    expect(page.locator(".ic-light-studio-empty")).to_contain_text("Shoot a light set first")
    assert not page.locator(".ic-light-studio-desk").is_visible()
    sets(older=random_paintings(count=2))
    sets(newer=random_paintings(count=3))
    tab_again(page)
    expect(page.get_by_label("Light set", exact=True)).to_have_value("newer")
    expect(page.locator(ROW)).to_have_count(4)
    page.get_by_label("Light set", exact=True).select_option("older")
    expect(page.locator(ROW)).to_have_count(3)


def tab_again(page):
    page.get_by_role("tab", name="Img2img").click()
    page.get_by_role("tab", name=TAB).click()


def test_a_set_that_was_just_shot_is_shown_unless_the_other_is_in_use(page, sets):
    chosen = page.get_by_label("Light set", exact=True)
    sets(second=random_paintings(count=2))
    tab_again(page)
    expect(page.locator(ROW)).to_have_count(3)
    expect(chosen).to_have_value("second")
    page.get_by_label("Ready mixes").select_option("split")
    sets(third=random_paintings(count=3))
    tab_again(page)
    line = page.locator(".ic-light-studio-line")
    expect(line).to_contain_text("A new set has come: third")
    expect(chosen).to_have_value("second")
    line.get_by_role("button", name="Open it").click()
    expect(chosen).to_have_value("third")
    expect(line).to_be_empty()


# Lights


def test_a_light_has_strength_colour_and_kelvin(page):
    light = row(page, "light 1")
    light.get_by_label("light 1: Strength").last.fill("2.5")
    light.get_by_label("light 1: Colour").fill("#ff8000")
    assert mix_of(page)["lights"]["light 1"] == fader(strength=2.5, colour="#ff8000")
    light.get_by_label("light 1: Kelvin").fill("3200")
    assert mix_of(page)["lights"]["light 1"]["kelvin"] == 3200
    light.get_by_label("light 1: Kelvin").fill("")
    assert mix_of(page)["lights"]["light 1"] == fader(strength=2.5, colour="#ff8000")


def test_a_number_out_of_range_is_brought_into_it(page):
    number = row(page, "light 1").get_by_label("light 1: Strength").last
    number.fill("9")
    number.press("Tab")
    expect(number).to_have_value("4")
    assert mix_of(page)["lights"]["light 1"]["strength"] == 4


def test_a_muted_light_is_off_and_solo_leaves_nothing_else_on(page):
    table = "icLight.studio.now().state.exposed().table.map((row) => row.some((value) => value !== 0))"
    page.evaluate("mix => icLight.studio.now().state.replace(mix)", dark_mix(random_paintings(count=4)))
    for name in LIGHTS:
        row(page, name).get_by_label("Strength").last.fill("1")
    assert page.evaluate(table) == [True, True, True, True, False]
    row(page, "light 0").get_by_role("button", name="Mute").click()
    assert page.evaluate(table) == [False, True, True, True, False]
    row(page, "light 2").get_by_role("button", name="Solo").click()
    assert page.evaluate(table) == [False, False, True, False, False]


def test_the_exposure_is_automatic_until_it_is_set(page):
    auto = page.get_by_role("button", name="Auto", exact=True)
    expect(auto).to_have_attribute("aria-pressed", "true")
    page.get_by_label("Exposure").last.fill("-1.5")
    assert mix_of(page)["exposure"] == -1.5
    expect(auto).to_have_attribute("aria-pressed", "false")
    auto.click()
    assert mix_of(page)["exposure"] is None


# The pad


def drag(page, *angles, pointer=None):
    box = page.locator(".ic-light-studio-dial").bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    for index, angle in enumerate(angles):
        turned, radius = np.radians(angle), 0.39 * box["width"]
        page.mouse.move(middle[0] + radius * np.cos(turned), middle[1] - radius * np.sin(turned))
        if index == 0:
            page.mouse.down()
    page.mouse.up()


def test_a_light_is_dragged_around_the_ring(page):
    drag(page, 10, 60, 130, 213)
    assert mix_of(page)["turned"]["angle"] == pytest.approx(213, abs=1)
    assert page.get_by_role("slider", name="A light turned").get_attribute("aria-valuetext").endswith("°")


def test_a_press_on_a_shot_light_means_exactly_that_one(page):
    drag(page, 92.5)
    assert mix_of(page)["turned"]["angle"] == 90


def test_keys_turn_the_light(page):
    drag(page, 90)
    for key, angle in (("ArrowLeft", 91), ("ArrowRight", 90), ("Shift+ArrowUp", 105), ("Home", 0), ("ArrowDown", 359)):
        page.keyboard.press(key)
        assert mix_of(page)["turned"]["angle"] == angle, key


def test_a_finger_turns_the_light(opened, sets):
    sets(noise=random_paintings(count=4))
    page = opened(has_touch=True, width=700)
    page.locator(".ic-light-studio-dial").scroll_into_view_if_needed()
    box = page.locator(".ic-light-studio-dial").bounding_box()
    page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + 0.11 * box["height"])
    assert mix_of(page)["turned"]["angle"] == 90


def test_a_set_without_sides_has_no_pad_and_says_why(opened, sets):
    sets(lamps=placed_lights())
    page = opened()
    assert not page.locator(".ic-light-studio-dial").is_visible()
    assert page.get_by_text("need lights from two directions around the subject. Lamps and normals need").is_visible()
    assert "from two directions" in page.get_by_label("Ready mixes").get_attribute("title")
    assert page.get_by_label("Ready mixes").is_disabled()
    assert mix_of(page)["lights"] == {"lamp 0": fader(), "constructor": fader()}


# Mixes


@pytest.mark.parametrize("name", PRESETS)
def test_a_ready_mix_lights_any_set_of_sides(page, name):
    page.get_by_label("Ready mixes").select_option(name)
    light_set = random_paintings(count=4)
    desk = Desk(light_set)
    mix = parse(page.evaluate(f"icLight.studioMix.plain({MIX})"))
    assert desk.picture(desk.factors(mix)).mean() > 10
    assert mix.turned is not None


def test_undo_and_redo_by_buttons_and_keys(page):
    before = mix_of(page)
    assert tool(page, "undo").is_disabled()
    page.get_by_label("Ready mixes").select_option("moonlight")
    moonlight = mix_of(page)
    tool(page, "undo").click()
    assert mix_of(page) == before
    tool(page, "redo").click()
    assert mix_of(page) == moonlight
    page.get_by_label("Exposure").last.focus()
    page.keyboard.press("Control+z")
    assert mix_of(page) == before
    page.keyboard.press("Control+y")
    assert mix_of(page) == moonlight
    tool(page, "reset").click()
    assert mix_of(page) == before


def test_a_drag_is_undone_in_one_step(page):
    before = mix_of(page)
    drag(page, 10, 60, 130, 213)
    tool(page, "undo").click()
    assert mix_of(page) == before


def test_each_set_keeps_its_mix_while_the_page_is_open(opened, sets):
    sets(one=random_paintings(count=2), two=random_paintings(count=3))
    page = opened()
    page.get_by_label("Light set", exact=True).select_option("one")
    expect(page.locator(ROW)).to_have_count(3)
    page.get_by_label("Ready mixes").select_option("split")
    mix = mix_of(page)
    page.get_by_label("Light set", exact=True).select_option("two")
    expect(page.locator(ROW)).to_have_count(4)
    page.get_by_label("Light set", exact=True).select_option("one")
    expect(page.locator(ROW)).to_have_count(3)
    assert mix_of(page) == mix


def test_a_set_that_was_gone_on_with_has_its_new_lights_and_its_mix(opened, sets):
    sets(one=random_paintings(count=2, ambient=False))
    page = opened()
    page.get_by_label("Ready mixes").select_option("split")
    before = mix_of(page)
    page.get_by_role("tab", name="txt2img").click()
    sets(one=random_paintings(count=3))
    show(page)
    expect(page.locator(ROW)).to_have_count(4)
    assert mix_of(page)["turned"] == before["turned"]
    for name in ("Light 2", "Ambient"):
        row(page, name).get_by_role("spinbutton", name="Strength").fill("0.5")
    mix = mix_of(page)
    assert (mix["lights"]["light 2"]["strength"], mix["ambient"]["strength"]) == (0.5, 0.5)


def test_before_and_after(page):
    overlay = page.locator(".ic-light-studio-frame .ic-light-wipe")
    assert not overlay.is_visible()
    tool(page, "compare").click()
    expect(overlay).to_be_visible()
    handle = page.get_by_role("slider", name="Before / after")
    handle.focus()
    page.keyboard.press("ArrowRight")
    assert handle.get_attribute("aria-valuenow") == "51"
    canvas = page.locator(".ic-light-studio-canvas").bounding_box()
    assert overlay.bounding_box() == pytest.approx(canvas, abs=1)
    grip = handle.bounding_box()
    assert grip["x"] + grip["width"] / 2 == pytest.approx(canvas["x"] + 0.51 * canvas["width"], abs=1)
    tool(page, "compare").click()
    assert not overlay.is_visible()


# Drawing


DRAWS = """async (changes) => {
    const { state, stage } = icLight.studio.now();
    const frames = async (count) => { while (count-- > 0) await new Promise(requestAnimationFrame); };
    await frames(3);
    const before = stage.draws;
    for (let change = 0; change < changes; change++) state.edit((mix) => (mix.exposure = change / 10), "drag");
    const during = stage.draws - before;
    await frames(3);
    return [during, stage.draws - before];
}"""


def test_it_draws_on_change_and_once_in_a_frame(page):
    assert page.evaluate(DRAWS, 0) == [0, 0]
    assert page.evaluate(DRAWS, 7) == [0, 1]


# Memory


def test_ten_sets_take_no_more_memory_than_two(opened, sets):
    sets(**{f"set_{index}": random_paintings(256, 256, count=8) for index in range(10)})
    page = opened()
    protocol = page.context.new_cdp_session(page)
    protocol.send("HeapProfiler.enable")
    used = []
    for index in range(10):
        page.get_by_label("Light set", exact=True).select_option(f"set {index}")
        page.wait_for_function("name => icLight.studio.now().state.set?.name === name", arg=f"set {index}")
        protocol.send("HeapProfiler.collectGarbage")
        heap = protocol.send("Runtime.getHeapUsage")
        used.append(heap["usedSize"] + heap.get("backingStorageSize", 0))
    one_set = 9 * 256 * 256 * 6
    assert max(used[2:]) - min(used[:2]) < one_set / 2
