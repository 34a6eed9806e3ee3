"""A mask painted on Forge's canvas lights the editor's preview; here with a stand-in for that canvas."""

from __future__ import annotations

import pytest
from forge import pictures
from forge.editor_page import Editor
from forge.tab import Tab
from PIL import Image

pytestmark = pytest.mark.browser

# Forge keeps what is painted in a text beside the canvas, as a data URL, and tells gradio of it.
CANVAS = """() => {
    document.querySelector("#img2img_inpaint_upload_tab").insertAdjacentHTML("beforeend", `
        <div id="img2maskimg"><div id="container_uuid_1"></div></div>
        <div id="uuid_1" class="logical_image_foreground"><textarea></textarea></div>`);
}"""
PAINT = """address => {
    const text = document.querySelector("#uuid_1 textarea");
    text.value = address;
    text.dispatchEvent(new Event("input", { bubbles: true }));
}"""


def painted(side):
    """Black where it is painted, transparent elsewhere."""
    image = Image.new("RGBA", (64, 64))
    image.paste((0, 0, 0, 255), (0, 0, 32, 64) if side == "left" else (32, 0, 64, 64))
    return "data:image/png;base64," + pictures.text(image)


def test_a_painted_mask_is_the_light_that_is_shown_and_followed(browser, forge):
    page = browser.new_page(viewport={"width": 1500, "height": 1200})
    page.goto(forge.url)
    tab = Tab(page, "img2img").open()
    tab.enable()
    editor = Editor(tab)
    tab.pick("light", "Mask")
    page.evaluate(CANVAS)
    page.evaluate(PAINT, painted("left"))
    editor.until("state.light === 'mask'")
    before = editor.pixel(0.2, 0.5)
    assert before == editor.pixel(0.8, 0.5), "the tab for inpainting is not the one that is shown"
    page.locator("#mode_img2img > .tab-nav button", has_text="Inpaint").first.click()
    page.wait_for_function("icLight.editor.of('img2img').stage.pictures.painted !== null")
    for side, (at, away) in {"left": (0.2, 0.8), "right": (0.8, 0.2)}.items():
        page.evaluate(PAINT, painted(side))
        editor.until("stage.pictures.painted === a[0] && stage.page.pictures.loaded(a[0]) !== null", painted(side))
        assert editor.pixel(at, 0.5) == [255, 255, 255]
        assert editor.pixel(away, 0.5) == [0, 0, 0]
    page.close()
