"""The pictures in a request's dict, before they are opened."""

from __future__ import annotations

from lib_iclight.request import picture_sources


def test_his_pictures_are_ours():
    given = {"input_fg": "Zm9v", "uploaded_bg": "YmFy", "light_map": None, "input_fg_rgb": "bWFw"}
    assert picture_sources(given) == {"foreground": "Zm9v", "background": "YmFy"}


def test_an_empty_picture_is_none():
    assert picture_sources({"foreground": "", "background": None}) == {}
