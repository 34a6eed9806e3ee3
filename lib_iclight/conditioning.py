"""Turns pixels into what the UNet and the sampler get: ``c_concat`` and starting latents."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .picture import arrays
from .support.cache import SharedCache

if TYPE_CHECKING:
    import torch

Encode = Callable[["torch.Tensor"], "torch.Tensor"]
"""The host's VAE encoder: from ``[1, H, W, 3]`` in the host's 0..1 range to the posterior's mode times the scale
factor, ``[1, 4, h, w]`` float32."""


@dataclass(frozen=True, eq=False)
class LazyImage:
    """Pixels to encode, drawn only if their latent is not cached.

    Attributes:
        key: identifies the pixels apart from their size.
        draw: ``(width, height)`` to uint8 ``[height, width, 3]``.
    """

    key: Hashable
    draw: Callable[[int, int], np.ndarray]


def to_host_range(pixels: np.ndarray) -> torch.Tensor:
    """Scale pixels for the host's encoder, which computes ``2 * x - 1``: ``x / 254`` becomes ``x / 127 - 1``.

    Source: lllyasviel/IC-Light, ``numpy2pytorch`` ("127 must be strictly 0.0").

    Args:
        pixels: uint8 ``[H, W, 3]``.

    Returns:
        float32 ``[1, H, W, 3]`` from 0 to 255 / 254.
    """
    import torch

    return torch.from_numpy(pixels.astype(np.float32) / 254.0)[None]


class LatentCache:
    """Encodes each distinct picture once per size and VAE."""

    def __init__(self, cache: SharedCache) -> None:
        self._cache = cache

    def latent(self, layer: LazyImage, width: int, height: int, vae: Hashable, encode: Encode) -> torch.Tensor:
        """The latent of a layer.

        Args:
            layer: what to encode.
            width, height: in pixels.
            vae: identifies the VAE.
            encode: the VAE.

        Returns:
            ``[1, 4, height / 8, width / 8]``, float32; shared, so do not modify it.
        """

        def make() -> torch.Tensor:
            return encode(to_host_range(layer.draw(width, height)))

        return self._cache.get(("latent", layer.key, width, height, vae), make)

    def stack(
        self, layers: Sequence[LazyImage], width: int, height: int, vae: Hashable, encode: Encode
    ) -> torch.Tensor:
        """Latents of several layers joined along the channels: the condition, ``[1, 4 * n, h, w]``."""
        import torch

        return torch.cat([self.latent(layer, width, height, vae, encode) for layer in layers], dim=1)


def paste_subject(light: np.ndarray, subject: np.ndarray, matte: np.ndarray, strength: float) -> np.ndarray:
    """Paste the subject onto the light map (*Reinforce foreground*).

    Args:
        light: uint8 ``[H, W, 3]``.
        subject: uint8 ``[H, W, 3]``, the same crop that conditions the run.
        matte: uint8 ``[H, W]``.
        strength: 0 leaves the map as it is, 1 pastes the subject at full opacity.
    """
    weight = np.rint(matte.astype(np.float32) * strength).astype(np.uint8)
    return arrays.over(subject, weight, light)


def scale_contrast(grey: torch.Tensor, start: torch.Tensor, strength: float) -> torch.Tensor:
    """Scale how far starting latents are from grey, as :func:`lib_iclight.light.maps.with_contrast` does for pixels.

    Args:
        grey: the latents of grey 127, ``[1, 4, h, w]``.
        start: ``[B, 4, h, w]``.
        strength: 0 returns grey, 1 leaves ``start`` as it is; higher values extrapolate beyond black and white.
    """
    return grey + strength * (start - grey)


def inside_mask(start: torch.Tensor, latents: torch.Tensor, mask: torch.Tensor | None) -> torch.Tensor:
    """Starting latents for inpainting: the light inside the mask, the picture outside.

    Args:
        start: the light's latents, ``[1 or B, 4, h, w]``.
        latents: the picture's, ``[B, 4, h, w]``.
        mask: the host's ``nmask``, broadcastable to them, 1 where the picture is repainted; None repaints all.

    Returns:
        ``[B, 4, h, w]`` in the picture's dtype and on its device.
    """
    start = start.to(latents).expand_as(latents)
    if mask is None:
        return start.clone()
    mask = mask.to(latents)
    return start * mask + latents * (1 - mask)
