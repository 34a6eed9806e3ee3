"""Measures what relighting costs on a real web UI: `python dev.py bench --host FOLDER`.

Merging weights into a UNet costs time and memory on every host. So each kind of switch is measured beside the same
switch with a LoRA of the same size as the offsets, made here with random weights and removed afterwards. Every figure
is that of a whole request over the API; beside it is what it is more than a plain one.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from workbench.session import REPOSITORY

REPEATS = 3
_LORA = "zz-ic-light-same-size"
_ORDER = (
    ("plain", "plain"),
    ("first relight (fc)", "fc"),
    ("fc again", "fc"),
    ("off", "plain"),
    ("on again", "fc"),
    ("fc to fbc", "fbc"),
    ("fbc to fc", "fc"),
    ("off once more", "plain"),
    ("first with the LoRA", "lora"),
    ("LoRA again", "lora"),
    ("LoRA off", "plain"),
    ("LoRA on again", "lora"),
    ("LoRA kept, relit", "lora and fc"),
    ("LoRA and relit again", "lora and fc"),
)


@dataclass(frozen=True)
class Cost:
    """Seconds of one request, and what the process holds of memory afterwards, in MiB; graphics memory where there is
    an NVIDIA driver, else None.
    """

    seconds: float
    resident: int
    graphics: int | None


class Bench:
    """Sends requests to a running web UI and measures them.

    Args:
        forge: a running web UI, from ``tests/forge/server.py``.
        size: side of the pictures in pixels.
        steps: sampling steps.
    """

    def __init__(self, forge: Any, size: int, steps: int):
        import psutil
        from forge import pictures

        self._forge, self._process = forge, psutil.Process(forge.process.pid)
        self._body = {"width": size, "height": size, "steps": steps, "prompt": "a cup"}
        self._foreground = pictures.text(pictures.subject())

    def measure(self, what: str) -> Cost:
        """One request: "plain", "fc", "fbc", "lora" or "lora and fc"."""
        words = what.split(" and ")
        mode = next((word for word in words if word in ("fc", "fbc")), None)
        relight = None if mode is None else {"foreground": self._foreground, "light": "left", "mode": mode}
        prompt = self._body["prompt"] + (f" <lora:{_LORA}:0.5>" if "lora" in words else "")
        start = time.perf_counter()
        answer = self._forge.client.txt2img(relight, **{**self._body, "prompt": prompt})
        seconds = time.perf_counter() - start
        if answer.status != 200:
            raise RuntimeError(f"{what}: {answer.status}: {answer.message}")
        return Cost(seconds, self._process.memory_info().rss >> 20, _graphics_memory(self._process.pid))


def _graphics_memory(process: int) -> int | None:
    """What a process holds on NVIDIA devices in MiB."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return None
    command = [program, "--query-compute-apps=pid,used_memory", "--format=csv,noheader,nounits"]
    lines = subprocess.run(command, capture_output=True, text=True, check=False).stdout.splitlines()
    pairs = [line.split(",") for line in lines if line.count(",") == 1]
    return sum(int(used) for pid, used in pairs if int(pid) == process)


@contextmanager
def _lora(home: Path, offsets: Path) -> Iterator[None]:
    """A LoRA of full weights: all that the offsets have, but for the first layer, under the names that hosts know."""
    import torch
    from forge.model_files import header
    from forge.server import checkpoint_of
    from safetensors.torch import save_file

    prefix = "model.diffusion_model."
    tensors = {}
    for key, entry in header(checkpoint_of(home)).items():
        if key.startswith(prefix) and key.endswith(".weight") and not key.endswith("input_blocks.0.0.weight"):
            name = key.removeprefix(prefix).removesuffix(".weight").replace(".", "_")
            tensors[f"lora_unet_{name}.diff"] = torch.randn(entry["shape"]).mul_(1e-3).half()
    path = home / "models" / "Lora" / f"{_LORA}.safetensors"
    path.parent.mkdir(exist_ok=True)
    try:
        save_file(tensors, path)
        print(f"offsets: {offsets.stat().st_size >> 20} MiB; the LoRA: {path.stat().st_size >> 20} MiB")
        yield
    finally:
        path.unlink(missing_ok=True)


def _print(name: str, cost: Cost, plain: Cost | None) -> None:
    more = f"{cost.seconds - plain.seconds:10.2f}{cost.resident - plain.resident:10}" if plain else f"{'':20}"
    graphics = "" if cost.graphics is None else f"{cost.graphics:10}"
    print(f"{name:26}{cost.seconds:10.2f}{cost.resident:10}{more}{graphics}", flush=True)


def _print_steps(bench: Any, forge: Any, size: int, steps: Sequence[int]) -> None:
    """Seconds for each step, plain and relit, from two numbers of steps."""
    few, many = (Bench(forge, size, count) for count in steps)
    for what in ("plain", "fc"):
        bench.measure(what)
        seconds = [median(one.measure(what).seconds for _ in range(REPEATS)) for one in (few, many)]
        print(f"seconds a step, {what}: {(seconds[1] - seconds[0]) / (steps[1] - steps[0]):.3f}", flush=True)


def main(options: argparse.Namespace) -> int:
    """Print the table; returns the exit status.

    Args:
        options: ``host``, the web UI's folder; ``size`` and ``steps`` of the pictures. ``FORGE_ARGS`` gives the web UI
            more arguments.
    """
    sys.path[:0] = [str(REPOSITORY / "tests"), str(REPOSITORY / "tests" / "helpers")]
    from forge import model_files, server

    home = options.host.resolve()
    offsets = model_files.offsets(home / "models").get("fc")
    if offsets is None:
        print(f"{home} has no IC-Light offsets for fc in models/ic-light")
        return 1
    with (
        tempfile.TemporaryDirectory() as work,
        _lora(home, offsets),
        server.running(home, Path(work)) as forge,
    ):
        bench = Bench(forge, options.size, options.steps)
        bench.measure("plain")
        print(f"{forge.host.name}, {options.size} x {options.size}, {options.steps} steps")
        print(f"{'':26}{'seconds':>10}{'MiB':>10}{'more s':>10}{'more MiB':>10}")
        plain = None
        for name, what in _ORDER:
            cost = bench.measure(what)
            _print(name, cost, plain)
            plain = plain or cost
        _print_steps(bench, forge, options.size, (options.steps, options.steps + 4))
    return 0
