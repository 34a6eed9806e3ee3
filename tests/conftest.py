"""What tests of more than one folder stand on: plans of runs, a browser, a workbench that serves its page."""

from __future__ import annotations

from pathlib import Path

import pytest
from browsers import chromium
from caches import relight_pipeline
from drawing_up import draw_up
from samples import no_matting
from sd15_layout import iclight_file

from lib_iclight.relight import Plan


@pytest.fixture(scope="session")
def folders(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models") / "ic-light"
    for name, channels in (("fc", 8), ("fcon", 8), ("fbc", 12)):
        iclight_file(folder, f"iclight_sd15_{name}.safetensors", channels)
    return [folder]


@pytest.fixture
def pipeline():
    return relight_pipeline()


@pytest.fixture
def plan(pipeline, folders):
    """Draws up plans; backgrounds are not removed unless a test says so."""

    def drawn_up(init=None, matte=no_matting, mask=None, **wanted) -> Plan:
        wanted = {"enabled": True, "remove_background": False} | wanted
        return draw_up(pipeline, folders, matte, init, mask, **wanted)

    return drawn_up


@pytest.fixture
def opened_models(monkeypatch):
    """Names of the files in the model folder that are opened for reading from now on, one for each time."""
    opened, open_path = [], Path.open

    def noted(path: Path, mode="r", *args, **options):
        if path.parent.name == "ic-light" and mode == "rb":
            opened.append(path.name)
        return open_path(path, mode, *args, **options)

    monkeypatch.setattr(Path, "open", noted)
    return opened


@pytest.fixture(scope="module")
def browser():
    """Chromium, for a module of tests."""
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A workbench whose page answers at its ``address``."""
    from workbench.session import Workbench

    with Workbench(tmp_path_factory.mktemp("data")) as workbench:
        workbench.address = workbench.serve(block=False)
        yield workbench
