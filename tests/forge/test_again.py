"""Relight again from here: the web UI's own paste brings back what made a result, and its picture is put back."""

from __future__ import annotations

import pytest
from forge import pictures

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.browser

KEPT = "The seed is kept. Change the light and generate."
WAIT = {"timeout": 60_000}


@pytest.fixture
def relit(txt2img):
    """The tab after it has relit a picture; everything that made it has been changed since."""
    txt2img.make_small()
    txt2img.enable()
    txt2img.drop("foreground", pictures.coloured(128, 64))
    txt2img.control("remove_background").locator("input").first.uncheck()
    txt2img.pick("light", "Left")
    assert "Error" not in txt2img.generate()
    txt2img.result.wait_for(state="visible")
    txt2img.own("prompt").locator("textarea").fill("a vase")
    txt2img.set("steps", 5)
    txt2img.pick("light", "Right")
    return txt2img


def width_of_foreground(tab):
    return tab.control("foreground").locator("img").first.evaluate("img => img.decode().then(() => img.naturalWidth)")


def test_what_made_the_result_is_back_and_the_picture_that_is_there_stays(relit):
    relit.control("again").click()
    line = relit.page.locator("#txt2img_ic_light_again_row").get_by_role("status")
    expect(line).to_have_text(KEPT, **WAIT)
    expect(relit.own("prompt").locator("textarea")).to_have_value("a cup, sunshine from window")
    assert relit.number("steps") == 2
    seed = relit.own("seed").locator("input").first.input_value()
    assert f"Seed: {seed}," in relit.info.inner_text()
    expect(relit.choice("light", "Left")).to_be_checked()
    expect(relit.choice("light", "Left")).to_be_focused()


def test_a_picture_that_was_replaced_is_put_back_and_all_of_it_undone(relit):
    relit.drop("foreground", pictures.coloured(40, 40))
    relit.control("again").click()
    row = relit.page.locator("#txt2img_ic_light_again_row")
    expect(row.get_by_role("status")).to_contain_text("Foreground was put back.", **WAIT)
    assert width_of_foreground(relit) == 128
    row.get_by_role("button", name="Undo").click()
    expect(relit.own("prompt").locator("textarea")).to_have_value("a vase", **WAIT)
    assert relit.number("steps") == 5
    expect(relit.choice("light", "Right")).to_be_checked()


def test_without_a_relit_result_it_is_off_and_says_why(txt2img):
    expect(txt2img.control("again")).to_have_attribute("aria-disabled", "true")
    txt2img.control("again").focus()
    txt2img.page.keyboard.press("Enter")
    expect(txt2img.page.get_by_role("alert").filter(has_text="There is no picture yet.")).to_be_visible()
