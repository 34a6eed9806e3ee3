"""The accordion for those who hear it or use no mouse: axe finds nothing wrong, and Tab goes through it in order."""

from __future__ import annotations

import accessible
import pytest
from accessible import AXE
from samples import file_bytes, plain

pytestmark = pytest.mark.browser

ROOMS = ("subject", "result", "models", "ideas")

# The host puts its checkbox into the button that opens the accordion; both do the same.
OF_THE_HOST = {"nested-interactive": "button.label-wrap"}


def picture():
    return {"name": "subject.png", "mimeType": "image/png", "buffer": file_bytes(plain((200, 90, 30, 255)))}


def choose(page, tab, name, value):
    page.locator(f"#{tab}_ic_light_{name} input[value={value}]").check()


def opened(page, tab):
    """Open a tab's accordion, with a subject in it and a light from the left."""
    if tab == "img2img":
        page.click("#tabs > .tab-nav > button:has-text('Img2img')")
    page.click(f"#{tab}_ic_light_enabled > .label-wrap")
    page.wait_for_selector(f"#{tab}_ic_light_editor canvas")
    page.set_input_files(f"#{tab}_ic_light_foreground input[type=file]", picture())
    page.wait_for_selector(f"#{tab}_ic_light_foreground img[alt]")
    choose(page, tab, "light", "left")
    page.wait_for_selector(f"#{tab}_ic_light_light_strength")


def violations(page, tab):
    return accessible.violations(page, f"#{tab}_ic_light_enabled", OF_THE_HOST)


@pytest.mark.skipif(not AXE.exists(), reason=accessible.MISSING)
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("tab", ["txt2img", "img2img"])
def test_axe_finds_nothing_wrong(browser, served, tab, theme):
    page = browser.new_page(viewport={"width": 1500, "height": 1400})
    page.set_default_timeout(60_000)
    page.goto(f"{served.address}?__theme={theme}")
    page.wait_for_selector(".input-accordion-checkbox")
    page.add_script_tag(path=AXE)
    opened(page, tab)
    found = {"fc, a light": violations(page, tab)}
    choose(page, tab, "light", "editor")
    page.click(f"#{tab}_ic_light_editor [data-tool=positioned]")
    choose(page, tab, "placement", "placed")
    found["fc, the editor in use"] = violations(page, tab)
    choose(page, tab, "mode", "fbc")
    page.wait_for_selector(f"#{tab}_ic_light_background button[aria-label]")
    found["fbc"] = violations(page, tab)
    page.set_input_files(f"#{tab}_ic_light_background input[type=file]", picture())
    page.wait_for_selector(f"#{tab}_ic_light_background img[alt]")
    for room in ROOMS:
        page.click(f"#{tab}_ic_light_tab_{room}-button")
        found[f"fbc, the tab {room}"] = violations(page, tab)
    page.close()
    assert {case: wrong for case, wrong in found.items() if wrong} == {}


# Stations on the way of Tab, with a subject and a light from the left, as they are read out.
IN_ORDER = """
button: Use recommended settings
button: Match size
radio: Foreground
radio: Photograph
button: Foreground: Remove Image
radio: Cover
button: Directional
application: Light editor. Tab goes from light to light, arrows move, Delete removes.
button: Light 1
slider: Angle
spinbutton: Angle
slider: Softness
spinbutton: Softness
slider: Strength
spinbutton: Strength
ColorWell: Colour
slider: Ambient
spinbutton: Ambient
ColorWell: Ambient colour
radio: Left
slider: range slider for Light strength
tab: Subject
checkbox: Remove background
combobox: Background remover
button: Preview cut-out
slider: range slider for Threshold
slider: range slider for Remove colour fringe
"""


def read_out(session):
    """Role and name of what has the focus, as a screen reader gets them."""
    focused = session.send("Runtime.evaluate", {"expression": "document.activeElement"})["result"]["objectId"]
    found = session.send("Accessibility.getPartialAXTree", {"objectId": focused, "fetchRelatives": False})
    node = found["nodes"][0]
    return f"{node['role']['value']}: {node['name']['value']}"


def test_tab_goes_from_the_subject_over_its_light_to_the_rare_things(page):
    opened(page, "txt2img")
    page.focus("#txt2img_ic_light_enabled > .label-wrap")
    session = page.context.new_cdp_session(page)
    found = []
    while page.evaluate("document.activeElement.closest('#txt2img_ic_light_enabled') !== null"):
        found.append(read_out(session))
        page.keyboard.press("Tab")
    stations = IN_ORDER.strip().splitlines()
    assert [one for one in dict.fromkeys(found) if one in stations] == stations
    assert [one for one in found if one.endswith(": ")] == [], "everything has a name"
