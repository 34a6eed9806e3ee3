"""Relight again from here: a click brings back what made a result, so that only the light is left to change."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image
from samples import file_bytes

expect = pytest.importorskip("playwright.sync_api").expect
expect.set_options(timeout=60_000)
pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("host")]

SIDE = 64
KEPT = "The seed is kept. Change the light and generate."


def photograph(colour) -> bytes:
    """A coloured square on transparency."""
    pixels = np.zeros((SIDE, SIDE, 4), np.uint8)
    pixels[8:-8, 8:-8] = (*colour, 255)
    return file_bytes(Image.fromarray(pixels))


ORANGE, BLUE = photograph((210, 120, 30)), photograph((30, 60, 210))
# The colour in the middle of a picture in the page.
MIDDLE = """async (image) => {
    await image.decode();
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
    const context = canvas.getContext("2d");
    context.drawImage(image, 0, 0);
    return [...context.getImageData(canvas.width / 2, canvas.height / 2, 1, 1).data].slice(0, 3);
}"""


class Form:
    """A tab's form and its results."""

    def __init__(self, page, tab="txt2img"):
        self.page, self.tab = page, tab
        self.again = page.locator(f"#{tab}_ic_light_again")
        self.line = page.locator(f"#{tab}_ic_light_again_row.ic-light-said")
        self.prompt = page.locator(f"#{tab}_prompt textarea")
        self.seed = page.locator(f"#{tab}_seed input")
        self.slot = page.locator(f"#{tab}_ic_light_foreground")
        self.told = page.locator(f"#generation_info_{tab} textarea")
        self.thumbnails = page.locator(f"#{tab}_gallery .thumbnail-small")

    def number(self, name):
        return self.page.locator(f"#{self.tab}_{name} input[type=number]")

    def fill(self, name, value):
        self.number(name).fill(str(value))
        self.number(name).press("Tab")

    def light(self, name):
        return self.page.locator(f"#{self.tab}_ic_light_light input[value={name}]")

    def drop(self, content):
        shown = self.slot.locator("img")
        before = shown.get_attribute("src") if shown.count() else ""
        given = {"name": "photo.png", "mimeType": "image/png", "buffer": content}
        self.slot.locator("input[type=file]").set_input_files(given)
        expect(shown).not_to_have_attribute("src", before)

    def generate(self):
        before = self.told.input_value()
        self.page.click(f"#{self.tab}_generate")
        expect(self.told).not_to_have_value(before)

    def middle(self):
        return self.slot.locator("img").evaluate(MIDDLE)

    def infotext(self):
        return json.loads(self.told.input_value())["infotexts"][-1]


@pytest.fixture
def form(page):
    """txt2img, ready to make small pictures with IC Light on."""
    form = Form(page)
    for name, value in (("width", SIDE), ("height", SIDE), ("steps", 1), ("cfg_scale", 1)):
        form.fill(name, value)
    page.click("#txt2img_ic_light_enabled > .label-wrap")
    form.drop(ORANGE)
    form.prompt.fill("a cup")
    form.light("left").check()
    return form


@pytest.fixture
def changed(form):
    """A relit picture is shown, and everything that made it has been changed since."""
    form.generate()
    form.prompt.fill("a vase")
    form.fill("steps", 3)
    form.light("right").check()
    form.drop(BLUE)
    form.page.click("#txt2img_ic_light_enabled > .label-wrap")
    return form


def test_everything_that_made_the_result_is_back_and_the_light_has_the_focus(changed):
    changed.again.click()
    expect(changed.line).to_contain_text("Foreground was put back. " + KEPT)
    expect(changed.prompt).to_have_value("a cup")
    expect(changed.number("steps")).to_have_value("1")
    assert f"Seed: {changed.seed.input_value()}," in changed.infotext()
    np.testing.assert_allclose(changed.middle(), (210, 120, 30), atol=3)
    expect(changed.light("left")).to_be_focused()
    expect(changed.light("left")).to_be_checked()


def test_the_same_settings_make_the_same_picture_again(changed):
    first = changed.infotext()
    changed.again.click()
    expect(changed.line).to_be_visible()
    changed.generate()
    assert changed.infotext() == first
    expect(changed.line).to_be_hidden()


def test_one_click_undoes_it(changed):
    changed.again.click()
    changed.line.get_by_role("button", name="Undo").click()
    expect(changed.line).to_be_hidden()
    expect(changed.prompt).to_have_value("a vase")
    expect(changed.seed).to_have_value("-1")
    expect(changed.number("steps")).to_have_value("3")
    expect(changed.light("right")).to_be_checked()
    np.testing.assert_allclose(changed.middle(), (30, 60, 210), atol=3)


def test_a_foreground_that_is_still_there_stays(form):
    form.generate()
    before = form.slot.locator("img").get_attribute("src")
    form.light("right").check()
    form.again.click()
    expect(form.line.get_by_role("status")).to_have_text(KEPT)
    expect(form.light("left")).to_be_checked()
    expect(form.slot.locator("img")).to_have_attribute("src", before)


def test_a_foreground_that_is_gone_is_said(changed, monkeypatch):
    from lib_iclight.hosts.app_context import app_context
    from lib_iclight.hosts.comparisons import Comparisons

    monkeypatch.setattr(app_context().hooks, "comparisons", Comparisons())
    changed.again.click()
    expect(changed.line).to_contain_text(
        "This result's own picture is gone: put it back into Foreground before you generate."
    )
    expect(changed.line).not_to_contain_text(KEPT)


def test_without_a_relit_result_the_button_is_off_and_says_why(form):
    expect(form.again).to_have_attribute("aria-disabled", "true")
    form.again.focus()
    form.page.keyboard.press("Enter")
    expect(form.page.get_by_role("alert")).to_have_text("There is no picture yet.")
    form.page.keyboard.press("Escape")
    expect(form.page.get_by_role("alert")).to_have_count(0)
    form.page.uncheck("#txt2img_ic_light_enabled-visible-checkbox")
    form.generate()
    expect(form.again).to_have_attribute("title", "Relight again from here\nThis picture was not made with IC Light.")


def test_a_grid_is_no_result(form):
    form.fill("batch_count", 2)
    form.generate()
    form.thumbnails.first.click()
    expect(form.again).to_have_attribute("title", "Relight again from here\nThis is a grid: open one of its pictures.")
    form.thumbnails.last.click()
    expect(form.again).to_have_attribute("aria-disabled", "false")


def give_own_picture(page, colour):
    shown = page.locator("#img2img_image img")
    before = shown.get_attribute("src") if shown.count() else ""
    given = {"name": "photo.png", "mimeType": "image/png", "buffer": photograph(colour)}
    page.set_input_files("#img2img_image input[type=file]", given)
    expect(shown).not_to_have_attribute("src", before)


@pytest.fixture
def img2img(page):
    """img2img, which has relit its own picture."""
    page.click("#tab_img2img-button, #tabs > .tab-nav button:has-text('Img2img')")
    form = Form(page, "img2img")
    give_own_picture(page, (30, 160, 30))
    for name, value in (("width", SIDE), ("height", SIDE), ("steps", 1), ("cfg_scale", 1)):
        form.fill(name, value)
    page.click("#img2img_ic_light_enabled > .label-wrap")
    form.light("left").check()
    form.generate()
    return form


def test_in_img2img_the_tabs_own_picture_is_the_subject_again(img2img):
    img2img.drop(BLUE)
    img2img.again.click()
    expect(img2img.line.get_by_role("status")).to_have_text(KEPT)
    expect(img2img.slot.locator("img")).to_have_count(0)


def test_in_img2img_the_tabs_own_picture_is_put_back(img2img):
    give_own_picture(img2img.page, (30, 60, 210))
    img2img.again.click()
    expect(img2img.line.get_by_role("status")).to_have_text("The img2img picture was put back. " + KEPT)
    middle = img2img.page.locator("#img2img_image img").evaluate(MIDDLE)
    np.testing.assert_allclose(middle, (30, 160, 30), atol=3)
