"""Measures what the extension adds to the web UI's page: `python dev.py bench --page`.

Two web UIs run side by side, one with the extension and one without, and their pages are loaded in turn, each time in a
fresh profile, so that nothing is in the browser's cache. It is the workbench, or the Forge that ``FORGE_HOME`` names.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from workbench import chromium
from workbench.session import REPOSITORY

LOADS = 10
_TRIES = 600
_PAUSE = 0.5
_SETTLED_MS = 1500
_TIMEOUT_MS = 120_000
# Otherwise the page waits for the fonts and scripts that it takes from other servers.
_OFFLINE = "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"
# A task of the page cannot be seen half done: once the flag is set, the callbacks of all scripts have run.
_READY = """() => {
    const button = document.querySelector("gradio-app")?.querySelector("#txt2img_generate");
    const isThere = button?.offsetParent && typeof executedOnLoaded !== "undefined" && executedOnLoaded;
    return isThere ? performance.now() : null;
}"""


@dataclass(frozen=True)
class Load:
    """One load of the page.

    Attributes:
        ready: seconds until *Generate* is visible and every script's callbacks for the loaded page have run.
        task, script, style, layout: seconds of work, until the page has come to rest.
        nodes: elements and texts of the page, in thousands.
        config: size of gradio's description of the page, in kB.
    """

    ready: float
    task: float
    script: float
    style: float
    layout: float
    nodes: float
    config: float


def main() -> int:
    """Print the comparison; returns the exit status."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        print("This needs playwright: python -m pip install playwright", file=sys.stderr)
        return 2
    path = chromium.executable()
    if path is None:
        print("This needs Chromium, Chrome or Edge on the path; CHROMIUM can name one.", file=sys.stderr)
        return 2
    with (
        tempfile.TemporaryDirectory() as folder,
        _pair(Path(folder)) as (without, with_it),
        sync_playwright() as running,
    ):
        browser = running.chromium.launch(executable_path=path, args=[*chromium.ARGUMENTS, _OFFLINE])
        _load(browser, without)
        _load(browser, with_it)
        pairs = [(_load(browser, without), _load(browser, with_it)) for _ in range(LOADS)]
        browser.close()
    print("\n".join(table(pairs)))
    return 0


def table(pairs: Sequence[tuple[Load, ...]]) -> list[str]:
    """The lines to print: medians without and with the extension, and the median of the ratios with its quartiles."""
    lines = [f"{'':10}{'without':>10}{'with':>10}{'ratio':>8}  middle half of the pairs"]
    for name in asdict(pairs[0][0]):
        without, with_it = ([getattr(load, name) for load in loads] for loads in zip(*pairs, strict=True))
        ratios = sorted(after / before for before, after in zip(without, with_it, strict=True))
        quarter = len(ratios) // 4
        spread = f"{ratios[quarter]:.2f} to {ratios[-1 - quarter]:.2f}"
        lines.append(f"{name:10}{median(without):10.3f}{median(with_it):10.3f}{median(ratios):8.2f}  {spread}")
    return lines


def _load(browser: Any, address: str) -> Load:
    context = browser.new_context(viewport={"width": 1500, "height": 1000})
    page = context.new_page()
    page.set_default_timeout(_TIMEOUT_MS)
    protocol = context.new_cdp_session(page)
    # Processor time, so that other work of the machine is not counted.
    protocol.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.goto(address, wait_until="commit")
    ready = page.wait_for_function(_READY, polling="raf").json_value()
    page.wait_for_timeout(_SETTLED_MS)
    found = {entry["name"]: entry["value"] for entry in protocol.send("Performance.getMetrics")["metrics"]}
    config = len(context.request.get(f"{address}/config").body())
    context.close()
    return Load(
        ready / 1000,
        found["TaskDuration"],
        found["ScriptDuration"],
        found["RecalcStyleDuration"],
        found["LayoutDuration"],
        found["Nodes"] / 1000,
        config / 1000,
    )


@contextmanager
def _pair(work: Path) -> Iterator[tuple[str, str]]:
    """The addresses of two running web UIs, one without the extension and one with it."""
    home = os.environ.get("FORGE_HOME")
    start = _forge(Path(home).resolve()) if home else _workbench
    with ExitStack() as stack:
        # The one without comes first: a real web UI finds extensions in its folder when it starts.
        yield tuple(stack.enter_context(start(work / str(has_it), has_it)) for has_it in (False, True))


def _forge(home: Path) -> Callable[..., Any]:
    sys.path.insert(0, str(REPOSITORY / "tests"))
    from forge import server

    @contextmanager
    def start(work: Path, has_it: bool) -> Iterator[str]:
        work.mkdir()
        with server.running(home, work, with_checkout=has_it) as forge:
            yield forge.url

    return start


@contextmanager
def _workbench(work: Path, has_it: bool) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    nothing = work / "no-extension"
    nothing.mkdir(parents=True)
    command = [sys.executable, "-m", "workbench.launch", "--port", str(port), "--data-dir", str(work / "data")]
    command += ["--extension-dir", str(REPOSITORY if has_it else nothing)]
    process = subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.DEVNULL)
    try:
        address = f"http://127.0.0.1:{port}"
        _await(process, f"{address}/internal/ping")
        yield address
    finally:
        process.terminate()
        process.wait()


def _await(process: subprocess.Popen, address: str) -> None:
    for _ in range(_TRIES):
        try:
            urllib.request.build_opener(urllib.request.ProxyHandler({})).open(address, timeout=5).close()
        except OSError:
            if process.poll() is not None:
                break
            time.sleep(_PAUSE)
        else:
            return
    raise RuntimeError("the workbench did not start")
