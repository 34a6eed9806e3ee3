"""What is in the accordion is made when it is first opened; until then the page is as it is without the extension."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser

TABS = ("txt2img", "img2img")
PASTED = """a cup
Steps: 1, Sampler: Euler, CFG scale: 2, Seed: 1, Size: 64x64, IC Light mode: fbc, IC Light direction: right"""
# Each look at the description gets one of its own, as if gradio kept its controls elsewhere.
KEPT_ELSEWHERE = """
    let described;
    Object.defineProperty(window, "gradio_config", {
        get: () => described && structuredClone(described),
        set: (value) => (described = value),
    });
"""


def open_accordion(page, tab):
    page.click(f"#{tab}_ic_light_enabled > .label-wrap")
    page.wait_for_selector(f"#{tab}_ic_light_editor canvas")


def made(page):
    """How many elements each tab's accordion contains."""
    return {tab: page.locator(f"#{tab}_ic_light_content *").count() for tab in TABS}


def is_chosen(page, name, value):
    return page.locator(f"#txt2img_ic_light_{name} input[value={value}]").is_checked()


def test_the_content_is_made_in_the_tab_where_it_is_opened(page):
    assert made(page) == {"txt2img": 0, "img2img": 0}
    open_accordion(page, "txt2img")
    assert made(page)["img2img"] == 0
    page.click("#tabs > .tab-nav > button:has-text('Img2img')")
    open_accordion(page, "img2img")
    assert min(made(page).values()) > 100


def test_the_content_is_made_once(page):
    open_accordion(page, "txt2img")
    page.evaluate("document.querySelector('#txt2img_ic_light_content canvas').dataset.seen = true")
    for _ in range(2):
        page.click("#txt2img_ic_light_enabled > .label-wrap")
    assert page.locator("#txt2img_ic_light_content canvas[data-seen]").is_visible()


def test_the_server_is_asked_nothing_before(browser, served):
    page, asked = browser.new_page(), []
    page.on("request", lambda request: asked.append(request.post_data) if request.method == "POST" else None)
    page.goto(served.address)
    page.wait_for_selector("#txt2img_send_to_ic_light", state="attached")
    page.close()
    assert asked == []


def test_without_being_opened_it_takes_part_in_a_run_as_switched_off(page):
    for name, value in {"steps": "1", "width": "64", "height": "64"}.items():
        page.fill(f"#txt2img_{name} input[type=number]", value)
    page.click("#txt2img_generate")
    page.wait_for_selector("#html_log_txt2img .performance")
    assert "IC Light" not in page.inner_text("#html_info_txt2img")
    assert made(page)["txt2img"] == 0


def test_what_was_pasted_before_is_there_when_it_opens(page):
    page.fill("#txt2img_prompt textarea", PASTED)
    page.click("#paste")
    page.wait_for_selector("#txt2img_ic_light_editor canvas")
    assert is_chosen(page, "mode", "fbc")
    assert is_chosen(page, "light", "right")
    page.wait_for_selector("#txt2img_ic_light_background")


def test_the_light_editor_stays_when_the_other_tab_is_opened(page):
    open_accordion(page, "txt2img")
    page.click("#txt2img_ic_light_editor [data-tool=positioned]")
    page.click("#tabs > .tab-nav > button:has-text('Img2img')")
    open_accordion(page, "img2img")
    page.click("#tabs > .tab-nav > button:has-text('Txt2img')")
    page.click("#txt2img_ic_light_editor [data-tool=undo]")
    assert page.locator("#txt2img_ic_light_editor [data-tool=redo]").is_enabled()


def test_where_the_description_is_not_what_gradio_reads_the_content_is_made_at_once(browser, served):
    page = browser.new_page()
    page.add_init_script(KEPT_ELSEWHERE)
    page.goto(served.address)
    page.wait_for_selector("#txt2img_ic_light_light", state="attached")
    page.wait_for_selector(".input-accordion-checkbox")
    assert min(made(page).values()) > 100
    page.close()
