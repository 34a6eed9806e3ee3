"""Builds the model from its files: UNet, autoencoder and text encoder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from small_model import files
from small_model.architecture import LATENT_CHANNELS, make_unet, make_vae
from small_model.text import REPEATS, make_text_encoder, tokenise

if TYPE_CHECKING:
    from diffusers import AutoencoderKL, UNet2DConditionModel
    from torch import Tensor, nn


@dataclass
class TinyModel:
    """A base model: float32, on the CPU, in evaluation mode.

    ``trained`` tells whether the weights are trained or only seeded noise.
    """

    unet: UNet2DConditionModel
    vae: AutoencoderKL
    text_encoder: nn.Module
    trained: bool

    def encode_text(self, texts: list[str]) -> Tensor:
        """Return features [B, 77, 64] for ``texts``; unknown words are left out."""
        import torch

        with torch.no_grad():
            rows = self.text_encoder(torch.tensor([tokenise(text) for text in texts]))
            return rows.repeat(1, REPEATS, 1)


def build(weights_dir: Path | None = None) -> TinyModel:
    """Return the model from ``weights_dir`` (default: the repository's files), with seeded noise for missing files.

    Raises ``RuntimeError`` if a file does not fit the architecture.
    """
    folder = Path(weights_dir or files.WEIGHTS)
    unet, unet_metadata = _load(lambda: make_unet(LATENT_CHANNELS), folder / files.UNET)
    vae, vae_metadata = _load(make_vae, folder / files.VAE)
    text_encoder, _ = _load(make_text_encoder, folder / files.TEXT)
    vae.register_to_config(scaling_factor=float(vae_metadata.get("scaling_factor", 1.0)))
    return TinyModel(unet, vae, text_encoder, trained=bool(unet_metadata and vae_metadata))


def _load(make, path: Path) -> tuple[nn.Module, dict[str, str]]:
    module = files.seeded(make)
    metadata: dict[str, str] = {}
    if path.is_file():
        tensors, metadata = files.read_float(path)
        module.load_state_dict(tensors)
    return module.eval().requires_grad_(False), metadata
