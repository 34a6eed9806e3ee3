"""Which of a result's pictures are still where they were, and which pastes are of *Relight again from here*."""

from __future__ import annotations

import json

import pytest
from PIL import Image
from samples import plain

from lib_iclight.infotext import digest_in_text
from lib_iclight.picture.arrays import Unreadable, to_picture

pytestmark = pytest.mark.usefixtures("running")

RED, BLUE = (plain(colour, 32, 16) for colour in ((200, 30, 30), (30, 30, 200)))


def named(image: Image.Image) -> str:
    return digest_in_text(to_picture(image))


class OwnPicture:
    """Stands for what follows the web UI's own picture, which is the first that is given."""

    holders_if_any = ()

    def picture(self, shown, *pictures):
        return pictures[0]


def compared(asked: dict, foreground=None, background=None, *init):
    """The slots with other pictures, and what becomes of the foreground."""
    from lib_iclight.ui.again import Again

    text = json.dumps({"turn": "1", "foreground": [], "background": [], **asked})
    found, slot = Again("img2img", OwnPicture())._compare(text, foreground, background, *init)
    return json.loads(found)["lost"], "emptied" if slot is None else "kept"


def test_only_its_own_pastes_are_followed():
    from lib_iclight.ui.again import asked_in

    params = {"IC Light foreground": "aa bb", "Steps": "1"}
    assert asked_in(params) is None
    found = json.loads(asked_in({**params, "IC Light again": "7"}))
    assert found == {"turn": "7", "foreground": ["aa", "bb"], "background": []}


def test_a_prompt_that_the_web_uis_own_paste_leaves_out_comes_back():
    import gradio as gr
    from modules import infotext_utils

    from lib_iclight.ui.again import _settable

    def pasted(control, params):
        return infotext_utils._value_for(*_settable(control, "Prompt"), params).get("value")

    for value in (None, "", "a vase"):
        control = gr.Textbox(render=False)
        control.value = value
        assert pasted(control, {"Prompt": "a cup"}) == "a cup"
        assert pasted(control, {}) is None


def test_a_picture_is_known_by_its_pixels():
    red = to_picture(RED)
    assert compared({"foreground": [named(RED)]}, red) == ([], "kept")
    assert compared({"foreground": [named(BLUE), named(RED)]}, red) == ([], "kept")
    assert compared({"foreground": [named(BLUE)]}, red) == (["foreground"], "kept")
    assert compared({"foreground": [named(BLUE)]}) == (["foreground"], "kept")
    assert compared({"foreground": [named(BLUE)]}, Unreadable("damaged")) == (["foreground"], "kept")
    assert compared({"foreground": [named(RED)], "background": [named(BLUE)]}, red, red) == (["background"], "kept")


def test_the_web_uis_own_picture_fills_empty_slots_and_a_foreground_in_front_of_it_is_taken_out():
    asked = {"foreground": [named(RED)]}
    assert compared(asked, None, None, "tab", RED) == ([], "kept")
    assert compared(asked, to_picture(BLUE), None, "tab", RED) == ([], "emptied")
    assert compared(asked, None, None, "tab", BLUE) == (["foreground"], "kept")
    both = {"foreground": [named(RED)], "background": [named(BLUE)]}
    assert compared(both, to_picture(RED), None, "tab", BLUE) == ([], "kept")
