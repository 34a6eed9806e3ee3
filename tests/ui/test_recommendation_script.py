"""The script of the recommended settings, on a page with nothing else."""

from __future__ import annotations

import pytest
from bare_page import HOST
from page_texts import SCRIPTS

from lib_iclight.ui import recommendation_html

pytestmark = pytest.mark.browser

PAGE = """<div id="txt2img_steps"><input type="number" value="20"></div>
<div class="ic-light-recommendation" id="row"><button class="ic-light-recommend">Take</button>{}
<button class="ic-light-undo" id="undo">Undo</button></div>"""
# What gradio does with a click on Take and, a frame after the script has answered, on Undo: it raises no event.
TAKE = """() => {
    icLight.undo.keep("undo", ["20"]);
    document.querySelector("input").value = "25";
    icLight.undo.note("undo", ["25"]);
    icLight.recommendation.update();
}"""
UNDO = """() => {
    const [steps] = icLight.undo.take("undo", ["25"]);
    requestAnimationFrame(() => (document.querySelector("input").value = steps));
}"""


def test_what_was_taken_back_is_no_longer_called_changed(browser):
    page = browser.new_page()
    page.set_content(PAGE.format(recommendation_html.as_html({"txt2img_steps": 25}, "txt2img")))
    page.add_script_tag(content=HOST)
    for path in SCRIPTS:
        page.add_script_tag(path=path)
    page.evaluate("icLight.main.mount()")
    changed = page.locator(".ic-light-changed")
    page.click(".ic-light-recommend")
    page.evaluate(TAKE)
    changed.wait_for(state="visible")
    page.click("#undo")
    page.evaluate(UNDO)
    changed.wait_for(state="hidden")
    page.close()
