"""What a user does on the page of a real Forge, in Chromium."""

from __future__ import annotations

import pytest
from forge import pictures
from forge.tab import Tab, give_picture_to_img2img
from samples import file_bytes

pytestmark = pytest.mark.browser


def test_relights_a_dropped_picture(txt2img):
    txt2img.make_small()
    txt2img.enable()
    txt2img.drop("foreground", pictures.subject())
    txt2img.pick("light", "Left")
    txt2img.control("show_subject").locator("input").check()
    said = txt2img.generate()
    assert "Error" not in said
    txt2img.result.wait_for(state="visible")
    assert len(txt2img.results()) >= 2
    assert "IC Light direction: left" in txt2img.info.inner_text()


def test_relights_the_img2img_picture(img2img):
    give_picture_to_img2img(img2img, pictures.subject())
    img2img.make_small()
    img2img.enable()
    img2img.pick("light", "Top")
    said = img2img.generate()
    assert "Error" not in said
    img2img.result.wait_for(state="visible")
    assert "IC Light direction: top" in img2img.info.inner_text()


def test_says_what_is_wrong_without_a_foreground(txt2img):
    txt2img.make_small()
    txt2img.enable()
    said = txt2img.generate()
    assert "IC Light has no foreground" in said
    assert txt2img.own("gallery").locator("img").count() == 0


def test_says_what_is_wrong_with_a_file_that_is_cut_off(txt2img):
    whole = file_bytes(pictures.coloured(300, 300))
    txt2img.make_small()
    txt2img.enable()
    txt2img.drop("foreground", whole[: len(whole) // 2], "cut-off.png")
    said = txt2img.generate()
    assert "foreground" in said
    assert "cannot be read" in said


def test_settings_come_back_through_png_info(client, page):
    relight = {"mode": "fbc", "light": "left", "light_strength": 1.5, "keep_colours": 0.5}
    made = client.txt2img({**relight, "foreground": pictures.text(pictures.subject())}).files[0]
    Tab(page, "pnginfo").open()
    slot = page.locator("#pnginfo_image input[type=file]")
    slot.set_input_files({"name": "made.png", "mimeType": "image/png", "buffer": made})
    page.get_by_text("IC Light mode: fbc").first.wait_for(state="visible")
    page.locator("#tab_pnginfo #txt2img_tab").click()
    tab = Tab(page, "txt2img")
    tab.control("summary").wait_for(state="visible")
    playwright = pytest.importorskip("playwright.sync_api")
    playwright.expect(tab.choice("mode", "With background")).to_be_checked()
    playwright.expect(tab.choice("light", "Left")).to_be_checked()
    assert float(tab.control("light_strength").locator("input[type=number]").input_value()) == 1.5
    assert float(tab.control("keep_colours").locator("input[type=number]").input_value()) == 0.5
    assert tab.number("width") == 64


def test_recommended_settings_are_the_authors(txt2img):
    txt2img.enable()
    txt2img.control("recommend").click()
    txt2img.page.wait_for_function("document.querySelector('#txt2img_steps input[type=number]').value === '25'")
    assert txt2img.number("cfg_scale") == 2
    assert txt2img.sampler == "DPM++ 2M Karras"
    assert not txt2img.own("hr_scale").is_visible(), "Hires fix is not switched on unasked"
    assert txt2img.own("prompt").locator("textarea").input_value() == "best quality"
    assert "worst quality" in txt2img.own("neg_prompt").locator("textarea").input_value()
    txt2img.pick("result", "Painting")
    txt2img.control("second_pass").locator("input").check()
    txt2img.control("recommend").click()
    txt2img.own("hr_scale").wait_for(state="visible")
    # Forge Neo's None resizes by Lanczos.
    assert txt2img.own("hr_upscaler").locator("input").first.input_value() in ("Lanczos", "None")
    assert txt2img.number("hr_scale") == 1.5
    assert txt2img.number("denoising_strength") == 0.5
    txt2img.pick("mode", "With background")
    txt2img.control("recommend").click()
    txt2img.page.wait_for_function("document.querySelector('#txt2img_steps input[type=number]').value === '20'")
    assert txt2img.number("cfg_scale") == 7


def test_recommended_settings_in_img2img(img2img):
    img2img.enable()
    img2img.control("recommend").click()
    img2img.page.wait_for_function("document.querySelector('#img2img_steps input[type=number]').value === '25'")
    assert img2img.number("denoising_strength") == 0.9


def test_match_size_in_img2img_takes_the_proportions_of_its_own_picture(img2img):
    give_picture_to_img2img(img2img, pictures.subject(200, 400))
    img2img.set("width", 512)
    img2img.set("height", 512)
    img2img.enable()
    img2img.control("match_size").click()
    img2img.page.wait_for_function("document.querySelector('#img2img_width input[type=number]').value !== '512'")
    assert img2img.number("height") == 2 * img2img.number("width")


def test_match_size_takes_the_pictures_proportions(txt2img):
    txt2img.set("width", 512)
    txt2img.set("height", 512)
    txt2img.enable()
    txt2img.drop("foreground", pictures.subject(200, 400))
    txt2img.control("match_size").click()
    txt2img.page.wait_for_function("document.querySelector('#txt2img_width input[type=number]').value !== '512'")
    assert txt2img.number("height") == 2 * txt2img.number("width")
    txt2img.page.wait_for_function("document.querySelector('#txt2img_hr_resize_y input[type=number]').value !== '0'")
    for side, first in (("hr_resize_x", "width"), ("hr_resize_y", "height")):
        assert txt2img.number(side) % 64 == 0
        assert abs(txt2img.number(side) - txt2img.number("hr_scale") * txt2img.number(first)) <= 32


def test_what_does_not_apply_is_hidden(txt2img):
    txt2img.enable()
    for name in ("background", "light_strength", "light_map", "details_radius"):
        assert not txt2img.control(name).is_visible()
    txt2img.pick("light", "Custom")
    txt2img.control("light_map").wait_for(state="visible")
    txt2img.control("light_strength").wait_for(state="visible")
    txt2img.pick("mode", "With background")
    txt2img.control("background").wait_for(state="visible")
    txt2img.control("reinforce_foreground").wait_for(state="hidden")
    txt2img.control("remove_background").locator("input").uncheck()
    txt2img.control("matting_model").wait_for(state="hidden")


def test_summary_says_in_words_what_will_happen(txt2img):
    txt2img.enable()
    summary = txt2img.control("summary")
    assert "Drop a picture" in summary.inner_text()
    txt2img.drop("foreground", pictures.subject())
    summary.get_by_text("The foreground is relit.").wait_for(state="visible")
    txt2img.pick("light", "Bottom")
    summary.get_by_text("It is lit from below.").wait_for(state="visible")
    txt2img.pick("mode", "With background")
    summary.get_by_text("A plain gradient is its background.").wait_for(state="visible")


def test_folder_of_pictures_in_img2img(forge_home, img2img, tmp_path):
    folder, results = tmp_path / "pictures", tmp_path / "results"
    folder.mkdir()
    results.mkdir()
    for index in range(2):
        # Forge Neo resizes sides that are no multiples of 64, and loses the transparency.
        pictures.subject(64 + 64 * index, 128).save(folder / f"{index}.png")
    img2img.page.locator("#mode_img2img button", has_text="Batch").click()
    from_directory = img2img.page.locator("#img2img_batch_source button", has_text="From directory")
    if from_directory.count():
        from_directory.click()
    img2img.page.locator("#img2img_batch_input_dir textarea").fill(str(folder))
    img2img.page.locator("#img2img_batch_output_dir textarea").fill(str(results))
    img2img.make_small()
    img2img.enable()
    img2img.pick("light", "Left")
    assert "Error" not in img2img.generate()
    made = sorted(path for path in results.rglob("*.png"))
    assert len(made) == 2
    assert made[0].read_bytes() != made[1].read_bytes()
