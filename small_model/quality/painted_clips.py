"""Paintings of clips through the product: the frames of a clip in batches, all with the same noise."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from small_model.quality.heldout import HeldOut
from small_model.quality.moving import Clip
from small_model.quality.product import Asking, picture_of

SCRIPT = "IC Light"


class Painter:
    """Paints clips on a running workbench, in img2img by fc, each frame in the light of its angle.

    Args:
        host: the workbench.
        asking: what all requests have in common.
        folder: in which the paintings are kept; it does not know from what steps and size its files come.
    """

    def __init__(self, host: Any, asking: Asking, folder: Path) -> None:
        self.host, self.asking, self.folder = host, asking, folder

    def paintings(self, clip: Clip, gamma: float) -> Tensor:
        """Return a clip's paintings, [T, 3, S, S] in 0..1; frames that have the same light are one batch.

        ``gamma`` says how far the frames of a batch look at each other.
        """
        path = self.folder / f"clip-{clip.held.first}-{len(clip.angles)}-{gamma:g}.npy"
        if not path.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            part = path.with_suffix(".part")
            with part.open("wb") as file:
                np.save(file, (self._painted(clip, gamma) * 255).round().to(torch.uint8).numpy())
            os.replace(part, path)
        return torch.from_numpy(np.load(path)).float() / 255

    def _painted(self, clip: Clip, gamma: float) -> Tensor:
        made = torch.empty_like(clip.held.pictures)
        for angle in dict.fromkeys(clip.angles):
            rows = [row for row, each in enumerate(clip.angles) if each == angle]
            made[rows] = self._batch(clip.held, rows, angle, gamma)
        return made

    def _batch(self, held: HeldOut, rows: list[int], angle: float, gamma: float) -> Tensor:
        from modules import processing, scripts

        from lib_iclight.hosts import run_context

        asking, count = self.asking, len(rows)
        p = processing.StableDiffusionProcessingImg2Img(
            prompt=asking.prompt,
            seed=[asking.seed + held.first] * count,
            batch_size=count,
            width=held.size,
            height=held.size,
            steps=asking.steps,
            cfg_scale=asking.guidance,
            sampler_name=asking.sampler,
            scheduler="Karras",
            denoising_strength=asking.strength,
            do_not_save_grid=True,
            do_not_save_samples=True,
            override_settings={"img2img_fix_steps": True},
        )
        p.init_images = [picture_of(held.pictures[row], held.alphas[row]) for row in rows]
        p.is_api, p.scripts = True, scripts.scripts_img2img
        p.script_args = _arguments(p.scripts, {"version": 1, "lights": [{"angle": angle}]})
        run_context.attend_across(p, gamma)
        found = [np.asarray(image.convert("RGB")) for image in processing.process_images(p).images]
        return torch.from_numpy(np.stack(found[-count:])).permute(0, 3, 1, 2).float() / 255


def _arguments(runner: Any, light: Any) -> tuple:
    """The arguments of all scripts; only ours has any."""
    (script,) = (script for script in runner.alwayson_scripts if script.title() == SCRIPT)
    given: list[Any] = [0, *[None] * max(each.args_to for each in runner.scripts)]
    given[script.args_from] = {
        "enabled": True, "mode": "fc", "light": light, "remove_background": False, "result": "painting"
    }  # fmt: skip
    return tuple(given)
