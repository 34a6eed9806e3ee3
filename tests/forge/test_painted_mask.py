"""A mask painted on Forge's canvas in img2img's Inpaint tab is the light that the editor shows."""

from __future__ import annotations

import pytest
from forge import pictures
from forge.editor_page import Editor
from forge.tab import Tab
from samples import file_bytes

pytestmark = pytest.mark.browser


@pytest.fixture
def tab(browser, forge):
    page = browser.new_page(viewport={"width": 1500, "height": 1600})
    page.goto(forge.url)
    page.locator("#txt2img_ic_light_enabled-visible-checkbox").wait_for(state="visible", timeout=60_000)
    if page.locator("#img2maskimg .forge-drawing-canvas").count() == 0:
        pytest.skip("this web UI has no canvas of Forge's kind")
    yield Tab(page, "img2img").open()
    page.close()


def test_a_painted_mask_is_shown_as_light(tab):
    page = tab.page
    page.locator("#mode_img2img > .tab-nav button", has_text="Inpaint").first.click()
    canvas = page.locator("#img2maskimg")
    content = file_bytes(pictures.subject(256, 256))
    slot = canvas.locator("input[type=file]")
    slot.set_input_files({"name": "picture.png", "mimeType": "image/png", "buffer": content})
    page.wait_for_function("document.querySelector('#img2maskimg img').naturalWidth > 1")
    tab.enable()
    tab.pick("light", "Mask")
    editor = Editor(tab)
    editor.until("state.light === 'mask'")
    area = canvas.locator(".forge-drawing-canvas")
    area.scroll_into_view_if_needed()
    box = area.bounding_box()
    across, down = box["x"] + box["width"] / 4, box["y"] + box["height"] / 2
    page.mouse.move(across, down - 30)
    page.mouse.down()
    page.mouse.move(across, down + 30, steps=8)
    page.mouse.up()
    # Forge writes the stroke down piece by piece, the last one a moment after the mouse is let go.
    editor.until("stage.pictures.painted !== null && stage.page.pictures.loaded(stage.pictures.painted) !== null")
    page.evaluate("icLight.editor.of('img2img').view.blend = 0")
    editor.until_pixel(0.25, 0.5, [255, 255, 255])
    shown = [editor.pixel(0.25, 0.5), editor.pixel(0.75, 0.5)]
    assert shown == [[255, 255, 255], [0, 0, 0]]
