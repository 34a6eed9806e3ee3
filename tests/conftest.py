"""Fixtures for tests in several folders: plans of runs, a browser, a workbench that serves its page."""

from __future__ import annotations

from pathlib import Path

import pytest
from browsers import chromium
from drawing_up import draw_up
from samples import no_matting
from sd15_layout import iclight_file

from lib_iclight.relight import Plan, RelightPipeline


@pytest.fixture(scope="session")
def folders(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models") / "ic-light"
    for name, channels in (("fc", 8), ("fcon", 8), ("fbc", 12)):
        iclight_file(folder, f"iclight_sd15_{name}.safetensors", channels)
    return [folder]


@pytest.fixture
def pipeline():
    return RelightPipeline()


@pytest.fixture
def plan(pipeline, folders):
    """Makes plans; backgrounds are not removed unless a test says so."""

    def drawn_up(init=None, matte=no_matting, mask=None, **wanted) -> Plan:
        wanted = {"enabled": True, "remove_background": False} | wanted
        return draw_up(pipeline, folders, matte, init, mask, **wanted)

    return drawn_up


@pytest.fixture
def opened_models(monkeypatch):
    """Names of the files in the model folder that are opened for reading from now on, once for each time."""
    opened, open_path = [], Path.open

    def noted(path: Path, mode="r", *args, **options):
        if path.parent.name == "ic-light" and mode == "rb":
            opened.append(path.name)
        return open_path(path, mode, *args, **options)

    monkeypatch.setattr(Path, "open", noted)
    return opened


@pytest.fixture(scope="module")
def browser():
    """Chromium, one per test module."""
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A workbench that serves its page at ``address``."""
    from workbench.session import Workbench

    with Workbench(tmp_path_factory.mktemp("data")) as workbench:
        workbench.address = workbench.serve(block=False)
        yield workbench
