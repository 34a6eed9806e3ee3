"""What the benches of the page share: a browser that draws by software, and a drag whose frames are counted.

A mouse that reports 125 times a second drags something, and what counts is a frame that shows it where it was not
before. Chromium begins no frame before it has the last one off its hands, so these are frames that are seen.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from typing import Any

RUNS, SECONDS, EVENTS_PER_SECOND = 5, 3.0, 125
SIDE = 1024

Point = tuple[float, float]
Seen = tuple[float, float]
"""Frames per second, and the longest gap in milliseconds."""


def run(title: str, measure: Callable[[Any], Awaitable[None]], prepare: Callable[[], None] = lambda: None) -> int:
    """Show the workbench's page in Chromium, and let ``measure`` print what it finds there.

    Args:
        title: what is measured.
        measure: gets the page.
        prepare: called when the workbench has been started, before the page is opened.

    Returns:
        The exit status.
    """
    from workbench.chromium import executable
    from workbench.session import Workbench

    if executable() is None:
        print("There is no Chromium, Chrome or Edge on the path; CHROMIUM can name one.", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder, Workbench(folder) as host:
        address = host.serve(block=False)
        prepare()
        print(f"{title}, {RUNS} times {SECONDS:g} s, drawn by software")
        print(f"Cores: {os.cpu_count()}; load at the start: {load_average()}")
        asyncio.run(_in_chromium(address, measure))
    return 0


async def _in_chromium(address: str, measure: Callable[[Any], Awaitable[None]]) -> None:
    from playwright.async_api import async_playwright

    from workbench.chromium import ARGUMENTS, executable

    async with async_playwright() as running:
        browser = await running.chromium.launch(executable_path=executable(), args=list(ARGUMENTS), headless=True)
        page = await browser.new_page(viewport={"width": 1500, "height": 1200})
        await page.goto(address)
        await measure(page)
        await browser.close()


def print_head() -> None:
    """The line above those of :func:`print_line`."""
    print(f"{'lights':>6}{'frames/s':>11}{'best':>8}{'longest gap ms':>17}{'best':>8}{'load':>8}")


async def print_line(lights: int, drag: Callable[[], Awaitable[Seen]]) -> None:
    """Drag several times, and print what was seen."""
    runs = [await drag() for _ in range(RUNS)]
    rates, gaps = [rate for rate, _ in runs], [gap for _, gap in runs]
    middle = f"{lights:6}{statistics.median(rates):11.1f}{max(rates):8.1f}"
    print(f"{middle}{statistics.median(gaps):17.0f}{min(gaps):8.0f}{load_average():>8}", flush=True)


async def drag(page: Any, start: Point, way: Callable[[float], Point], watch: str, given: Any = None) -> Seen:
    """Drag with the mouse.

    Args:
        page: the page.
        start: where the button is pressed.
        way: where the mouse is, by the seconds since then.
        watch: a function for the page that notes the times of new frames in ``seen.times``, and returns one that stops
            it.
        given: what that function is called with.
    """
    mouse = await page.context.new_cdp_session(page)
    at = {"x": start[0], "y": start[1], "button": "left", "buttons": 1, "pointerType": "mouse"}
    await mouse.send("Input.dispatchMouseEvent", {**at, "type": "mousePressed", "clickCount": 1})
    watching = await page.evaluate_handle(watch, given)
    # No report waits for an answer, as a real mouse's does not.
    begin, sent = time.perf_counter(), []
    while (passed := time.perf_counter() - begin) < SECONDS:
        at["x"], at["y"] = way(passed)
        sent.append(asyncio.ensure_future(mouse.send("Input.dispatchMouseEvent", {**at, "type": "mouseMoved"})))
        await asyncio.sleep(1 / EVENTS_PER_SECOND)
    await asyncio.gather(*sent)
    times = await page.evaluate("seen.times")
    await page.evaluate("stop => stop()", watching)
    await mouse.send("Input.dispatchMouseEvent", {**at, "type": "mouseReleased", "clickCount": 1})
    await mouse.detach()
    gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
    return 1000 * len(gaps) / (times[-1] - times[0]), max(gaps)


def load_average() -> str:
    """How much the machine has to do, averaged over a minute."""
    return f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "?"
