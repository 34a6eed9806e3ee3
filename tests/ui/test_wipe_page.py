"""Before and after over a result in the gallery, as a user sees it in Chromium."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from samples import file_bytes

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("host")]

GALLERY, BUTTON = "#txt2img_gallery", "#txt2img_ic_light_wipe"
OVERLAY, HANDLE = f"{GALLERY} .ic-light-wipe", f"{GALLERY} [role=slider]"
VIEWED = f"{GALLERY} [data-testid='detailed-image']"
WIDTH, HEIGHT = 128, 64
# The picture left of the handle, as [R, G, B] in its middle, and its size.
OTHER = """async (overlay) => {
    const address = /"(.*)"/.exec(overlay.querySelector(".ic-light-wipe-other").style.backgroundImage)[1];
    const picture = new Image();
    picture.src = address;
    await picture.decode();
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [picture.naturalWidth, picture.naturalHeight];
    const context = canvas.getContext("2d");
    context.drawImage(picture, 0, 0);
    const at = [canvas.width / 2, canvas.height / 2, 1, 1];
    return { size: [canvas.width, canvas.height], middle: [...context.getImageData(...at).data].slice(0, 3) };
}"""


def photograph() -> Image.Image:
    """Orange on transparency."""
    pixels = np.zeros((HEIGHT, WIDTH, 4), np.uint8)
    pixels[8:-8, 32:-32] = (210, 120, 30, 255)
    return Image.fromarray(pixels)


def fill(page, name, value):
    field = f"#txt2img_{name} input[type=number]"
    page.fill(field, str(value))
    page.press(field, "Tab")


def generate(page):
    page.click("#txt2img_generate")
    page.wait_for_selector("#html_log_txt2img .performance")


@pytest.fixture
def ready(page):
    """The page, ready to make small pictures with IC Light on."""
    for name, value in (("width", WIDTH), ("height", HEIGHT), ("steps", 1), ("cfg_scale", 1)):
        fill(page, name, value)
    page.click("#txt2img_ic_light_enabled > .label-wrap")
    slot = "#txt2img_ic_light_foreground"
    given = {"name": "photo.png", "mimeType": "image/png", "buffer": file_bytes(photograph())}
    page.set_input_files(f"{slot} input[type=file]", given)
    page.wait_for_selector(f"{slot} img")
    return page


@pytest.fixture
def relit(ready):
    """The page after it has relit the photograph."""
    generate(ready)
    return ready


def value(page) -> int:
    return int(page.get_attribute(HANDLE, "aria-valuenow"))


def other(page):
    return page.locator(OVERLAY).evaluate(OTHER)


def drawn(page):
    """Where the pixels of the viewed picture are: it fits its box in one direction and is centred in the other."""
    page.locator(VIEWED).scroll_into_view_if_needed()
    box = page.locator(VIEWED).bounding_box()
    scale = min(box["width"] / WIDTH, box["height"] / HEIGHT)
    width, height = scale * WIDTH, scale * HEIGHT
    return [box["x"] + (box["width"] - width) / 2, box["y"] + (box["height"] - height) / 2, width, height]


def covered(page):
    page.locator(VIEWED).scroll_into_view_if_needed()
    return [*page.locator(OVERLAY).bounding_box().values()]


# Of pictures that the box is too narrow or too low for.
WIDE_AS_DRAWN = """([overlay, viewed, shape]) => {
    const box = document.querySelector(viewed).getBoundingClientRect();
    const width = Math.min(box.width, box.height * shape);
    return Math.abs(document.querySelector(overlay).getBoundingClientRect().width - width) < 1;
}"""


def test_the_photograph_lies_over_exactly_the_pixels_of_the_result_and_escape_takes_it_away(relit):
    expect(relit.locator(OVERLAY)).to_have_count(0)
    relit.click(BUTTON)
    relit.wait_for_selector(OVERLAY)
    expect(relit.locator(BUTTON)).to_have_attribute("aria-pressed", "true")
    assert covered(relit) == pytest.approx(drawn(relit), abs=0.6)
    assert other(relit)["size"] == [WIDTH, HEIGHT]
    np.testing.assert_allclose(other(relit)["middle"], (210, 120, 30), atol=3)
    relit.set_viewport_size({"width": 800, "height": 1000})
    relit.wait_for_function(f"document.querySelector(`{VIEWED}`).getBoundingClientRect().width < 700")
    relit.wait_for_function(WIDE_AS_DRAWN, arg=[OVERLAY, VIEWED, WIDTH / HEIGHT])
    assert covered(relit) == pytest.approx(drawn(relit), abs=0.6)
    relit.keyboard.press("Escape")
    expect(relit.locator(OVERLAY)).to_have_count(0)
    expect(relit.locator(BUTTON)).to_have_attribute("aria-pressed", "false")
    expect(relit.locator(BUTTON)).to_be_focused()
    assert relit.locator(VIEWED).is_visible(), "the gallery did not hear of it"


def test_pointer_and_keys_move_the_handle(relit):
    relit.click(BUTTON)
    expect(relit.locator(HANDLE)).to_be_focused()
    assert value(relit) == 50
    left, top, width, height = drawn(relit)
    relit.mouse.move(left + width / 2, top + height / 2)
    relit.mouse.down()
    relit.mouse.move(left + width / 4, top + height / 2, steps=4)
    assert value(relit) == 25
    relit.mouse.move(left + 2 * width, top + height * 3)
    assert value(relit) == 100, "the pointer is held"
    relit.mouse.up()
    relit.mouse.move(left + width / 4, top + height / 2)
    assert value(relit) == 100
    relit.mouse.click(left + 0.6 * width, top + height / 4)
    assert value(relit) == 60
    for key, expected in {"ArrowLeft": 59, "Shift+ArrowRight": 69, "PageDown": 59, "Home": 0, "End": 100}.items():
        relit.keyboard.press(key)
        assert value(relit) == expected, key
    expect(relit.locator(HANDLE)).to_have_attribute("aria-valuetext", "100 % Before")
    assert relit.locator(OVERLAY).is_visible(), "the gallery shows the same picture"


def test_the_painting_can_be_compared_with_the_photograph_in_its_light(relit):
    relit.click(BUTTON)
    choice = relit.locator(OVERLAY).get_by_role("button", name="Painting")
    before = other(relit)
    choice.click()
    expect(choice).to_have_attribute("aria-pressed", "true")
    expect(relit.locator(".ic-light-wipe-other")).to_have_text("Painting")
    assert other(relit)["size"] == [WIDTH, HEIGHT]
    assert other(relit)["middle"] != before["middle"]
    relit.locator(OVERLAY).get_by_role("button", name="Before").click()
    expect(relit.locator(".ic-light-wipe-other")).to_have_text("Before")
    assert other(relit) == before


def test_a_painting_has_nothing_but_a_before(ready):
    ready.check("#txt2img_ic_light_result input[value='painting']")
    generate(ready)
    ready.click(BUTTON)
    ready.wait_for_selector(OVERLAY)
    expect(ready.locator(OVERLAY).get_by_role("button")).to_have_count(0)


def test_it_follows_the_gallery_from_picture_to_picture(ready):
    fill(ready, "batch_count", 2)
    ready.click("#txt2img_ic_light_tab_result-button")
    ready.check("#txt2img_ic_light_show_subject input")
    generate(ready)
    thumbnails = ready.locator(f"{GALLERY} .thumbnail-small")
    count = thumbnails.count()
    thumbnails.nth(count - 1).click()
    expect(ready.locator(BUTTON)).to_be_hidden()
    thumbnails.nth(count - 2).click()
    ready.click(BUTTON)
    ready.wait_for_selector(OVERLAY)
    ready.keyboard.press("Home")
    ready.keyboard.press("ArrowRight")
    thumbnails.nth(count - 1).click()
    expect(ready.locator(OVERLAY)).to_be_hidden()
    expect(ready.locator(BUTTON)).to_have_attribute("aria-pressed", "true")
    ready.keyboard.press("ArrowLeft")
    ready.wait_for_selector(OVERLAY)
    assert value(ready) == 1, "the handle stays"
    ready.keyboard.press("ArrowLeft")
    ready.wait_for_selector(OVERLAY)


def test_there_is_no_button_for_a_picture_that_is_not_relit(ready):
    ready.uncheck("#txt2img_ic_light_enabled-visible-checkbox")
    generate(ready)
    assert ready.locator(VIEWED).is_visible()
    expect(ready.locator(BUTTON)).to_be_hidden()


def test_what_is_gone_is_said_and_the_gallery_is_as_it_was(relit, monkeypatch):
    from lib_iclight.hosts.app_context import app_context
    from lib_iclight.hosts.comparisons import Comparisons

    monkeypatch.setattr(app_context().hooks, "comparisons", Comparisons())
    relit.click(BUTTON)
    expect(relit.get_by_role("alert")).to_contain_text("What this result is compared with is gone")
    expect(relit.locator(BUTTON)).to_have_attribute("aria-pressed", "false")
    expect(relit.locator(OVERLAY)).to_have_count(0)


def test_until_it_is_pressed_nothing_is_fetched(ready):
    asked = []
    ready.on("request", lambda request: asked.append(request.url))
    generate(ready)
    ready.locator(BUTTON).wait_for(state="visible")
    assert not [url for url in asked if "comparison" in url]
    ready.click(BUTTON)
    ready.wait_for_selector(OVERLAY)
    assert len([url for url in asked if "comparison" in url]) == 1
