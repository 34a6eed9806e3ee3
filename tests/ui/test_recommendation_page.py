"""The recommended settings on the page: what is said of them, what they set, and that it is taken back."""

from __future__ import annotations

import pytest
from PIL import Image
from samples import file_bytes

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.browser

expect.set_options(timeout=60_000)


@pytest.fixture
def txt2img(page):
    page.click("#txt2img_ic_light_enabled > .label-wrap")
    content = file_bytes(Image.new("RGB", (400, 800), (200, 90, 30)))
    subject = {"name": "subject.png", "mimeType": "image/png", "buffer": content}
    page.set_input_files("#txt2img_ic_light_foreground input[type=file]", subject)
    page.locator("#txt2img_ic_light_light input[value=left]").check()
    page.wait_for_selector("#txt2img_ic_light_match_size")
    return page


def number(page, name):
    return page.locator(f"#txt2img_{name} input[type=number]").first


def chosen(page, name):
    return page.locator(f"#txt2img_{name} input").first


def settings(page):
    """What may be changed."""
    numbers = {name: number(page, name).input_value() for name in ("steps", "cfg_scale", "width", "height")}
    texts = {name: page.input_value(f"#txt2img_{name} textarea") for name in ("prompt", "neg_prompt")}
    return numbers | texts | {name: chosen(page, name).input_value() for name in ("sampling", "scheduler")}


def test_the_row_says_what_it_changes_sets_it_and_takes_it_back(txt2img):
    row = txt2img.locator("#txt2img_ic_light_recommendation").first
    undo = txt2img.locator("#txt2img_ic_light_recommendation_undo")
    txt2img.fill("#txt2img_prompt textarea", "a cup")
    before = settings(txt2img)
    expect(row).to_contain_text("DPM++ 2M Karras, 25 steps, CFG 2, 384 \u00d7 768")
    expect(undo).to_be_hidden()
    txt2img.click("#txt2img_ic_light_recommend")
    expect(number(txt2img, "width")).to_have_value("384")
    expect(undo).to_be_visible()
    taken = settings(txt2img)
    assert {name: taken[name] for name in ("steps", "cfg_scale", "width", "height", "sampling", "scheduler")} == {
        "steps": "25",
        "cfg_scale": "2",
        "width": "384",
        "height": "768",
        "sampling": "DPM++ 2M",
        "scheduler": "Karras",
    }
    assert taken["prompt"] == "a cup, best quality"
    changed = row.locator(".ic-light-changed")
    expect(changed).to_have_text("Changed: DPM++ 2M Karras, 25 steps, CFG 2, 384 \u00d7 768, quality words")
    assert not txt2img.locator("#txt2img_hr-visible-checkbox").is_checked(), "Hires fix is not switched on unasked"
    undo.click()
    expect(number(txt2img, "width")).to_have_value(before["width"])
    expect(undo).to_be_hidden()
    expect(changed).to_be_hidden()
    assert settings(txt2img) == before


def test_what_was_changed_since_is_not_taken_back(txt2img):
    txt2img.click("#txt2img_ic_light_recommend")
    expect(number(txt2img, "cfg_scale")).to_have_value("2")
    expect(txt2img.locator("#txt2img_ic_light_recommendation_undo")).to_be_visible()
    txt2img.wait_for_selector("#txt2img_ic_light_recommendation_row.ic-light-set")
    number(txt2img, "steps").fill("31")
    number(txt2img, "steps").blur()
    txt2img.click("#txt2img_ic_light_recommendation_undo")
    expect(number(txt2img, "cfg_scale")).to_have_value("7")
    expect(number(txt2img, "steps")).to_have_value("31")


def test_what_is_set_already_is_dimmed(txt2img):
    steps = txt2img.locator("#txt2img_ic_light_recommendation .ic-light-piece", has_text="steps").first
    assert "ic-light-set" not in steps.get_attribute("class")
    number(txt2img, "steps").fill("25")
    txt2img.wait_for_selector("#txt2img_ic_light_recommendation .ic-light-piece.ic-light-set:has-text('steps')")


def test_hires_fix_is_for_a_painting_and_switched_on_by_its_own_box(txt2img):
    expect(txt2img.locator("#txt2img_ic_light_second_pass")).to_be_hidden()
    txt2img.locator("#txt2img_ic_light_result input[value=painting]").check()
    txt2img.locator("#txt2img_ic_light_second_pass input").check()
    expect(txt2img.locator("#txt2img_ic_light_recommendation").first).to_contain_text("Hires. fix")
    txt2img.click("#txt2img_ic_light_recommend")
    expect(txt2img.locator("#txt2img_hr-visible-checkbox")).to_be_checked()
    expect(number(txt2img, "hr_resize_y")).to_have_value("1152")


def test_img2imgs_own_picture_is_the_subject_whose_size_is_matched(page):
    page.click("#tabs > .tab-nav > button:has-text('Img2img')")
    page.click("#img2img_ic_light_enabled > .label-wrap")
    row, match = page.locator("#img2img_ic_light_recommendation").first, page.locator("#img2img_ic_light_match_size")
    expect(match).to_be_hidden()
    tall = {"name": "tall.png", "mimeType": "image/png", "buffer": file_bytes(Image.new("RGB", (400, 800)))}
    page.set_input_files("#img2img_image input[type=file]", tall)
    expect(row).to_contain_text("strength 0.9, 384 \u00d7 768")
    match.click()
    expect(page.locator("#img2img_width input[type=number]").first).to_have_value("384")
    wide = {"name": "wide.png", "mimeType": "image/png", "buffer": file_bytes(Image.new("RGB", (800, 400)))}
    page.set_input_files("#img2img_ic_light_foreground input[type=file]", wide)
    expect(row).to_contain_text("768 \u00d7 384")


def test_lights_are_chosen_by_arrow_keys(txt2img):
    txt2img.locator("#txt2img_ic_light_light input[value=left]").focus()
    txt2img.keyboard.press("ArrowRight")
    expect(txt2img.locator("#txt2img_ic_light_light input[value=right]")).to_be_checked()
    expect(txt2img.locator("#txt2img_ic_light_summary").first).to_contain_text("It is lit from the right.")
    expect(txt2img.get_by_role("radiogroup", name="Light", exact=True).first).to_be_visible()


def test_a_double_click_is_taken_back_by_one_undo(txt2img):
    undo = txt2img.locator("#txt2img_ic_light_recommendation_undo")
    txt2img.dblclick("#txt2img_ic_light_recommend")
    expect(number(txt2img, "cfg_scale")).to_have_value("2")
    undo.click()
    expect(number(txt2img, "cfg_scale")).to_have_value("7")
    expect(undo).to_be_hidden()
