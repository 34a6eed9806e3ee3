"""The subject on a real web UI: both pictures over API and page, the preview of img2img's own picture."""

from __future__ import annotations

import base64
import io
import re

import numpy as np
import pytest
from forge import pictures
from PIL import Image
from samples import file_bytes

FOREGROUND = pictures.text(pictures.subject())
RESTORED = {"foreground": FOREGROUND, "light": "left", "restore_details": 1.0, "keep_colours": 0.5}

_HANDED_ON = """() => {
    const held = [...document.querySelectorAll('#tab_img2img .logical_image_background textarea')];
    return !held.length || held.some((area) => area.value.startsWith('data:'));
}"""


def test_the_unrestored_picture_comes_after_the_results(client):
    body = {"batch_size": 2, "do_not_save_grid": True}
    plain = client.txt2img({"foreground": FOREGROUND, "light": "left"}, **body)
    both = client.txt2img(RESTORED | {"keep_original": True, "show_subject": True}, **body)
    shown = both.pictures
    assert len(shown) == 5
    for unrestored, expected in zip(shown[-3:-1], plain.pictures[-2:], strict=True):
        assert np.abs(unrestored.astype(int) - expected).max() <= 1
    texts = [Image.open(io.BytesIO(file)).info.get("parameters", "") for file in both.files[:4]]
    assert ["restore details" in text for text in texts] == [True, True, False, False]


@pytest.mark.parametrize(
    "edge", [{"matte_shrink": 8}, {"matte_feather": 8}, {"matte_threshold": 0.5}, {"decontaminate": True}], ids=str
)
def test_the_edge_conditions_the_run(client, edge):
    plain, refined = (client.kept("txt2img", {"foreground": FOREGROUND, **more}) for more in ({}, edge))
    assert (plain.pixels != refined.pixels).any()
    assert f"IC Light {next(iter(edge)).replace('_', ' ')}" in refined.infotext


@pytest.mark.browser
@pytest.mark.parametrize(("tab", "slot"), [("img2img", "img2img_image"), ("Inpaint", "img2maskimg")])
def test_the_preview_shows_img2imgs_own_picture(browser, forge, tab, slot):
    image = pictures.coloured(120, 90)
    page = browser.new_page(viewport={"width": 1500, "height": 1400})
    page.goto(forge.url)
    page.locator("#txt2img_ic_light_enabled-visible-checkbox").wait_for(state="visible", timeout=60_000)
    page.locator("#tabs > .tab-nav button", has_text="Img2img").click()
    if not page.locator(f"#{slot}").count():
        pytest.skip(f"this web UI has no {tab}")
    page.locator("#mode_img2img > .tab-nav button", has_text=re.compile(rf"^\s*{tab}\s*$")).click()
    content = {"name": "own.png", "mimeType": "image/png", "buffer": file_bytes(image)}
    page.locator(f"#{slot} input[type=file]").first.set_input_files(content)
    page.locator("#img2img_ic_light_enabled .label-wrap").first.click()
    page.locator("#img2img_ic_light_remove_background input").uncheck()
    # gradio 3 draws a picture for inpainting on a canvas.
    page.locator(f"#{slot} :is(img, canvas):visible").first.wait_for(state="visible")
    # The canvas hands its picture on a moment after it shows it; the workbench has no canvas.
    page.wait_for_function(_HANDED_ON)
    page.locator("#img2img_ic_light_preview").click()
    shown = page.locator("#img2img_ic_light_cutout figure img").first
    shown.wait_for(state="visible", timeout=60_000)
    source = shown.get_attribute("src").split(",")[1]
    found = np.asarray(Image.open(io.BytesIO(base64.b64decode(source))).convert("RGB"))
    np.testing.assert_array_equal(found, np.asarray(image))
    assert "The whole picture is the subject." in page.locator("#img2img_ic_light_cutout").first.inner_text()
    page.close()
