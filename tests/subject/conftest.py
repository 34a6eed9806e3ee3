"""The extension on the workbench, with a stand-in for rembg that finds bright pixels."""

from __future__ import annotations

import sys
from types import ModuleType

import numpy as np
import pytest
from PIL import Image

from workbench.session import Workbench


class Rembg(ModuleType):
    """Counts its runs; ``before`` is called at the start of each."""

    def __init__(self) -> None:
        super().__init__("rembg")
        self.clear()

    def clear(self) -> None:
        self.runs: list[str] = []
        self.before = lambda: None

    def new_session(self, model_name, **options):
        return model_name

    def remove(self, picture, *, session, only_mask):
        self.runs.append(session)
        self.before()
        return Image.fromarray(np.where(np.asarray(picture.convert("L")) > 128, 255, 0).astype(np.uint8))


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    before = sys.modules.get("rembg")
    sys.modules["rembg"] = Rembg()
    with Workbench(tmp_path_factory.mktemp("data")) as workbench:
        yield workbench
    if before is None:
        del sys.modules["rembg"]
    else:
        sys.modules["rembg"] = before


@pytest.fixture
def host(running):
    """The running workbench, reset to its initial state."""
    running.reset()
    sys.modules["rembg"].clear()
    for path in (running.settings.data_dir / "outputs").rglob("*.png"):
        path.unlink()
    return running


@pytest.fixture
def rembg(host):
    return sys.modules["rembg"]


@pytest.fixture
def remover_folder(running):
    """The folder of the user's own removers."""
    from lib_iclight.hosts.app_context import app_context

    folder = app_context().host.matting_folder()
    folder.mkdir(parents=True, exist_ok=True)
    # Downloads are off on some machines; a remover that is there is used all the same.
    (folder / "isnet-general-use.onnx").write_bytes(b"")
    return folder
