"""What all samplers have in common."""

from __future__ import annotations

import inspect
from collections import namedtuple

import torch

from modules import devices, shared
from modules.shared import opts

SamplerDataTuple = namedtuple("SamplerData", ["name", "constructor", "aliases", "options"])
approximation_indexes = {"Full": 0}


class SamplerData(SamplerDataTuple):
    """A sampler's name, how to make it, other names, and its traits."""

    def total_steps(self, steps: int) -> int:
        """How often the model is called for so many steps."""
        return steps * 2 if self.options.get("second_order", False) else steps


class InterruptedException(BaseException):
    """The user stopped the sampling. Not an error, so nothing that guards against errors stops it."""


def setup_img2img_steps(p, steps: int | None = None) -> tuple[int, int]:
    """``(steps of the whole schedule, steps to do but one)`` for a denoising strength."""
    if opts.img2img_fix_steps or steps is not None:
        wanted = steps or p.steps
        whole = int(wanted / min(p.denoising_strength, 0.999)) if p.denoising_strength > 0 else 0
        return whole, wanted - 1
    return p.steps, int(min(p.denoising_strength, 0.999) * p.steps)


def decode_first_stage(model, x: torch.Tensor) -> torch.Tensor:
    """Latents to pixels in -1..1."""
    return model.decode_first_stage(x)


def images_tensor_to_samples(image: torch.Tensor, approximation=None, model=None) -> torch.Tensor:
    """Pixels in 0..1, one picture at a time, to scaled latents."""
    model = model or shared.sd_model
    image = image.to(shared.device, dtype=devices.dtype_vae) * 2 - 1
    return torch.cat([model.get_first_stage_encoding(model.encode_first_stage(one[None])) for one in image])


def store_latent(decoded: torch.Tensor) -> None:
    """Keep the latents as they are now."""
    shared.state.current_latent = decoded


class Sampler:
    """Runs a sampling function on a denoiser, step by step, until done or stopped."""

    eta_option_field = "eta_ancestral"
    eta_infotext_field = "Eta"
    eta_default = 1.0

    def __init__(self, func):
        self.funcname = func.__name__
        self.func = func
        self.config: SamplerData | None = None
        self.last_latent = None
        self.eta: float | None = None
        self.s_min_uncond = None
        self.p = None
        self.model_wrap_cfg = None
        self.sampler_extra_args: dict | None = None

    def callback_state(self, d: dict) -> None:
        """A step was done."""
        shared.state.sampling_step = d["i"]

    def launch_sampling(self, steps: int, func):
        """Call ``func``; what was sampled last is the result where the user stops it."""
        self.model_wrap_cfg.steps = steps
        self.model_wrap_cfg.total_steps = self.config.total_steps(steps)
        shared.state.sampling_steps = steps
        shared.state.sampling_step = 0
        try:
            return func()
        except InterruptedException:
            return self.last_latent

    def initialize(self, p) -> dict:
        """Take over what the processing object says; returns arguments for the sampling function."""
        self.p = self.model_wrap_cfg.p = p
        self.model_wrap_cfg.mask = getattr(p, "mask", None)
        self.model_wrap_cfg.nmask = getattr(p, "nmask", None)
        self.model_wrap_cfg.step = 0
        self.eta = p.eta if p.eta is not None else getattr(opts, self.eta_option_field)
        self.s_min_uncond = p.s_min_uncond
        arguments = {}
        if "eta" in inspect.signature(self.func).parameters:
            arguments["eta"] = self.eta
            if self.eta != self.eta_default:
                p.extra_generation_params[self.eta_infotext_field] = self.eta
        return arguments

    def extra_args(self, p, conditioning, unconditional_conditioning, image_conditioning) -> dict:
        """What the denoiser is called with beside latents and noise level."""
        self.sampler_extra_args = {
            "cond": conditioning,
            "image_cond": image_conditioning,
            "uncond": unconditional_conditioning,
            "cond_scale": p.cfg_scale,
            "s_min_uncond": self.s_min_uncond,
        }
        return self.sampler_extra_args
