"""The denoiser that samplers call: guided predictions, with the unmasked part restored at each step."""

from __future__ import annotations

import torch
from backend.sampling.sampling_function import sampling_function

from modules import scripts, sd_samplers_common, shared
from modules.script_callbacks import CFGDenoiserParams, cfg_denoiser_callback


class CFGDenoiser(torch.nn.Module):
    """Classifier-free guidance (Ho and Salimans, 2022) with the host's callbacks around it."""

    classic_ddim_eps_estimation = False

    def __init__(self, sampler):
        super().__init__()
        self.sampler = sampler
        self.mask = self.nmask = self.init_latent = None
        self.p = None

    @property
    def inner_model(self):
        """The noise schedule, whose ``inner_model`` is the checkpoint."""
        raise NotImplementedError

    def _blend(self, denoised: torch.Tensor, sigma: torch.Tensor) -> torch.Tensor:
        blended = denoised * self.nmask + self.init_latent * self.mask
        if self.p.scripts is None:
            return blended
        args = (denoised, self.nmask, self.init_latent, self.mask, blended)
        mba = scripts.MaskBlendArgs(*args, denoiser=self, sigma=sigma)
        self.p.scripts.on_mask_blend(self.p, mba)
        return mba.blended_latent

    def _noisy_original(self, sigma: torch.Tensor) -> torch.Tensor:
        predictor = self.inner_model.inner_model.forge_objects.unet.model.predictor
        noise = torch.randn_like(self.init_latent)
        return predictor.noise_scaling(sigma[:, None, None, None], noise, self.init_latent)

    def _to_sigma(self, x: torch.Tensor, timestep: torch.Tensor):
        """Convert latents scaled to variance one and their time step to latents with noise of a level."""
        alphas_cumprod = self.inner_model.inner_model.alphas_cumprod
        sigmas = ((1 - alphas_cumprod) / alphas_cumprod) ** 0.5
        sigma = sigmas[timestep.round().long().clip(0, len(sigmas) - 1)]
        return x * ((sigma**2 + 1.0) ** 0.5)[:, None, None, None], sigma

    def forward(self, x, sigma, uncond, cond, cond_scale):
        """Denoised latents; for a sampler that counts in time steps, the noise in them."""
        state = shared.state
        if state.interrupted or state.skipped:
            raise sd_samplers_common.InterruptedException
        if self.classic_ddim_eps_estimation:
            x, sigma = self._to_sigma(x, sigma)
        if self.mask is not None:
            x = x * self.nmask + self._noisy_original(sigma) * self.mask
        params = CFGDenoiserParams(x, None, sigma, state.sampling_step, state.sampling_steps, cond, uncond, self)
        cfg_denoiser_callback(params)
        if self.p.is_hr_pass:
            cond_scale = self.p.hr_cfg
        denoised, _, _ = sampling_function(self, denoiser_params=params, cond_scale=cond_scale)
        if self.mask is not None:
            denoised = self._blend(denoised, sigma)
        self.sampler.last_latent = denoised
        if self.classic_ddim_eps_estimation:
            return (x - denoised) / sigma[:, None, None, None]
        return denoised.to(x)
