"""Files in every format that Pillow knows, and hostile ones, are refused or relit, as a field and by the route."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import many_files
import pytest

SCRIPT = Path(many_files.__file__).with_name("many_files_run.py")


@pytest.fixture(scope="module")
def gs(tmp_path_factory):
    """A stand-in for Ghostscript, and the file that it writes when it is run."""
    folder = tmp_path_factory.mktemp("bin")
    mark = folder / "was-run"
    (folder / "gs").write_text(f"#!/bin/sh\ntouch '{mark}'\nexit 1\n")
    (folder / "gs").chmod(0o755)
    return folder, mark


@pytest.fixture(scope="module")
def run(gs):
    """The results of sending the files in a separate process."""
    environment = {**os.environ, "PATH": f"{gs[0]}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run([sys.executable, str(SCRIPT)], capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_each_is_refused_or_relit(run):
    assert len(run["files"]) >= 97
    for name, ways in run["files"].items():
        for way, found in ways.items():
            assert found["status"] in (200, 422), f"{name}, {way}: {found}"
        assert ways["field"]["relit"] == (ways["field"]["status"] == 200), name
        assert ways["field"]["status"] == ways["route"]["status"], f"{name}: {ways}"


def test_photographs_are_relit_and_programs_are_not_run(run, gs):
    for name in many_files.written():
        kind = name.split()[0]
        assert (run["files"][name]["field"]["status"] == 200) is (kind in many_files.OURS), (
            f"{name}: {run['files'][name]}"
        )
    for name in many_files.hostile():
        assert run["files"][name]["field"]["status"] == 422, name
    assert not gs[1].exists(), "Ghostscript was run"


def test_refusals_are_short_and_name_no_path_and_no_command(run):
    for name, ways in run["files"].items():
        for found in ways.values():
            detail = found["detail"]
            assert len(detail) <= 300, name
            assert not any(part in detail for part in ("/tmp", "gs -", "-d", " at 0x", "PIL.", "<_io")), (
                f"{name}: {detail}"
            )


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux tells a process's peak")
def test_none_takes_much_memory(run):
    peak = max(found["peak"] for ways in run["files"].values() for found in ways.values())
    assert peak - run["rest"] < 1200
