"""Fixtures for tests in several folders: plans of runs, a browser, a workbench that serves its page."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from bright_remover import Rembg
from browsers import chromium
from caches import relight_pipeline
from drawing_up import draw_up
from samples import no_remover
from sd15_layout import iclight_file, safetensors_bytes
from second_try import pytest_collection_modifyitems  # noqa: F401 - pytest looks for it here

from lib_iclight.relight import Plan

SDXL = {"conditioner.embedders.0.x": (1,), "model.diffusion_model.label_emb.0.0.weight": (1,)}
"""Names and shapes of tensors by which a checkpoint is known as SDXL's."""


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
    """Makes plans; backgrounds are not removed unless a test says so."""

    def drawn_up(init=None, remover=no_remover, mask=None, **wanted) -> Plan:
        wanted = {"enabled": True, "remove_background": False} | wanted
        return draw_up(pipeline, folders, remover, init, mask, **wanted)

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
def running(tmp_path_factory):
    """A workbench with the extension, for a module of tests."""
    from workbench.session import Workbench

    with Workbench(tmp_path_factory.mktemp("data")) as workbench:
        yield workbench


@pytest.fixture
def host(running):
    """The running workbench as it was at its start."""
    running.reset()
    for path in (running.settings.data_dir / "outputs").rglob("*.png"):
        path.unlink()
    return running


@pytest.fixture
def sdxl(running, tmp_path, monkeypatch):
    """A checkpoint of another family among the host's."""
    from modules import sd_models

    path = tmp_path / "big.safetensors"
    path.write_bytes(safetensors_bytes(SDXL))
    info = SimpleNamespace(name_for_extra="big", filename=str(path), title="big", short_title="big")
    monkeypatch.setitem(sd_models.checkpoint_aliases, "big", info)
    return "big"


@pytest.fixture(scope="module")
def bright_remover():
    """The stand-in for rembg, for a module of tests: what is loaded from it is kept from test to test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "rembg", Rembg())
        yield sys.modules["rembg"]


@pytest.fixture
def rembg(bright_remover, remover_folder):
    """The stand-in for rembg before its first run."""
    bright_remover.clear()
    return bright_remover


@pytest.fixture
def remover_folder(running):
    """Where the user's own removers lie."""
    from lib_iclight.hosts.app_context import app_context

    folder = app_context().host.removers_folder()
    folder.mkdir(parents=True, exist_ok=True)
    # Downloads are off on some machines; a remover that is there is used all the same.
    (folder / "isnet-general-use.onnx").write_bytes(b"")
    return folder


@pytest.fixture(scope="module")
def browser():
    """Chromium, one per test module."""
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def served(running):
    """The running workbench, whose page answers at its ``address``."""
    running.address = running.serve(block=False)
    return running
