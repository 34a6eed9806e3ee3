"""A page whose scripts could not be loaded says so, and works as far as it is not theirs."""

from __future__ import annotations

import newcomer
import pytest

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.browser

expect.set_options(timeout=60_000)


@pytest.fixture
def bare(browser, served):
    """The page without our scripts, its accordion open."""
    page = browser.new_page()
    page.route("**/ic-light/scripts.js", lambda route: route.abort())
    page.goto(served.address)
    page.wait_for_selector(".input-accordion-checkbox")
    page.click("#txt2img_ic_light_enabled > .label-wrap")
    yield page
    page.close()


def test_it_is_said_and_the_controls_work(bare):
    expect(bare.locator("#txt2img_ic_light_content [role=alert]")).to_contain_text("Load the page again.")
    picture = {"name": "ball.png", "mimeType": "image/png", "buffer": newcomer.cut_out_ball()}
    bare.set_input_files("#txt2img_ic_light_foreground input[type=file]", picture)
    bare.locator("#txt2img_ic_light_light input[value=left]").check()
    expect(bare.locator("#txt2img_ic_light_summary").first).to_contain_text("It is lit from the left.")
