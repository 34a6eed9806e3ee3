"""The workbench's pipeline and a real Forge's on one model: same pictures, infotexts and hook calls."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

pytestmark = pytest.mark.forge

FORGE = Path(os.environ.get("FORGE_HOME", ""))
PYTHON = FORGE / "venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
SCRIPT = Path(__file__).parent / "beside" / "run_cases.py"


def run(python, out, data, *home):
    for folder in (out, data):
        folder.mkdir()
    command = [str(python), str(SCRIPT), str(out), str(data), *map(str, home)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stderr[-4000:]
    return dict(np.load(out / "pictures.npz")), json.loads((out / "told.json").read_text(encoding="utf8"))


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    if not (FORGE / "modules" / "processing.py").is_file():
        pytest.skip("FORGE_HOME names no Forge")
    folder = tmp_path_factory.mktemp("beside")
    ours = run(sys.executable, folder / "ours", folder / "our-data")
    python = PYTHON if PYTHON.is_file() else sys.executable
    return ours, run(python, folder / "forge", folder / "forge-data", FORGE)


def test_the_pictures_are_the_same(both):
    (ours, _), (forge, _) = both
    assert ours.keys() == forge.keys()
    assert {name: x.shape for name, x in ours.items()} == {name: x.shape for name, x in forge.items()}
    difference = {name: int(np.abs(x.astype(int) - forge[name]).max()) for name, x in ours.items()}
    assert {name: d for name, d in difference.items() if d > 1} == {}


def test_the_hooks_are_called_alike(both):
    (_, ours), (_, forge) = both
    assert {name: told["calls"] for name, told in ours.items()} == {name: told["calls"] for name, told in forge.items()}


def parameters(infotext):
    return {x for x in re.split(r", |\n", infotext) if not x.startswith("Version: ")}


def test_the_infotexts_are_alike(both):
    (_, ours), (_, forge) = both
    for name, told in ours.items():
        assert [parameters(x) for x in told["infotexts"]] == [parameters(x) for x in forge[name]["infotexts"]], name


def test_what_the_api_tells_is_alike(both):
    (_, ours), (_, forge) = both
    apart = {"infotexts", "job_timestamp", "version", "extra_generation_params"}
    for name, told in ours.items():
        there = {k: v for k, v in forge[name]["js"].items() if k not in apart}
        assert {k: v for k, v in told["js"].items() if k not in apart} == there, name
