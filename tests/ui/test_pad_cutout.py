"""The pad shows the light on the subject's cut-out as soon as there is one, and for as long as it is true."""

from __future__ import annotations

import re

import numpy as np
import pytest
from forge.editor_page import Editor
from forge.tab import Tab, give_picture_to_img2img
from page_texts import ROOT
from PIL import Image

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("host", "rembg")]

# Beside the line that shows where the selected light goes.
OUTSIDE, INSIDE = (0.12, 0.4), (0.5, 0.4)
TABS = ["txt2img", "img2img"]
IS_CUT_OUT = "stage.subject().picture !== null && view.scene.subject.isCutOut(stage.subject().picture)"


def picture(colour=(230, 180, 150)):
    """A bright square on a dark ground."""
    pixels = np.full((128, 128, 3), 30, np.uint8)
    pixels[32:96, 32:96] = colour
    return Image.fromarray(pixels)


def cut_out():
    """The same square with nothing around it."""
    image = picture()
    alpha = Image.new("L", image.size)
    alpha.paste(255, (32, 32, 96, 96))
    image.putalpha(alpha)
    return image


@pytest.fixture
def opened(page):
    """Opens a tab with a picture in it, given as img2img's own if it is; returns the tab and its editor."""

    def open_tab(name, image):
        tab = Tab(page, name).open()
        tab.enable()
        editor = Editor(tab)
        if name == "img2img":
            give_picture_to_img2img(tab, image)
        else:
            tab.drop("foreground", image)
        editor.pick("Left")
        editor.until("stage.subject().picture !== null")
        return tab, editor

    return open_tab


def preview(tab, editor):
    tab.control("preview").click()
    editor.until(IS_CUT_OUT)


def slide(tab, name, value):
    field = tab.control(name).locator("input[type=number]")
    field.fill(str(value))
    field.blur()


def brightness(editor, place):
    return sum(editor.pixel(*place)) / 3


def test_around_a_picture_with_transparency_there_is_grey_and_light_and_none_of_what_it_hides(opened):
    _, editor = opened("txt2img", cut_out())
    editor.until(IS_CUT_OUT)
    left, right = brightness(editor, OUTSIDE), brightness(editor, (1 - OUTSIDE[0], 0.4))
    assert 127 < left < 220
    assert 40 < right < 127
    lit, dark = editor.pixel(0.3, 0.4), editor.pixel(0.7, 0.4)
    assert lit[0] > dark[0] + 30, "the light falls on the subject"
    assert lit[0] > lit[2] + 30, "which keeps its colour"


def test_without_a_cut_out_the_whole_picture_is_in_the_light(opened):
    _, editor = opened("txt2img", picture())
    assert brightness(editor, (0.12, 0.1)) > brightness(editor, (0.88, 0.1)) + 30
    assert brightness(editor, OUTSIDE) < 127


@pytest.mark.parametrize("name", TABS)
def test_the_light_falls_on_the_previewed_cut_out(opened, name):
    tab, editor = opened(name, picture())
    before = brightness(editor, OUTSIDE)
    preview(tab, editor)
    assert brightness(editor, OUTSIDE) > max(before, 127), "the dark ground is gone"


def test_other_settings_of_the_edge_make_it_untrue_until_they_are_back(opened):
    tab, editor = opened("txt2img", picture())
    preview(tab, editor)
    for name, value, before in (("matte_threshold", 0.5, 0), ("matte_shrink", 8, 0), ("matte_feather", 4, 0)):
        slide(tab, name, value)
        editor.until(f"!({IS_CUT_OUT})")
        slide(tab, name, before)
        editor.until(IS_CUT_OUT)
    tab.control("remove_background").locator("input").uncheck()
    editor.until(f"!({IS_CUT_OUT})")


def test_another_picture_makes_it_untrue_and_a_new_preview_is_of_that_one(opened):
    tab, editor = opened("txt2img", picture())
    preview(tab, editor)
    tab.clear("foreground")
    tab.drop("foreground", picture((90, 220, 120)))
    editor.until(f"stage.subject().picture !== null && !({IS_CUT_OUT})")
    preview(tab, editor)
    red, green, _ = editor.pixel(0.4, 0.4)
    assert green > red


@pytest.mark.parametrize("name", TABS)
def test_the_cut_out_that_a_run_made_is_shown_without_another_click(opened, rembg, name):
    tab, editor = opened(name, picture())
    tab.make_small()
    assert "Error" not in tab.generate()
    editor.until(IS_CUT_OUT)
    assert len(rembg.runs) <= 1, "nothing is cut out twice"
    assert not tab.page.is_visible(f"#{name}_ic_light_run_cutout")


def test_a_map_of_ones_own_lights_the_subject_too(opened):
    tab, editor = opened("txt2img", cut_out())
    tab.pick("light", "Custom")
    tab.control("light_map").wait_for(state="visible")
    halves = Image.new("RGB", (64, 64), (0, 0, 0))
    halves.paste((255, 255, 255), (0, 0, 32, 64))
    tab.drop("light_map", halves)
    editor.until("stage.page.pictures.loaded(stage.pictures.lightMap) !== null")
    assert brightness(editor, (0.35, 0.4)) > brightness(editor, (0.65, 0.4)) + 60


def test_the_map_is_shown_as_it_is_when_the_slider_says_so(opened):
    _, editor = opened("txt2img", cut_out())
    editor.until(IS_CUT_OUT)
    editor.root.locator("[data-field=blend]").fill("0")
    for place in (OUTSIDE, INSIDE):
        assert brightness(editor, place) == pytest.approx(255 * (1 - place[0]), abs=3)


@pytest.mark.parametrize("name", TABS)
def test_the_previews_button_says_why_it_has_nothing_to_show(page, name):
    tab = Tab(page, name).open()
    tab.enable()
    editor = Editor(tab)
    button = tab.control("preview")
    assert button.get_attribute("aria-disabled") == "true"
    assert "There is nothing to cut out yet." in button.get_attribute("title")
    if name == "img2img":
        give_picture_to_img2img(tab, picture())
    else:
        tab.drop("foreground", picture())
    editor.until("stage.subject().picture !== null")
    assert (button.get_attribute("aria-disabled"), button.get_attribute("title")) == ("false", "")


def test_the_script_knows_the_settings_that_shape_a_cut_out():
    from lib_iclight.ui.subject_panel import SubjectPanel

    text = (ROOT / "javascript" / "parts" / "ic_light_editor_cutout.js").read_text(encoding="utf-8")
    listed = text[text.index("const SETTINGS") : text.index("];")]
    assert set(re.findall(r'"(\w+)"', listed)) == {*SubjectPanel.PREVIEWED}
