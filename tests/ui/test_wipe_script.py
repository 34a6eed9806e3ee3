"""The comparison on the galleries of gradio 3 and 4, without a web UI: where it lies, and what is left of it."""

from __future__ import annotations

import json

import pytest
from bare_page import COUNT, HOST, held
from page_texts import ROOT, SCRIPTS

pytestmark = pytest.mark.browser

RELIT = "a cup\nSteps: 1, IC Light mode: fc, IC Light result: photograph"
# As the two draw them: gradio 3 has the picture directly in the preview.
PICTURES = {
    "gradio 3": """<div class="preview"><img id="shown" src="{0}">{1}</div>""",
    "gradio 4": """<button class="preview"><button class="image-button">
        <img id="shown" src="{0}" data-testid="detailed-image"></button>{1}</button>""",
}
THUMBNAILS = """<div class="thumbnails"><button class="thumbnail-item"></button>
    <button class="thumbnail-item selected"></button></div><button id="close">x</button>"""
PAGE = """
    <style>
        #txt2img_gallery {{ position: relative; width: 420px; height: 300px; border: 5px solid; }}
        .preview {{ position: absolute; inset: 0; padding: 0; border: 0; }}
        .image-button {{ display: contents; }}
        #shown {{ position: absolute; inset: 0; width: 100%; height: 200px; object-fit: {fit}; }}
        #close {{ position: absolute; top: 0; right: 110px; width: 20px; height: 20px; }}
    </style>
    <div id="txt2img_ic_light_enabled"></div>
    <div id="txt2img_gallery" class="block">{gallery}</div>
    <div id="image_buttons_txt2img"><button class="tool">1</button></div>
    <div id="generation_info_txt2img"><textarea></textarea></div>
"""
# A picture of 20 x 20, as the address of a file; every request is answered with it.
ANSWER = """
    const canvas = Object.assign(document.createElement("canvas"), { width: 20, height: 20 });
    window.picture = canvas.toDataURL();
    window.asked = [];
    const original = window.fetch;
    window.fetch = (address, options) => {
        window.asked.push([address, JSON.parse(options.body)]);
        return original(window.picture);
    };
"""


@pytest.fixture
def opened(browser):
    """Opens a page with a gallery, in which the second of two pictures is shown."""
    pages = []

    def open_page(kind="gradio 4", fit="contain", text=RELIT):
        page = browser.new_page(viewport={"width": 900, "height": 700})
        pages.append(page)
        page.problems = []
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.add_script_tag(content=ANSWER)
        gallery = PICTURES[kind].format(page.evaluate("window.picture"), THUMBNAILS)
        page.evaluate("content => (document.body.innerHTML = content)", PAGE.format(gallery=gallery, fit=fit))
        # The parser ends a button where another begins, scripts such as gradio's do not.
        page.evaluate("""() => {
            const [outer, inner] = ["button.preview", "button.image-button"].map((way) => document.querySelector(way));
            if (outer) outer.append(inner, document.querySelector(".thumbnails"), document.querySelector("#close"));
        }""")
        info = {"infotexts": ["a grid", text], "index_of_first_image": 1, "job_timestamp": "20260101120000"}
        page.evaluate("text => (document.querySelector('textarea').value = text)", json.dumps(info))
        page.add_style_tag(path=ROOT / "style.css")
        page.add_script_tag(content=HOST + COUNT)
        for path in SCRIPTS:
            page.add_script_tag(path=path)
        page.evaluate("icLight.main.mount()")
        return page

    yield open_page
    for page in pages:
        page.close()


BUTTON, OVERLAY = "#txt2img_ic_light_wipe", ".ic-light-wipe"


def begin(page):
    page.click(BUTTON)
    page.locator(OVERLAY).wait_for(state="visible")


def place(page):
    """Where the overlay is, from the gallery's upper left corner inside its border: x, y, width, height."""
    overlay, gallery = (page.locator(name).bounding_box() for name in (OVERLAY, "#txt2img_gallery"))
    return overlay["x"] - gallery["x"] - 5, overlay["y"] - gallery["y"] - 5, overlay["width"], overlay["height"]


@pytest.mark.parametrize("kind", PICTURES)
def test_it_asks_for_the_picture_in_view_and_lies_over_its_pixels(opened, kind):
    page = opened(kind)
    assert page.evaluate("window.asked") == []
    begin(page)
    ((address, asked),) = page.evaluate("window.asked")
    assert address == "./ic-light/comparison"
    assert asked == {"job_timestamp": "20260101120000", "infotext": RELIT, "kind": "before"}
    assert place(page) == pytest.approx((110, 0, 200, 200), abs=0.5)
    assert page.problems == []


@pytest.mark.parametrize(
    ("fit", "expected"), [("fill", (0, 0, 420, 200)), ("none", (200, 90, 20, 20)), ("scale-down", (200, 90, 20, 20))]
)
def test_it_lies_over_the_pixels_however_they_are_fitted(opened, fit, expected):
    page = opened(fit=fit)
    begin(page)
    assert place(page) == pytest.approx(expected, abs=0.5)


@pytest.mark.parametrize("kind", PICTURES)
def test_buttons_in_the_pictures_corner_can_be_pressed(opened, kind):
    page = opened(kind)
    begin(page)
    page.evaluate("document.querySelector('#close').addEventListener('click', () => (window.wasPressed = true))")
    page.click("#close", timeout=5_000)
    assert page.evaluate("window.wasPressed")


def test_it_is_there_for_relit_pictures_alone(opened):
    assert opened(text="a cup, IC Light mode: fc\nSteps: 1").locator(BUTTON).is_hidden()
    assert opened(text="").locator(BUTTON).is_hidden()
    assert opened().locator(BUTTON).is_visible()


def test_nothing_is_left_of_it_when_it_has_ended(opened):
    page = opened()
    before = held(page)
    for _ in range(2):
        begin(page)
        assert held(page)["observers"] == before["observers"] + 2
        page.locator(OVERLAY).get_by_role("button", name="Painting").click()
        page.keyboard.press("Escape")
        page.locator(OVERLAY).wait_for(state="detached")
        assert held(page) == before
    begin(page)
    page.evaluate("icLight.main.dispose()")
    assert held(page) == {"listeners": 0, "observers": 0}
    assert page.locator(f"{OVERLAY}, {BUTTON}").count() == 0
    assert page.problems == []


def test_escape_is_left_to_whatever_else_has_the_focus(opened):
    page = opened()
    begin(page)
    page.evaluate("document.body.append(document.createElement('input'))")
    page.focus("input")
    page.keyboard.press("Escape")
    assert page.locator(OVERLAY).is_visible()


def test_a_finger_moves_the_handle(opened):
    page = opened()
    begin(page)
    box = page.locator(OVERLAY).bounding_box()
    middle = box["y"] + box["height"] / 2
    touch = page.context.new_cdp_session(page)
    touch.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    for kind, share in (("touchStart", 0.5), ("touchMove", 0.6), ("touchMove", 0.8), ("touchEnd", None)):
        points = [] if share is None else [{"x": box["x"] + share * box["width"], "y": middle}]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    assert page.get_attribute("[role=slider]", "aria-valuenow") == "80"
