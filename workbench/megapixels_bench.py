"""Measures the photograph in the new light at its own size: `python dev.py bench --megapixels`.

Each size is measured in a process of its own, since the most memory that a process has held never falls again.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

MEGAPIXELS = (12, 24, 50, 100)
RUN = (512, 768)
_EVERY_SECONDS = 0.005
_CODE = (
    "import sys; sys.path.insert(0, {root!r}); from workbench.megapixels_bench import measure; measure({megapixels})"
)


def main() -> int:
    """Print seconds and memory for each size; returns the exit status."""
    from workbench.session import REPOSITORY

    print(f"A photograph with a soft matte, relit by a run of {RUN[1]} x {RUN[0]}, at its own size")
    print(f"{'megapixels':>10}{'size':>16}{'seconds':>10}{'MiB above the picture':>24}")
    for megapixels in MEGAPIXELS:
        code = _CODE.format(root=str(REPOSITORY), megapixels=megapixels)
        status = subprocess.run([sys.executable, "-c", code]).returncode
        if status:
            return status
    return 0


def measure(megapixels: int) -> None:
    """Make one result of this size in this process, and print what it took."""
    from lib_iclight.developing import DEFAULT_OUTPUT, developed
    from lib_iclight.request import PHOTOGRAPH, Request

    subject, painting = _subject(megapixels), _painting()
    request = Request(result=PHOTOGRAPH, photograph_size=PHOTOGRAPH)
    # Loads what the first use loads, which is not measured.
    developed(request, _subject(1), None, painting, DEFAULT_OUTPUT)
    seconds, memory = _measured(lambda: developed(request, subject, None, painting, DEFAULT_OUTPUT))
    width, height = subject.picture.size
    print(f"{width * height / 1e6:10.1f}{f'{width} x {height}':>16}{seconds:10.2f}{memory:24.0f}", flush=True)


def _measured(work: Callable[[], Any]) -> tuple[float, float]:
    """The seconds that something takes, and the most memory that it holds above what there was, in MiB."""
    from lib_iclight.support.process_memory import release_memory
    from workbench.memory import resident_memory

    release_memory()
    before, most, done = resident_memory(), [0.0], threading.Event()

    def watch() -> None:
        while not done.wait(_EVERY_SECONDS):
            most[0] = max(most[0], resident_memory())

    watcher = threading.Thread(target=watch)
    watcher.start()
    start = time.perf_counter()
    try:
        work()
    finally:
        seconds = time.perf_counter() - start
        done.set()
        watcher.join()
    return seconds, most[0] - before


def _subject(megapixels: int) -> Any:
    """A textured picture of 3:2 with a round subject that fills most of it, as a remover finds it."""
    import numpy as np
    from PIL import Image

    from lib_iclight.picture.arrays import make_picture
    from lib_iclight.subject.prepare import Subject

    height = round((megapixels * 1e6 / 1.5) ** 0.5)
    width = round(height * 1.5)
    tile = np.random.default_rng(0).integers(40, 220, (256, 256, 3), np.uint8)
    rgb = np.tile(tile, (height // 256 + 1, width // 256 + 1, 1))[:height, :width].copy()
    y, x = np.ogrid[-1:1:1024j, -1:1:1024j]
    round_matte = ((0.95 - np.hypot(x, y)) * 64000 + 128).clip(0, 255).astype(np.uint8)
    alpha = np.asarray(Image.fromarray(round_matte).resize((width, height), Image.Resampling.BILINEAR))
    picture = make_picture(rgb)
    return Subject(picture, alpha, picture.rgb, rgb, "bench", remover="isnet-general-use", is_vague=True)


def _painting() -> Any:
    import numpy as np

    light = np.linspace(230, 40, RUN[1])[None, :, None] * [1.0, 0.9, 0.7]
    return np.broadcast_to(light, (*RUN, 3)).astype(np.uint8).copy()
