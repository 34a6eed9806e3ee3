"""An installed Chromium, Chrome or Edge for the tests of the page."""

from __future__ import annotations

from contextlib import contextmanager

import pytest

from workbench.chromium import ARGUMENTS, executable


@contextmanager
def chromium():
    """A running browser; without one the test is skipped. ``CHROMIUM`` names one that is not on the path."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = executable()
    if path is None:
        pytest.skip("no Chromium, Chrome or Edge on the path; CHROMIUM can name one")
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=path, args=list(ARGUMENTS), headless=True)
        yield browser
        browser.close()
