"""Relights through the product itself: requests to the workbench's API, which runs the extension's script."""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from small_model.quality.heldout import SIDES, HeldOut
from small_model.training import scenes

_NAMES = {angle: side for side, angle in SIDES.items()}


@dataclass(frozen=True)
class Asking:
    """What all requests have in common. The prompt names no side: only the light map and the background do.

    The sampler adds no noise in its steps. One that does, such as DPM++ 2M SDE, quickly covers the little that the
    small model found of the map in the first noise.
    """

    steps: int = 16
    guidance: float = 2.0
    prompt: str = "studio light"
    seed: int = 5
    at_once: int = 8
    strength: float = 0.9
    sampler: str = "DPM++ 2M"


@contextmanager
def weights_from(folder: Path | None) -> Iterator[None]:
    """Make the workbench use the model's files in ``folder`` inside the ``with`` block."""
    from small_model import files

    before = files.WEIGHTS
    files.WEIGHTS = Path(folder or before)
    try:
        yield
    finally:
        files.WEIGHTS = before


class Product:
    """Relights held-out scenes on a running workbench. Has the interface of ``Truth``.

    ``model`` names the fc offsets' file; ``bare`` replaces the subject by grey, which encodes to zero.
    """

    def __init__(self, host: Any, asking: Asking | None = None, *, model: str = "auto", bare: bool = False) -> None:
        self.host, self.asking, self.model, self.bare = host, asking or Asking(), model, bare

    def fc(self, held: HeldOut, angles: list[float]) -> Tensor:
        """Return the subjects relit by fc in img2img, [N, 3, S, S], each from its angle in degrees.

        Lights from the four sides are named ones; at other angles, light descriptions are sent.
        """
        made = torch.empty_like(held.pictures)
        for angle in sorted(set(angles)):
            rows = [row for row, each in enumerate(angles) if each == angle]
            side = _NAMES.get(angle)
            self._batches(held, rows, self._fc(side or _editors([angle])), self.asking.strength, made)
        return made

    def fc_both(self, held: HeldOut) -> Tensor:
        """Return the subjects relit by fc from the light editor's map of two lights, left and right."""
        made = torch.empty_like(held.pictures)
        self._batches(held, list(range(len(made))), self._fc(_editors([0.0, 180.0])), self.asking.strength, made)
        return made

    def _fc(self, light: str | dict[str, Any]) -> dict[str, Any]:
        return {"mode": "fc", "model": self.model, "light": light}

    def fbc(self, held: HeldOut, angles: list[float], colour: str = "white", flipped: bool = False) -> Tensor:
        """Return the subjects relit by fbc, [N, 3, S, S], in front of gradients 224 to 32 of the light's ``colour``."""
        made = torch.empty_like(held.pictures)
        tint = torch.tensor(scenes.LIGHT_COLOURS[colour])[:, None, None] ** (1 / scenes.GAMMA)
        for angle in sorted(set(angles)):
            rows = [row for row, each in enumerate(angles) if each == angle]
            behind = tint * (32 + 192 * scenes.ramp(held.size, math.radians(angle))) / 255
            asked = {"mode": "fbc", "background": _encoded(behind), "flip_background": flipped}
            self._batches(held, rows, asked, 1.0, made)
        return made

    def fbc_before(self, held: HeldOut, behind: Tensor) -> Tensor:
        """Return the subjects relit by fbc, [N, 3, S, S], in front of the picture ``behind`` [3, S, S] in 0..1."""
        made = torch.empty_like(held.pictures)
        asked = {"mode": "fbc", "background": _encoded(behind)}
        self._batches(held, list(range(len(made))), asked, 1.0, made)
        return made

    def _batches(self, held: HeldOut, rows: list[int], asked: dict[str, Any], strength: float, made: Tensor) -> None:
        for first in range(0, len(rows), self.asking.at_once):
            part = rows[first : first + self.asking.at_once]
            subjects = [_encoded(torch.full_like(held.pictures[row], 127 / 255)) for row in part]
            if not self.bare:
                subjects = [_encoded(held.pictures[row], held.alphas[row]) for row in part]
            seed = self.asking.seed + held.first + part[0]
            made[part] = self._pictures(subjects, held.size, asked, strength, seed)

    def _pictures(self, subjects: list[str], size: int, asked: dict[str, Any], strength: float, seed: int) -> Tensor:
        answer = self.host.img2img(
            prompt=self.asking.prompt,
            init_images=subjects,
            batch_size=len(subjects),
            width=size,
            height=size,
            seed=seed,
            steps=self.asking.steps,
            cfg_scale=self.asking.guidance,
            sampler_name=self.asking.sampler,
            scheduler="Karras",
            denoising_strength=strength,
            do_not_save_grid=True,
            do_not_save_samples=True,
            override_settings={"img2img_fix_steps": True},
            alwayson_scripts={"IC Light": {"args": [{"enabled": True, "remove_background": False, **asked}]}},
        )
        if answer.status_code != 200:
            raise RuntimeError(f"the workbench answered {answer.status_code}: {answer.text[:500]}")
        found = [_decoded(text) for text in answer.json()["images"]]
        return torch.stack(found[-len(subjects) :])


def _editors(angles: list[float]) -> dict[str, Any]:
    """Return the light editor's description of white lights at ``angles`` (degrees)."""
    return {"version": 1, "lights": [{"angle": angle} for angle in angles]}


def picture_of(pixels: Tensor, alpha: Tensor | None = None) -> Image.Image:
    """Return a picture of ``pixels`` [3, H, W] and ``alpha`` [H, W] in 0..1."""
    planes = pixels if alpha is None else torch.cat([pixels, alpha[None]])
    return Image.fromarray((planes.clamp(0, 1) * 255).round().to(torch.uint8).permute(1, 2, 0).numpy())


def _encoded(pixels: Tensor, alpha: Tensor | None = None) -> str:
    buffer = io.BytesIO()
    picture_of(pixels, alpha).save(buffer, "PNG", compress_level=1)
    return base64.b64encode(buffer.getvalue()).decode()


def _decoded(text: str) -> Tensor:
    picture = Image.open(io.BytesIO(base64.b64decode(text))).convert("RGB")
    return torch.from_numpy(np.array(picture)).permute(2, 0, 1).float() / 255
