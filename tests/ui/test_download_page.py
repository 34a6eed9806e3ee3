"""Downloading a missing model on the page, in Chromium."""

from __future__ import annotations

import re

import pytest
from hub_server import hub_in_place

pytestmark = pytest.mark.browser

NAME = "iclight_sd15_fcon.safetensors"


@pytest.fixture
def hub(served, monkeypatch):
    fc = next((served.models_dir / "ic-light").glob("*_fc.safetensors"))
    with hub_in_place(fc.read_bytes(), monkeypatch) as server:
        server.open_until = 0.4
        server.gate.clear()
        yield server
    for path in (served.models_dir / "ic-light").glob(f"{NAME}*"):
        path.unlink()


@pytest.fixture
def page(hub, page):
    page.locator("#txt2img_ic_light_enabled .label-wrap").first.click()
    page.locator("#txt2img_ic_light_mode label", has_text="offset noise").click()
    page.locator("#txt2img_ic_light_download", has_text=NAME).click()
    page.locator("#txt2img_ic_light_download_progress [role=progressbar]").wait_for()
    return page


def test_the_page_shows_how_far_a_download_is_and_that_it_is_done(page, served, hub):
    progress = page.locator("#txt2img_ic_light_download_progress")
    progress.get_by_text(re.compile(rf"Downloading {NAME} [0-9]+ MB of [0-9]+ MB")).wait_for()
    progress.locator("[aria-valuenow='40'], [aria-valuenow='39']").wait_for()
    hub.gate.set()
    progress.get_by_text("is in place").wait_for()
    assert page.locator("#txt2img_ic_light_models li.installed", has_text=NAME).count() == 1
    page.locator("#txt2img_ic_light_download").wait_for(state="hidden")
    assert (served.models_dir / "ic-light" / NAME).exists()


def test_cancel_stops_a_download_and_says_so(page, served, hub):
    from lib_iclight.hosts.app_context import app_context

    job = app_context().models.downloads.running("fcon")
    page.locator("#txt2img_ic_light_download_cancel").click()
    # The rest arrives at once, so it must not come before the click has.
    assert job._stop.wait(60)
    hub.gate.set()
    page.locator("#txt2img_ic_light_download_progress").get_by_text("was stopped").wait_for()
    page.locator("#txt2img_ic_light_download").wait_for(state="visible")
    assert page.locator("#txt2img_ic_light_models li.wrong", has_text=f"{NAME}.part").count() == 1
    assert not (served.models_dir / "ic-light" / NAME).exists()
