"""What the script's arguments ask for: one dict, or the values of the accordion's controls."""

from __future__ import annotations

import pytest
from refusals import reason_of

from lib_iclight.request import FIELDS, PICTURES, Request

pytestmark = pytest.mark.usefixtures("running")


@pytest.fixture
def asked():
    from lib_iclight.hosts.asked import Asked

    return Asked


@pytest.fixture
def on_page():
    """The values of the accordion's controls at the defaults, apart from those that are given."""
    from lib_iclight.ui.accordion import PAGE_FIELDS

    def values(**given):
        editors = {field.editor: "" for field in FIELDS.values() if field.editor}
        defaults = {name: field.default for name, field in FIELDS.items()} | editors
        return [given.get(name, defaults[name]) for name in PAGE_FIELDS]

    return values


@pytest.mark.parametrize("overrides", [{}, {"light": "top", "matte_shrink": 2.0}], ids=["as it is", "with axes"])
def test_page_and_dict_ask_for_the_same(asked, on_page, overrides):
    given = {"mode": "fcon", "light": "left", "keep_colours": 0.25}
    expected = Request(enabled=True, **{**given, **overrides})
    assert asked(on_page(enabled=True, **given)).request(overrides) == expected
    assert asked([given]).request(overrides) == expected


def test_the_switch_of_the_page_counts_and_a_dict_may_leave_it_out(asked, on_page):
    assert not asked(on_page(light="left")).request({}).enabled
    assert not asked([{"light": "left", "enabled": False}]).request({}).enabled
    assert asked([{"light": "left"}]).request({}).enabled


@pytest.mark.parametrize("args", [[], [{}], [False], [None]], ids=str)
def test_nothing_is_off(asked, args):
    assert asked(args).request({}) == Request()
    assert asked(args).pictures() == {}


def test_pictures_are_told_by_field_whichever_way_they_come(asked, on_page):
    given = {"foreground": "Zm9v", "light_map": "bWFw"}
    assert asked(on_page(enabled=True, **given)).pictures() == given
    assert asked([{"input_fg": "Zm9v", "light_map": "bWFw"}]).pictures() == given


def test_fewer_values_than_controls_leave_the_defaults(asked, on_page):
    few = on_page(enabled=True, foreground="Zm9v")[:2]
    assert asked(few).request({"light": "top"}) == Request(enabled=True, light="top")
    assert asked(few).pictures() == {"foreground": "Zm9v"}


@pytest.mark.parametrize("name", PICTURES)
def test_what_is_sent_after_a_dict_is_refused_by_the_picture_slots(asked, on_page, name):
    args = [{"foreground": "Zm9v"}, *on_page(**{name: "more"})[1:]]
    assert "IC Light takes one dict and nothing after it" in reason_of(asked(args).request, {})


def test_what_the_host_fills_in_after_a_dict_does_not_count(asked, on_page):
    args = [{"light": "left"}, *on_page(light="top", light_strength=2.0, show_subject=True)[1:]]
    assert asked(args).request({}) == Request(enabled=True, light="left")


def test_half_a_character_is_refused_also_in_what_is_not_used(asked, on_page):
    assert reason_of(asked([False, "\ud800"]).request, {}).startswith("args[1] ")
    assert reason_of(asked([{"input_fg_rgb": "\ud800"}]).request, {}).startswith("args[0].input_fg_rgb ")


def test_a_request_that_went_to_another_extension_is_refused_before_it_is_read(asked):
    astray = asked([{"no such field": 1}], lambda: "It went to another extension.")
    assert reason_of(astray.request, {}) == "It went to another extension."
