"""A result goes into a slot of its own tab or of the other, by pointer or keyboard, as the file that it is."""

from __future__ import annotations

import pytest
from PIL import Image
from samples import file_bytes

expect = pytest.importorskip("playwright.sync_api").expect
expect.set_options(timeout=60_000)
pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("host")]

BUTTON = "#txt2img_send_to_ic_light"
MENU = f".ic-light-send:has({BUTTON}) [role=menu]"
SIDE = 64
# Name, type and length of what is downloaded from an address.
DOWNLOADED = "address => icLight.slots.download(address).then(({ name, type, size }) => [name, type, size])"


@pytest.fixture
def generated(page):
    """The page with a result in txt2img's gallery, made without IC Light."""
    for name, value in (("width", SIDE), ("height", SIDE), ("steps", 1)):
        field = f"#txt2img_{name} input[type=number]"
        page.fill(field, str(value))
        page.press(field, "Tab")
    page.click("#txt2img_generate")
    page.wait_for_selector("#html_log_txt2img .performance")
    return page


def bytes_at(page, selector):
    address = page.locator(selector).first.get_attribute("src")
    return page.request.get(address).body()


@pytest.mark.parametrize("tab", ["txt2img", "img2img"])
@pytest.mark.parametrize("name", ["foreground", "background", "light_map"])
def test_a_result_goes_into_each_slot_of_both_tabs_as_the_file_that_it_is(generated, tab, name):
    generated.click(BUTTON)
    generated.click(f"{MENU} [data-place={tab}_{name}]")
    slot = f"#{tab}_ic_light_{name}"
    expect(generated.locator(f"{slot} img")).to_be_visible()
    assert bytes_at(generated, f"{slot} img") == bytes_at(generated, "#txt2img_gallery img")
    expect(generated.locator(f"#{tab}_ic_light_enabled-visible-checkbox")).to_be_checked()


def test_the_tabs_own_slots_come_first(generated):
    generated.click(BUTTON)
    assert generated.locator(f"{MENU} button").first.inner_text() == "Foreground in txt2img"
    generated.keyboard.press("Escape")
    generated.click("#tab_img2img-button, #tabs > .tab-nav button:has-text('Img2img')")
    items = generated.locator(".ic-light-send:has(#img2img_send_to_ic_light) [role=menuitem]")
    assert items.first.text_content() == "Foreground in img2img"


def test_the_row_is_used_by_keyboard_in_the_order_in_which_it_is_seen(generated):
    generated.focus("#txt2img_send_to_inpaint")
    seen = []
    for _ in range(2):
        generated.keyboard.press("Tab")
        seen.append(generated.evaluate("document.activeElement.id"))
    assert seen == ["txt2img_send_to_ic_light", "txt2img_ic_light_again"]
    generated.focus(BUTTON)
    generated.keyboard.press("Enter")
    generated.keyboard.press("End")
    assert generated.evaluate("document.activeElement.dataset.place") == "img2img_light_map"
    generated.keyboard.press("Home")
    assert generated.evaluate("document.activeElement.dataset.place") == "txt2img_foreground"
    generated.keyboard.press("Escape")
    expect(generated.locator(BUTTON)).to_be_focused()
    for button in generated.locator("#image_buttons_txt2img .ic-light-send > button").all():
        assert len(button.get_attribute("aria-label")) > 5
        assert button.get_attribute("title").splitlines()[0] == button.get_attribute("aria-label")


@pytest.mark.parametrize(
    ("name", "said", "expected"),
    [
        ("a.avif", "application/octet-stream", "image/avif"),
        ("a.jxl", "text/plain; charset=utf-8", "image/jxl"),
        ("a.jpg", "image/jpeg", "image/jpeg"),
    ],
)
def test_of_newer_kinds_of_pictures_the_name_says_what_they_are(page, name, said, expected):
    content = file_bytes(Image.new("RGB", (8, 8)))
    page.route(f"**/{name}", lambda route: route.fulfill(body=content, content_type=said))
    assert page.evaluate(DOWNLOADED, f"./{name}") == [name, expected, len(content)]


def test_a_page_is_no_picture(page):
    page.route("**/a.html", lambda route: route.fulfill(body="<p>", content_type="text/html"))
    assert page.evaluate(f"({DOWNLOADED})('./a.html').catch((error) => error.message)") == "no picture at ./a.html"


# The accordion's label does not answer.
STUCK = """document.addEventListener("click", (event) => {
    if (event.target.closest(".label-wrap")) event.stopImmediatePropagation();
}, { capture: true })"""


def test_an_accordion_that_does_not_open_is_told_of_until_the_next_click(generated):
    generated.evaluate(STUCK)
    generated.clock.install()
    generated.click(BUTTON)
    generated.click(f"{MENU} [data-place=txt2img_foreground]")
    generated.clock.fast_forward(11_000)
    note = generated.get_by_role("alert")
    expect(note).to_have_text("The accordion IC Light did not open within ten seconds. Try again, or reload the page.")
    assert note.evaluate("(note) => note.nextElementSibling.id") == "txt2img_ic_light_enabled"
    note.click()
    expect(note).to_have_count(0)
