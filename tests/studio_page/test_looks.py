"""The studio's tab in languages, themes and sizes, for keys and screen readers."""

from __future__ import annotations

import accessible
import pytest
from light_sets import FOUR, ball_set, placed_lights
from studio_mixes import show

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("host")]

PLACE = "#ic_light_studio_place"
EIGHT = FOUR | {"top right": 45.0, "top left": 135.0, "bottom left": 225.0, "bottom right": 315.0}
# Texts, tooltips and names without a letter of the language, apart from what is marked as a name.
LEFT = """() => {
    const found = new Set();
    const isEnglish = (text) => /[a-z]{2}/i.test(text) && !/[\\u2e80-\\uffff]/.test(text);
    for (const one of document.querySelectorAll("#ic_light_studio_place *")) {
        if (one.closest("[translate=no], [hidden], style")) continue;
        const own = [...one.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data.trim());
        const named = ["title", "aria-label"].map((name) => one.getAttribute(name) ?? "");
        for (const text of [...own, ...named]) if (isEnglish(text)) found.add(text);
    }
    return [...found].sort();
}"""
NAMES = {"PSD", "EXR", "OpenGL", "DirectX", "ControlNet", "WebP", "GIF", "MP4"}
OVERFLOWING = """() => {
    const width = document.documentElement.clientWidth;
    const wide = [...document.querySelectorAll("#ic_light_studio_place *")].filter((one) => {
        const box = one.getBoundingClientRect();
        return box.width > 0 && (box.right > width + 1 || box.left < -1);
    });
    return wide.map((one) => one.className.baseVal ?? one.className);
}"""
CONTROLS = "#ic_light_studio_place :is(button, input, select, [role=slider], [role=button])"
UNNAMED = f"""() => [...document.querySelectorAll("{CONTROLS}")]
    .filter((one) => one.offsetParent !== null || one.getClientRects().length > 0)
    .filter((one) => !(one.getAttribute("aria-label") || one.textContent.trim()))
    .map((one) => one.outerHTML)"""


@pytest.fixture
def language(served):
    """Makes the page speak a language, until the test has ended."""
    from modules import shared
    from modules.ui_gradio_extensions import reload_javascript

    def speak(name):
        shared.opts.set("localization", name)
        reload_javascript()

    yield speak
    speak("None")


@pytest.mark.parametrize("name", ["zh_CN", "ja_JP"])
def test_only_names_are_left_in_english(opened, sets, language, name):
    language(name)
    sets(ball=ball_set(EIGHT))
    page = opened(wait=False)
    page.locator("#tabs > .tab-nav > button", has_text="IC Light").click()
    page.locator(".ic-light-studio-rows > *").first.wait_for()
    page.locator("[data-tool=add-lamp]").click()
    assert {*page.evaluate(LEFT)} <= NAMES


def test_everything_is_within_the_page_at_any_width(opened, sets):
    sets(ball=ball_set(EIGHT))
    page = opened()
    page.get_by_label("Add a lamp").click()
    found = {}
    for width in (1500, 700, 320):
        page.set_viewport_size({"width": width, "height": 1000})
        page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        found[width] = page.evaluate(OVERFLOWING)
    assert found == {1500: [], 700: [], 320: []}


def test_the_picture_stays_in_sight_while_lights_are_set(opened, sets):
    sets(ball=ball_set(EIGHT))
    page = opened()
    page.get_by_label("Add a lamp").click()
    picture, last = page.locator(".ic-light-studio-canvas"), page.get_by_role("group", name="Ambient", exact=True)
    last.scroll_into_view_if_needed()
    for shown in (picture, last, page.locator("[data-action=develop]")):
        expect(shown).to_be_in_viewport(ratio=1)
    page.set_viewport_size({"width": 700, "height": 1000})
    page.locator(".ic-light-studio-body").evaluate("body => body.scrollIntoView()")
    last.evaluate("row => row.parentElement.parentElement.scrollTo(0, 10000)")
    for shown in (picture, last):
        expect(shown).to_be_in_viewport(ratio=1)


@pytest.mark.skipif(not accessible.AXE.exists(), reason=accessible.MISSING)
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_axe_finds_nothing_wrong(opened, sets, theme):
    page = opened(wait=False, color_scheme=theme)
    page.add_script_tag(path=accessible.AXE)
    show(page)
    page.locator(".ic-light-studio-empty").wait_for()
    found = {"no set": accessible.violations(page, PLACE, {})}
    sets(ball=ball_set(EIGHT))
    page.evaluate("icLight.studio.now().shelf.refresh()")
    page.locator(".ic-light-studio-rows > *").first.wait_for()
    found["a set"] = accessible.violations(page, PLACE, {})
    page.evaluate("icLight.studio.now().fail(new Error('The web UI did not answer.'))")
    found["an error"] = accessible.violations(page, PLACE, {})
    sets(lamps=placed_lights())
    page.evaluate("icLight.studio.now().shelf.refresh('lamps')")
    page.locator(".ic-light-studio-note:visible").wait_for()
    found["a set without sides"] = accessible.violations(page, PLACE, {})
    assert {case: wrong for case, wrong in found.items() if wrong} == {}


def test_the_canvas_is_the_largest_part_and_the_desk_stands_beside_it(opened, sets):
    sets(ball=ball_set(EIGHT))
    page = opened()
    canvas, desk = (page.locator(f".ic-light-studio-{name}").bounding_box() for name in ("canvas", "desk"))
    assert canvas["x"] + canvas["width"] <= desk["x"]
    assert canvas["width"] * canvas["height"] > desk["width"] * desk["height"]


def test_every_control_has_a_name(page):
    page.get_by_label("Add a lamp").click()
    assert page.evaluate(UNNAMED) == []


def test_keys_reach_everything(page):
    page.get_by_label("Light set", exact=True).focus()
    seen = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        seen.add(
            page.evaluate("document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent")
        )
    assert {
        "A light turned around the subject",
        "Develop",
        "Light 3: Solo",
        "Turned: Strength",
        "Reset the mix",
    } <= seen
