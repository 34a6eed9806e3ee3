"""The patcher of the diffusion model."""

from __future__ import annotations

from backend.modules.k_model import KModel
from backend.patcher.base import ModelPatcher


class UnetPatcher(ModelPatcher):
    """Adds conditioning modifiers, which only a UNet has."""

    @classmethod
    def from_model(cls, model, diffusers_scheduler, config):
        """A patcher around a diffusion model whose noise schedule is that of a diffusers scheduler."""
        return cls(KModel(model, diffusers_scheduler, config))

    def add_conditioning_modifier(self, modifier) -> None:
        """Append ``f(model, x, timestep, uncond, cond, cond_scale, model_options, seed)``, which returns the eight."""
        self.model_options.setdefault("conditioning_modifiers", []).append(modifier)
