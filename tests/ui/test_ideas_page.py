"""The user's own quick lists on the page, read whenever it is loaded."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser


@pytest.fixture
def lists(page):
    """Opens the page anew and gives the quick lists on it."""

    def load():
        page.reload()
        page.locator("#txt2img_ic_light_enabled > .label-wrap").click()
        page.locator("#txt2img_ic_light_tab_ideas-button").click()
        return page.locator("#txt2img_ic_light_prompts")

    return load


def test_a_file_of_the_user_is_shown_after_a_reload_and_a_broken_one_named(lists, tmp_path, monkeypatch):
    from lib_iclight.ui import prompts

    own = tmp_path / "prompts.txt"
    monkeypatch.setattr(prompts, "OWN", own)
    lists().get_by_role("button", name="marble statue").wait_for()
    own.write_text("[Mine]\nstreet lamps\n", encoding="utf-8")
    shown = lists()
    shown.get_by_role("button", name="street lamps").wait_for()
    assert shown.get_by_role("button", name="marble statue").count() == 0
    own.write_text("street lamps\n", encoding="utf-8")
    shown = lists()
    shown.locator(".wrong").get_by_text(
        "user/prompts.txt cannot be used: line 1 comes before the first list"
    ).wait_for()
    shown.get_by_role("button", name="marble statue").wait_for()
