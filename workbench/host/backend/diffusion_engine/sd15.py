"""The workbench's model as a Stable Diffusion 1.5 checkpoint."""

from __future__ import annotations

import torch

from backend.diffusion_engine.base import ForgeDiffusionEngine, ForgeObjects
from backend.nn.unet import IntegratedUNet2DConditionModel
from backend.nn.vae import IntegratedAutoencoderKL
from backend.patcher.unet import UnetPatcher
from backend.patcher.vae import VAE


class StableDiffusion(ForgeDiffusionEngine):
    """UNet, VAE and text encoder behind the host's interface."""

    def __init__(self, estimated_config, huggingface_components: dict):
        super().__init__(estimated_config)
        unet = UnetPatcher.from_model(
            model=IntegratedUNet2DConditionModel(huggingface_components["unet"]),
            diffusers_scheduler=huggingface_components["scheduler"],
            config=estimated_config,
        )
        vae = VAE(model=IntegratedAutoencoderKL(huggingface_components["vae"]))
        self.text_processing_engine = huggingface_components["text_encoder"]
        self.forge_objects = ForgeObjects(unet=unet, clip=None, vae=vae, clipvision=None)
        self.forge_objects_original = self.forge_objects.shallow_copy()
        self.forge_objects_after_applying_lora = self.forge_objects.shallow_copy()
        self.is_sd1 = True

    @torch.inference_mode()
    def get_learned_conditioning(self, prompt: list[str]) -> torch.Tensor:
        """Text embeddings ``[len(prompt), 77, dim]``."""
        return self.text_processing_engine(prompt)

    @torch.inference_mode()
    def encode_first_stage(self, x: torch.Tensor) -> torch.Tensor:
        """Pixels ``[B, 3, H, W]`` in -1..1 to scaled latents."""
        sample = self.forge_objects.vae.encode(x.movedim(1, -1) * 0.5 + 0.5)
        return self.forge_objects.vae.first_stage_model.process_in(sample).to(x)

    @torch.inference_mode()
    def decode_first_stage(self, x: torch.Tensor) -> torch.Tensor:
        """Scaled latents to pixels ``[B, 3, H, W]`` in -1..1."""
        sample = self.forge_objects.vae.first_stage_model.process_out(x)
        return (self.forge_objects.vae.decode(sample).movedim(-1, 1) * 2.0 - 1.0).to(x)
