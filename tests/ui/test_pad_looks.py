"""What is on the pad can be read: its numbers at any width, font and theme, and the chips of lights of any colour."""

from __future__ import annotations

import json

import pytest
from forge.editor_page import Editor
from forge.tab import Tab

pytestmark = pytest.mark.browser

THEMES = ["dark", "light"]
FONTS = ["", "14px 'DejaVu Sans Mono'", "bold 14px 'DejaVu Sans'", "bold 14px 'Noto Sans CJK JP'"]
"""The page's own, and wide ones."""
NUMBERS = ["-360", "10000", "0.125", "2.75"]
PLACES = ["-0.125", "1.375"]
LEAST_CONTRAST = 3

CLIPPED = """([font, numbers, places]) => {
    document.querySelector("#txt2img_ic_light_enabled .ic-light").style.font = font;
    const fields = document.querySelectorAll(
        "#txt2img_ic_light_editor input[type=number], #txt2img_ic_light_light_strength input[type=number]",
    );
    const shown = [...fields].filter((field) => field.offsetParent !== null);
    const clipped = [];
    for (const field of shown) {
        if (font) field.style.fontFamily = font.replace(/^.*?'/, "'");
        if (font.startsWith("bold")) field.style.fontWeight = "bold";
        const tried = ["x", "y"].includes(field.dataset.field) ? [...numbers, ...places] : numbers;
        const was = field.value;
        for (const number of tried) {
            field.value = number;
            if (field.scrollWidth > field.clientWidth) clipped.push([field.ariaLabel, number]);
        }
        field.value = was;
    }
    return { count: shown.length, clipped };
}"""
CONTRASTS = """() => {
    const rgb = (text) => text.match(/[\\d.]+/g).map(Number);
    const ground = (element) => {
        const [red, green, blue, alpha = 1] = rgb(getComputedStyle(element).backgroundColor);
        return alpha > 0 ? [red, green, blue] : ground(element.parentElement);
    };
    const luminance = (colour) => {
        const [red, green, blue] = colour.slice(0, 3).map((value) => icLight.colour.decode(value / 255));
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    return [...document.querySelectorAll("#txt2img_ic_light_editor .ic-light-dot")].map((dot) => {
        const pair = [luminance(rgb(getComputedStyle(dot).borderTopColor)), luminance(ground(dot.parentElement))];
        return (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
    });
}"""


@pytest.fixture
def editor(page, served):
    """Opens the editor in a theme, in a window of some width."""

    def open_editor(theme, width):
        page.set_viewport_size({"width": width, "height": 1200})
        page.goto(f"{served.address}?__theme={theme}")
        tab = Tab(page, "txt2img")
        tab.enable()
        editor = Editor(tab)
        editor.pick("Left")
        tab.control("light_strength").wait_for(state="visible")
        return editor

    return open_editor


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", [1500, 700])
def test_no_number_is_clipped(editor, theme, width):
    editor = editor(theme, width)
    editor.root.locator("[data-value=kelvin]").click()
    for light in ("directional", "positioned"):
        editor.root.locator(f"[data-value={light}]").click()
        for font in FONTS:
            found = editor.page.evaluate(CLIPPED, [font, NUMBERS, PLACES])
            assert found["count"] >= 6
            assert found["clipped"] == [], font


@pytest.mark.parametrize("theme", THEMES)
def test_the_chip_of_a_light_of_any_colour_has_an_outline_that_is_seen(editor, theme):
    editor = editor(theme, 1500)
    colours = ["#ffffff", "#000000", "#7f7f7f"]
    text = json.dumps({"version": 1, "lights": [{"angle": 90 * at, "colour": one} for at, one in enumerate(colours)]})
    editor._ask("state.edit((description) => Object.assign(description, icLight.description.parse(a[0])))", text)
    contrasts = editor.page.evaluate(CONTRASTS)
    assert len(contrasts) == len(colours)
    assert min(contrasts) >= LEAST_CONTRAST


def test_the_pad_stays_as_high_as_it_is_whatever_is_selected(editor):
    editor = editor("dark", 1500)
    height = editor.root.bounding_box()["height"]
    editor.root.locator("[data-value=kelvin]").click()
    for name in ("positioned", "directional", "positioned"):
        editor.tool(name).click()
    editor.tab.pick("placement", "Placed")
    editor.until("state.placement === 'placed'")
    for chip in editor.root.locator(".ic-light-chip").all():
        chip.click()
        assert editor.root.bounding_box()["height"] == height
