"""DDIM: Song et al. (2020), "Denoising Diffusion Implicit Models", arXiv:2010.02502. Counts in time steps."""

from __future__ import annotations

import torch
from backend.sampling.sampling_function import sampling_prepare

from modules import sd_samplers_cfg_denoiser, sd_samplers_common


@torch.no_grad()
def ddim(model, x, timesteps, extra_args=None, callback=None):
    """Equation 12 of the paper without added noise, from the last of ``timesteps`` to the first."""
    alphas_cumprod = model.inner_model.inner_model.alphas_cumprod
    for i in range(len(timesteps) - 1):
        index = len(timesteps) - 1 - i
        alpha, alpha_prev = alphas_cumprod[timesteps[index]], alphas_cumprod[timesteps[index - 1]]
        noise = model(x, timesteps[index] * x.new_ones(x.shape[0]), **(extra_args or {}))
        pred_x0 = (x - (1 - alpha).sqrt() * noise) / alpha.sqrt()
        x = alpha_prev.sqrt() * pred_x0 + (1 - alpha_prev).sqrt() * noise
        if callback is not None:
            callback({"x": x, "i": i, "denoised": pred_x0})
    return x


samplers_data_timesteps = [
    sd_samplers_common.SamplerData("DDIM", lambda model: CompVisSampler(ddim, model), {}),
]


class CompVisTimestepsDenoiser(torch.nn.Module):
    """Adds ``alphas_cumprod`` to the checkpoint."""

    def __init__(self, model):
        super().__init__()
        self.__dict__["inner_model"] = model
        model.alphas_cumprod = 1.0 / (model.forge_objects.unet.model.predictor.sigmas**2.0 + 1.0)


class CFGDenoiserTimesteps(sd_samplers_cfg_denoiser.CFGDenoiser):
    """Gets time steps, returns noise."""

    classic_ddim_eps_estimation = True

    @property
    def inner_model(self):
        """The checkpoint with its ``alphas_cumprod``."""
        return self.sampler.model_wrap


class CompVisSampler(sd_samplers_common.Sampler):
    """DDIM on the host's denoiser."""

    def __init__(self, func, sd_model):
        super().__init__(func)
        self.model_wrap = CompVisTimestepsDenoiser(sd_model)
        self.model_wrap_cfg = CFGDenoiserTimesteps(self)

    def get_timesteps(self, p, steps: int) -> torch.Tensor:
        """Evenly spaced time steps, smallest first."""
        return torch.clip(torch.arange(0, 1000, 1000 // steps) + 1, 0, 999)

    def _run(self, p, x, timesteps, conds, steps: int):
        self.initialize(p)
        arguments = {"extra_args": self.extra_args(p, *conds), "callback": self.callback_state}
        return self.launch_sampling(steps, lambda: self.func(self.model_wrap_cfg, x, timesteps, **arguments))

    def sample(self, p, x, conditioning, unconditional_conditioning):
        """Latents from noise ``x`` of variance one."""
        sampling_prepare(self.model_wrap.inner_model.forge_objects.unet, x=x)
        self.last_latent = x
        conds = (conditioning, unconditional_conditioning)
        return self._run(p, x, self.get_timesteps(p, p.steps), conds, p.steps)

    def sample_img2img(self, p, x, noise, conditioning, unconditional_conditioning, steps=None):
        """Latents from latents ``x`` with noise added according to the denoising strength."""
        sampling_prepare(self.model_wrap.inner_model.forge_objects.unet, x=x)
        steps, t_enc = sd_samplers_common.setup_img2img_steps(p, steps)
        timesteps = self.get_timesteps(p, steps)
        alpha = self.model_wrap.inner_model.alphas_cumprod[timesteps[t_enc]]
        xi = x.to(noise) * alpha.sqrt() + noise * (1 - alpha).sqrt()
        self.model_wrap_cfg.init_latent = self.last_latent = x
        return self._run(p, xi, timesteps[:t_enc], (conditioning, unconditional_conditioning), t_enc + 1)
