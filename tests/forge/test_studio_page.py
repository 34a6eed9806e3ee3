"""The light studio as a user sees it on a real web UI: the script in the list, the tab, and what is made there."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from forge import pictures, studio
from forge.tab import GENERATION_MS, Tab
from PIL import Image

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.browser

WAIT = {"timeout": 60_000}
SHOWN = """() => {
    const { stage } = icLight.studio.now();
    stage.draw();
    return stage.canvas.toDataURL("image/png").split(",")[1];
}"""
# A picture in a slot: gradio 3 draws that for inpainting on a canvas.
FILLED = """(selectors) => selectors.some((selector) => {
    const size = (one) => one.naturalWidth ?? one.width;
    return [...document.querySelectorAll(`${selector} img, ${selector} canvas`)].some((one) => size(one) === 64);
})"""
SLOTS = {"inpaint": ["#img2maskimg", "#img_inpaint_base"], "extras": ["#extras_image"]}
ASKED = "path => fetch(path).then(async (answer) => [answer.status, answer.ok ? await answer.json() : null])"
USERS = {"anna": "secret", "ben": "word"}


def opened(context, url):
    """txt2img on a new page."""
    page = context.new_page()
    page.goto(url)
    page.locator("#txt2img_ic_light_enabled-visible-checkbox").wait_for(state="visible", **WAIT)
    page.wait_for_function("window.icLight?.main !== undefined", **WAIT)
    return Tab(page, "txt2img")


def choose_script(tab):
    """Choose ours from the web UI's list of scripts."""
    tab.page.locator(f"#tab_{tab.name} #script_list input").first.click()
    # In gradio 3 these are buttons, in gradio 4 options.
    tab.page.locator(".options li", has_text=studio.TITLE).click()
    tab.page.locator(f"#tab_{tab.name}").get_by_role("radio", name=studio.FOUR).wait_for(state="visible")


def prepare(tab):
    """All that is set before Generate is pressed."""
    tab.make_small()
    tab.set("steps", 1)
    tab.enable()
    tab.drop("foreground", pictures.subject())
    tab.pick("result", "Painting")
    choose_script(tab)


def show_studio(page):
    """Open the tab, and wait until it shows a set."""
    page.locator("#tabs > .tab-nav button", has_text="IC Light Studio").click()
    page.wait_for_function("icLight.studio.now()?.stage.draws > 0", **WAIT)


def shelf(page):
    return page.get_by_label("Light set", exact=True)


def act(page, name):
    """Press one of the studio's buttons, and wait until it is done."""
    button = page.locator(f".ic-light-studio-actions [data-action={name}]")
    button.click()
    expect(button).to_be_enabled(**WAIT)
    assert page.locator(".ic-light-studio-line.ic-light-wrong").count() == 0


@pytest.fixture(scope="module")
def forge(keeper):
    return keeper.get("studio")


@pytest.fixture(scope="module")
def shot(browser, forge):
    """txt2img after a set was shot there, and what was said. The tests share it: shooting is slow."""
    tab = opened(browser.new_context(viewport={"width": 1500, "height": 1200}), forge.url)
    prepare(tab)
    said = tab.generate()
    tab.result.wait_for(state="visible")
    yield tab, said
    tab.page.context.close()


@pytest.fixture
def page(shot):
    """The studio's tab with that set."""
    page = shot[0].page
    show_studio(page)
    return page


def test_the_script_in_the_list_shoots_a_set(shot, forge):
    tab, said = shot
    name = studio.named(tab.info.inner_text())
    assert f"The light set is saved as {name}, with left, right, bottom, top, ambient." in said
    assert [one.name for one in studio.read(forge, name).shots] == ["left", "right", "bottom", "top", "ambient"]
    sheet = tab.result
    assert sheet.evaluate("img => img.decode().then(() => img.naturalWidth / img.naturalHeight)") > 1
    assert len(tab.results()) == 6, "the contact sheet, and each light"


def test_the_tab_opens_the_newest_set_and_draws_it(page, shot):
    expect(shelf(page)).to_have_value(studio.named(shot[0].info.text_content()))
    assert canvas(page).std() > 0
    expect(page.locator(".ic-light-studio-rows > *")).to_have_count(5)


def test_what_is_developed_is_what_the_canvas_shows(page):
    act(page, "develop")
    expect(page.locator(".ic-light-studio-line")).to_contain_text("64 × 64 pixels")
    address = page.locator(".ic-light-studio-view img").evaluate("image => image.src")
    assert np.abs(pixels_of(page.request.get(address).body()) - canvas(page)).max() <= 2


def test_the_mix_is_sent_to_img2img_and_used_there(page):
    act(page, "img2img")
    tab = Tab(page, "img2img")
    page.wait_for_function(FILLED, arg=["#img2img_image"], **WAIT)
    assert tab.own("generate").is_visible(), "the tab is shown"
    tab.make_small()
    tab.set("denoising_strength", 0)
    assert "Error" not in tab.generate()
    expect(tab.result).to_be_visible(**WAIT)


@pytest.mark.parametrize("to", SLOTS)
def test_the_mix_is_sent_to_another_tab(page, to):
    if not page.locator(", ".join(SLOTS[to])).count():
        pytest.skip(f"this web UI has no {to}")
    act(page, to)
    page.wait_for_function(FILLED, arg=SLOTS[to], **WAIT)
    assert page.locator(".ic-light-studio").is_hidden()


@pytest.mark.parametrize(("made", "kind"), [("normals", "png"), ("motion", "webp")])
def test_normals_and_a_film_are_saved_from_the_page(page, made, kind):
    act(page, made)
    with page.expect_download() as download:
        page.locator(".ic-light-studio-save").click()
    assert download.value.suggested_filename.endswith(f".{kind}")
    assert pixels_of(download.value.path().read_bytes()).shape == (64, 64, 3)


def canvas(page):
    return pixels_of(base64.b64decode(page.evaluate(SHOWN)))


def pixels_of(content):
    return np.asarray(Image.open(io.BytesIO(content)).convert("RGB")).astype(int)


@pytest.mark.slow
def test_two_who_shoot_at_once_get_their_own_sets(keeper, browser):
    accounts = ",".join(f"{name}:{word}" for name, word in USERS.items())
    forge = keeper.get_with("users", f"--gradio-auth {accounts} --api-auth carl:pass")
    tabs = {}
    for name, word in USERS.items():
        context = browser.new_context(viewport={"width": 1500, "height": 1200})
        assert context.request.post(f"{forge.url}/login", form={"username": name, "password": word}).ok
        tabs[name] = opened(context, forge.url)
        prepare(tabs[name])
    for tab in tabs.values():
        tab.own("generate").click()
    sets = {name: _own_set(tab) for name, tab in tabs.items()}
    assert sets["anna"].keys().isdisjoint(sets["ben"])
    for name, other in (("anna", "ben"), ("ben", "anna")):
        page, (own,), (foreign,) = tabs[name].page, sets[name], sets[other]
        show_studio(page)
        expect(shelf(page)).to_have_value(own)
        for more in ("", "/file", "/preview"):
            assert page.evaluate(ASKED, f".{studio.at(foreign, more)}")[0] == 422
    program = browser.new_context(http_credentials={"username": "carl", "password": "pass", "send": "always"})
    assert program.request.get(f"{forge.url}{studio.ROUTE}/sets").json()["sets"] == []
    for each in (program, *(tab.page.context for tab in tabs.values())):
        each.close()


def _own_set(tab):
    """What the user's page lists, by name, when its run is over."""
    log = tab.page.locator(f"#html_log_{tab.name}").first
    log.locator(".performance").wait_for(state="attached", timeout=GENERATION_MS)
    status, answer = tab.page.evaluate(ASKED, f".{studio.ROUTE}/sets")
    assert (status, len(answer["sets"])) == (200, 1)
    (own,) = answer["sets"]
    assert own["lights"] == ["left", "right", "bottom", "top"]
    assert own["name"] in log.inner_text(), "the line below the results says its name"
    return {own["name"]: own}
