"""The training loop: schedule, averaged weights, checkpoints to resume from, progress and a log."""

from __future__ import annotations

import json
import math
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

#: A step's values for the log.
Told = dict[str, Tensor]
_SAVE_SECONDS = 60


@dataclass(frozen=True)
class Plan:
    """How long and how fast to train: at most ``steps``, at most ``minutes`` (over all runs), peak learning rate.

    ``device`` is "cpu" or "cuda"; ``wide`` multiplies the batch size: a GPU takes about as long for 16 times as much.
    """

    steps: int
    minutes: float = math.inf
    rate: float = 1e-3
    warmup: int = 20
    averaging: float = 0.995
    device: str = "cpu"
    wide: int = 1


def layout(device: str | torch.device) -> torch.memory_format:
    """Return the fastest memory format: channels last, except on GPUs, whose group norm would convert it back."""
    return torch.channels_last if torch.device(device).type == "cpu" else torch.contiguous_format


class Trainer:
    """Trains ``module`` with ``loss(step) -> (loss, parts)``, resuming from ``folder/name.pt`` if it exists.

    A step must depend only on its number; then an interrupted training ends with the same result as any other.
    """

    def __init__(self, name: str, module: nn.Module, plan: Plan, folder: Path) -> None:
        self.name, self.module, self.plan = name, module.to(plan.device), plan
        self.checkpoint = folder / f"{name}.pt"
        self.log = folder / f"{name}.jsonl"
        folder.mkdir(parents=True, exist_ok=True)
        self.parameters = [p for p in module.parameters() if p.requires_grad]
        self.optimiser = torch.optim.AdamW(self.parameters, lr=plan.rate, betas=(0.9, 0.99), weight_decay=1e-4)
        self.average = [p.detach().clone() for p in self.parameters]
        self.step, self.seconds = 0, 0.0
        if self.checkpoint.is_file():
            self._load()

    def run(self, loss: Callable[[int], tuple[Tensor, Told]]) -> None:
        """Train to the end of the plan and leave the averaged weights in the module."""
        saved = time.monotonic()
        self.module.train()
        while self._progress() < 1:
            began = time.monotonic()
            parts = self._one(loss)
            self.step += 1
            self.seconds += time.monotonic() - began
            if self.step % 20 == 0:
                self._report(parts)
            if time.monotonic() - saved > _SAVE_SECONDS:
                self.save()
                saved = time.monotonic()
        self.save()
        print(file=sys.stderr)
        with torch.no_grad():
            for parameter, mean in zip(self.parameters, self.average, strict=True):
                parameter.copy_(mean)
        self.module.eval()

    def _progress(self) -> float:
        return max(self.step / self.plan.steps, self.seconds / 60 / self.plan.minutes)

    def _rate(self) -> float:
        fall = 0.5 + 0.5 * math.cos(math.pi * min(self._progress(), 1))
        return self.plan.rate * min((self.step + 1) / self.plan.warmup, 1) * max(fall, 0.02)

    def _one(self, loss: Callable[[int], tuple[Tensor, Told]]) -> Told:
        for group in self.optimiser.param_groups:
            group["lr"] = self._rate()
        self.optimiser.zero_grad(set_to_none=True)
        value, parts = loss(self.step)
        value.backward()
        norm = torch.nn.utils.clip_grad_norm_(self.parameters, 1.0)
        if torch.isfinite(norm):
            self.optimiser.step()
        keep = min(self.plan.averaging, (self.step + 1) / (self.step + 10))
        with torch.no_grad():
            torch._foreach_lerp_(self.average, [p.detach() for p in self.parameters], 1 - keep)
        return {"loss": value.detach(), **parts}

    def _report(self, parts: Told) -> None:
        numbers = {name: round(float(value), 5) for name, value in parts.items()}
        row = {"step": self.step, "seconds": round(self.seconds, 1), **numbers}
        with self.log.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")
        done = int(30 * min(self._progress(), 1))
        shown = " ".join(f"{key} {value:.4f}" for key, value in numbers.items())
        bar = "#" * done + "." * (30 - done)
        print(
            f"\r{self.name} [{bar}] step {self.step} {self.seconds:.0f} s {shown}", end="", file=sys.stderr, flush=True
        )

    def save(self) -> None:
        """Write the checkpoint, atomically."""
        scratch = self.checkpoint.with_suffix(".partial")
        state = {
            "module": self.module.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "average": self.average,
            "step": self.step,
            "seconds": self.seconds,
        }
        torch.save(state, scratch)
        scratch.replace(self.checkpoint)

    def _load(self) -> None:
        state = torch.load(self.checkpoint, weights_only=True, map_location=self.plan.device)
        self.module.load_state_dict(state["module"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.average = state["average"]
        self.step, self.seconds = state["step"], state["seconds"]
