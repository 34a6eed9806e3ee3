"""A script that brings pictures of its own: the accordion says that those are relit, and asks for no other."""

from __future__ import annotations

import pytest

TITLES = ("IC Light: catalogue", "IC Light: clip")


@pytest.mark.browser
def test_no_picture_is_asked_for_while_such_a_script_is_chosen(page):
    def choose(title: str) -> None:
        page.locator("#script_list input").first.click()
        page.get_by_role("option", name=title).click()

    page.click("#txt2img_ic_light_enabled > .label-wrap")
    summary = page.locator("#txt2img_ic_light_summary")
    asked = summary.get_by_text("Drop a picture of the subject into Foreground.")
    asked.wait_for()
    for title, told in zip(
        TITLES, ("Each picture of the catalogue is relit.", "Each frame of the clip is relit."), strict=True
    ):
        choose(title)
        summary.get_by_text(told).wait_for()
        assert asked.count() == 0
    choose("None")
    asked.wait_for()
