"""Paintings of clips through the product: the frames of a clip in batches, all with the same noise."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from lib_iclight.hosts import run_context
from lib_iclight.light.description import parse
from lib_iclight.picture.arrays import to_picture
from lib_iclight.relight import OfFrame
from lib_iclight.subject.prepare import Framing, SubjectCache
from lib_iclight.support.cache import SharedCache
from small_model.quality.heldout import HeldOut
from small_model.quality.moving import Clip
from small_model.quality.product import Asking, picture_of

SCRIPT = "IC Light"
_SIDE = "left"  # of the request; each frame has a light of its own


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
        """Return a clip's paintings, [T, 3, S, S] in 0..1, painted in one batch.

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
        from modules import processing

        held, count = clip.held, len(clip.angles)
        p = self._processing(count, held.size, self.asking.seed + held.first)
        p.init_images = [picture_of(held.pictures[0])] * count  # what is relit comes with the frames
        run_context.paint_frames(p, [_frame(held, *each) for each in enumerate(clip.angles)])
        run_context.attend_across(p, gamma)
        paintings: list[np.ndarray] = []
        run_context.tell(p, lambda plan, subject, painting: paintings.append(painting))
        processing.process_images(p)
        return torch.from_numpy(np.stack(paintings)).permute(0, 3, 1, 2).float() / 255

    def _processing(self, count: int, size: int, seed: int) -> Any:
        """The host's processing object for a batch."""
        from modules import processing, scripts

        asking = self.asking
        p = processing.StableDiffusionProcessingImg2Img(
            prompt=asking.prompt,
            seed=seed,
            batch_size=count,
            width=size,
            height=size,
            steps=asking.steps,
            cfg_scale=asking.guidance,
            sampler_name=asking.sampler,
            scheduler="Karras",
            denoising_strength=asking.strength,
            do_not_save_grid=True,
            do_not_save_samples=True,
            override_settings={"img2img_fix_steps": True},
        )
        p.is_api, p.scripts = True, scripts.scripts_img2img
        p.script_args = _arguments(p.scripts, _SIDE)
        return p


def _frame(held: HeldOut, index: int, angle: float) -> OfFrame:
    """A frame of a clip in the light of its angle."""
    picture = to_picture(picture_of(held.pictures[index], held.alphas[index]))
    subject = SubjectCache(SharedCache(lambda: 0), lambda: 1 << 28, lambda model: None).subject(
        picture, False, "", remover=None
    )
    return OfFrame(subject.framed(Framing("cover")), parse({"version": 1, "lights": [{"angle": angle}]}))


def _arguments(runner: Any, light: Any) -> tuple:
    """The arguments of all scripts; only ours has any."""
    (script,) = (script for script in runner.alwayson_scripts if script.title() == SCRIPT)
    given: list[Any] = [0, *[None] * max(each.args_to for each in runner.scripts)]
    given[script.args_from] = {
        "enabled": True, "mode": "fc", "light": light, "remove_background": False, "result": "painting"
    }  # fmt: skip
    return tuple(given)
