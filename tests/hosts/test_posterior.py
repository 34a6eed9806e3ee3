"""The posterior's mode in every way that Forge Neo's VAE takes: whole, in tiles, and in tiles when memory runs out."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import torch

from lib_iclight.hosts.forge import ForgeHost

TILE = 8


class Autoencoder:
    """A VAE's model: the mean is the pixels' mean, and whoever asks for a sample gets noise.

    Args:
        most: the encoder runs out of memory on more pixels.
    """

    quant_conv = None

    def __init__(self, most: float):
        self._most = most

    def encoder(self, pixels: torch.Tensor) -> torch.Tensor:
        if pixels[0, 0].numel() > self._most:
            raise torch.cuda.OutOfMemoryError("too little memory")
        mean = pixels.mean(dim=(1, 2, 3)).reshape(-1, 1, 1, 1).expand(-1, 4, 1, 1)
        return torch.cat([mean, torch.full_like(mean, 9.0)], dim=1)

    def encode(self, pixels: torch.Tensor) -> torch.Tensor:
        return self.encoder(pixels)[:, :4] + torch.randn(1)

    def process_in(self, latents: torch.Tensor) -> torch.Tensor:
        return latents * 0.5


class Vae:
    """Goes the ways of Forge Neo's ``VAE.encode``."""

    downscale_ratio = TILE

    def __init__(self, most: float, always_tiled: bool):
        self.first_stage_model, self._always_tiled = Autoencoder(most), always_tiled

    def encode(self, pixels: torch.Tensor) -> torch.Tensor:
        if self._always_tiled:
            return self.encode_tiled(pixels)
        try:
            return self.first_stage_model.encode(pixels.movedim(-1, 1))
        except torch.cuda.OutOfMemoryError:
            return self.encode_tiled(pixels)

    def encode_tiled(self, pixels: torch.Tensor) -> torch.Tensor:
        tiles = pixels.movedim(-1, 1).split(TILE, dim=3)
        return torch.cat([self.first_stage_model.encode(tile) for tile in tiles], dim=3)


@pytest.mark.parametrize(
    ("most", "always_tiled", "expected"),
    [
        pytest.param(float("inf"), False, [0.25], id="whole"),
        pytest.param(TILE * TILE, False, [0.0, 0.5], id="memory runs out"),
        pytest.param(float("inf"), True, [0.0, 0.5], id="always in tiles"),
    ],
)
def test_the_mode_is_taken_whole_and_in_tiles(most, always_tiled, expected):
    pixels = torch.zeros(1, TILE, 2 * TILE, 3)
    pixels[:, :, TILE:] = 1.0
    model = SimpleNamespace(forge_objects=SimpleNamespace(vae=Vae(most, always_tiled)))
    _, encode, _ = ForgeHost().vae(model)
    assert encode(pixels)[0, 0, 0].tolist() == expected
