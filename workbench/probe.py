"""Counts the model calls of a generation: UNet calls, VAE encodes and decodes, weight merges."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


@dataclass
class Probe:
    """Watches the models of a checkpoint through torch hooks and records what it sees in its fields.

    ``unet_inputs`` holds the shape of each UNet input, latents and concatenated channels together. ``last_input`` is
    the tensor of the last call. ``vae_encodes`` holds the shape of the pixels of each encode. ``merges`` counts how
    often the UNet's weights were merged or restored.
    """

    unet_inputs: list[tuple[int, ...]] = field(default_factory=list)
    unet_timesteps: list[float] = field(default_factory=list)
    vae_encodes: list[tuple[int, ...]] = field(default_factory=list)
    vae_decodes: list[tuple[int, ...]] = field(default_factory=list)
    merges: int = 0
    last_input: torch.Tensor | None = field(default=None, repr=False)

    @property
    def last_c_concat(self) -> torch.Tensor | None:
        """The channels after the latents in the last call, or None."""
        if self.last_input is None or self.last_input.shape[1] <= 4:
            return None
        return self.last_input[:, 4:]

    def clear(self) -> None:
        """Forget everything."""
        for seen in (self.unet_inputs, self.unet_timesteps, self.vae_encodes, self.vae_decodes):
            seen.clear()
        self.merges = 0
        self.last_input = None

    def watch(self, sd_model) -> None:
        """Start watching a checkpoint that was just loaded."""
        unet = sd_model.forge_objects.unet.model.diffusion_model
        vae = sd_model.forge_objects.vae.first_stage_model
        unet.register_forward_hook(self._saw_unet)
        vae.encoder.register_forward_pre_hook(lambda module, args: self.vae_encodes.append(tuple(args[0].shape)))
        vae.decoder.register_forward_pre_hook(lambda module, args: self.vae_decodes.append(tuple(args[0].shape)))
        loader = sd_model.forge_objects.unet.lora_loader
        refresh = loader.refresh

        def counted(lora_patches, **kwargs):
            before = loader.loaded_hash
            refresh(lora_patches=lora_patches, **kwargs)
            self.merges += loader.loaded_hash != before

        loader.refresh = counted

    def _saw_unet(self, module, args, output) -> None:
        self.unet_inputs.append(tuple(args[0].shape))
        self.unet_timesteps.append(float(args[1].flatten()[0]))
        self.last_input = args[0].detach()
