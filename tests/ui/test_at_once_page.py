"""Recommended settings that are taken when a picture comes in: once, and never over what a person has set."""

from __future__ import annotations

import re

import pytest
from PIL import Image
from samples import file_bytes

from lib_iclight.picture.arrays import to_picture

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.browser

expect.set_options(timeout=60_000)

INFOTEXT = "a cup\nSteps: 20, Sampler: Euler, CFG scale: 7, Size: 512x512"


@pytest.fixture
def at_once(running, page):
    """The page, with the setting on."""
    from modules import shared

    shared.opts.data["ic_light_take_recommended"] = True
    yield page
    del shared.opts.data["ic_light_take_recommended"]


def tall(shade=90):
    return Image.new("RGB", (400, 800), (200, shade, 30))


def file(image):
    return {"name": "subject.png", "mimeType": "image/png", "buffer": file_bytes(image)}


def open_accordion(page, tab="txt2img"):
    page.click(f"#{tab}_ic_light_enabled > .label-wrap")


def said_of(page, picture):
    """Wait until what is recommended is said of a picture, by its digest; "" is none."""
    said = page.locator("#txt2img_ic_light_recommendation .ic-light-values").first
    expect(said).to_have_attribute("data-picture", picture)


def clear(page):
    slot = page.locator("#txt2img_ic_light_foreground").first
    slot.get_by_role("button", name=re.compile("Clear|Remove Image")).click()
    said_of(page, "")


def drop(page, shade=90):
    """Drop a picture, and wait until what is recommended is said of it."""
    page.set_input_files("#txt2img_ic_light_foreground input[type=file]", file(tall(shade)))
    said_of(page, to_picture(tall(shade)).digest)


def number(page, name, tab="txt2img"):
    return page.locator(f"#{tab}_{name} input[type=number]").first


def set_by_hand(page, name, value, tab="txt2img"):
    number(page, name, tab).fill(value)
    number(page, name, tab).blur()


def asked(page):
    """What the page's script has last asked to be taken: it does so in the frame after something is said."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return page.locator("#txt2img_ic_light_take_at_once").locator("textarea, input").first.input_value()


def changed(page, tab="txt2img"):
    return page.locator(f"#{tab}_ic_light_recommendation .ic-light-changed").first


def test_the_settings_are_taken_told_and_taken_back(at_once):
    open_accordion(at_once)
    drop(at_once)
    expect(number(at_once, "height")).to_have_value("768")
    expect(number(at_once, "cfg_scale")).to_have_value("2")
    expect(changed(at_once)).to_have_text("Changed: DPM++ 2M Karras, 25 steps, CFG 2, 384 \u00d7 768, quality words")
    at_once.click("#txt2img_ic_light_recommendation_undo")
    expect(number(at_once, "height")).to_have_value("512")
    expect(number(at_once, "cfg_scale")).to_have_value("7")
    expect(changed(at_once)).to_be_hidden()


def test_nothing_is_taken_unless_the_setting_says_so(page):
    open_accordion(page)
    drop(page)
    expect(page.locator("#txt2img_ic_light_recommendation").first).to_contain_text("384 \u00d7 768")
    assert asked(page) == ""
    expect(number(page, "cfg_scale")).to_have_value("7")
    expect(page.locator("#txt2img_ic_light_recommendation_undo")).to_be_hidden()


def test_what_was_set_by_hand_stays(at_once):
    set_by_hand(at_once, "cfg_scale", "4")
    set_by_hand(at_once, "width", "640")
    at_once.fill("#txt2img_prompt textarea", "a cup")
    open_accordion(at_once)
    drop(at_once)
    expect(number(at_once, "steps")).to_have_value("25")
    expect(changed(at_once)).to_have_text("Changed: DPM++ 2M Karras, 25 steps")
    assert [number(at_once, name).input_value() for name in ("cfg_scale", "width", "height")] == ["4", "640", "512"]
    assert at_once.input_value("#txt2img_prompt textarea") == "a cup"
    assert "worst quality" in at_once.input_value("#txt2img_neg_prompt textarea")


def test_a_picture_changes_settings_once(at_once):
    open_accordion(at_once)
    drop(at_once)
    expect(number(at_once, "cfg_scale")).to_have_value("2")
    expect(at_once.locator("#txt2img_ic_light_recommendation_undo")).to_be_visible()
    first = asked(at_once)
    at_once.locator("#txt2img_ic_light_mode input[value=fbc]").check()
    expect(at_once.locator("#txt2img_ic_light_recommendation").first).to_contain_text("20 steps")
    assert asked(at_once) == first
    clear(at_once)
    drop(at_once)
    assert asked(at_once) == first
    expect(number(at_once, "cfg_scale")).to_have_value("2")
    clear(at_once)
    drop(at_once, 60)
    assert asked(at_once) != first
    expect(number(at_once, "cfg_scale")).to_have_value("7")


def test_nothing_is_taken_after_an_undo(at_once):
    open_accordion(at_once)
    drop(at_once)
    expect(number(at_once, "cfg_scale")).to_have_value("2")
    at_once.click("#txt2img_ic_light_recommendation_undo")
    expect(number(at_once, "cfg_scale")).to_have_value("7")
    before = asked(at_once)
    clear(at_once)
    drop(at_once, 60)
    assert asked(at_once) == before
    expect(number(at_once, "cfg_scale")).to_have_value("7")


def test_nothing_is_taken_after_parameters_were_pasted(at_once):
    at_once.fill("#txt2img_prompt textarea", INFOTEXT)
    at_once.locator("#txt2img_tools #paste").click()
    expect(at_once.locator("#txt2img_prompt textarea")).to_have_value("a cup")
    open_accordion(at_once)
    drop(at_once)
    assert asked(at_once) == ""
    expect(number(at_once, "cfg_scale")).to_have_value("7")


def test_a_picture_that_is_brought_back_has_come_in_before(at_once):
    for name, value in (("width", "64"), ("height", "64"), ("steps", "1"), ("cfg_scale", "1")):
        set_by_hand(at_once, name, value)
    open_accordion(at_once)
    at_once.locator("#txt2img_ic_light_remove_background input[type=checkbox]").uncheck()
    drop(at_once)
    at_once.click("#txt2img_generate")
    again = at_once.locator("#txt2img_ic_light_again")
    expect(again).to_have_attribute("aria-disabled", "false")
    drop(at_once, 60)
    before = asked(at_once)
    again.click()
    expect(at_once.locator("#txt2img_ic_light_again_row")).to_contain_text("Foreground was put back.")
    said_of(at_once, to_picture(tall()).digest)
    assert asked(at_once) == before
    at_once.click("#txt2img_ic_light_again_undo")
    said_of(at_once, to_picture(tall(60)).digest)
    assert asked(at_once) == before
    drop(at_once, 30)
    assert asked(at_once) != before


def test_img2imgs_picture_counts_once_ic_light_is_on(at_once):
    at_once.click("#tabs > .tab-nav > button:has-text('Img2img')")
    at_once.set_input_files("#img2img_image input[type=file]", file(tall()))
    at_once.wait_for_selector("#img2img_image img")
    expect(number(at_once, "denoising_strength", "img2img")).to_have_value("0.75")
    open_accordion(at_once, "img2img")
    expect(number(at_once, "denoising_strength", "img2img")).to_have_value("0.9")
    expect(number(at_once, "height", "img2img")).to_have_value("768")
    expect(changed(at_once, "img2img")).to_contain_text("strength 0.9")
