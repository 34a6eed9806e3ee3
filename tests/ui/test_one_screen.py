"""The accordion fits one screen: its height in Chromium, open, with a subject in it and a light chosen."""

from __future__ import annotations

import pytest
from samples import file_bytes, plain

pytestmark = pytest.mark.browser

MOST = {1500: 860, 700: 1100}
"""The most pixels of height, by the window's width."""


def picture():
    return {"name": "subject.png", "mimeType": "image/png", "buffer": file_bytes(plain((200, 90, 30, 255)))}


def choose(page, tab, name, value):
    page.locator(f"#{tab}_ic_light_{name} input[value={value}]").check()


SETTLED = """async (selector) => {
    const all = document.querySelector(selector);
    const isBusy = () =>
        all.querySelector(".pending, .generating") !== null || all.getAnimations({ subtree: true }).length > 0;
    for (let frames = 0; frames < 15; frames++) {
        if (isBusy()) return false;
        const before = all.offsetHeight;
        await new Promise(requestAnimationFrame);
        if (all.offsetHeight !== before) return false;
    }
    return true;
}"""


def height(page, tab):
    """The accordion's height once nothing in it waits for the server or moves."""
    page.wait_for_function(SETTLED, arg=f"#{tab}_ic_light_enabled")
    return page.locator(f"#{tab}_ic_light_enabled").bounding_box()["height"]


@pytest.mark.parametrize("tab", ["txt2img", "img2img"])
@pytest.mark.parametrize("width", MOST)
def test_everything_for_the_common_case_fits_one_screen(page, tab, width):
    page.set_viewport_size({"width": width, "height": 1000})
    if tab == "img2img":
        page.click("#tabs > .tab-nav > button:has-text('Img2img')")
        page.set_input_files("#img2img_image input[type=file]", picture())
    page.click(f"#{tab}_ic_light_enabled > .label-wrap")
    page.wait_for_selector(f"#{tab}_ic_light_editor canvas")
    page.set_input_files(f"#{tab}_ic_light_foreground input[type=file]", picture())
    page.wait_for_selector(f"#{tab}_ic_light_match_size")
    found = {}
    for light in ("left", "editor"):
        choose(page, tab, "light", light)
        page.wait_for_selector(f"#{tab}_ic_light_light_strength")
        if light == "editor":
            page.click(f"#{tab}_ic_light_editor [data-tool=positioned]")
        found["fc", light] = height(page, tab)
    choose(page, tab, "mode", "fbc")
    page.wait_for_selector(f"#{tab}_ic_light_background")
    found["fbc", "editor"] = height(page, tab)
    page.set_input_files(f"#{tab}_ic_light_background input[type=file]", picture())
    page.wait_for_selector(f"#{tab}_ic_light_background img")
    found["fbc", "background"] = height(page, tab)
    for room in ("result", "models", "ideas"):
        page.click(f"#{tab}_ic_light_tab_{room}-button")
        found["fbc", room] = height(page, tab)
    assert {case: tall for case, tall in found.items() if tall > MOST[width]} == {}


@pytest.fixture
def corrects_colours(running):
    """The web UI matches the colours of img2img's results to the picture before."""
    from modules import shared

    shared.opts.data["img2img_color_correction"] = True
    yield
    del shared.opts.data["img2img_color_correction"]


@pytest.mark.parametrize("width", MOST)
def test_all_that_can_be_said_on_top_fits_too(corrects_colours, page, width):
    page.set_viewport_size({"width": width, "height": 1000})
    page.click("#tabs > .tab-nav > button:has-text('Img2img')")
    page.set_input_files("#img2img_image input[type=file]", picture())
    page.fill("#img2img_denoising_strength input[type=number]", "0.5")
    page.click("#img2img_ic_light_enabled > .label-wrap")
    page.set_input_files("#img2img_ic_light_foreground input[type=file]", picture())
    chosen = {"light": "editor", "placement": "placed", "result": "photograph"}
    for name, value in chosen.items():
        choose(page, "img2img", name, value)
    page.click("#img2img_ic_light_tab_result-button")
    choose(page, "img2img", "photograph_size", "photograph")
    page.locator("#img2img_ic_light_summary", has_text="at its own size").wait_for()
    page.locator("#img2img_ic_light_summary", has_text="colour correction is left out").wait_for()
    page.locator("#img2img_ic_light_summary .ic-light-warning:visible").nth(1).wait_for()
    assert height(page, "img2img") <= MOST[width]


@pytest.mark.parametrize("width", [*MOST, 400])
def test_nothing_is_wider_than_the_accordion(page, width):
    page.set_viewport_size({"width": width, "height": 1000})
    page.click("#txt2img_ic_light_enabled > .label-wrap")
    page.wait_for_selector("#txt2img_ic_light_editor canvas")
    choose(page, "txt2img", "light", "left")
    page.wait_for_selector("#txt2img_ic_light_light_strength")
    page.set_input_files("#txt2img_ic_light_foreground input[type=file]", picture())
    page.locator(".ic-light-warning button").first.wait_for()
    beyond = """() => {
        const all = document.querySelector("#txt2img_ic_light_enabled .ic-light");
        const { left, right } = all.getBoundingClientRect();
        const shown = [...all.querySelectorAll("button, input, canvas, img, label, fieldset")].filter(
            (one) => one.offsetParent !== null,
        );
        const places = shown.map((one) => [one, one.getBoundingClientRect()]);
        return places.filter(([, box]) => box.width > 1 && (box.left < left - 1 || box.right > right + 1)).map(
            ([one]) => one.outerHTML.slice(0, 120),
        );
    }"""
    assert page.evaluate(beyond) == []
