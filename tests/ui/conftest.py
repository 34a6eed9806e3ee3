"""The page of a web UI, in Chromium."""

from __future__ import annotations

import pytest


@pytest.fixture
def page(browser, served):
    """The page, with the accordion on it."""
    page = browser.new_page(viewport={"width": 1500, "height": 1400})
    page.set_default_timeout(60_000)
    page.goto(served.address)
    page.wait_for_selector(".input-accordion-checkbox")
    page.wait_for_function("window.icLight?.main !== undefined")
    yield page
    page.close()
