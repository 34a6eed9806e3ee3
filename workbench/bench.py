"""Measures what IC-Light costs compared with plain generation, on the workbench: `python dev.py bench`."""

from __future__ import annotations

import argparse
import base64
import io
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest import mock

from workbench.memory import resident_memory

HOOKS = ("begin", "check", "before_sampling", "finish_image", "results")
SWITCHES = 20
IMPORT_RUNS = 3

# Starts a host without our extension, so that whatever a host imports before it loads scripts is not counted.
_IMPORT_TIMER = """
import sys, tempfile, time
sys.path.insert(0, {root!r})
from workbench.session import Workbench
with tempfile.TemporaryDirectory() as folder, Workbench(folder, extension_dirs=()):
    import safetensors, torch
    start = time.perf_counter()
    import lib_iclight.hosts.page_script
    print(time.perf_counter() - start)
"""


@dataclass(frozen=True)
class Cost:
    """One generation: seconds in our hooks and in total, our encodes and file reads, resident memory in MiB."""

    hooks: float
    total: float
    encodes: int
    reads: int
    memory: float


class Bench:
    """Measures generations of one workbench."""

    def __init__(self, host: Any, size: int, steps: int):
        from lib_iclight.hosts import page_script

        self._host, self._size, self._steps = host, size, steps
        self._hooks = page_script.hooks()
        self._subject = _subject()

    def measure(self, options: dict[str, Any] | None, second_pass: bool) -> Cost:
        """Generate once; ``options`` is the API's dict without the foreground, None for a plain picture."""
        from lib_iclight import conditioning
        from lib_iclight.models import library

        request = self._request(options, second_pass)
        with (
            _timed(self._hooks) as spent,
            _counted(conditioning, "to_host_range") as encodes,
            _counted(library, "identify_file") as headers,
            _counted(library, "read_tensors") as weights,
        ):
            start = time.perf_counter()
            answer = self._host.txt2img(**request)
            total = time.perf_counter() - start
        answer.raise_for_status()
        return Cost(
            sum(spent),
            total,
            encodes.call_count,
            headers.call_count + weights.call_count,
            resident_memory(),
        )

    def _request(self, options: dict[str, Any] | None, second_pass: bool) -> dict[str, Any]:
        request: dict[str, Any] = {
            "prompt": "sunshine from window",
            "width": self._size,
            "height": self._size,
            "steps": self._steps,
            "cfg_scale": 2,
            "seed": 1,
            "sampler_name": "Euler",
        }
        if second_pass:
            request |= {"enable_hr": True, "hr_scale": 1.5, "hr_upscaler": "Latent", "denoising_strength": 0.5}
            request["hr_additional_modules"] = ["Use same choices"]
        if options is not None:
            arguments = {"enabled": True, "foreground": self._subject, **options}
            request["alwayson_scripts"] = {"IC Light": {"args": [arguments]}}
        return request


@contextmanager
def _timed(hooks: Any):
    """Collect the seconds spent in each of our hooks; nothing else of the script does work in a generation."""
    spent: list[float] = []

    def wrap(hook: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*args: Any, **kwargs: Any) -> Any:
            start = time.perf_counter()
            try:
                return hook(*args, **kwargs)
            finally:
                spent.append(time.perf_counter() - start)

        return timed

    for name in HOOKS:
        setattr(hooks, name, wrap(getattr(hooks, name)))
    try:
        yield spent
    finally:
        for name in HOOKS:
            delattr(hooks, name)


def _counted(module: ModuleType, function: str) -> Any:
    """Count a function's calls inside the ``with`` block."""
    return mock.patch.object(module, function, wraps=getattr(module, function))


def import_seconds() -> float:
    """The seconds that importing our package adds to a host's start: the best of several fresh interpreters."""
    from workbench.session import REPOSITORY

    code = _IMPORT_TIMER.format(root=str(REPOSITORY))
    times = []
    for _ in range(IMPORT_RUNS):
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        times.append(float(done.stdout.splitlines()[-1]))
    return min(times)


def _subject() -> str:
    """A photograph with transparency, so that no background remover is needed."""
    import numpy as np
    import skimage.data
    from PIL import Image

    picture = Image.fromarray(skimage.data.astronaut()).resize((1024, 1024))
    alpha = np.zeros((1024, 1024), np.uint8)
    alpha[100:, 200:800] = 255
    picture.putalpha(Image.fromarray(alpha))
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()


def _options(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="dev.py bench", description=__doc__)
    parser.add_argument("--size", type=int, default=256, help="side of the pictures in pixels; default: 256")
    parser.add_argument("--steps", type=int, default=4, help="sampling steps; default: 4")
    add = parser.add_argument
    add("--quality", action="store_true", help="print how well the workbench's model relights instead")
    add("--megapixels", action="store_true", help="print what the photograph at 12 to 100 megapixels costs instead")
    add("--page", action="store_true", help="print what the web UI's page costs with and without us instead")
    add("--pad", action="store_true", help="print how smoothly a light is dragged in the light editor instead")
    add("--studio", action="store_true", help="print how smoothly a light is turned in the studio instead")
    add("--host", type=Path, metavar="FOLDER", help="print what switching costs on the web UI there, beside a LoRA's")
    add("--truth", action="store_true", help="print how near the photograph in a known light comes to the truth")
    add("--light-sets", action="store_true", help="print how near mixes of a light set come to the real lights instead")
    add("--clips", type=int, nargs="?", const=20, metavar="N", help="print how steady N relit clips are; default: 20")
    add("--frames", type=int, default=24, help="clips: frames of each; default: 24")
    add(
        "--keep",
        type=Path,
        metavar="FOLDER",
        help="light sets, clips: keep the relights, so that a run can be gone on with",
    )
    add("--kinds", nargs="+", choices=("fc", "fbc"), default=["fc", "fbc"], help="quality: the kinds; default: both")
    add("--scenes", type=int, default=200, help="quality: held-out scenes; default: 200")
    add("--quality-steps", type=int, default=10, help="quality: sampling steps; default: 10")
    add("--weights", type=Path, metavar="FOLDER", help="quality: the model's files; default: the repository's")
    add("--plain", type=Path, metavar="FILE", help="quality: fc offsets trained without consistency, to compare with")
    add("--json", type=Path, metavar="FILE", help="quality: also write the scores to this file")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> int:
    """Print the table; returns the exit status."""
    options = _options(argv)
    if options.truth:
        from small_model.quality.report import print_photographs

        print_photographs()
        return 0
    if options.quality:
        from small_model.quality.report import main as quality

        return quality(options)
    if options.light_sets:
        from small_model.quality.light_sets import main as light_sets

        return light_sets(options)
    if options.clips:
        from small_model.quality.clips import main as clips

        return clips(options)
    if options.megapixels:
        from workbench.megapixels_bench import main as photograph

        return photograph()
    if options.host:
        from workbench.host_bench import main as on_host

        return on_host(options)
    if options.page:
        from workbench.page_bench import main as page

        return page()
    if options.pad:
        from workbench.pad_bench import main as pad

        return pad()
    if options.studio:
        from workbench.studio_bench import main as studio

        return studio()

    from workbench.session import Workbench

    with tempfile.TemporaryDirectory() as folder, Workbench(folder) as host:
        bench = Bench(host, options.size, options.steps)
        bench.measure(None, second_pass=False)
        print(f"One generation at {options.size} x {options.size}, {options.steps} steps, a 1024 x 1024 subject")
        print(f"{'':34}{'hooks s':>10}{'total s':>10}{'encodes':>9}{'reads':>7}{'MiB':>8}")
        for second_pass in (False, True):
            _print_passes(bench, second_pass)
        _print_switching(bench)
    print(f"\nImport of the script's library in a started host: {import_seconds() * 1000:.0f} ms")
    return 0


def _print_passes(bench: Bench, second_pass: bool) -> None:
    suffix = ", second pass" if second_pass else ""
    _print_row(f"plain{suffix}", bench.measure(None, second_pass))
    for mode, light in (("fc", "left"), ("fbc", "right")):
        asked = {"mode": mode, "light": light}
        _print_row(f"{mode}{suffix}, first", bench.measure(asked, second_pass))
        _print_row(f"{mode}{suffix}, repeated", bench.measure(asked, second_pass))


def _print_switching(bench: Bench) -> None:
    asked = {"mode": "fc", "light": "left"}
    before = bench.measure(asked, second_pass=False).memory
    for _ in range(SWITCHES):
        bench.measure(None, second_pass=False)
        after = bench.measure(asked, second_pass=False).memory
    print(f"\nResident memory before and after switching fc and off {SWITCHES} times: {before:.0f} and {after:.0f} MiB")


def _print_row(name: str, cost: Cost) -> None:
    print(f"{name:34}{cost.hooks:10.4f}{cost.total:10.3f}{cost.encodes:9}{cost.reads:7}{cost.memory:8.0f}")


if __name__ == "__main__":
    sys.exit(main())
