"""Noise by seed: each picture of a batch has its own generator, so its noise does not depend on the batch."""

from __future__ import annotations

import torch

from modules import devices, shared


def manual_seed(seed: int) -> None:
    """Seed torch's global random state."""
    torch.manual_seed(int(seed))


def randn(seed: int, shape, generator: torch.Generator | None = None) -> torch.Tensor:
    """Normal noise for a seed; seeds the global random state too, differently where a generator is given."""
    manual_seed((seed + 100000) % 65536 if generator is not None else seed)
    return torch.randn(shape, generator=generator)


def randn_local(seed: int, shape) -> torch.Tensor:
    """The first noise of a seed; the global random state is left alone."""
    return torch.randn(shape, generator=create_generator(seed))


def randn_like(x: torch.Tensor) -> torch.Tensor:
    """Noise from the global random state."""
    return torch.randn_like(x)


def randn_without_seed(shape, generator: torch.Generator | None = None) -> torch.Tensor:
    """The next noise of a generator, or of the global random state."""
    return torch.randn(shape, generator=generator)


def create_generator(seed: int) -> torch.Generator:
    """A generator started at a seed."""
    return torch.Generator("cpu").manual_seed(int(seed))


def get_noise_source_type() -> str:
    """Which device's random numbers are used; infotext names it unless it is the default."""
    return shared.opts.randn_source


def slerp(val: float, low: torch.Tensor, high: torch.Tensor) -> torch.Tensor:
    """Spherical interpolation (Shoemake, 1985) between noises ``[C, H, W]``, along their rows."""
    dot = ((low / low.norm(dim=1, keepdim=True)) * (high / high.norm(dim=1, keepdim=True))).sum(1)
    if dot.mean() > 0.9995:
        return low * val + high * (1 - val)
    omega = torch.acos(dot)
    so = torch.sin(omega)
    return (torch.sin((1.0 - val) * omega) / so).unsqueeze(1) * low + (torch.sin(val * omega) / so).unsqueeze(1) * high


def _centred(noise: torch.Tensor, canvas: torch.Tensor) -> torch.Tensor:
    """Lay noise of another size on the middle of ``canvas``, in place."""
    dy, dx = ((c - n) // 2 for c, n in zip(canvas.shape[1:], noise.shape[1:]))
    h = noise.shape[1] + min(0, 2 * dy)
    w = noise.shape[2] + min(0, 2 * dx)
    top, left, from_y, from_x = max(dy, 0), max(dx, 0), max(-dy, 0), max(-dx, 0)
    canvas[:, top : top + h, left : left + w] = noise[:, from_y : from_y + h, from_x : from_x + w]
    return canvas


class ImageRNG:
    """The noises of a batch, one after another: the first starts sampling, the rest feed stochastic samplers."""

    def __init__(
        self,
        shape,
        seeds,
        subseeds=None,
        subseed_strength=0.0,
        seed_resize_from_h: int = 0,
        seed_resize_from_w: int = 0,
    ):
        self.shape = tuple(map(int, shape))
        self.seeds = seeds
        self.subseeds = subseeds
        self.subseed_strength = subseed_strength
        self.seed_resize_from = (seed_resize_from_h, seed_resize_from_w)
        self.generators = [create_generator(seed) for seed in seeds]
        self.is_first = True

    def _first_of(self, index: int) -> torch.Tensor:
        seed, generator = self.seeds[index], self.generators[index]
        resized = min(self.seed_resize_from) > 0
        shape = (self.shape[0], *(int(n) // 8 for n in self.seed_resize_from)) if resized else self.shape
        subnoise = None
        if self.subseeds is not None and self.subseed_strength != 0:
            subnoise = randn(self.subseeds[index] if index < len(self.subseeds) else 0, shape)
        noise = randn(seed, shape, generator=None if shape != self.shape else generator)
        if subnoise is not None:
            noise = slerp(self.subseed_strength, noise, subnoise)
        return noise if shape == self.shape else _centred(noise, randn(seed, self.shape, generator=generator))

    def first(self) -> torch.Tensor:
        """The noise to start from, with variation seeds and seeds of another size."""
        noises = [self._first_of(i) for i in range(len(self.seeds))]
        if delta := shared.opts.eta_noise_seed_delta:
            self.generators = [create_generator(seed + delta) for seed in self.seeds]
        return torch.stack(noises).to(shared.device)

    def next(self) -> torch.Tensor:
        """The next noise ``[B, C, H, W]``."""
        if self.is_first:
            self.is_first = False
            return self.first()
        return torch.stack([randn_without_seed(self.shape, g) for g in self.generators]).to(shared.device)


devices.randn, devices.randn_local, devices.randn_like = randn, randn_local, randn_like
devices.randn_without_seed, devices.manual_seed = randn_without_seed, manual_seed
