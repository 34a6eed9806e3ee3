"""Noise by seed: each picture of a batch has its own generator, so its noise does not depend on the batch."""

from __future__ import annotations

import torch


def randn(seed: int, shape, generator: torch.Generator | None = None) -> torch.Tensor:
    """Normal noise for a seed; also seeds the global random state, with another number if a generator is given."""
    torch.manual_seed(int((seed + 100000) % 65536 if generator is not None else seed))
    return torch.randn(shape, generator=generator)


def create_generator(seed: int) -> torch.Generator:
    """A generator seeded with ``seed``."""
    return torch.Generator("cpu").manual_seed(int(seed))


def slerp(val: float, low: torch.Tensor, high: torch.Tensor) -> torch.Tensor:
    """Spherical interpolation (Shoemake, 1985) between noises ``[C, H, W]``, along their rows."""
    dot = ((low / low.norm(dim=1, keepdim=True)) * (high / high.norm(dim=1, keepdim=True))).sum(1)
    if dot.mean() > 0.9995:
        return low * val + high * (1 - val)
    omega = torch.acos(dot)
    so = torch.sin(omega)
    return (torch.sin((1.0 - val) * omega) / so).unsqueeze(1) * low + (torch.sin(val * omega) / so).unsqueeze(1) * high


class ImageRNG:
    """The noises of a batch, one after another: the first starts sampling, the rest feed stochastic samplers."""

    def __init__(self, shape, seeds, subseeds=None, subseed_strength=0.0):
        self.shape = tuple(map(int, shape))
        self.seeds = seeds
        self.subseeds = subseeds
        self.subseed_strength = subseed_strength
        self.generators = [create_generator(seed) for seed in seeds]
        self.is_first = True

    def _first_of(self, index: int) -> torch.Tensor:
        subnoise = None
        if self.subseeds is not None and self.subseed_strength != 0:
            subnoise = randn(self.subseeds[index] if index < len(self.subseeds) else 0, self.shape)
        noise = randn(self.seeds[index], self.shape, generator=self.generators[index])
        return noise if subnoise is None else slerp(self.subseed_strength, noise, subnoise)

    def first(self) -> torch.Tensor:
        """The noise to start from, with variation seeds."""
        return torch.stack([self._first_of(i) for i in range(len(self.seeds))])

    def next(self) -> torch.Tensor:
        """The next noise ``[B, C, H, W]``."""
        if self.is_first:
            self.is_first = False
            return self.first()
        return torch.stack([torch.randn(self.shape, generator=g) for g in self.generators])
