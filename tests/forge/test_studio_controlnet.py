"""The studio's normals sent to ControlNet, as it is part of a real web UI."""

from __future__ import annotations

import re

import pytest
from forge.tab import Tab
from light_sets import ball_set

from lib_iclight.studio import set_file

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.browser

WAIT = {"timeout": 60_000}
# The slot shows a picture of this side; Forge and Neo draw it on a canvas of their own.
TAKEN = """([slot, side]) => [...document.querySelectorAll(`#${slot} img`)].some((one) => one.naturalWidth === side)"""


@pytest.fixture
def studio(page, tmp_path):
    """The studio with the set of a ball."""
    if not page.locator("[id^=txt2img_controlnet_ControlNet][id$=_input_image]").count():
        pytest.skip("this web UI has no ControlNet")
    set_file.write(tmp_path / "ball.safetensors", ball_set())
    page.locator("#tabs > .tab-nav button", has_text="IC Light Studio").click()
    page.wait_for_function("icLight.studio.now()", **WAIT)
    page.locator(".ic-light-studio-shelf input[type=file]").set_input_files(tmp_path / "ball.safetensors")
    page.wait_for_function("icLight.studio.now().state.set?.normals", **WAIT)
    return page


@pytest.mark.parametrize("tab", ["txt2img", "img2img"])
def test_normals_go_into_a_unit_without_a_preprocessor(studio, tab):
    studio.locator(".ic-light-studio [data-field=tab]").select_option(tab)
    studio.get_by_role("button", name="Normals to ControlNet").click()
    said = studio.locator(".ic-light-studio-line")
    expect(said).to_have_text(re.compile(f"The normals are in ControlNet of {tab}, unit 0. It has no prep"), **WAIT)
    of = f"{tab}_controlnet_ControlNet-0"
    studio.wait_for_function(TAKEN, arg=[f"{of}_input_image", 48], **WAIT)
    expect(studio.locator(f"#{of}_controlnet_enable_checkbox input")).to_be_checked()
    expect(studio.locator(f"#{of}_controlnet_preprocessor_dropdown input")).to_have_value(re.compile("none", re.I))
    normal = studio.locator(f"#{of}_controlnet_type_filter_radio input[value*=Normal]")
    if normal.count():
        expect(normal).to_be_checked()
    Tab(studio, tab).open()
    expect(studio.locator(f"#{tab}_controlnet .ic-light-note").first).to_be_visible()
