"""The noise that training adds: how much, of what kind, and how its error is weighted."""

from __future__ import annotations

import random

import torch
from torch import Tensor

from small_model.architecture import NOISE_SCHEDULE

#: Latents and tokens by name, by picture size; see ``latents.make``.
Data = dict[int, dict[str, Tensor]]
_BATCH = {128: 24, 256: 9}


def alphas_cumprod() -> Tensor:
    """Return SD 1.5's cumulative alphas [1000] ("scaled_linear" betas)."""
    ends = [NOISE_SCHEDULE["beta_start"] ** 0.5, NOISE_SCHEDULE["beta_end"] ** 0.5]
    betas = torch.linspace(*ends, NOISE_SCHEDULE["num_train_timesteps"], dtype=torch.float64) ** 2
    return torch.cumprod(1 - betas, 0).float()


class Noiser:
    """Draws the data of a step, and weights its error. Random numbers depend only on the step's number."""

    def __init__(self, data: Data, seed: int, large: float, device: str = "cpu", wide: int = 1) -> None:
        self.seed, self.large, self.device, self.wide = seed, large, device, wide
        self.alphas = alphas_cumprod().to(device)
        self.data = {size: {name: rows.to(device) for name, rows in part.items()} for size, part in data.items()}

    def start(self, step: int) -> tuple[torch.Generator, dict[str, Tensor], int]:
        """Return the step's generator, its data and its batch size: 256 px in a share ``large`` of the steps."""
        generator = torch.Generator(self.device).manual_seed(self.seed * 1_000_003 + step)
        size = 256 if int((step + 1) * self.large) > int(step * self.large) else 128
        return generator, self.data[size], _BATCH[size] * self.wide

    def happens(self, step: int, share: float) -> bool:
        """Return whether the step is in a random ``share`` of all steps, without waiting for the device."""
        return random.Random(self.seed * 1_000_003 + step).random() < share

    def rows(self, count: int, below: int, generator: torch.Generator) -> Tensor:
        """Return whole numbers [count] from 0 to ``below`` exclusive."""
        return torch.randint(below, (count,), generator=generator, device=self.device)

    def chances(self, count: int, generator: torch.Generator) -> Tensor:
        """Return uniform random numbers [count] in 0..1."""
        return torch.rand(count, generator=generator, device=self.device)

    def white(self, shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
        """Return white noise of ``shape``."""
        return torch.randn(shape, generator=generator, device=self.device)

    def times(self, count: int, generator: torch.Generator) -> Tensor:
        """Return random timesteps [count], more of them at high noise levels, where the light is decided."""
        return (self.chances(count, generator) ** 0.75 * 1000).long().clamp(max=999)

    def level(self, times: Tensor) -> Tensor:
        """Return the ratio of noise to picture at ``times`` [B], as [B, 1, 1, 1]: the samplers' sigma."""
        a = self.alphas[times].view(-1, 1, 1, 1)
        return ((1 - a) / a).sqrt()

    def mix(self, clean: Tensor, noise: Tensor, times: Tensor) -> Tensor:
        """Return ``sqrt(a) clean + sqrt(1 - a) noise`` at ``times``."""
        a = self.alphas[times].view(-1, 1, 1, 1)
        return a.sqrt() * clean + (1 - a).sqrt() * noise

    def clean(self, noisy: Tensor, noise: Tensor, times: Tensor) -> Tensor:
        """Return the clean latents of ``noisy`` without ``noise``: the inverse of ``mix``."""
        a = self.alphas[times].view(-1, 1, 1, 1)
        return (noisy - (1 - a).sqrt() * noise) / a.sqrt()

    def noise(self, noisy: Tensor, clean: Tensor, times: Tensor) -> Tensor:
        """Return the noise that separates ``noisy`` from ``clean`` at ``times``."""
        a = self.alphas[times].view(-1, 1, 1, 1)
        return (noisy - a.sqrt() * clean) / (1 - a).sqrt()

    def leading(self, clean: Tensor, noise: Tensor, begun: Tensor, starts: Tensor) -> Tensor:
        """Return the noise that leads from ``begun`` with ``noise`` at the times ``starts`` [B] to ``clean``.

        img2img starts from a light map ``g`` at a noise level ``s``: from ``g + s n``, not from a noised ``x``.
        The straight path from there to ``x`` passes ``x + r (n + (g - x) / s)`` at level ``r``.
        """
        return noise + (begun - clean) / self.level(starts)

    def weights(self, times: Tensor) -> Tensor:
        """Return the loss weights [B]: min-SNR-5 at low noise levels (Hang et al. 2023), more at high noise levels."""
        ratio = self.alphas[times] / (1 - self.alphas[times])
        return (5 / ratio).clamp(max=1) * (1 + 1 / ratio) ** 0.7
