"""What works against a run is named on top, and put right by a click."""

from __future__ import annotations

import pytest
from samples import file_bytes, plain

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.browser

expect.set_options(timeout=60_000)


def picture():
    return {"name": "subject.png", "mimeType": "image/png", "buffer": file_bytes(plain((200, 90, 30, 255)))}


def number(page, name):
    return page.locator(f"#{name} input[type=number]").first


def shown(page, tab):
    return page.locator(f"#{tab}_ic_light_summary .ic-light-warning:visible")


@pytest.fixture
def txt2img(page):
    page.click("#txt2img_ic_light_enabled > .label-wrap")
    page.set_input_files("#txt2img_ic_light_foreground input[type=file]", picture())
    return page


@pytest.fixture
def img2img(page):
    page.click("#tabs > .tab-nav > button:has-text('Img2img')")
    page.click("#img2img_ic_light_enabled > .label-wrap")
    page.set_input_files("#img2img_image input[type=file]", picture())
    return page


def test_a_cfg_that_burns_colours_is_named_and_set_by_a_click(txt2img):
    expect(shown(txt2img, "txt2img")).to_contain_text("CFG 7 burns colours out in this mode.")
    number(txt2img, "txt2img_cfg_scale").fill("11")
    expect(shown(txt2img, "txt2img")).to_contain_text("CFG 11 burns")
    shown(txt2img, "txt2img").get_by_role("button", name="Set CFG to 2").click()
    expect(number(txt2img, "txt2img_cfg_scale")).to_have_value("2")
    expect(shown(txt2img, "txt2img")).to_have_count(0)


def test_a_background_wants_a_high_cfg(txt2img):
    expect(shown(txt2img, "txt2img")).to_have_count(1)
    txt2img.locator("#txt2img_ic_light_mode input[value=fbc]").check()
    expect(shown(txt2img, "txt2img")).to_have_count(0)


def test_too_little_strength_is_named_by_what_it_leaves(img2img):
    number(img2img, "img2img_denoising_strength").fill("0.5")
    lines = shown(img2img, "img2img")
    expect(lines.last).to_contain_text("At strength 0.5 much of the old light stays.")
    img2img.locator("#img2img_ic_light_light input[value=left]").check()
    expect(lines.last).to_contain_text("At strength 0.5 the light map shows through.")
    lines.last.get_by_role("button", name="Set strength to 0.9").click()
    expect(number(img2img, "img2img_denoising_strength")).to_have_value("0.9")
    expect(lines).to_have_count(1)


def test_a_checkpoint_that_does_not_suit_is_named_with_the_way_to_another(txt2img, sdxl, monkeypatch):
    from modules import shared

    monkeypatch.setitem(shared.opts.data, "sd_model_checkpoint", sdxl)
    txt2img.reload()
    txt2img.click("#txt2img_ic_light_enabled > .label-wrap")
    notice = txt2img.locator("#txt2img_ic_light_notice").first
    expect(notice).to_contain_text("The checkpoint big is SDXL.")
    way = notice.get_by_role("button", name="Choose another")
    expect(way, "this page has no list of checkpoints").to_be_hidden()
    txt2img.evaluate(
        "gradioApp().querySelector('#tabs').insertAdjacentHTML('beforebegin',"
        " '<div class=model_selection><input></div>'); icLight.warnings.update()"
    )
    way.click()
    expect(txt2img.locator(".model_selection input")).to_be_focused()
