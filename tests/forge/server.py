"""Starts a real Forge, or the workbench, for the tests, and afterwards removes what was put into it."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forge import hosts_table
from forge.client import Client

if TYPE_CHECKING:
    from collections.abc import Iterator

    from forge.hosts_table import Host

ROOT = Path(__file__).resolve().parents[2]
PROBE = Path(__file__).resolve().parent / "probe"
OVERRIDDEN = {"token_merging_ratio": 0.0, "img2img_color_correction": False}
"""What single requests set otherwise: a web UI would keep that if its settings file did not hold it."""
STYLE = "IC Light's tests"
"""A style of prompts that each web UI has."""
_STYLES = f"name,prompt,negative_prompt\n{STYLE},on a red table,blurred\n"
_START_SECONDS = 600
_POLL_SECONDS = 0.5


class StartError(Exception):
    """Forge did not come up."""


class Forge:
    """A running Forge.

    Attributes:
        home: its folder.
        host: what it has.
        url: its address.
        models: the folder given to it as ``--ic-light-dir``.
        process: the server.
        client: its API.
        log: what it prints.
    """

    def __init__(self, home: Path, host: Host, work: Path, process: subprocess.Popen, port: int, last_line: str):
        self._last_line = last_line
        self.home, self.host = home, host
        self.url = f"http://127.0.0.1:{port}"
        self.models = work / "ic-light-models"
        self.process = process
        self.client = Client(self.url, work / "records", host)
        self.log = work / "forge.log"

    def wait(self) -> None:
        """Return once the API and the page answer. Raises StartError when the server ends or takes too long."""
        end = time.monotonic() + _START_SECONDS
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise StartError(f"Forge ended with {self.process.returncode}:\n{self._tail()}")
            if self._answers():
                return
            time.sleep(_POLL_SECONDS)
        raise StartError(f"Forge did not answer in {_START_SECONDS} s:\n{self._tail()}")

    def _answers(self) -> bool:
        if self._last_line not in self._printed():
            return False  # a request while the API is added makes older web UIs give up
        try:
            # The probe answers once the web UI has started; its API's routes answer before they can work.
            return self.client.call("/ic-light-probe")[0] == 200
        except OSError:
            return False

    def _printed(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def _tail(self) -> str:
        return self._printed()[-4000:]


def python_of(home: Path) -> str:
    """Forge's interpreter: ``FORGE_PYTHON``, or that of its own virtual environment."""
    inside = home / "venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    return os.environ.get("FORGE_PYTHON") or str(inside)


def checkpoint_of(home: Path) -> Path:
    """The first checkpoint. Raises StartError when there is none."""
    found = sorted((home / "models" / "Stable-diffusion").glob("*.safetensors"))
    if not found:
        raise StartError(f"{home} has no checkpoint in models/Stable-diffusion")
    return found[0]


@contextmanager
def running(
    home: Path, work: Path, more_extensions: dict[str, Path] | None = None, with_checkout: bool = True
) -> Iterator[Forge]:
    """A Forge with this checkout, the probe and more extensions (name in ``extensions/`` to folder).

    Settings, records and IC-Light's extra model folder lie in ``work``; Forge's own settings are neither read nor
    written. Without this checkout it is a Forge that was never given this extension.
    """
    host = hosts_table.host_of(home)
    with ExitStack() as stack:
        _add_extensions(stack, home, more_extensions)
        if with_checkout and not _has_checkout(home):
            stack.enter_context(_linked(home / "extensions" / "sd-forge-ic-light-under-test", ROOT))
        (work / "ic-light-models").mkdir()
        # Over the API each tab's own folder counts.
        folders = ("outdir_samples", "outdir_txt2img_samples", "outdir_img2img_samples")
        checkpoint = checkpoint_of(home)
        # Forge Neo knows no --ckpt, and without settings it starts with any of its checkpoints.
        settings = {"grid_save": False, "sd_model_checkpoint": checkpoint.stem, **OVERRIDDEN, **host.settings}
        settings |= dict.fromkeys(folders, str(work / "outputs"))
        (work / "settings.json").write_text(json.dumps(settings), encoding="utf-8")
        port = _port()
        command = [python_of(home), "-u", "launch.py", *host.flags(home), "--port", str(port)]
        command += ["--ckpt", str(checkpoint)]
        command += ["--ic-light-dir", str(work / "ic-light-models")] if with_checkout else []
        command += ["--ui-settings-file", str(work / "settings.json"), "--ui-config-file", str(work / "ui-config.json")]
        (work / "styles.csv").write_text(_STYLES, encoding="utf-8")
        command += ["--styles-file", str(work / "styles.csv")]
        command += shlex.split(os.environ.get("FORGE_ARGS", ""))
        process = stack.enter_context(_process(command, home, work))
        forge = Forge(home, host, work, process, port, "Startup time")
        forge.wait()
        yield forge


@contextmanager
def workbench(work: Path, more_extensions: dict[str, Path] | None = None) -> Iterator[Forge]:
    """The workbench in place of Forge, with its data in ``work``."""
    home = work / "home"
    (home / "extensions").mkdir(parents=True)
    (work / "ic-light-models").mkdir()
    with ExitStack() as stack:
        _add_extensions(stack, home, more_extensions)
        port = _port()
        command = [sys.executable, "-u", "-m", "workbench.launch", "--port", str(port)]
        command += ["--api", "--data-dir", str(home), "--extension-dir", str(ROOT)]
        command += ["--ic-light-dir", str(work / "ic-light-models")]
        command += shlex.split(os.environ.get("FORGE_ARGS", ""))
        process = stack.enter_context(_process(command, ROOT, work))
        forge = Forge(home, hosts_table.WORKBENCH, work, process, port, "Running on local URL")
        forge.wait()
        # It has no offsets of its own for fcon, which differ from those for fc by their training alone.
        for path in list((home / "models" / "ic-light").glob("*_fc.safetensors")):
            shutil.copy(path, path.with_name(path.name.replace("_fc", "_fcon")))
        yield forge


def _add_extensions(stack: ExitStack, home: Path, more: dict[str, Path] | None) -> None:
    # The probe's hooks come first: extensions are loaded by name.
    for name, target in {"0-ic-light-probe": PROBE, **(more or {})}.items():
        stack.enter_context(_linked(home / "extensions" / name, target))


def _port() -> int:
    """A free port. Raises StartError if ``FORGE_PORT`` names one that is in use."""
    wanted = int(os.environ.get("FORGE_PORT") or 0)
    with socket.socket() as probe:
        if wanted and probe.connect_ex(("127.0.0.1", wanted)) == 0:
            raise StartError(f"port {wanted} is taken")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", wanted))
        return probe.getsockname()[1]


@contextmanager
def _process(command: list[str], folder: Path, work: Path) -> Iterator[subprocess.Popen]:
    with (work / "forge.log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=folder, env=environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def environment() -> dict[str, str]:
    """A web UI's environment variables: nothing is downloaded, no other server is contacted."""
    offline = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "GRADIO_ANALYTICS_ENABLED": "False"}
    offline |= {"YOLO_OFFLINE": "true", "YOLO_AUTOINSTALL": "false"}
    local = {"no_proxy": "localhost,127.0.0.1", "NO_PROXY": "localhost,127.0.0.1", "COMMANDLINE_ARGS": ""}
    return {**os.environ, **offline, **local}


def _has_checkout(home: Path) -> bool:
    return any(entry.resolve() == ROOT for entry in (home / "extensions").iterdir() if entry.is_dir())


@contextmanager
def _linked(link: Path, target: Path) -> Iterator[None]:
    """A link to a folder inside the ``with`` block; one left behind by an interrupted run is replaced."""
    _unlink(link)
    if sys.platform == "win32":
        import _winapi

        _winapi.CreateJunction(str(target), str(link))
    else:
        link.symlink_to(target, target_is_directory=True)
    try:
        yield
    finally:
        _unlink(link)


def _unlink(link: Path) -> None:
    if not os.path.lexists(link):
        return
    if sys.platform == "win32":
        os.rmdir(link)
    else:
        link.unlink()


def told_by(forge_home: Path, script: str, *arguments: object) -> Any:
    """What a script of this folder prints last, as JSON, run by the web UI's own Python without its page."""
    command = [python_of(forge_home), Path(__file__).with_name(script), ROOT, *arguments]
    done = subprocess.run(command, cwd=forge_home, env=environment(), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])
