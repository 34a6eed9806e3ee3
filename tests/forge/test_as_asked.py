"""On a real Forge: a run does what the request or the page says, or it is refused by name."""

from __future__ import annotations

import io
import os

import numpy as np
import pytest
from forge import pictures
from forge.tab import Tab, give_picture_to_img2img
from PIL import Image, PngImagePlugin

SUBJECT = pictures.subject()
FOREGROUND = pictures.text(SUBJECT)
GONE = "IC Light mode: fc, IC Light model: gone, IC Light background removal: off"
INFOTEXT = f"a cup\nSteps: 2, Sampler: Euler, CFG scale: 2, Seed: 1, Size: 64x64, {GONE}"
CORRECTED = {"override_settings": {"img2img_color_correction": True}}
# Said each time: Forge puts back only what its settings file holds already.
UNREFINED = {"override_settings": {"img2img_color_correction": False}}


@pytest.fixture
def gone(forge, offsets):
    """A model folder with a file whose name starts with that of a missing one."""
    backup = forge.models / "gone.backup.safetensors"
    os.link(offsets["fc"], backup)
    yield backup
    backup.unlink()


@pytest.mark.usefixtures("gone")
def test_a_model_that_an_infotext_names_and_that_is_absent_is_refused(client):
    answer = client.img2img(init_images=[FOREGROUND], infotext=INFOTEXT)
    assert 400 <= answer.status < 500, answer.body
    assert "no IC-Light model named 'gone'" in answer.message
    assert not answer.record.sampled


@pytest.mark.browser
@pytest.mark.usefixtures("gone")
def test_a_model_that_a_picture_names_and_that_is_absent_is_said_and_refused_on_the_page(page):
    file = io.BytesIO()
    text = PngImagePlugin.PngInfo()
    text.add_text("parameters", INFOTEXT)
    SUBJECT.save(file, "PNG", pnginfo=text)
    Tab(page, "pnginfo").open()
    slot = page.locator("#pnginfo_image input[type=file]")
    slot.set_input_files({"name": "made.png", "mimeType": "image/png", "buffer": file.getvalue()})
    page.get_by_text("IC Light model: gone").first.wait_for(state="visible")
    page.locator("#txt2img_tab").click()
    tab = Tab(page, "txt2img")
    tab.control("summary").wait_for(state="visible")
    tab.drop("foreground", SUBJECT)
    tab.control("summary").get_by_text("There is no IC-Light model named 'gone'.").wait_for(state="visible")
    assert tab.control("model").locator("input").first.input_value() == "gone"
    assert "no IC-Light model named 'gone'" in tab.generate()


@pytest.mark.parametrize(
    "body",
    [
        {"init_images": [pictures.text(Image.new("RGB", (64, 64), (200, 40, 20)))]},
        {"init_images": [FOREGROUND], "mask": pictures.text(pictures.half_mask(64, 64)), "inpainting_fill": 1},
    ],
    ids=["a filler", "a mask"],
)
def test_the_hosts_colour_correction_is_left_out_of_relit_runs_alone(client, body):
    relight = {"foreground": FOREGROUND, "light": "left"}
    lit = client.img2img(relight, **body, **UNREFINED).pixels.astype(int)
    # To rounding: inpainting blends twice.
    assert np.abs(client.img2img(relight, **body, **CORRECTED).pixels - lit).max() <= 1
    plain = client.img2img(**body, **UNREFINED).pixels.astype(int)
    assert np.abs(client.img2img(**body, **CORRECTED).pixels - plain).mean() > 1, "other runs have it"


@pytest.mark.browser
def test_a_relit_result_that_is_sent_to_img2img_is_the_subject_there(txt2img):
    page = txt2img.page
    txt2img.make_small()
    txt2img.enable()
    txt2img.drop("foreground", SUBJECT)
    txt2img.pick("light", "Left")
    txt2img.control("remove_background").locator("input").uncheck()
    assert "Error" not in txt2img.generate()
    txt2img.result.wait_for(state="visible")
    page.locator("#txt2img_send_to_img2img").click()
    page.locator("#img2img_image img").first.wait_for(state="visible")
    img2img = Tab(page, "img2img")
    img2img.control("summary").get_by_text("The img2img picture is relit.").wait_for(state="visible")
    assert page.locator("#img2img_ic_light_enabled-visible-checkbox").is_checked()
    assert img2img.choice("light", "Left").is_checked()
    img2img.make_small()
    assert "Error" not in img2img.generate()
    assert "IC Light direction: left" in img2img.info.inner_text()


@pytest.mark.browser
def test_img2img_says_whether_it_has_a_picture(img2img):
    lacking = "Give img2img a picture, or drop one of the subject into Foreground."
    img2img.enable()
    img2img.pick("light", "Top")
    line = img2img.control("summary")
    line.get_by_text(lacking).wait_for(state="visible")
    give_picture_to_img2img(img2img, SUBJECT)
    line.get_by_text("The img2img picture is relit.").wait_for(state="visible")
    img2img.page.locator("#mode_img2img > .tab-nav button", has_text="Inpaint upload").click()
    line.get_by_text(lacking).wait_for(state="visible")


@pytest.mark.browser
def test_an_example_is_undone(txt2img):
    txt2img.enable()
    prompt = txt2img.own("prompt").locator("textarea")
    prompt.fill("my own prompt")
    txt2img.set("steps", 7)
    txt2img.control("ideas")
    txt2img.control("ideas").get_by_role("button", name="Neon night").click()
    expect = pytest.importorskip("playwright.sync_api").expect
    expect(txt2img.own("steps").locator("input[type=number]").first).to_have_value("25")
    txt2img.control("undo").click()
    expect(prompt).to_have_value("my own prompt")
    expect(txt2img.own("steps").locator("input[type=number]").first).to_have_value("7")
