"""How the page's script fills a unit of ControlNet in gradio 3, which has what it does not show in the page too."""

from __future__ import annotations

import pytest
from bare_page import HOST
from page_texts import SCRIPTS

pytestmark = pytest.mark.browser

# As ControlNet answers in img2img: it empties the slot when it shows it.
UNIT = """async () => {
    document.body.innerHTML = ["enable", "same_img2img"].map((name) =>
        `<div id="img2img_controlnet_ControlNet-0_controlnet_${name}_checkbox"><input type="checkbox"></div>`,
    ).join("") + `<div class="hide"><p id="img2img_controlnet_ControlNet-0_input_image"></p></div>`;
    const [panel, slot] = [document.querySelector(".hide"), document.querySelector("p")];
    document.querySelectorAll("input")[1].addEventListener("change", () => setTimeout(() => {
        slot.textContent = "";
        panel.className = "";
    }));
    icLight.send.showTab = () => {};
    icLight.slots.put = async (scope, into) => void (into.textContent = "normals");
    await icLight.controlNet.takeNormals(new icLight.dom.Scope(), "img2img", new File([], "normals.png"));
    await new Promise((done) => setTimeout(done));
    return slot.textContent;
}"""


def test_normals_wait_for_the_slot_that_img2img_shows_and_empties_first(browser):
    page = browser.new_page()
    page.add_script_tag(content=HOST)
    for path in SCRIPTS:
        page.add_script_tag(content=path.read_text(encoding="utf-8"))
    assert page.evaluate(UNIT) == "normals"
    page.close()
