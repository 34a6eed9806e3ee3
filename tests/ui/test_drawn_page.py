"""The line on top says what the light editor holds."""

from __future__ import annotations

import pytest
from samples import file_bytes, plain

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.browser

expect.set_options(timeout=60_000)


def test_an_editor_without_lights_is_not_called_drawn(page):
    page.click("#txt2img_ic_light_enabled > .label-wrap")
    given = {"name": "subject.png", "mimeType": "image/png", "buffer": file_bytes(plain((200, 90, 30, 255)))}
    page.set_input_files("#txt2img_ic_light_foreground input[type=file]", given)
    summary = page.locator("#txt2img_ic_light_summary")
    status = page.locator("#txt2img_ic_light_editor .ic-light-status")
    ambient = page.locator("#txt2img_ic_light_editor .ic-light-ambient input[type=number]")
    page.click("#txt2img_ic_light_editor [data-tool=positioned]")
    expect(summary).to_contain_text("It is lit as drawn in the light editor.")
    page.click("#txt2img_ic_light_editor [data-tool=remove]")
    expect(summary).to_contain_text("There is no light in the light editor: add one, or choose another.")
    expect(status).to_have_text("No light is drawn. Choose one below, or add one here.")
    ambient.fill("0.5")
    ambient.press("Tab")
    expect(summary).to_contain_text("It is lit evenly from all sides.")
    expect(status).to_have_text("Even light from all sides.")
    page.click("#txt2img_ic_light_editor [data-tool=directional]")
    expect(summary).to_contain_text("It is lit as drawn in the light editor.")
