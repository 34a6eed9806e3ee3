"""A plain DDIM sampler with guidance, so that the metrics need no host."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from workbench.training.diffusion import alphas_cumprod


@dataclass(frozen=True)
class Sampling:
    """``strength`` 1 starts at full noise (txt2img), 0.9 is the reference's img2img."""

    steps: int = 12
    strength: float = 1.0
    guidance: float = 2.0
    seed: int = 7


def sample(
    unet: nn.Module, start: Tensor, condition: Tensor | None, text: tuple[Tensor, Tensor], how: Sampling
) -> Tensor:
    """Return latents [B, 4, h, w] made from ``start`` plus noise, by DDIM (Song et al. 2021, eta 0).

    ``condition`` [B, 4 or 8, h, w] goes in beside the noisy latents; ``text`` is the prompt's features and the empty
    text's, [B, L, D] each.
    """
    alphas = alphas_cumprod()
    times = torch.linspace(how.strength * 1000 - 1, 0, how.steps + 1).round().long()
    noise = torch.randn(start.shape, generator=torch.Generator().manual_seed(how.seed))
    latents = alphas[times[0]].sqrt() * start + (1 - alphas[times[0]]).sqrt() * noise
    twice = torch.cat(text)
    with torch.no_grad():
        for now, after in itertools.pairwise(times):
            seen = latents if condition is None else torch.cat([latents, condition], 1)
            told, untold = unet(torch.cat([seen, seen]), now, twice).sample.chunk(2)
            guess = untold + how.guidance * (told - untold)
            clean = (latents - (1 - alphas[now]).sqrt() * guess) / alphas[now].sqrt()
            latents = alphas[after].sqrt() * clean + (1 - alphas[after]).sqrt() * guess
    return clean
