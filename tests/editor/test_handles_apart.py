"""The handles of an editor's lights can be seen and grabbed wherever the lights are."""

from __future__ import annotations

import itertools
import json
import math

import pytest
from bare_page import put_editor

pytestmark = pytest.mark.browser

APART = 26
"""Pixels between the middles of two handles: the ring around a selected one covers none."""
AREA = {"x": 14, "y": 14, "w": 256, "h": 262}
CORNERS = [(14, 14), (270, 14), (14, 276), (270, 276)]

EDITOR = "icLight.editor.of('txt2img')"
POINTS = f"() => {EDITOR}.stage.handles()"
TRUE = f"() => {EDITOR}.state.description.lights.map((light) => {EDITOR}.stage.lightPoint(light))"
SET = f"""text => {{
    const {{ state }} = {EDITOR};
    state.edit((description) => Object.assign(description, icLight.description.parse(text)));
}}"""


@pytest.fixture
def page(browser):
    """A page with nothing but the editor."""
    page = browser.new_page(viewport={"width": 900, "height": 700})
    put_editor(page)
    yield page
    page.close()


def nearest(points):
    """The least distance between two of the points."""
    return min(math.dist(one, other) for one, other in itertools.combinations(points, 2))


def set_lights(page, lights):
    page.evaluate(SET, json.dumps({"version": 1, "lights": lights}))


def add(page, name, times=1):
    for _ in range(times):
        page.click(f"[data-tool={name}]")


@pytest.mark.parametrize("spot", [*CORNERS, (14, 150), (140, 14), (140, 145)])
@pytest.mark.parametrize("first", [-1, 0, 5])
def test_eight_handles_on_one_spot_are_drawn_apart(page, spot, first):
    found = page.evaluate(
        "([points, first, area]) => icLight.spread.apart(points, first, area)", [[spot] * 8, first, AREA]
    )
    assert nearest(found) >= APART
    assert tuple(found[max(first, 0)]) == spot, "one is where they all are"
    for x, y in found:
        assert AREA["x"] <= x <= AREA["x"] + AREA["w"]
        assert AREA["y"] <= y <= AREA["y"] + AREA["h"]


def test_handles_that_have_room_stay_where_their_lights_are(page):
    points = [[40, 40], [40, 67], [200, 40], [200, 200]]
    assert page.evaluate("([points, area]) => icLight.spread.apart(points, 2, area)", [points, AREA]) == points


@pytest.mark.parametrize("light", [{"x": 0.5, "y": 0.5}, {"x": 2, "y": -1}, {"angle": 180}, {"angle": 45}])
def test_lights_that_are_loaded_onto_one_spot_can_all_be_grabbed(page, light):
    set_lights(page, [light] * 8)
    before = page.evaluate(f"{EDITOR}.state.text")
    assert nearest(page.evaluate(POINTS)) >= APART
    assert nearest(page.evaluate(TRUE)) == 0, "their numbers are what they were"
    box = page.locator("canvas").bounding_box()
    for index, (x, y) in enumerate(page.evaluate(POINTS)):
        page.mouse.click(box["x"] + x, box["y"] + y)
        assert page.evaluate(f"{EDITOR}.state.selected") == index
    assert page.evaluate(f"{EDITOR}.state.text") == before, "a click moves nothing"


def test_a_handle_that_was_drawn_aside_takes_its_light_along(page):
    set_lights(page, [{"x": 0.5, "y": 0.5}] * 3)
    box = page.locator("canvas").bounding_box()
    x, y = page.evaluate(POINTS)[2]
    page.mouse.move(box["x"] + x, box["y"] + y)
    page.mouse.down()
    page.mouse.move(box["x"] + x + 40, box["y"] + y + 30, steps=4)
    page.mouse.up()
    assert page.evaluate(POINTS)[2] == pytest.approx([x + 40, y + 30], abs=0.5)
    assert page.evaluate(TRUE)[2] == pytest.approx([x + 40, y + 30], abs=0.5)


def test_a_light_dragged_onto_another_stays_under_the_pointer_and_the_other_is_seen(page):
    set_lights(page, [{"x": 0.3, "y": 0.5}, {"x": 0.7, "y": 0.5}])
    box = page.locator("canvas").bounding_box()
    (x, y), (to_x, to_y) = page.evaluate(POINTS)
    page.mouse.move(box["x"] + x, box["y"] + y)
    page.mouse.down()
    page.mouse.move(box["x"] + to_x, box["y"] + to_y, steps=4)
    page.mouse.up()
    dragged, other = page.evaluate(POINTS)
    assert dragged == pytest.approx([to_x, to_y], abs=0.5)
    assert math.dist(dragged, other) >= APART


@pytest.mark.parametrize("name", ["directional", "positioned"])
def test_lights_that_are_added_truly_lie_apart(page, name):
    add(page, name, 8)
    assert page.locator(".ic-light-chip").count() == 8
    assert nearest(page.evaluate(TRUE)) >= APART - 0.5
    assert page.evaluate(POINTS) == page.evaluate(TRUE)


@pytest.mark.parametrize("name", ["directional", "positioned"])
def test_lights_that_are_duplicated_and_mirrored_truly_lie_apart(page, name):
    add(page, name)
    add(page, "duplicate", 7)
    assert page.locator(".ic-light-chip").count() == 8
    assert nearest(page.evaluate(TRUE)) >= APART - 0.5
    add(page, "mirror")
    assert nearest(page.evaluate(TRUE)) >= APART - 0.5
