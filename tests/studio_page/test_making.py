"""What the studio's tab makes of a set: developed pictures, normals, films, and what it sends on."""

from __future__ import annotations

import io
import re
from pathlib import Path

import numpy as np
import pytest
from light_sets import ball_set, placed_lights, random_paintings
from PIL import Image
from studio_mixes import canvas_and_python

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("host")]

ROOT = Path(__file__).resolve().parents[2]
SAVES = ".ic-light-studio-save"


def action(page, name):
    return page.locator(f".ic-light-studio-actions [data-action={name}]")


def picture_at(page, address):
    content = page.request.get(address).body()
    return np.asarray(Image.open(io.BytesIO(content)).convert("RGB")).astype(int)


def saved(page):
    """The bytes of the file that the last action offers."""
    page.locator(SAVES).wait_for()
    with page.expect_download() as download:
        page.locator(SAVES).click()
    return download.value.suggested_filename, download.value.path().read_bytes()


def test_develop_saves_what_the_canvas_shows(page):
    mix = page.evaluate("icLight.studio.now().state.mix")
    [(shown, _)] = canvas_and_python(page, random_paintings(count=4), [mix])
    action(page, "develop").click()
    line = page.locator(".ic-light-studio-line")
    expect(line).to_contain_text("19 × 13 pixels")
    address = page.locator(".ic-light-studio-view img").evaluate("image => image.src")
    assert np.abs(picture_at(page, address) - shown).max() <= 2


def test_a_mix_is_saved_once(page):
    asked = []
    page.on("request", lambda request: asked.append(request.url) if request.url.endswith("/develop") else None)
    line = page.locator(".ic-light-studio-line")
    action(page, "develop").click()
    expect(line).to_contain_text("Saved as")
    action(page, "develop").click()
    expect(line).to_contain_text("This mix is saved already.")
    page.get_by_label("Ready mixes").select_option("split")
    action(page, "develop").click()
    expect(line).to_contain_text("Saved as")
    assert len(asked) == 2


def test_the_files_of_layers_are_named(page):
    page.locator("[data-field=layers]").select_option("psd")
    action(page, "develop").click()
    expect(page.locator(".ic-light-studio-line")).to_contain_text(re.compile(r"Its layers are in .+-mix\.psd\."))


@pytest.mark.parametrize(("to", "slot"), [("img2img", "#img2img_image"), ("inpaint", "#img_inpaint_base")])
def test_the_mix_is_sent_to_a_tab(page, to, slot):
    action(page, to).click()
    image = page.locator(f"{slot} img").first
    expect(image).to_be_visible()
    mix = page.evaluate("icLight.studio.now().state.mix")
    [(shown, _)] = canvas_and_python(page, random_paintings(count=4), [mix])
    sent = picture_at(page, image.evaluate("image => image.src"))
    assert np.abs(sent - shown).max() <= 2


def test_nothing_is_sent_where_the_web_ui_has_no_place_for_it(page):
    assert action(page, "extras").count() == 0
    assert action(page, "img2img").is_visible()


def test_normals_are_offered_where_the_set_has_the_four_sides(opened, sets):
    sets(two=random_paintings(count=2))
    assert not action(opened(), "normals").is_visible()
    sets(four=ball_set())
    page = opened()
    page.get_by_label("Convention of the normals").select_option("directx")
    action(page, "normals").click()
    name, content = saved(page)
    assert name == "four-normals-directx.png"
    assert Image.open(io.BytesIO(content)).size == (48, 48)


@pytest.mark.parametrize("motion", ["once_around", "day", "candle"])
def test_a_film_of_a_ready_motion(page, motion):
    expect(page.get_by_label("How the light moves")).to_have_value("once_around")
    page.get_by_label("How the light moves").select_option(motion)
    page.get_by_label("Kind of film").select_option("gif")
    action(page, "motion").click()
    name, content = saved(page)
    assert name == f"noise-{motion}.gif"
    assert Image.open(io.BytesIO(content)).n_frames > 30


def test_a_set_that_can_be_turned_has_its_film_after_one_that_cannot(opened, sets):
    sets(turned=random_paintings(count=2))
    sets(placed=placed_lights())
    page = opened()
    assert not action(page, "motion").is_visible()
    page.get_by_label("Light set", exact=True).select_option("turned")
    expect(action(page, "motion")).to_be_visible()
    expect(page.get_by_label("How the light moves")).to_have_value("once_around")


DROP = """([address, root]) => fetch(address).then((answer) => answer.blob()).then((content) => {
    const carrier = new DataTransfer();
    carrier.items.add(new File([content], "mix.png", { type: "image/png" }));
    const event = new DragEvent("drop", { dataTransfer: carrier, bubbles: true, cancelable: true });
    document.querySelector(root).dispatchEvent(event);
})"""


def test_a_developed_picture_brings_its_set_and_its_mix_back(page, sets):
    page.get_by_label("Ready mixes").select_option("golden")
    mix = page.evaluate("icLight.studio.now().state.mix")
    action(page, "develop").click()
    image = page.locator(".ic-light-studio-view img")
    image.wait_for()
    address = image.evaluate("image => image.src")
    sets(another=random_paintings(count=2))
    page.get_by_role("tab", name="Img2img").click()
    page.get_by_role("tab", name="IC Light Studio").click()
    page.get_by_label("Light set", exact=True).select_option("another")
    expect(page.locator(".ic-light-studio-rows > *")).to_have_count(3)
    page.evaluate(DROP, [address, ".ic-light-studio"])
    expect(page.get_by_label("Light set", exact=True)).to_have_value("noise")
    page.wait_for_function("strength => icLight.studio.now().state.mix.turned.fader.strength === strength", arg=1.2)
    assert page.evaluate("icLight.studio.now().state.mix") == mix


def test_a_mix_without_the_name_of_its_set_is_put_on_the_shown_one(page):
    text = 'IC Light mix: "{\\"version\\":1,\\"lights\\":{\\"light 2\\":{}},\\"exposure\\":2}"'
    page.evaluate(
        "text => icLight.studioServer.told(text).then(({ name, mix }) => icLight.studio.now().recall(name, mix))", text
    )
    mix = page.evaluate("icLight.studio.now().state.mix")
    assert (mix["lights"]["light 2"]["strength"], mix["exposure"]) == (1, 2)


def test_a_picture_without_a_mix_is_refused_in_words(page):
    page.set_input_files(".ic-light-studio input[type=file]", ROOT / "docs" / "accordion.png")
    expect(page.locator(".ic-light-studio-line.ic-light-wrong")).to_contain_text("This file is no light set")


def test_what_cannot_be_done_is_said(page, sets):
    from lib_iclight.hosts import light_sets

    for path in light_sets.folder("").glob("*.safetensors"):
        path.unlink()
    action(page, "develop").click()
    expect(page.locator(".ic-light-studio-line.ic-light-wrong")).to_contain_text("There is no light set named 'noise'")
    assert action(page, "develop").is_enabled()
