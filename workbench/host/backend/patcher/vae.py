"""The VAE: pixels in ``[B, H, W, 3]`` and 0..1 to latents ``[B, 4, H/8, W/8]`` and back, without the scale factor."""

from __future__ import annotations

import copy

import torch

from backend import memory_management
from backend.patcher.base import ModelPatcher


class VAE:
    """An autoencoder and its patcher. Clones share the model, not the patcher."""

    def __init__(self, model):
        self.first_stage_model = model.eval()
        self.downscale_ratio = int(2 ** (len(model.config.down_block_types) - 1))
        self.latent_channels = int(model.config.latent_channels)
        self.patcher = ModelPatcher(model)

    def clone(self) -> VAE:
        """A VAE with the same model and a clone of the patcher."""
        n = copy.copy(self)
        n.patcher = self.patcher.clone()
        return n

    def encode_inner(self, pixel_samples: torch.Tensor) -> torch.Tensor:
        """As :meth:`encode`; the posterior is sampled with torch's global random state."""
        memory_management.load_models_gpu([self.patcher])
        regulation = self.patcher.model_options.get("model_vae_regulation")
        return self.first_stage_model.encode(2.0 * pixel_samples.movedim(-1, 1) - 1.0, regulation)

    def encode(self, pixel_samples: torch.Tensor) -> torch.Tensor:
        """Pixels ``[B, H, W, 3]`` in 0..1 to a sample of the posterior, or to the regulation's result."""
        return self.encode_inner(pixel_samples)

    def decode(self, samples_in: torch.Tensor) -> torch.Tensor:
        """Unscaled latents to pixels ``[B, H, W, 3]`` in 0..1."""
        memory_management.load_models_gpu([self.patcher])
        pixels = self.first_stage_model.decode(samples_in)
        return torch.clamp((pixels + 1.0) / 2.0, min=0.0, max=1.0).movedim(1, -1)
