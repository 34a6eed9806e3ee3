"""Prompts, examples, sending, dropping and swapping, as a user does them on the page."""

from __future__ import annotations

import json

import pytest
from forge import pictures
from forge.tab import Tab
from PIL import Image
from samples import file_bytes

pytestmark = pytest.mark.browser

# The pixels that a picture in the page has, as [width, height, RGBA...].
PIXELS = """img => img.decode().then(() => {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [img.naturalWidth, img.naturalHeight];
    const context = canvas.getContext("2d");
    context.drawImage(img, 0, 0);
    return [canvas.width, canvas.height, ...context.getImageData(0, 0, canvas.width, canvas.height).data];
})"""
# What is dragged or copied: a picture file, or the address of a picture.
CARRIER = """([content, address]) => {
    const carrier = new DataTransfer();
    if (content) {
        const bytes = Uint8Array.from(atob(content), (character) => character.charCodeAt(0));
        carrier.items.add(new File([bytes], "given.png", {type: "image/png"}));
    }
    if (address) {
        carrier.setData("text/uri-list", address);
    }
    return carrier;
}"""


def colour(width, height, name):
    return Image.new("RGB", (width, height), name)


def shown(locator):
    """Size and pixels of a picture in the page."""
    width, height, *pixels = locator.evaluate(PIXELS)
    return (width, height), bytes(pixels)


def wait_for_size(tab, name, width, height):
    """Wait until one of IC Light's slots shows a picture of a size."""
    tab.page.wait_for_function(
        "([id, width, height]) => { const img = document.querySelector(`#${id} .image-frame img, #${id} img`);"
        " return img && img.naturalWidth === width && img.naturalHeight === height }",
        arg=[f"{tab.name}_ic_light_{name}", width, height],
    )


def slot_picture(tab, name):
    return tab.control(name).locator("img").first


def carried(page, image=None, address=""):
    content = pictures.text(image) if image else ""
    return page.evaluate_handle(CARRIER, [content, address])


def drop(tab, name, carrier):
    slot = tab.control(name)
    slot.dispatch_event("dragover", {"dataTransfer": carrier})
    assert "ic-light-over" in slot.get_attribute("class"), "the slot shows that it takes the picture"
    slot.dispatch_event("drop", {"dataTransfer": carrier})
    assert "ic-light-over" not in slot.get_attribute("class")


def prompt(tab):
    return tab.own("prompt").locator("textarea")


def open_ideas(tab):
    tab.enable()
    tab.control("prompts").locator("button").first.wait_for(state="visible")


def send(tab, button, place):
    tab.page.locator(f"#{button}").click()
    tab.page.locator(f".ic-light-send:has(#{button}) [data-place={place}]").click()


@pytest.fixture
def generated(txt2img):
    """The tab after a generation without IC Light."""
    txt2img.make_small()
    txt2img.generate()
    txt2img.result.wait_for(state="visible")
    return txt2img


def test_a_click_adds_a_light_to_the_prompt_after_a_comma_and_only_once(txt2img):
    open_ideas(txt2img)
    prompt(txt2img).fill("a cup")
    choice = txt2img.control("prompts").get_by_role("button", name="candlelight, warm and dim")
    choice.click()
    assert prompt(txt2img).input_value() == "a cup, candlelight, warm and dim"
    choice.click()
    assert prompt(txt2img).input_value() == "a cup, candlelight, warm and dim"


def test_a_click_begins_an_empty_prompt_and_takes_an_open_comma(img2img):
    open_ideas(img2img)
    prompt(img2img).fill("")
    choices = img2img.control("prompts")
    choices.get_by_role("button", name="marble statue").click()
    assert prompt(img2img).input_value() == "marble statue"
    prompt(img2img).fill("marble statue, ")
    choices.get_by_role("button", name="moonlight, dark forest").click()
    assert prompt(img2img).input_value() == "marble statue, moonlight, dark forest"


def test_a_prompt_from_the_list_is_what_is_generated(txt2img):
    txt2img.make_small()
    open_ideas(txt2img)
    txt2img.control("prompts").get_by_role("button", name="fireplace glow").click()
    txt2img.page.locator("#txt2img_ic_light_enabled-visible-checkbox").uncheck()
    assert "Error" not in txt2img.generate()
    txt2img.info.get_by_text("a cup, sunshine from window, fireplace glow").wait_for(state="visible")


def test_an_example_fills_the_whole_form(txt2img):
    open_ideas(txt2img)
    txt2img.control("ideas").get_by_role("button", name="Fit a background").click()
    wait_for_size(txt2img, "foreground", 384, 384)
    wait_for_size(txt2img, "background", 512, 512)
    expect = pytest.importorskip("playwright.sync_api").expect
    expect(txt2img.choice("mode", "With background")).to_be_checked()
    expect(prompt(txt2img)).to_have_value("vase on a shelf, warm evening light")
    assert float(txt2img.control("restore_details").locator("input[type=number]").input_value()) == 0.3
    assert (txt2img.number("steps"), txt2img.number("cfg_scale")) == (20, 7)
    assert (txt2img.number("width"), txt2img.number("height")) == (512, 512)


def test_an_example_draws_its_lights_in_the_editor(txt2img):
    open_ideas(txt2img)
    txt2img.control("ideas").get_by_role("button", name="Neon night").click()
    expect = pytest.importorskip("playwright.sync_api").expect
    expect(txt2img.choice("light", "Editor")).to_be_checked()
    expect(txt2img.page.locator("#txt2img_ic_light_editor .ic-light-chip")).to_have_count(2)
    drawn = txt2img.control("light_editor").locator("textarea, input").input_value()
    assert [light["colour"] for light in json.loads(drawn)["lights"]] == ["#22c8ff", "#ff2fb3"]


def test_an_example_without_a_picture_keeps_the_users(txt2img):
    open_ideas(txt2img)
    txt2img.drop("foreground", colour(40, 30, "red"))
    txt2img.control("ideas").get_by_role("button", name="Portrait by a window").click()
    txt2img.page.wait_for_function("document.querySelector('#txt2img_steps input[type=number]').value === '25'")
    assert shown(slot_picture(txt2img, "foreground"))[0] == (40, 30)


@pytest.mark.parametrize(
    ("target", "name"), [("txt2img", "foreground"), ("img2img", "background")], ids=["foreground", "background"]
)
def test_a_result_is_sent_to_ic_light_as_it_is(generated, target, name):
    picture = shown(generated.result)
    send(generated, "txt2img_send_to_ic_light", f"{target}_{name}")
    tab = Tab(generated.page, target)
    wait_for_size(tab, name, 64, 64)
    assert shown(slot_picture(tab, name)) == picture
    assert tab.control(name).is_visible(), "the tab is shown and the accordion open"
    assert tab.page.locator(f"#{target}_ic_light_enabled-visible-checkbox").is_checked()


def test_a_picture_is_sent_from_png_info(page):
    Tab(page, "pnginfo").open()
    content = file_bytes(colour(52, 36, (200, 100, 50)))
    slot = page.locator("#pnginfo_image input[type=file]")
    slot.set_input_files({"name": "made.png", "mimeType": "image/png", "buffer": content})
    page.locator("#pnginfo_image img").first.wait_for(state="visible")
    send(Tab(page, "pnginfo"), "pnginfo_send_to_ic_light", "img2img_foreground")
    tab = Tab(page, "img2img")
    wait_for_size(tab, "foreground", 52, 36)
    assert shown(slot_picture(tab, "foreground"))[1][:4] == bytes((200, 100, 50, 255))
    assert tab.control("foreground").is_visible()


def test_the_menu_is_used_by_keyboard(generated):
    page = generated.page
    button = page.locator("#txt2img_send_to_ic_light")
    button.focus()
    page.keyboard.press("Enter")
    items = page.locator(".ic-light-send:has(#txt2img_send_to_ic_light) [role=menuitem]")
    first, last = items.first, items.last
    assert first.evaluate("item => item === document.activeElement")
    page.keyboard.press("ArrowUp")
    assert last.evaluate("item => item === document.activeElement")
    page.keyboard.press("Escape")
    assert first.is_hidden()
    assert page.evaluate("document.activeElement.id") == "txt2img_send_to_ic_light"


def test_a_picture_dropped_onto_a_filled_slot_replaces_it(txt2img):
    txt2img.enable()
    txt2img.drop("foreground", colour(40, 30, "red"))
    drop(txt2img, "foreground", carried(txt2img.page, colour(30, 50, "blue")))
    wait_for_size(txt2img, "foreground", 30, 50)
    assert shown(slot_picture(txt2img, "foreground"))[1][:4] == bytes((0, 0, 255, 255))


def test_a_result_is_dragged_from_the_gallery_into_an_empty_slot(generated):
    picture = generated.result
    generated.enable()
    drop(generated, "foreground", carried(generated.page, address=picture.get_attribute("src")))
    wait_for_size(generated, "foreground", 64, 64)
    assert shown(slot_picture(generated, "foreground")) == shown(picture)


def test_what_is_no_picture_is_refused_in_words(txt2img):
    txt2img.enable()
    txt2img.drop("foreground", colour(40, 30, "red"))
    drop(txt2img, "foreground", carried(txt2img.page, address=txt2img.page.url))
    txt2img.control("foreground").get_by_role("alert").get_by_text("cannot be read from here").wait_for(state="visible")
    assert shown(slot_picture(txt2img, "foreground"))[0] == (40, 30)


def test_a_picture_is_pasted_into_the_slot_under_the_pointer(txt2img):
    txt2img.enable()
    txt2img.drop("foreground", colour(40, 30, "red"))
    txt2img.control("foreground").hover()
    carrier = carried(txt2img.page, colour(36, 44, "green"))
    txt2img.page.evaluate(
        "data => document.body.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true}))",
        carrier,
    )
    wait_for_size(txt2img, "foreground", 36, 44)


def test_foreground_and_background_change_places(txt2img):
    txt2img.enable()
    txt2img.pick("mode", "With background")
    txt2img.drop("foreground", colour(40, 30, "red"))
    txt2img.control("background").wait_for(state="visible")
    txt2img.drop("background", colour(30, 50, "blue"))
    txt2img.control("swap").click()
    wait_for_size(txt2img, "foreground", 30, 50)
    wait_for_size(txt2img, "background", 40, 30)
    txt2img.clear("foreground")
    txt2img.control("swap").click()
    wait_for_size(txt2img, "foreground", 40, 30)
    txt2img.control("background").locator("img").wait_for(state="detached")


def test_sending_nothing_says_so(txt2img):
    txt2img.page.locator("#txt2img_send_to_ic_light").click()
    menu = txt2img.page.locator(".ic-light-send:has(#txt2img_send_to_ic_light) .ic-light-menu")
    assert menu.inner_text() == "There is no picture yet."
