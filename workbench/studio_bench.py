"""Measures how smoothly a light is turned in the studio, and how long its films take: `python dev.py bench --studio`.

The workbench's studio has a set of 1024 x 1024 pixels, all lights of which are in the mix, and the mouse goes round and
round on the pad. What counts is a frame whose canvas shows the light where it was not before. Then ten sets are opened
one after another, and what the browser holds of them is printed.
"""

from __future__ import annotations

import functools
import os
from math import cos, pi, sin
from typing import Any

from workbench import film_bench
from workbench.dragging import SIDE, drag, print_head, print_line, run

LIGHTS = (5, 9)
"""The ambient one among them."""
SETS = 10

_WATCH = """() => {
    const { stage, state } = icLight.studio.now();
    const draw = stage.draw;
    const seen = (window.seen = { angle: state.mix.turned.angle, times: [] });
    stage.draw = function () {
        draw.call(this);
        if (seen.angle === state.mix.turned.angle) return;
        seen.angle = state.mix.turned.angle;
        seen.times.push(performance.now());
    };
    return () => (stage.draw = draw);
}"""
_DIAL = """() => {
    const dial = document.querySelector(".ic-light-studio-dial");
    dial.scrollIntoView({ block: "center" });
    const { left, top, width, height } = dial.getBoundingClientRect();
    return [left + width / 2, top + height / 2, 0.39 * width];
}"""


def main() -> int:
    """Print what films take, frames per second by lights, and memory by the sets opened; returns the exit status."""
    film_bench.measure()
    return run(f"A light turned in a set of {SIDE} x {SIDE}", _measure, _put_sets)


def _put_sets() -> None:
    """A set of noise for each number of lights, where the workbench keeps its sets."""
    import numpy as np

    from lib_iclight.hosts import light_sets
    from lib_iclight.light.description import Directional, LightDescription
    from lib_iclight.light.maps import preset
    from lib_iclight.studio import set_file
    from lib_iclight.studio.light_set import PAINTINGS, LightSet, painted

    rng = np.random.default_rng(0)
    folder = light_sets.folder("")
    folder.mkdir(parents=True, exist_ok=True)
    for count in LIGHTS:
        noise = (rng.integers(0, 256, (SIDE, SIDE, 3), np.uint8) for _ in range(count + 1))
        angles = [360 / (count - 1) * index for index in range(count - 1)]
        lights = [painted(f"{at:g}", LightDescription((Directional(at),)), next(noise)) for at in angles]
        ambient = painted("ambient", preset("ambient"), next(noise))
        matte = np.full((SIDE, SIDE), 255, np.uint8)
        set_file.write(
            folder / f"{count} lights.safetensors", LightSet(PAINTINGS, next(noise), matte, tuple(lights), ambient)
        )
    for copy in range(SETS):
        os.link(folder / f"{max(LIGHTS)} lights.safetensors", folder / f"copy {copy}.safetensors")


async def _measure(page: Any) -> None:
    before = await _memory(page)
    await page.get_by_role("tab", name="IC Light Studio").click()
    print_head()
    for count in LIGHTS:
        await _show(page, f"{count} lights")
        await print_line(count, functools.partial(_turn, page))
    print(f"\nMemory in MiB after so many sets of {max(LIGHTS)} lights: the page's values, and the two processes")
    print(f"{'sets':>6}{'values':>11}{'page':>8}{'graphics':>17}")
    _print_memory(0, before)
    for copy in range(SETS):
        await _show(page, f"copy {copy}")
        if copy in (0, 1, SETS - 1):
            _print_memory(copy + 1, await _memory(page))


def _print_memory(sets: int, taken: list[float]) -> None:
    values, page, graphics = taken
    print(f"{sets:6}{values:11.0f}{page:8.0f}{graphics:17.0f}", flush=True)


async def _show(page: Any, name: str) -> None:
    """Show a set."""
    await page.wait_for_selector(f".ic-light-studio-shelf option:text-is('{name}')", state="attached")
    await page.select_option(".ic-light-studio-shelf select", name)
    await page.wait_for_function("name => icLight.studio.now().state.set?.name === name", arg=name)


async def _memory(page: Any) -> list[float]:
    """What the page's values, the page's process and the graphics process take, in MiB."""
    import psutil

    tools = await page.context.new_cdp_session(page)
    await tools.send("HeapProfiler.collectGarbage")
    heap = await tools.send("Runtime.getHeapUsage")
    await tools.detach()
    browser = await page.context.browser.new_browser_cdp_session()
    processes = (await browser.send("SystemInfo.getProcessInfo"))["processInfo"]
    await browser.detach()
    found = {"renderer": 0.0, "GPU": 0.0}
    for process in processes:
        if process["type"] in found:
            found[process["type"]] += psutil.Process(process["id"]).memory_info().rss
    return [each / 2**20 for each in (heap["usedSize"] + heap.get("backingStorageSize", 0), *found.values())]


async def _turn(page: Any) -> tuple[float, float]:
    """Turn the light round and round."""
    x, y, radius = await page.evaluate(_DIAL)

    def way(passed: float) -> tuple[float, float]:
        return x + radius * cos(pi * passed), y - radius * sin(pi * passed)

    return await drag(page, way(0), way, _WATCH)
