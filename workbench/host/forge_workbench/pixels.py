"""Pictures as tensors, and latents as pictures."""

from __future__ import annotations

import numpy as np
import torch
from PIL import Image


class DecodedSamples(list):
    """Pictures ``[3, H, W]`` in -1..1 in the place of latents."""

    already_decoded = True


def decoded(model, latents: torch.Tensor) -> DecodedSamples:
    """Latents ``[B, C, h, w]`` as a list of pictures."""
    return DecodedSamples(model.decode_first_stage(latents))


def pixels_to_image(x: torch.Tensor) -> Image.Image:
    """A tensor ``[3, H, W]`` in 0..1 as a picture; fractions are truncated."""
    return Image.fromarray((255.0 * np.moveaxis(x.cpu().numpy(), 0, 2)).astype(np.uint8))


def image_to_pixels(image: Image.Image) -> np.ndarray:
    """A picture as ``[3, H, W]`` in 0..1."""
    return np.moveaxis(np.array(image).astype(np.float32) / 255.0, 2, 0)
