"""A diffusers autoencoder with the interface of Forge's own."""

from __future__ import annotations

import torch
from diffusers.models.autoencoders.vae import DiagonalGaussianDistribution


class IntegratedAutoencoderKL(torch.nn.Module):
    """Encodes pixels in -1..1, channels first, to unscaled latents."""

    def __init__(self, vae: torch.nn.Module):
        super().__init__()
        self.encoder, self.decoder = vae.encoder, vae.decoder
        self.quant_conv, self.post_quant_conv = vae.quant_conv, vae.post_quant_conv
        self.config = vae.config
        self.scaling_factor = vae.config.scaling_factor
        self.shift_factor = getattr(vae.config, "shift_factor", None) or 0.0

    def encode(self, x: torch.Tensor, regulation=None) -> torch.Tensor:
        """A sample of the posterior, or ``regulation(posterior)``."""
        z = self.encoder(x)
        posterior = DiagonalGaussianDistribution(z if self.quant_conv is None else self.quant_conv(z))
        return posterior.sample() if regulation is None else regulation(posterior)

    def decode(self, z: torch.Tensor) -> torch.Tensor:
        """Pixels in about -1..1."""
        return self.decoder(z if self.post_quant_conv is None else self.post_quant_conv(z))

    def process_in(self, latent: torch.Tensor) -> torch.Tensor:
        """Scale latents for the UNet."""
        return (latent - self.shift_factor) * self.scaling_factor

    def process_out(self, latent: torch.Tensor) -> torch.Tensor:
        """Scale the UNet's latents back for the decoder."""
        return latent / self.scaling_factor + self.shift_factor
