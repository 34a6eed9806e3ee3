"""What a user does in the light editor, in Chromium."""

from __future__ import annotations

import io
import json

import pytest
from forge import pictures
from forge.editor_page import Editor
from forge.tab import Tab
from PIL import Image, PngImagePlugin

pytestmark = pytest.mark.browser


def opened(browser, forge):
    page = browser.new_page(viewport={"width": 1500, "height": 1200})
    page.goto(forge.url)
    page.locator("#txt2img_ic_light_enabled-visible-checkbox").wait_for(state="visible", timeout=60_000)
    return page


@pytest.fixture
def page(browser, forge):
    page = opened(browser, forge)
    yield page
    page.close()


@pytest.fixture
def tab(page):
    tab = Tab(page, "txt2img")
    tab.enable()
    return tab


@pytest.fixture
def editor(tab):
    return Editor(tab)


def send_back(page, content):
    """Give a picture's file to PNG Info and send it to txt2img; returns that tab."""
    Tab(page, "pnginfo").open()
    slot = page.locator("#pnginfo_image input[type=file]")
    slot.set_input_files({"name": "made.png", "mimeType": "image/png", "buffer": content})
    page.get_by_text("IC Light mode").first.wait_for(state="visible")
    page.locator("#tab_pnginfo #txt2img_tab").click()
    tab = Tab(page, "txt2img")
    tab.control("summary").wait_for(state="visible")
    return tab


def test_a_dragged_light_shapes_the_picture_and_comes_back_with_it(browser, forge, tab, editor):
    tab.make_small()
    tab.drop("foreground", pictures.subject())
    editor.pick("Left")
    dark = editor.pixel(0.97, 0.03)
    editor.drag(editor.handle(0), editor.place(0.5, -0.8))
    assert editor.chosen("light") == "editor"
    assert editor.lights[0]["angle"] == pytest.approx(90, abs=2)
    assert sum(editor.pixel(0.97, 0.03)) > sum(dark) + 300
    editor.tool("positioned").click()
    editor.drag(editor.handle(1), editor.place(1.4, 0.6))
    editor.field("colour", "color").fill("#ff8800")
    made, placed = editor.text, json.loads(editor.text)["lights"][1]
    assert placed["x"] == pytest.approx(1.4, abs=0.02)
    assert placed["y"] == pytest.approx(0.6, abs=0.02)
    assert placed["colour"] == "#ff8800"
    assert "Error" not in tab.generate()
    assert "IC Light direction: editor" in tab.info.inner_text()
    address = tab.result.get_attribute("src")
    content = tab.page.request.get(address).body()
    later = opened(browser, forge)
    back = Editor(send_back(later, content))
    back.until("state.light === 'editor' && state.text === a[0]", made)
    assert (back.text, back.chosen("light")) == (made, "editor")
    later.close()


def test_a_named_light_is_shown_and_none_dims_the_editor(editor):
    editor.pick("Right")
    assert json.loads(editor.shown) == {"version": 1, "lights": [{"angle": 0}]}
    assert "Light 1 of 1, from the right" in editor.summary
    assert sum(editor.pixel(0.9, 0.5)) > sum(editor.pixel(0.1, 0.5)) + 300
    editor.pick("None")
    assert "No light" in editor.summary
    assert editor.pixel(0.9, 0.5) == editor.pixel(0.1, 0.5)


def test_a_mode_with_its_own_range_has_its_own_named_lights(tab, editor):
    editor.pick("Top")
    tab.pick("mode", "With background")
    editor.until("state.mode === 'fbc'")
    assert json.loads(editor.shown) == {"version": 1, "range": [32, 224], "lights": [{"angle": 90}]}


def test_editor_chosen_without_a_change_hands_over_what_it_shows(tab, editor):
    editor.pick("Bottom")
    shown = editor.shown
    tab.pick("light", "Editor")
    tab.page.wait_for_function(
        "document.querySelector('#txt2img_ic_light_light_editor textarea').value.includes('lights')"
    )
    assert editor.text == shown


def test_keys_move_lights_and_take_it_back(editor):
    editor.pick("Left")
    editor.canvas.focus()
    press = editor.page.keyboard.press
    press("ArrowUp")
    assert editor.lights == [{"angle": 182}]
    press("Shift+ArrowDown")
    assert editor.lights == [{"angle": 167}]
    editor.tool("positioned").click()
    editor.canvas.focus()
    press("Shift+ArrowLeft")
    assert editor.lights[1] == {"x": 0.15, "y": 0.25}
    press("Shift+Tab")
    assert "Light 1 of 2" in editor.summary
    press("Tab")
    assert "Light 2 of 2" in editor.summary
    press("Delete")
    assert editor.lights == [{"angle": 167}]
    press("Control+z")
    assert len(editor.lights) == 2
    press("Control+Shift+Z")
    assert len(editor.lights) == 1
    for _ in range(9):
        press("Control+z")
    assert editor.chosen("light") in ("left", "none"), "undone to before the editor was used"
    press("Tab")
    assert not editor.canvas.evaluate("canvas => canvas === document.activeElement"), "the focus is not trapped"


def test_the_wheel_belongs_to_the_page_until_the_canvas_has_the_focus(editor):
    editor.pick("Front")
    editor.canvas.scroll_into_view_if_needed()
    editor.page.evaluate("document.activeElement.blur()")
    editor.wheel(-100)
    assert editor.chosen("light") == "front"
    editor.canvas.focus()
    editor.canvas.scroll_into_view_if_needed()
    editor.wheel(-100)
    editor.until("state.light === 'editor'")
    assert editor.lights[0]["softness"] == pytest.approx(0.55)
    editor.wheel(100, "Shift")
    editor.until("state.selectedLight.strength < 1")
    assert editor.lights[0]["strength"] == pytest.approx(0.9)


def test_the_form_sets_what_is_selected(editor):
    editor.pick("Left")
    editor.field("strength").fill("2.5")
    editor.field("softness").fill("0.4")
    editor.root.get_by_role("button", name="Kelvin", exact=True).click()
    editor.field("kelvin").fill("3200")
    assert editor.lights == [{"angle": 180, "softness": 0.4, "strength": 2.5, "kelvin": 3200}]
    red, _, blue = editor.pixel(0.03, 0.5)
    assert red > blue
    editor.root.get_by_role("button", name="Positioned", exact=True).last.click()
    assert {"x": 0, "y": 0.5}.items() <= editor.lights[0].items()
    editor.field("ambient").fill("0.2")
    assert json.loads(editor.text)["ambient"] == {"level": 0.2}
    assert editor.field("strength").input_value() == "2.5"
    typed = editor.field("softness")
    typed.fill("")
    typed.press_sequentially("0.35")
    assert (typed.input_value(), editor.lights[0]["softness"]) == ("0.35", 0.35), "no digit is lost on the way"
    typed.fill("7")
    typed.press("Enter")
    assert (typed.input_value(), "softness" in editor.lights[0]) == ("1", True), "what is too much becomes the most"


def test_the_strength_is_drawn_whatever_the_light_is(tab, editor):
    """Contrast is scaled as in the run: about grey 127, clipped at white."""

    def strength(value):
        field = tab.control("light_strength").locator("input[type=number]")
        field.fill(str(value))
        field.blur()

    editor.pick("Ambient")
    tab.control("light_strength").wait_for(state="visible")
    tab.pick("light", "Custom")
    tab.control("light_map").wait_for(state="visible")
    tab.drop("light_map", Image.new("RGB", (64, 64), (227, 127, 27)))
    for value, expected in ((1, [227, 127, 27]), (0.5, [177, 127, 77]), (2, [255, 127, 0])):
        strength(value)
        editor.until_pixel(0.5, 0.5, expected)
    strength(0.5)
    editor.pick("Left")
    editor.until_pixel(0.5, 0.25, [127, 127, 127])
    assert editor.pixel(0.3, 0.25) == pytest.approx([152] * 3, abs=2)


def test_every_number_of_a_light_can_be_typed(editor):
    def type_in(name, text):
        editor.field(name).fill(text)
        editor.field(name).press("Enter")
        return editor.field(name).input_value()

    editor.pick("Left")
    assert type_in("angle", "33.57") == "33.6", "the form shows what is used"
    assert type_in("softness", "0.335") == "0.335"
    assert type_in("strength", "1.234") == "1.234"
    editor.tool("positioned").click()
    assert [type_in(name, text) for name, text in (("x", "-0.125"), ("y", "1.375"))] == ["-0.125", "1.375"]
    editor.root.get_by_role("button", name="Kelvin", exact=True).click()
    assert type_in("kelvin", "2755") == "2755"
    assert editor.lights == [
        {"angle": 33.6, "softness": 0.335, "strength": 1.234},
        {"x": -0.125, "y": 1.375, "kelvin": 2755},
    ]


def picture_with(parameters):
    """A picture file with our generation parameters."""
    info = PngImagePlugin.PngInfo()
    text = ", ".join(f"IC Light {name}: {value}" for name, value in parameters.items())
    info.add_text("parameters", f"a cup\nSteps: 2, Sampler: Euler, CFG scale: 2, Seed: 5, Size: 64x64, {text}")
    buffer = io.BytesIO()
    Image.new("RGB", (64, 64)).save(buffer, "PNG", pnginfo=info)
    return buffer.getvalue()


def test_a_light_of_a_newer_version_is_told_and_not_lost_on_the_way(page):
    newer = '{"version":2,"lights":[{"spot":1}]}'
    tab = send_back(page, picture_with({"mode": "fc", "direction": "editor", "lights": json.dumps(newer)}))
    editor = Editor(tab)
    editor.until("state.unread !== null")
    told = "The light cannot be read: version must be 1, not 2. Add one here, choose one below, or update IC Light"
    assert told in editor.summary
    assert editor.pixel(0.9, 0.5) == editor.pixel(0.1, 0.5), "no other light is shown in its place"
    tab.drop("foreground", pictures.subject())
    tab.pick("placement", "Placed")
    editor.until("state.placement === 'placed'")
    editor.root.get_by_role("button", name="Subject", exact=True).click()
    editor.field("scale").fill("0.7")
    assert editor.placed["scale"] == 0.7
    assert (editor.text, editor.chosen("light")) == (newer, "editor")
    said = tab.generate()
    assert "light.version must be 1, not 2. It was made by a newer IC Light: update this one" in said
    editor.tool("positioned").click()
    assert "Light 1 of 1" in editor.summary
    assert editor.lights == [{"x": 0.25, "y": 0.25}]
    editor.canvas.focus()
    page.keyboard.press("Control+z")
    assert told in editor.summary
    assert editor.text == newer
    editor.pick("Left")
    assert "Light 1 of 1, from the left" in editor.summary


def test_a_named_light_of_a_newer_version_is_told_and_not_taken_for_none(page):
    tab = send_back(page, picture_with({"mode": "fc", "direction": "moon"}))
    tab.drop("foreground", pictures.subject())
    tab.control("summary").get_by_text("This version does not know its light: choose one.").wait_for()
    tab.pick("placement", "Placed")
    editor = Editor(tab)
    editor.until("state.placement === 'placed'")
    editor.root.get_by_role("button", name="Subject", exact=True).click()
    editor.field("scale").fill("0.7")
    assert editor.placed["scale"] == 0.7
    assert tab.control("light").locator("input:checked").count() == 0
    assert "light must be one of: none, left" in tab.generate()
    editor.pick("Left")
    tab.control("summary").get_by_text("It is lit from the left.").wait_for()


def test_a_damaged_placement_is_told_and_not_lost_on_the_way(page):
    damaged = '{"scale":0.5,"x":'
    tab = send_back(page, picture_with({"mode": "fc", "placement": json.dumps(damaged)}))
    editor = Editor(tab)
    editor.until("state.unreadPlaced !== null")
    assert "The placement cannot be read. Drag the subject, choose one, or update IC Light" in editor.summary
    editor.pick("Left")
    tab.drop("foreground", pictures.subject())
    assert "placement must be JSON, but its text cannot be read" in tab.generate()
    tab.pick("placement", "Contain")
    editor.until("state.placement === 'contain'")
    assert "Light 1 of 1" in editor.summary


def test_tools_add_up_to_eight_mirror_and_reset(editor):
    editor.pick("Left")
    editor.tool("duplicate").click()
    editor.tool("mirror").click()
    assert editor.lights == [{"angle": 0}, {"angle": 330}]
    for _ in range(6):
        editor.tool("positioned").click()
    assert len(editor.lights) == 8
    for name in ("positioned", "directional", "duplicate"):
        assert editor.tool(name).is_disabled()
    editor.tool("remove").click()
    assert len(editor.lights) == 7
    editor.tool("reset").click()
    assert editor.chosen("light") == "left"
    assert json.loads(editor.shown)["lights"] == [{"angle": 180}]


def test_the_subject_is_placed_by_dragging_and_scaling(tab, editor):
    tab.make_small()
    tab.drop("foreground", pictures.subject(150, 150))
    tab.pick("placement", "Placed")
    editor.until("state.placement === 'placed' && stage.subject().picture !== null")
    editor.drag(editor.place(0.5, 0.5), editor.place(0.7, 0.6))
    assert editor.placed["x"] == pytest.approx(0.7, abs=0.02)
    assert editor.placed["y"] == pytest.approx(0.6, abs=0.02)
    editor.drag(editor.corner(0), editor.place(0.7, 0.6))
    assert editor.placed["scale"] == pytest.approx(0.5, abs=0.03)
    assert editor.placed["x"] == pytest.approx(0.95, abs=0.03), "the corner across stays where it is"
    before = editor.placed
    editor.canvas.focus()
    editor.page.keyboard.press("ArrowLeft")
    assert editor.placed["x"] == pytest.approx(before["x"] - 0.01, abs=0.0015)
    editor.wheel(-100, "Control")
    editor.until("state.placed.scale > a[0]", before["scale"] + 0.01)
    said = tab.generate()
    assert "Error" not in said
    info = tab.info.inner_text()
    assert "IC Light placement" in info
    editor.page.keyboard.press("Control+z")
    editor.tool("reset").click()
    assert editor.chosen("placement") == "cover"


def test_the_frame_has_the_proportions_of_the_picture_and_the_editor_keeps_its_size(tab, editor):
    tab.set("width", 512)
    tab.set("height", 512)
    editor.until("Math.abs(stage.frame.w / stage.frame.h - 1) < 0.01")
    before = editor.root.bounding_box()
    tab.set("height", 1024)
    editor.until("Math.abs(stage.frame.w / stage.frame.h - 0.5) < 0.01")
    editor.tool("positioned").click()
    tab.pick("placement", "Placed")
    editor.until("state.placement === 'placed'")
    after = editor.root.bounding_box()
    assert (after["width"], after["height"]) == (before["width"], before["height"])


def test_what_changes_without_an_event_of_the_page_is_shown(tab, editor):
    """The server sets sizes, and gradio swaps the files of two slots, without any DOM event."""
    tab.drop("foreground", pictures.subject(300, 150))
    editor.until("stage.subject().picture?.naturalWidth === 300")
    tab.control("match_size").click()
    editor.until("Math.abs(stage.frame.w / stage.frame.h - 2) < 0.01")
    tab.pick("mode", "With background")
    tab.control("background").wait_for(state="visible")
    tab.drop("background", pictures.subject(120, 200))
    editor.until("stage.page.pictures.loaded(stage.pictures.background)?.naturalWidth === 120")
    tab.control("swap").click()
    editor.until("stage.subject().picture?.naturalWidth === 120")
    dark = "JSON.parse(icLight.editor.of(a[0]).look).at(-1) === document.body.classList.contains('dark')"
    tab.page.evaluate("document.body.classList.toggle('dark')")
    editor.until(dark, tab.name)
    tab.control("enabled").locator("> .label-wrap").click()
    editor.canvas.wait_for(state="hidden")
    tab.set("width", 256)
    tab.set("height", 256)
    tab.control("enabled").locator("> .label-wrap").click()
    editor.until("Math.abs(stage.frame.w / stage.frame.h - 1) < 0.01")


def test_without_the_editors_scripts_the_radio_still_works(browser, forge):
    page = browser.new_page(viewport={"width": 1500, "height": 1200})
    page.route("**/ic_light_*.js*", lambda route: route.abort())
    page.goto(forge.url)
    page.locator("#txt2img_ic_light_enabled-visible-checkbox").wait_for(state="visible", timeout=60_000)
    tab = Tab(page, "txt2img")
    tab.enable()
    tab.make_small()
    tab.drop("foreground", pictures.subject())
    tab.pick("light", "Left")
    assert not tab.control("editor").locator(".ic-light-editor").is_visible()
    assert "Error" not in tab.generate()
    assert "IC Light direction: left" in tab.info.inner_text()
    page.close()


def test_the_summary_says_where_light_and_subject_are_drawn(tab, editor):
    tab.drop("foreground", pictures.subject())
    tab.pick("light", "Editor")
    tab.pick("placement", "Placed")
    summary = tab.control("summary")
    summary.get_by_text("It is lit as drawn in the light editor.").wait_for(state="visible")
    summary.get_by_text("It stands where it was placed in the editor.").wait_for(state="visible")


def test_the_web_uis_own_styles_leave_the_editor_its_look(editor):
    style = "(element, name) => getComputedStyle(element).getPropertyValue(name)"
    assert editor.root.evaluate(style, "border-top-width") == "1px"
    for name in ("border-top-width", "padding-left"):
        assert float(editor.tool("positioned").evaluate(style, name).removesuffix("px")) > 0
    assert editor.root.evaluate(style, "--ic-light-track").startswith("rgb"), "sliders show how far they are"
