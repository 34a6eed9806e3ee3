"""Re-shoot: a film of the studio is put into txt2img or img2img, to be shot for real."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from light_sets import gains_of, random_paintings
from samples import noise

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("host")]

INFOTEXT = (
    "a cat in the sun, soft light\nNegative prompt: blurry\nSteps: 7, Sampler: Euler, CFG scale: 2, Seed: 77, "
    "Size: 128x192, IC Light mode: fc, IC Light model: auto, IC Light light: left"
)


def film_in(page, tab):
    return page.locator(f"#tab_{tab}").get_by_label("Film", exact=True)


def test_a_film_is_put_into_a_tab_with_all_the_set_was_shot_with(opened, sets):
    sets(cat=replace(random_paintings(count=4), recipe={"infotext": INFOTEXT}))
    page = opened()
    page.get_by_label("How the light moves").select_option("day")
    page.get_by_label("Kind of film").select_option("gif")
    page.locator("[data-action=reshoot-txt2img]").click()
    expect(film_in(page, "txt2img")).to_be_visible()
    asked = {"set": "cat", "frames": 60, "fps": 15, "motion": "day", "format": "gif"}
    assert json.loads(film_in(page, "txt2img").input_value()) == asked
    tab = page.locator("#tab_txt2img")
    expect(tab.get_by_label("The frames of a film")).to_be_checked()
    expect(tab.locator("#txt2img_prompt textarea")).to_have_value("a cat in the sun, soft light")
    expect(tab.locator("#txt2img_seed input")).to_have_value("77")
    expect(page.locator("#txt2img_ic_light_again_row")).to_contain_text("generate, and its 60 frames are relit")
    tab.get_by_label("Each light of the editor").check()
    expect(film_in(page, "txt2img")).to_be_hidden()
    page.get_by_role("tab", name="IC Light Studio").click()
    expect(page.locator(".ic-light-studio-line")).to_contain_text("are in txt2img: generate there.")
    assert page.problems == []


def test_a_set_that_does_not_say_how_it_was_shot_is_refused(opened, sets):
    sets(bare=replace(random_paintings(count=4), recipe={}))
    page = opened()
    page.locator("[data-action=reshoot-img2img]").click()
    expect(page.locator(".ic-light-studio-line.ic-light-wrong")).to_contain_text("does not say how it was shot")
    assert not film_in(page, "img2img").is_visible()


def test_a_page_that_lost_its_picture_gets_the_sets_own_and_keeps_what_is_around_it(opened, sets):
    photograph, matte = noise(20, 30, seed=3), np.full((30, 20), 255, np.uint8)
    lit = gains_of(photograph, {side: noise(20, 30, seed=1) for side in ("left", "right")}, matte)
    named = f"{INFOTEXT}, IC Light foreground: 0123456789, IC Light result: photograph"
    sets(cat=replace(lit, recipe={"infotext": named}))
    page = opened()
    page.locator("[data-action=reshoot-txt2img]").click()
    line = page.locator("#txt2img_ic_light_again_row")
    expect(line).to_contain_text("The set's photograph was put into Foreground.")
    expect(line).to_contain_text("The film is in the script")
    sides = page.locator("#txt2img_ic_light_foreground img").evaluate("({naturalWidth: w, naturalHeight: h}) => [w, h]")
    assert sides == [20, 30]
    around = page.locator("#txt2img_ic_light_photograph_background")
    expect(around.get_by_label("Relit")).to_be_checked()
    assert page.problems == []
