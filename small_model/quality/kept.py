"""Relights that are kept in a folder, so that a measurement that was stopped goes on where it was."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from small_model.quality.heldout import HeldOut

#: By so many display values the author's demo lifts the subject before it lays it on grey, when it shoots normals.
_LIFT = 16 / 255


class Kept:
    """A pipeline with the interface of ``Truth``, whose pictures are made once.

    Each ``folder`` is for one pipeline, one size and one number of steps: it does not know from what its files come.
    """

    def __init__(self, pipeline: Any, folder: Path) -> None:
        self.pipeline, self.folder = pipeline, folder

    def fc(self, held: HeldOut, angle: float) -> Tensor:
        """Return the subjects relit by fc from one angle in degrees, [N, 3, S, S]."""
        return self._kept(held, f"fc-{angle:g}", lambda: self.pipeline.fc(held, [angle] * len(held.masks)))

    def fc_both(self, held: HeldOut) -> Tensor:
        """Return the subjects relit by fc from the left and from the right at once."""
        return self._kept(held, "fc-both", lambda: self.pipeline.fc_both(held))

    def fbc(self, held: HeldOut, angle: float) -> Tensor:
        """Return the subjects relit by fbc in front of a gradient from one angle in degrees."""
        return self._kept(held, f"fbc-{angle:g}", lambda: self.pipeline.fbc(held, [angle] * len(held.masks)))

    def _kept(self, held: HeldOut, light: str, make: Callable[[], Tensor]) -> Tensor:
        path = self.folder / f"{light}-{held.first}-{len(held.masks)}.npy"
        if not path.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            part = path.with_suffix(".part")
            with part.open("wb") as file:
                np.save(file, (make() * 255).round().to(torch.uint8).numpy())
            os.replace(part, path)
        return torch.from_numpy(np.load(path)).float() / 255


class Lifted:
    """A pipeline that is shown its subjects a little brighter, as the author's demo does for normals."""

    def __init__(self, pipeline: Any) -> None:
        self.pipeline = pipeline

    def fc(self, held: HeldOut, angles: list[float]) -> Tensor:
        """Return the lifted subjects relit by fc, [N, 3, S, S], each from its angle in degrees."""
        return self.pipeline.fc(_lifted(held), angles)

    def fbc(self, held: HeldOut, angles: list[float]) -> Tensor:
        """Return the lifted subjects relit by fbc in front of gradients, each from its angle."""
        return self.pipeline.fbc(_lifted(held), angles)


def _lifted(held: HeldOut) -> HeldOut:
    return replace(held, pictures=(held.pictures + _LIFT).clamp(max=1))
