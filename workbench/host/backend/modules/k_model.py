"""The diffusion model as a denoiser."""

from __future__ import annotations

import torch

from backend.modules.k_prediction import k_prediction_from_diffusers_scheduler


class KModel(torch.nn.Module):
    """Scales the input, concatenates ``c_concat`` along the channels, and turns the output into a picture."""

    def __init__(self, model: torch.nn.Module, diffusers_scheduler, config=None):
        super().__init__()
        self.config = config
        self.storage_dtype = model.storage_dtype
        self.diffusion_model = model
        self.predictor = k_prediction_from_diffusers_scheduler(diffusers_scheduler)

    def apply_model(self, x, t, c_concat=None, c_crossattn=None, transformer_options=None):
        """Denoised latents for noisy latents ``x`` at noise levels ``t`` (sigmas, one per row)."""
        xc = self.predictor.calculate_input(t, x)
        if c_concat is not None:
            xc = torch.cat([xc, c_concat], dim=1)
        timesteps = self.predictor.timestep(t).float()
        output = self.diffusion_model(xc, timesteps, context=c_crossattn, transformer_options=transformer_options or {})
        return self.predictor.calculate_denoised(t, output, x)
