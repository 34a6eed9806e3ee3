"""Records in the table which modules of page tests have passed on a real web UI."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from forge import compatibility

if TYPE_CHECKING:
    import pytest

SECTION = "Page, in Chromium"
_WHOLE = (0, 1)
"""The exit statuses of runs that came to their end: all tests passed, or some failed."""
_HERE = Path(__file__).resolve().parent
_WHAT = {
    "test_again.py": "relighting a result again",
    "test_browser.py": "relighting, what is said, recommended settings, PNG Info, a folder",
    "test_conveniences.py": "prompts, examples, sending, dropping, pasting, swapping",
    "test_editor.py": "the light editor",
    "test_newcomer.py": "someone who has read nothing",
    "test_studio_page.py": "the light studio and its script",
    "test_subject.py": "the preview of img2img's own picture",
    "test_wipe.py": "before and after",
}


class PageRows:
    """A pytest plugin; modules that were run only in part are left out.

    Args:
        home: the folder of the web UI.
    """

    def __init__(self, home: Path):
        self._home = home
        self._results: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._partial: set[str] = set()

    def pytest_configure(self, config: pytest.Config) -> None:
        self._partial |= {Path(name.split("::")[0]).name for name in config.args if "::" in name}

    def pytest_deselected(self, items: list[pytest.Item]) -> None:
        self._partial |= {item.path.name for item in items if item.path.parent == _HERE}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        path = Path(report.nodeid.split("::")[0])
        is_ours = "browser" in report.keywords and path.parent.name == _HERE.name and path.name in _WHAT
        if is_ours and (report.when == "call" or not report.passed):
            self._results[path.name][report.outcome] += 1

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        if session.shouldstop or session.shouldfail or exitstatus not in _WHOLE:
            return
        for name, found in self._results.items():
            if name not in self._partial:
                compatibility.record(self._home, SECTION, _row(name, found))


def _row(name: str, found: Counter[str]) -> dict[str, str]:
    failed = found["failed"]
    figures = f"{found['passed']} of {found.total()} tests"
    result = "failed" if failed else "passed" if found["passed"] else "skipped"
    return {"what": f"{_WHAT[name]} (`{name}`)", "figures": figures, "result": result}
