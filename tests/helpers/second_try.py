"""Tests in a browser get a second try where the browser waited in vain.

Page, browser and server take their time on a loaded machine, and one such wait among thousands of tests would fail them
all. Nothing else is tried again: neither what a page shows wrongly nor any test without a browser. Second tries are
listed at the end of the run; one that turns up there again is a race to be mended.
"""

from __future__ import annotations

import pytest

WAITED_IN_VAIN = r"^TimeoutError: .*Timeout \d+ms exceeded"
"""Playwright's error, as pytest-rerunfailures writes it."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark the tests that have the marker ``browser``."""
    if not config.pluginmanager.hasplugin("rerunfailures"):
        return
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.flaky(reruns=1, only_rerun=[WAITED_IN_VAIN]))
