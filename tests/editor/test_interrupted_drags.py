"""What comes between while a light is dragged: another finger, a key, a window that changes."""

from __future__ import annotations

import pytest
from bare_page import put_editor

pytestmark = pytest.mark.browser

EDITOR = "icLight.editor.of('txt2img')"
LIGHTS = f"() => {EDITOR}.state.description.lights.map(({{ x, y }}) => [x, y])"
HANDLES = f"() => {EDITOR}.stage.handles()"
SET = f"""lights => {{
    const text = JSON.stringify({{ version: 1, lights }});
    {EDITOR}.state.edit((description) => Object.assign(description, icLight.description.parse(text)));
}}"""
TWO = [{"x": 0.25, "y": 0.5}, {"x": 0.75, "y": 0.5}]


@pytest.fixture
def page(browser):
    """A page with an editor of two lights."""
    page = browser.new_page(viewport={"width": 900, "height": 700}, has_touch=True)
    put_editor(page)
    page.evaluate(SET, TWO)
    yield page
    page.close()


def handle(page, index):
    """Where in the window a light's handle is."""
    box = page.locator("canvas").bounding_box()
    x, y = page.evaluate(HANDLES)[index]
    return box["x"] + x, box["y"] + y


def begin(page, index):
    """Take a light and drag it a little."""
    x, y = handle(page, index)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 10, y + 10)
    return x + 10, y + 10


def test_a_second_finger_moves_nothing_and_lets_go_of_nothing(page):
    touches = page.context.new_cdp_session(page)

    def touch(kind, *points):
        found = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
        touches.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": found})

    x, y = handle(page, 0)
    first = (x + 20, y + 20)
    touch("touchStart", (x, y))
    touch("touchMove", first)
    dragged = page.evaluate(LIGHTS)
    touch("touchStart", first, (x + 90, y - 60))
    touch("touchMove", first, (x + 120, y - 80))
    assert page.evaluate(LIGHTS) == dragged
    touch("touchMove", first)  # the second finger is lifted
    touch("touchMove", (x + 40, y + 10))
    touch("touchEnd")
    assert handle(page, 0) == pytest.approx((x + 40, y + 10), abs=1)


def test_a_light_that_is_deleted_while_it_is_dragged_hands_the_drag_to_no_other(page):
    x, y = begin(page, 0)
    page.keyboard.press("Delete")
    page.mouse.move(x + 40, y + 40)
    page.mouse.up()
    assert page.evaluate(LIGHTS) == [[0.75, 0.5]]


def test_a_drag_that_is_undone_while_it_lasts_stays_undone(page):
    x, y = begin(page, 0)
    page.keyboard.press("Control+z")
    page.mouse.move(x + 40, y + 40)
    page.mouse.up()
    assert page.evaluate(LIGHTS) == [[0.25, 0.5], [0.75, 0.5]]


def test_shift_does_not_let_go(page):
    x, y = begin(page, 0)
    page.keyboard.down("Shift")
    page.mouse.move(x + 40, y + 30)
    page.keyboard.up("Shift")
    page.mouse.up()
    assert handle(page, 0) == pytest.approx((x + 40, y + 30), abs=1)


# Scrolls, and waits until the page has been told of it and has drawn itself.
SCROLLED = """(pixels) => new Promise((done) => {
    window.addEventListener("scroll", () => requestAnimationFrame(done), { once: true });
    window.scrollBy(0, pixels);
})"""


def test_a_light_stays_under_the_pointer_when_the_page_moves_below_it(page):
    page.evaluate("document.body.style.padding = '300px 0 900px'")
    x, y = begin(page, 0)
    page.evaluate(SCROLLED, 50)
    page.mouse.move(x + 20, y - 20)
    page.mouse.up()
    assert handle(page, 0) == pytest.approx((x + 20, y - 20), abs=1)
