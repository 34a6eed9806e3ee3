"""The VAE: pixels in ``[B, H, W, 3]`` and 0..1 to latents ``[B, 4, H/8, W/8]`` and back, without the scale factor."""

from __future__ import annotations

import torch

from backend import memory_management
from backend.patcher.base import ModelPatcher


class VAE:
    """An autoencoder and its patcher. Clones share the model, not the patcher."""

    def __init__(self, model=None, device=None, dtype=None, no_init: bool = False):
        if no_init:
            return
        self.first_stage_model = model.eval()
        self.downscale_ratio = int(2 ** (len(model.config.down_block_types) - 1))
        self.latent_channels = int(model.config.latent_channels)
        self.device = device or memory_management.vae_device()
        self.vae_dtype = dtype or memory_management.vae_dtype()
        self.output_device = memory_management.intermediate_device()
        self.first_stage_model.to(self.vae_dtype)
        self.patcher = ModelPatcher(model, self.device, memory_management.vae_offload_device())

    def clone(self) -> VAE:
        """A VAE with the same model and a clone of the patcher."""
        n = VAE(no_init=True)
        n.__dict__.update(self.__dict__)
        n.patcher = self.patcher.clone()
        return n

    def encode_inner(self, pixel_samples: torch.Tensor) -> torch.Tensor:
        """Encode without looking for a wrapper. The posterior is sampled with torch's global random state."""
        regulation = self.patcher.model_options.get("model_vae_regulation")
        memory_management.load_models_gpu([self.patcher])
        pixels = (2.0 * pixel_samples.movedim(-1, 1) - 1.0).to(self.device, self.vae_dtype)
        return self.first_stage_model.encode(pixels, regulation).to(self.output_device).float()

    def decode_inner(self, samples_in: torch.Tensor) -> torch.Tensor:
        """Decode without looking for a wrapper."""
        memory_management.load_models_gpu([self.patcher])
        pixels = self.first_stage_model.decode(samples_in.to(self.device, self.vae_dtype)).float()
        return torch.clamp((pixels + 1.0) / 2.0, min=0.0, max=1.0).to(self.output_device).movedim(1, -1)

    def encode(self, pixel_samples: torch.Tensor) -> torch.Tensor:
        """Pixels ``[B, H, W, 3]`` in 0..1 to a sample of the posterior, or to what the regulation makes of it."""
        wrapper = self.patcher.model_options.get("model_vae_encode_wrapper")
        return self.encode_inner(pixel_samples) if wrapper is None else wrapper(self.encode_inner, pixel_samples)

    def decode(self, samples_in: torch.Tensor) -> torch.Tensor:
        """Unscaled latents to pixels ``[B, H, W, 3]`` in 0..1."""
        wrapper = self.patcher.model_options.get("model_vae_decode_wrapper")
        return self.decode_inner(samples_in) if wrapper is None else wrapper(self.decode_inner, samples_in)
