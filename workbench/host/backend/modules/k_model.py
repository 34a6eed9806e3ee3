"""The diffusion model as a denoiser."""

from __future__ import annotations

import torch

from backend import memory_management
from backend.modules.k_prediction import k_prediction_from_diffusers_scheduler


class KModel(torch.nn.Module):
    """Scales the input, concatenates ``c_concat`` along the channels, and turns the output into a picture."""

    def __init__(self, model: torch.nn.Module, diffusers_scheduler, k_predictor=None, config=None):
        super().__init__()
        self.config = config
        self.storage_dtype = model.storage_dtype
        self.computation_dtype = model.computation_dtype
        self.diffusion_model = model
        self.predictor = k_predictor or k_prediction_from_diffusers_scheduler(diffusers_scheduler)

    def apply_model(self, x, t, c_concat=None, c_crossattn=None, control=None, transformer_options=None, **kwargs):
        """Denoised latents for noisy latents ``x`` at noise levels ``t`` (sigmas, one per row)."""
        xc = self.predictor.calculate_input(t, x)
        if c_concat is not None:
            xc = torch.cat([xc, c_concat], dim=1)
        output = self.diffusion_model(
            xc.to(self.computation_dtype),
            self.predictor.timestep(t).float(),
            context=c_crossattn.to(self.computation_dtype),
            control=control,
            transformer_options=transformer_options or {},
            **kwargs,
        )
        return self.predictor.calculate_denoised(t, output.float(), x)

    def memory_required(self, input_shape) -> float:
        """A rough number of bytes for an input ``[B, C, H, W]``."""
        area = input_shape[0] * input_shape[2] * input_shape[3]
        return 1.28 * area * memory_management.dtype_size(self.computation_dtype) * 16384
