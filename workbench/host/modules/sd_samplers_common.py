"""What all samplers have in common, and the encoding of pictures."""

from __future__ import annotations

from collections import namedtuple

import torch

from modules import shared
from modules.shared import opts

SamplerData = namedtuple("SamplerData", ["name", "constructor", "options"])


class InterruptedException(BaseException):
    """The user stopped the sampling. Not an error, so nothing that guards against errors stops it."""


def setup_img2img_steps(p, steps: int | None = None) -> tuple[int, int]:
    """``(steps of the whole schedule, steps to do minus one)`` for a denoising strength."""
    if opts.img2img_fix_steps or steps is not None:
        wanted = steps or p.steps
        whole = int(wanted / min(p.denoising_strength, 0.999)) if p.denoising_strength > 0 else 0
        return whole, wanted - 1
    return p.steps, int(min(p.denoising_strength, 0.999) * p.steps)


def images_tensor_to_samples(image: torch.Tensor, approximation, model) -> torch.Tensor:
    """Pixels in 0..1, one picture at a time, to scaled latents."""
    image = image.to(dtype=torch.float32) * 2 - 1
    return torch.cat([model.get_first_stage_encoding(model.encode_first_stage(one[None])) for one in image])


class Sampler:
    """Runs a sampling function on a denoiser, step by step, until done or stopped."""

    def __init__(self, func):
        self.func = func
        self.config: SamplerData | None = None
        self.last_latent = None
        self.model_wrap_cfg = None

    def callback_state(self, d: dict) -> None:
        """Called after each step."""
        shared.state.sampling_step = d["i"]

    def launch_sampling(self, steps: int, func):
        """Call ``func``; if the user stops it, the result is what was sampled last."""
        shared.state.sampling_steps = steps
        shared.state.sampling_step = 0
        try:
            return func()
        except InterruptedException:
            return self.last_latent

    def initialize(self, p) -> None:
        """Copy the processing object's parameters to the denoiser."""
        self.model_wrap_cfg.p = p
        self.model_wrap_cfg.mask = getattr(p, "mask", None)
        self.model_wrap_cfg.nmask = getattr(p, "nmask", None)

    def extra_args(self, p, conditioning, unconditional_conditioning) -> dict:
        """The denoiser's arguments besides latents and noise level."""
        return {"cond": conditioning, "uncond": unconditional_conditioning, "cond_scale": p.cfg_scale}
