"""Measures how smoothly a light is dragged on the light editor's canvas: `python dev.py bench --pad`.

The workbench's page has a cut-out of 1024 x 1024 pixels, and the mouse goes round and round with a handle. What counts
is a frame whose canvas shows a light where it was not before.
"""

from __future__ import annotations

import functools
import io
import math
from typing import Any

from workbench.dragging import SIDE, drag, print_head, print_line, run

LIGHTS = (1, 4, 8)
TAB = "txt2img"

_WATCH = """(tab) => {
    const { view, state } = icLight.editor.of(tab);
    const draw = view.draw;
    const seen = (window.seen = { text: state.text, times: [] });
    view.draw = function () {
        draw.call(this);
        if (seen.text === state.text) return;
        seen.text = state.text;
        seen.times.push(performance.now());
    };
    return () => (view.draw = draw);
}"""
_HANDLE = """([tab, count]) => {
    const { root, stage, state } = icLight.editor.of(tab);
    while (state.description.lights.length < count) root.querySelector("[data-tool=positioned]").click();
    state.select(0);
    stage.canvas.scrollIntoView({ block: "center" });
    const box = stage.canvas.getBoundingClientRect();
    const [x, y] = stage.lightPoint(state.description.lights[0]);
    const { frame } = stage;
    return { x: box.left + x, y: box.top + y, middle: [box.left + stage.centre[0], box.top + stage.centre[1]],
        reach: [frame.w * 0.45, frame.h * 0.45] };
}"""


def main() -> int:
    """Print frames per second and the longest gap for each number of lights; returns the exit status."""
    return run(f"A light dragged over a cut-out of {SIDE} x {SIDE}", _measure)


async def _measure(page: Any) -> None:
    await _open(page)
    print_head()
    for count in LIGHTS:
        await print_line(count, functools.partial(_drag, page, count))


async def _open(page: Any) -> None:
    """Put a cut-out into the accordion and a light on the canvas."""
    await page.click(f"#{TAB}_ic_light_enabled > .label-wrap")
    await page.wait_for_selector(f"#{TAB}_ic_light_editor canvas")
    subject = {"name": "subject.png", "mimeType": "image/png", "buffer": _cut_out()}
    await page.set_input_files(f"#{TAB}_ic_light_foreground input[type=file]", subject)
    await page.wait_for_function(
        "tab => icLight.editor.of(tab).stage.subject().picture?.naturalWidth > 1", arg=TAB, timeout=60_000
    )
    await page.click(f"#{TAB}_ic_light_editor [data-tool=positioned]")


async def _drag(page: Any, count: int) -> tuple[float, float]:
    """Drag the first of so many lights along a curve that does not meet itself soon."""
    start = await page.evaluate(_HANDLE, [TAB, count])
    (x, y), (right, down) = start["middle"], start["reach"]

    def way(passed: float) -> tuple[float, float]:
        return x + right * math.sin(5.3 * passed), y + down * math.sin(3.7 * passed + 1)

    return await drag(page, (start["x"], start["y"]), way, _WATCH, TAB)


def _cut_out() -> bytes:
    """A textured picture with a round subject in it, as PNG."""
    import numpy as np
    from PIL import Image

    y, x = np.ogrid[-1 : 1 : SIDE * 1j, -1 : 1 : SIDE * 1j]
    pixels = np.random.default_rng(0).integers(40, 220, (SIDE, SIDE, 4), np.uint8)
    pixels[..., 3] = ((0.9 - np.hypot(x, y)) * 6400 + 128).clip(0, 255).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()
