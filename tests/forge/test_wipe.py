"""Before and after over a result in the web UI's own gallery, which goes on to work."""

from __future__ import annotations

import json

import numpy as np
import pytest
from forge import pictures
from forge.tab import GENERATION_MS, Tab

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.browser

VIEWED = "[data-testid='detailed-image'], .preview > img"
KINDS = ("before", "painting")
THUMBNAILS = ".preview .thumbnails > .thumbnail-item"


class Wipe:
    """The comparison over a tab's gallery."""

    def __init__(self, tab):
        self.page = tab.page
        self.gallery, self.button = tab.own("gallery"), tab.own("ic_light_wipe")
        self.overlay = self.gallery.locator(".ic-light-wipe")
        self.handle = self.gallery.get_by_role("slider")
        self.thumbnails = self.gallery.locator(THUMBNAILS)
        self.viewed = self.gallery.locator(VIEWED)

    @property
    def at(self):
        """Where the handle is, in percent."""
        return int(self.handle.get_attribute("aria-valuenow"))

    def begin(self):
        self.button.click()
        self.overlay.wait_for(state="visible")


@pytest.fixture(scope="module")
def made(browser, forge):
    """The tab with two relit pictures, and perhaps a grid of them in front. The tests share it: making them is slow."""
    page = browser.new_page(viewport={"width": 1500, "height": 1200})
    page.goto(forge.url)
    page.locator("#txt2img_ic_light_enabled-visible-checkbox").wait_for(state="visible", timeout=60_000)
    tab = Tab(page, "txt2img")
    tab.make_small()
    for name, value in (("width", 128), ("steps", 1), ("cfg_scale", 1), ("batch_count", 2)):
        tab.set(name, value)
    tab.enable()
    tab.drop("foreground", pictures.coloured(128, 64))
    tab.control("remove_background").locator("input").first.uncheck()
    tab.pick("light", "Left")
    assert "Error" not in tab.generate()
    tab.result.wait_for(state="visible")
    yield tab
    page.close()


@pytest.fixture
def wipe(made):
    """The comparison, not begun, with the last result in view."""
    wipe = Wipe(made)
    wipe.thumbnails.last.click()
    wipe.button.wait_for(state="visible")
    yield wipe
    if wipe.button.get_attribute("aria-pressed") == "true":
        wipe.button.click()


def test_it_lies_over_the_pixels_and_pointer_keys_and_escape_move_and_end_it(wipe):
    wipe.begin()
    box, image = wipe.overlay.bounding_box(), wipe.viewed.bounding_box()
    assert box["width"] == pytest.approx(2 * box["height"], rel=0.02)
    assert box["x"] + box["width"] / 2 == pytest.approx(image["x"] + image["width"] / 2, abs=1)
    assert box["y"] + box["height"] / 2 == pytest.approx(image["y"] + image["height"] / 2, abs=1)
    assert max(box["width"] / image["width"], box["height"] / image["height"]) == pytest.approx(1, abs=0.02)
    middle = box["y"] + box["height"] / 2
    wipe.page.mouse.move(box["x"] + box["width"] / 2, middle)
    wipe.page.mouse.down()
    wipe.page.mouse.move(box["x"] + box["width"] / 5, middle, steps=4)
    wipe.page.mouse.up()
    assert wipe.at == 20
    assert wipe.page.locator("#lightboxModal").is_hidden(), "a press is no click on the picture"
    expect(wipe.handle).to_be_focused()
    shown = wipe.viewed.get_attribute("src")
    wipe.page.keyboard.press("ArrowRight")
    assert wipe.at == 21
    assert wipe.viewed.get_attribute("src") == shown
    wipe.page.keyboard.press("Escape")
    expect(wipe.overlay).to_have_count(0)
    assert wipe.viewed.get_attribute("src") == shown


def test_the_gallery_shows_its_other_pictures_and_the_comparison_follows(wipe):
    wipe.begin()
    last = wipe.viewed.get_attribute("src")
    wipe.thumbnails.nth(wipe.thumbnails.count() - 2).click()
    expect(wipe.viewed).not_to_have_attribute("src", last)
    wipe.overlay.wait_for(state="visible")
    wipe.page.keyboard.press("ArrowRight")
    expect(wipe.viewed).to_have_attribute("src", last)
    wipe.overlay.wait_for(state="visible")
    if wipe.thumbnails.count() == 3:
        wipe.thumbnails.first.click()
        expect(wipe.overlay).to_be_hidden()


def test_after_it_a_click_on_the_picture_opens_it_large_again(wipe):
    wipe.begin()
    wipe.button.click()
    expect(wipe.overlay).to_have_count(0)
    wipe.viewed.click()
    if wipe.page.locator("#lightboxModal").count():
        expect(wipe.page.locator("#lightboxModal")).to_be_visible()
        wipe.page.keyboard.press("Escape")


def test_the_painting_is_there_too(wipe):
    wipe.begin()
    wipe.overlay.get_by_role("button", name="Painting").click()
    expect(wipe.overlay.locator(".ic-light-wipe-other")).to_have_text("Painting")


def test_what_the_web_uis_own_second_pass_makes_of_a_result_is_compared_too(made):
    """It comes last: the gallery has another picture afterwards."""
    upscale = made.own("upscale")
    if upscale.count() == 0:
        pytest.skip("this web UI has no button for a second pass over a result")
    wipe = Wipe(made)
    wipe.thumbnails.last.click()
    wipe.button.wait_for(state="visible")
    told = made.page.locator("#generation_info_txt2img textarea")
    before = told.input_value()
    upscale.click()
    made.page.wait_for_function(
        "before => document.querySelector('#generation_info_txt2img textarea').value !== before",
        arg=before,
        timeout=GENERATION_MS,
    )
    # gradio 3 shows the pictures side by side again, without a large one.
    (wipe.thumbnails if wipe.thumbnails.count() else wipe.gallery.locator(".thumbnail-item")).last.click()
    wipe.button.wait_for(state="visible")
    wipe.begin()
    assert wipe.overlay.is_visible()


def test_a_program_gets_what_its_result_is_compared_with(client):
    photo = pictures.coloured(64, 64)
    options = {"foreground": pictures.text(photo), "light": "left", "remove_background": False, "result": "photograph"}
    answer = client.txt2img(options)
    info = json.loads(answer.body["info"])
    asked = {"job_timestamp": info["job_timestamp"], "infotext": info["infotexts"][0]}
    before, painting = (client.picture("/ic-light/comparison", {**asked, "kind": kind}) for kind in KINDS)
    np.testing.assert_allclose(before.astype(int), np.asarray(photo), atol=40)
    assert np.abs(before.astype(int) - np.asarray(photo)).mean() < 3
    assert np.abs(painting.astype(int) - before).mean() > 5
    status, said = client.call("/ic-light/comparison", {**asked, "infotext": asked["infotext"] + " "})
    assert status == 404
    assert "gone" in said["detail"]
