"""The accordion in a theme that changes everything: it follows, and all of it stays readable and in its place."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from page_texts import ROOT
from samples import file_bytes, plain

HERE = Path(__file__).parent
STYLE = (ROOT / "style.css").read_text(encoding="utf-8")
WIDTHS = (1500, 700)
OUTLINED = (
    ".ic-light-segments > .wrap:has(label), .ic-light-editor:has(canvas), .ic-light-slot .image-container,"
    " .ic-light-editor button:not(:has(.ic-light-dot)), .ic-light-dot, .ic-light-editor input:not([type=range])"
)

LOOK = """(selector) => {
    const { borderTopLeftRadius, borderTopColor, color } = getComputedStyle(document.querySelector(selector));
    return { radius: borderTopLeftRadius, line: borderTopColor, text: color };
}"""
# A variable's value where the accordion is: gradio sets some anew inside its groups.
VARIABLE = """([name, property]) => {
    const probe = document.createElement("i");
    probe.style[property] = `var(${name})`;
    document.querySelector("#txt2img_ic_light_enabled").append(probe);
    const value = getComputedStyle(probe)[property];
    probe.remove();
    return value;
}"""
# gradio's own waiting line, shown in whatever is waited for, is in the theme's other font.
FONTS = """() => {
    const waiting = "[data-testid=status-tracker]";
    const all = [...document.querySelectorAll(".ic-light *")].filter((one) => !one.closest(waiting));
    return [...new Set(all.map((one) => getComputedStyle(one).fontFamily))];
}"""


@pytest.fixture(params=["light", "dark"])
def themed(browser, served, request):
    """The page in the odd theme, with a subject in the accordion and lights in its editor."""
    page = browser.new_page(viewport={"width": WIDTHS[0], "height": 1400})
    page.set_default_timeout(60_000)
    page.goto(f"{served.address}?__theme={request.param}")
    page.wait_for_selector(".input-accordion-checkbox")
    page.add_style_tag(path=HERE / "odd_theme.css")
    page.add_script_tag(path=HERE / "looked_at.js")
    page.click("#txt2img_ic_light_enabled > .label-wrap")
    page.wait_for_selector("#txt2img_ic_light_editor canvas")
    subject = {"name": "subject.png", "mimeType": "image/png", "buffer": file_bytes(plain((200, 90, 30, 255)))}
    page.set_input_files("#txt2img_ic_light_foreground input[type=file]", subject)
    page.locator("#txt2img_ic_light_light input[value=left]").check()
    page.wait_for_selector("#txt2img_ic_light_light_strength")
    page.click("#txt2img_ic_light_editor [data-tool=positioned]")
    page.wait_for_selector("#txt2img_ic_light_foreground img[alt]")
    page.mouse.move(1, 1)
    yield page
    page.close()


def at_each_width(page, script):
    """What a script finds at each of the page's widths, where it finds something."""
    found = {}
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 1400})
        found[width] = page.evaluate(script)
    return {width: what for width, what in found.items() if what}


@pytest.mark.browser
def test_fonts_radii_and_colours_are_the_themes(themed):
    assert themed.evaluate(FONTS) == ['"DejaVu Serif", serif']
    line = themed.evaluate(VARIABLE, ["--border-color-primary", "color"])
    text = themed.evaluate(VARIABLE, ["--body-text-color", "color"])
    button = themed.evaluate(VARIABLE, ["--button-small-radius", "borderTopLeftRadius"])
    field = themed.evaluate(VARIABLE, ["--input-radius", "borderTopLeftRadius"])
    assert field == "13px"
    for box in ("editor .ic-light-editor", "foreground .image-container", "editor input[type=number]"):
        look = themed.evaluate(LOOK, f"#txt2img_ic_light_{box}")
        assert (look["radius"], look["line"]) == (field, line), box
    for control in ("mode > .wrap:has(label)", "editor [data-tool=mirror]"):
        look = themed.evaluate(LOOK, f"#txt2img_ic_light_{control}")
        assert look == {"radius": button, "line": line, "text": text}, control


@pytest.mark.browser
def test_texts_and_outlines_can_be_made_out(themed):
    themed.wait_for_function("document.querySelector('.input-accordion .pending') === null")  # gradio fades those
    assert themed.evaluate("lookedAt.faintTexts(4.5)") == []
    assert themed.evaluate("(controls) => lookedAt.faintOutlines(controls, 3)", OUTLINED) == []


@pytest.mark.browser
def test_nothing_overlaps_or_is_cut_off(themed):
    assert at_each_width(themed, "lookedAt.overlaps()") == {}
    assert at_each_width(themed, "lookedAt.cutOff()") == {}


def test_only_what_depicts_light_has_a_colour_of_its_own():
    colour = re.compile(r"#[0-9a-f]{3,8}\b|\b(?:rgb|hsl)a?\(|(?<![\w-])(?:white|black|gr[ae]y|red)(?![\w-])")
    of_light = re.compile(r"--ic-light-(?:map|ball)\b|@property --ic-light-track")
    coloured = [rule for rule in STYLE.splitlines() if colour.search(rule)]
    assert coloured != []
    assert [rule for rule in coloured if not of_light.search(rule)] == []


def test_texts_have_the_themes_sizes():
    sizes = re.findall(r"font-size: ([^;]+);", STYLE)
    assert sizes != []
    assert [size for size in sizes if not re.match(r"var\(--text-|inherit", size)] == []
