"""What the page's script tells of img2img's pictures, as gradio 3, gradio 4 and Forge's canvas hold them."""

from __future__ import annotations

import pytest
from bare_page import HOST
from page_texts import SCRIPTS

pytestmark = pytest.mark.browser

PICTURE = """(width, height, colour) => {
    const canvas = Object.assign(document.createElement("canvas"), { width, height });
    const context = canvas.getContext("2d");
    context.fillStyle = colour;
    context.fillRect(0, 0, width, height);
    return canvas.toDataURL();
}"""


@pytest.fixture
def page(browser):
    """A page with the scripts alone."""
    page = browser.new_page()
    page.add_script_tag(content=HOST)
    for path in SCRIPTS:
        page.add_script_tag(content=path.read_text(encoding="utf-8"))
    page.evaluate(f"window.picture = {PICTURE}")
    yield page
    page.close()


@pytest.fixture
def told(page):
    """Tells of slots, whose pictures are made from width, height and colour."""
    return lambda slots: page.evaluate(f"icLight.initPicture.told({slots})")


def test_a_slots_picture_has_its_size_however_it_is_held(told):
    picture = "picture(30, 50, 'red')"
    words = told(f"[{picture}, {{image: {picture}, mask: ''}}, {{url: {picture}, path: 'p'}}]").split()
    assert [word.rpartition(":")[0] for word in words] == ["30:50"] * 3
    assert len({*words}) == 1, "it is the same picture"


def test_empty_slots_have_none(told):
    assert told("['', null, undefined]") == "- - -"


def test_a_picture_that_the_browser_cannot_show_is_there_without_a_size(told):
    assert told("['data:image/png;base64,AAAA']").startswith("0:0:")


def test_another_picture_is_told_apart(told):
    one, other = told("[picture(30, 50, 'red'), picture(30, 50, 'blue')]").split()
    assert one != other


def test_what_was_told_says_whether_any_slot_is_filled(page, told):
    for slots, is_any in {"['', picture(30, 50, 'red')]": True, "[null, '']": False}.items():
        assert page.evaluate("words => icLight.initPicture.isAny(words)", told(slots)) is is_any, slots
    assert page.evaluate("icLight.initPicture.isAny('')") is False, "before anything was told"


def test_a_picture_that_is_inpainted_in_gradio_3_is_told_when_it_is_another_one_and_not_at_each_change(page):
    page.evaluate("""() => {
        document.body.innerHTML = `<div id="img2maskimg"></div>
            <div id="img2img_ic_light_init_masked"><textarea></textarea></div>`;
        const [slot, field] = [document.querySelector("#img2maskimg"), document.querySelector("textarea")];
        window.said = [];
        field.addEventListener("input", () => said.push(field.value));
        icLight.initPicture.mount(new icLight.dom.Scope());
        window.change = async (content) => {
            slot.innerHTML = content;
            await new Promise((done) => setTimeout(done));
            return said.length;
        };
        window.shown = (width) => `<canvas></canvas><img src="${picture(width, 50, "red")}">`;
    }""")
    assert page.evaluate("change(shown(30))") == 1
    assert [page.evaluate("change(shown(30))") for _ in range(3)] == [1, 1, 1], "it is drawn again"
    assert page.evaluate("change(shown(40))") == 2
    assert page.evaluate("change('')") == 3
    assert page.evaluate("new Set(said).size") == 3
