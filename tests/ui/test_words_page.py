"""The page's texts, and the values it carries over, as a user sees them in Chromium."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from samples import file_bytes, plain

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.browser

expect.set_options(timeout=60_000)


@pytest.fixture
def txt2img(page):
    page.click("#txt2img_ic_light_enabled > .label-wrap")
    return page


@pytest.fixture
def img2img(page):
    page.click("#tabs > .tab-nav > button:has-text('Img2img')")
    page.click("#img2img_ic_light_enabled > .label-wrap")
    return page


def png(width=48, height=32, colour=(200, 90, 30)) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(file, "PNG")
    return file.getvalue()


def give(page, slot, content=None, name="picture.png"):
    content = png() if content is None else content
    page.set_input_files(f"#{slot} input[type=file]", {"name": name, "mimeType": "image/png", "buffer": content})


def said(page, tab="txt2img"):
    return page.locator(f"#{tab}_ic_light_summary").first


def radio(page, tab, name, value):
    return page.locator(f"#{tab}_ic_light_{name} input[value='{value}']")


def fill(page, tab, name, value):
    page.fill(f"#{tab}_{name} textarea, #{tab}_{name} input[type=number]", value)
    page.press(f"#{tab}_{name} textarea, #{tab}_{name} input[type=number]", "Tab")


UNREADABLE = {
    "photo.heic": b"\0\0\0\x18ftypheic" + bytes(64),
    "drawing.png": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "nothing.png": b"",
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_picture_that_cannot_be_read_is_said_at_once_in_the_line_and_in_the_slot(txt2img, name):
    give(txt2img, "txt2img_ic_light_foreground", UNREADABLE[name], name)
    expect(said(txt2img)).to_contain_text("The foreground cannot be read")
    expect(said(txt2img)).not_to_contain_text("is relit")
    txt2img.locator("#txt2img_ic_light_foreground .ic-light-unseen").wait_for()
    txt2img.locator("#txt2img_ic_light_foreground").get_by_role("button", name="Remove Image").click()
    expect(said(txt2img)).to_have_text("Drop a picture of the subject into Foreground.")
    expect(txt2img.locator(".ic-light-unseen")).to_have_count(0)
    give(txt2img, "txt2img_ic_light_foreground")
    expect(said(txt2img)).to_contain_text("The foreground is relit.")


def test_a_picture_in_which_nothing_is_visible_is_said_at_once(txt2img):
    give(txt2img, "txt2img_ic_light_foreground", file_bytes(plain((9, 9, 9, 0))))
    expect(said(txt2img)).to_contain_text("The foreground is fully transparent")
    expect(said(txt2img)).not_to_contain_text("is relit")


def test_img2img_says_whether_the_tab_that_is_shown_has_a_picture(img2img):
    line, lacking = said(img2img, "img2img"), "Give img2img a picture, or drop one of the subject into Foreground."
    expect(line).to_have_text(lacking)
    radio(img2img, "img2img", "light", "left").check()
    expect(line).to_have_text(lacking)
    give(img2img, "img2img_image")
    expect(line).to_contain_text("The img2img picture is relit.")
    img2img.click("#mode_img2img button:has-text('Inpaint upload')")
    expect(line).to_have_text(lacking)
    give(img2img, "img_inpaint_base")
    expect(line).to_contain_text("The img2img picture is relit.")
    img2img.click("#mode_img2img button:has-text('Batch')")
    expect(line).to_contain_text("The picture given to img2img is relit.")
    img2img.click("#mode_img2img > .tab-nav button:has-text('img2img')")
    img2img.locator("#img2img_image").get_by_role("button", name="Remove Image").click()
    expect(line).to_have_text(lacking)
    give(img2img, "img2img_ic_light_foreground")
    expect(line).to_contain_text("The foreground is relit.")
    expect(line).to_contain_text("Give img2img a picture too.")


def test_a_model_that_is_absent_is_kept_by_name_said_and_refused(txt2img):
    txt2img.click("#txt2img_ic_light_tab_models-button")
    model = txt2img.locator("#txt2img_ic_light_model input")
    model.fill("iclight_tiny")
    model.press("Enter")
    give(txt2img, "txt2img_ic_light_foreground")
    expect(said(txt2img)).to_contain_text("There is no IC-Light model named 'iclight_tiny'. Choose auto, or one of:")
    fill(txt2img, "txt2img", "prompt", "a ball")
    txt2img.click("#txt2img_generate")
    expect(txt2img.locator("#html_log_txt2img .error")).to_contain_text("no IC-Light model named 'iclight_tiny'")


def small(page, tab):
    for name, value in (("prompt", "a ball"), ("steps", "2"), ("width", "64"), ("height", "64")):
        fill(page, tab, name, value)


@pytest.mark.parametrize("was_opened", [True, False], ids=["opened before", "never opened"])
def test_a_relit_result_that_is_sent_is_the_subject_in_img2img_with_the_same_settings(txt2img, was_opened):
    page = txt2img
    small(page, "txt2img")
    if was_opened:
        page.click("#tabs > .tab-nav > button:has-text('Img2img')")
        page.click("#img2img_ic_light_enabled > .label-wrap")
        give(page, "img2img_ic_light_foreground")
        page.click("#tabs > .tab-nav > button:has-text('Txt2img')")
    give(page, "txt2img_ic_light_foreground")
    page.uncheck("#txt2img_ic_light_remove_background input")
    radio(page, "txt2img", "mode", "fbc").check()
    give(page, "txt2img_ic_light_background", png(40, 24))
    page.locator("#txt2img_ic_light_background img").wait_for()
    radio(page, "txt2img", "light", "left").check()
    radio(page, "txt2img", "placement", "contain").check()
    page.click("#txt2img_generate")
    page.wait_for_selector("#html_log_txt2img .performance")
    page.click("#txt2img_send_to_img2img")
    page.wait_for_selector("#img2img_image img")
    expect(page.locator("#img2img_ic_light_enabled-visible-checkbox")).to_be_checked()
    expect(radio(page, "img2img", "mode", "fbc")).to_be_checked()
    expect(radio(page, "img2img", "light", "left")).to_be_checked()
    expect(radio(page, "img2img", "placement", "cover")).to_be_checked()
    page.locator("#img2img_ic_light_background img").wait_for(state="attached")
    expect(page.locator("#img2img_ic_light_foreground img")).to_have_count(0)
    expect(said(page, "img2img")).to_contain_text("The img2img picture is relit. It is lit to fit the background")
    small(page, "img2img")
    page.click("#img2img_generate")
    expect(page.locator("#html_info_img2img")).to_contain_text("IC Light mode: fbc")


def test_a_plain_result_that_is_sent_leaves_img2img_as_it_is(page):
    page.click("#tabs > .tab-nav > button:has-text('Img2img')")
    page.click("#img2img_ic_light_enabled > .label-wrap")
    radio(page, "img2img", "light", "top").check()
    page.click("#tabs > .tab-nav > button:has-text('Txt2img')")
    small(page, "txt2img")
    page.click("#txt2img_generate")
    page.wait_for_selector("#html_log_txt2img .performance")
    page.click("#txt2img_send_to_img2img")
    page.wait_for_selector("#img2img_image img")
    expect(said(page, "img2img")).to_contain_text("The img2img picture is relit.")
    expect(radio(page, "img2img", "light", "top")).to_be_checked()
    expect(page.locator("#img2img_ic_light_enabled-visible-checkbox")).to_be_checked()


def test_an_example_can_be_undone_step_by_step(txt2img):
    page = txt2img
    small(page, "txt2img")
    fill(page, "txt2img", "prompt", "my own prompt")
    give(page, "txt2img_ic_light_foreground", png(40, 30))
    radio(page, "txt2img", "light", "bottom").check()
    page.locator("#txt2img_ic_light_tab_ideas-button").click()
    undo = page.locator("#txt2img_ic_light_undo")
    expect(undo).to_be_hidden()
    page.locator("#txt2img_ic_light_ideas").get_by_role("button", name="Fit a background").click()
    prompt = page.locator("#txt2img_prompt textarea")
    expect(prompt).to_have_value("vase on a shelf, warm evening light")
    page.locator("#txt2img_ic_light_ideas").get_by_role("button", name="Neon night").click()
    expect(prompt).not_to_have_value("vase on a shelf, warm evening light")
    undo.click()
    expect(prompt).to_have_value("vase on a shelf, warm evening light")
    undo.click()
    expect(prompt).to_have_value("my own prompt")
    expect(undo).to_be_hidden()
    expect(page.locator("#txt2img_steps input[type=number]")).to_have_value("2")
    expect(radio(page, "txt2img", "light", "bottom")).to_be_checked()
    expect(radio(page, "txt2img", "mode", "fc")).to_be_checked()
    page.wait_for_function("document.querySelector('#txt2img_ic_light_foreground img')?.naturalWidth === 40")
    expect(said(page)).to_contain_text("It is lit from below.")


def test_the_page_begins_with_the_photograph_and_shows_what_applies(txt2img):
    on_photograph = ("photograph_strength", "photograph_colour", "photograph_highlights", "photograph_radius")
    txt2img.click("#txt2img_ic_light_tab_result-button")
    expect(radio(txt2img, "txt2img", "result", "photograph")).to_be_checked()
    for result, shown, hidden in (
        ("painting", ("restore_details", "keep_colours"), (*on_photograph, "keep_original")),
        ("photograph", (*on_photograph, "keep_original"), ("restore_details", "keep_colours", "details_radius")),
    ):
        radio(txt2img, "txt2img", "result", result).check()
        for name in shown:
            expect(txt2img.locator(f"#txt2img_ic_light_{name}")).to_be_visible()
        for name in hidden:
            expect(txt2img.locator(f"#txt2img_ic_light_{name}")).to_be_hidden()
