"""Samplers that count in noise levels."""

from __future__ import annotations

import inspect

import torch
from backend.sampling.sampling_function import sampling_prepare
from k_diffusion import external, sampling

from modules import sd_samplers_cfg_denoiser, sd_samplers_common, sd_schedulers
from modules.shared import opts

samplers_k_diffusion = [
    ("DPM++ 2M", sampling.sample_dpmpp_2m, {"scheduler": "karras"}),
    ("DPM++ 2M SDE", sampling.sample_dpmpp_2m_sde, {"scheduler": "exponential", "brownian_noise": True}),
    ("Euler a", sampling.sample_euler_ancestral, {}),
    ("Euler", sampling.sample_euler, {}),
]
samplers_data_k_diffusion = [
    sd_samplers_common.SamplerData(label, lambda model, func=func: KDiffusionSampler(func, model), options)
    for label, func, options in samplers_k_diffusion
]


class CFGDenoiserKDiffusion(sd_samplers_cfg_denoiser.CFGDenoiser):
    """Gets noise levels, returns denoised latents."""

    @property
    def inner_model(self):
        """The noise schedule of the checkpoint."""
        return self.sampler.model_wrap


class KDiffusionSampler(sd_samplers_common.Sampler):
    """One of the functions of ``k_diffusion.sampling``."""

    def __init__(self, func, sd_model):
        super().__init__(func)
        self.model_wrap = external.ForgeScheduleLinker(sd_model.forge_objects.unet.model.predictor)
        self.model_wrap.__dict__["inner_model"] = sd_model
        self.model_wrap_cfg = CFGDenoiserKDiffusion(self)

    def get_sigmas(self, p, steps: int) -> torch.Tensor:
        """The noise levels of the selected schedule; "automatic" is the sampler's own."""
        name = (p.hr_scheduler if p.is_hr_pass else p.scheduler) or "Automatic"
        scheduler = sd_schedulers.schedulers_map.get(
            self.config.options.get("scheduler") if name == "Automatic" else name
        )
        if scheduler is None or scheduler.function is None:
            return self.model_wrap.get_sigmas(steps).cpu()
        if not p.is_hr_pass:
            p.extra_generation_params["Schedule type"] = scheduler.label
        elif scheduler.label != p.extra_generation_params.get("Schedule type"):
            p.extra_generation_params["Hires schedule type"] = scheduler.label
        limits = (self.model_wrap.sigmas[0].item(), self.model_wrap.sigmas[-1].item())
        low, high = (0.1, 10) if opts.use_old_karras_scheduler_sigmas else limits
        kwargs = {"sigma_min": low, "sigma_max": high}
        if opts.sigma_max not in (0, limits[1]):
            kwargs["sigma_max"] = opts.sigma_max
            p.extra_generation_params["Schedule max sigma"] = opts.sigma_max
        if scheduler.need_inner_model:
            kwargs["inner_model"] = self.model_wrap
        return scheduler.function(n=steps, **kwargs, device="cpu").cpu()

    def _noise_sampler(self, p, x: torch.Tensor):
        """Noise for the steps: from the seeds for solvers of stochastic equations, else the batch's next."""
        if self.config.options.get("brownian_noise", False):
            seeds = p.all_seeds[p.iteration * p.batch_size : (p.iteration + 1) * p.batch_size]
            return sampling.SeededNoiseSampler(x, seeds)
        return lambda sigma, sigma_next: p.rng.next()

    def _run(self, p, x, sigmas, conds, steps: int):
        self.initialize(p)
        arguments = {"extra_args": self.extra_args(p, *conds), "callback": self.callback_state}
        if "noise_sampler" in inspect.signature(self.func).parameters:
            arguments["noise_sampler"] = self._noise_sampler(p, x)
        return self.launch_sampling(steps, lambda: self.func(self.model_wrap_cfg, x, sigmas, **arguments))

    def sample(self, p, x, conditioning, unconditional_conditioning):
        """Latents from noise ``x`` of variance one."""
        sampling_prepare(self.model_wrap.inner_model.forge_objects.unet, x=x)
        sigmas = self.get_sigmas(p, p.steps)
        whole = opts.sgm_noise_multiplier
        x = self.model_wrap.predictor.noise_scaling(sigmas[0], x, torch.zeros_like(x), max_denoise=whole)
        self.last_latent = x
        return self._run(p, x, sigmas, (conditioning, unconditional_conditioning), p.steps)

    def sample_img2img(self, p, x, noise, conditioning, unconditional_conditioning, steps=None):
        """Latents from latents ``x`` with noise added according to the denoising strength."""
        sampling_prepare(self.model_wrap.inner_model.forge_objects.unet, x=x)
        steps, t_enc = sd_samplers_common.setup_img2img_steps(p, steps)
        sigmas = self.get_sigmas(p, steps)[steps - t_enc - 1 :]
        x = x.to(noise)
        xi = self.model_wrap.predictor.noise_scaling(sigmas[0], noise, x)
        self.model_wrap_cfg.init_latent = self.last_latent = x
        return self._run(p, xi, sigmas, (conditioning, unconditional_conditioning), t_enc + 1)
