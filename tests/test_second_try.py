"""A browser that waits in vain gets a second try, once, with the same page; nothing else does."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("pytest_rerunfailures", reason="pytest-rerunfailures is not installed")

HELPERS = Path(__file__).parent / "helpers"
TESTS = '''
import pytest

class TimeoutError(Exception):
    """As Playwright calls its own."""

tries = []

@pytest.fixture(scope="module")
def served():
    tries.append("served")
    yield
    tries.append("closed")

def fail_first(name, error):
    tries.append(name)
    if tries.count(name) == 1:
        raise error

@pytest.mark.browser
def test_waits_in_vain_once(served):
    fail_first("waits", TimeoutError("Page.click: Timeout 60000ms exceeded.\\nCall log:"))
    assert tries == ["served", "waits", "waits"]

@pytest.mark.browser
def test_waits_in_vain_always():
    raise TimeoutError("Page.click: Timeout 60000ms exceeded.")

@pytest.mark.browser
def test_shows_something_wrong():
    fail_first("wrong", AssertionError("Timeout 60000ms exceeded"))

def test_has_no_browser():
    fail_first("without", TimeoutError("Page.click: Timeout 60000ms exceeded."))
'''


@pytest.fixture(scope="module")
def summary(tmp_path_factory):
    """What pytest prints of such tests, with the options of this repository that matter."""
    folder = tmp_path_factory.mktemp("tries")
    (folder / "test_tries.py").write_text(TESTS, encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\nmarkers = browser\n", encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "second_try", "-p", "no:cacheprovider", "-rfR", "."]
    searched = os.pathsep.join(filter(None, [str(HELPERS), os.environ.get("PYTHONPATH")]))
    # Of a run with several processes, its own settings are not those of this one.
    outer = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environment = outer | {"PYTHONPATH": searched}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True).stdout


def test_only_a_browser_that_waited_in_vain_is_tried_again(summary):
    def named(outcome):
        return set(re.findall(rf"^{outcome} \S+::(\w+)", summary, re.MULTILINE))

    assert named("RERUN") == {"test_waits_in_vain_always", "test_waits_in_vain_once"}
    assert named("FAILED") == {"test_has_no_browser", "test_shows_something_wrong", "test_waits_in_vain_always"}
    assert re.search(r"3 failed, 1 passed, 2 rerun", summary)
