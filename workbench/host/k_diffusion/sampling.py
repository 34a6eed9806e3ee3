"""Noise schedules and samplers.

Karras et al. (2022), "Elucidating the Design Space of Diffusion-Based Generative Models", arXiv:2206.00364: the
schedule of equation 5, Euler steps (algorithm 1), ancestral steps after Song et al. (2020), arXiv:2010.02502.
Lu et al. (2022), "DPM-Solver++", arXiv:2211.01095: the multistep solvers, written in t = -log sigma.

A model is called as ``model(x, sigmas, **extra_args)`` and returns the denoised latents.
"""

from __future__ import annotations

import math

import torch


def append_zero(x: torch.Tensor) -> torch.Tensor:
    """``x`` followed by a zero."""
    return torch.cat([x, x.new_zeros([1])])


def get_sigmas_karras(n: int, sigma_min: float, sigma_max: float, rho: float = 7.0, device="cpu") -> torch.Tensor:
    """``n`` noise levels, evenly spaced in the ``rho``-th root, and zero."""
    low, high = sigma_min ** (1 / rho), sigma_max ** (1 / rho)
    return append_zero((high + torch.linspace(0, 1, n) * (low - high)) ** rho).to(device)


def get_sigmas_exponential(n: int, sigma_min: float, sigma_max: float, device="cpu") -> torch.Tensor:
    """``n`` noise levels, evenly spaced in the logarithm, and zero."""
    return append_zero(torch.linspace(math.log(sigma_max), math.log(sigma_min), n).exp()).to(device)


def to_d(x: torch.Tensor, sigma: torch.Tensor, denoised: torch.Tensor) -> torch.Tensor:
    """The derivative of ``x`` with respect to sigma."""
    return (x - denoised) / sigma


def get_ancestral_step(sigma_from, sigma_to, eta: float = 1.0):
    """``(sigma_down, sigma_up)``: how far to denoise, and how much noise to add afterwards."""
    if not eta:
        return sigma_to, 0.0
    sigma_up = min(sigma_to, eta * (sigma_to**2 * (sigma_from**2 - sigma_to**2) / sigma_from**2) ** 0.5)
    return (sigma_to**2 - sigma_up**2) ** 0.5, sigma_up


class SeededNoiseSampler:
    """Noise for stochastic solvers from one generator per picture, so that it does not depend on the batch.

    Steps follow each other without overlap, and over such steps the increments of a Brownian motion are independent:
    drawing them one after another has the distribution a Brownian tree has.
    """

    def __init__(self, x: torch.Tensor, seeds: list[int]):
        self.like = x
        self.generators = [torch.Generator("cpu").manual_seed(int(seed)) for seed in seeds]

    def __call__(self, sigma, sigma_next) -> torch.Tensor:
        noises = [torch.randn(self.like.shape[1:], generator=g) for g in self.generators]
        return torch.stack(noises).to(self.like)


def _denoise(model, x, sigmas, i: int, extra_args, callback) -> torch.Tensor:
    denoised = model(x, sigmas[i] * x.new_ones([x.shape[0]]), **(extra_args or {}))
    if callback is not None:
        callback({"x": x, "i": i, "sigma": sigmas[i], "sigma_hat": sigmas[i], "denoised": denoised})
    return denoised


@torch.no_grad()
def sample_euler(model, x, sigmas, extra_args=None, callback=None):
    """Euler steps along the probability-flow equation."""
    for i in range(len(sigmas) - 1):
        denoised = _denoise(model, x, sigmas, i, extra_args, callback)
        x = x + to_d(x, sigmas[i], denoised) * (sigmas[i + 1] - sigmas[i])
    return x


@torch.no_grad()
def sample_euler_ancestral(model, x, sigmas, extra_args=None, callback=None, eta=1.0, s_noise=1.0, noise_sampler=None):
    """Euler steps that go further down, with noise added to make up for it."""
    for i in range(len(sigmas) - 1):
        denoised = _denoise(model, x, sigmas, i, extra_args, callback)
        sigma_down, sigma_up = get_ancestral_step(sigmas[i], sigmas[i + 1], eta=eta)
        x = x + to_d(x, sigmas[i], denoised) * (sigma_down - sigmas[i])
        if sigmas[i + 1] > 0:
            x = x + noise_sampler(sigmas[i], sigmas[i + 1]) * s_noise * sigma_up
    return x


@torch.no_grad()
def sample_dpmpp_2m(model, x, sigmas, extra_args=None, callback=None):
    """DPM-Solver++(2M): second order, from the last two predictions."""
    old_denoised, h_last = None, None
    for i in range(len(sigmas) - 1):
        denoised = _denoise(model, x, sigmas, i, extra_args, callback)
        h = sigmas[i].log() - sigmas[i + 1].log()
        estimate = denoised
        if old_denoised is not None and sigmas[i + 1] > 0:
            r = h_last / h
            estimate = (1 + 1 / (2 * r)) * denoised - (1 / (2 * r)) * old_denoised
        x = (sigmas[i + 1] / sigmas[i]) * x - (-h).expm1() * estimate
        old_denoised, h_last = denoised, h
    return x


@torch.no_grad()
def sample_dpmpp_2m_sde(model, x, sigmas, extra_args=None, callback=None, eta=1.0, s_noise=1.0, noise_sampler=None):
    """SDE-DPM-Solver++(2M), midpoint."""
    old_denoised, h_last = None, None
    for i in range(len(sigmas) - 1):
        denoised = _denoise(model, x, sigmas, i, extra_args, callback)
        if sigmas[i + 1] == 0:
            return denoised
        h = sigmas[i].log() - sigmas[i + 1].log()
        eta_h = eta * h
        weight = (-h - eta_h).expm1().neg()
        x = sigmas[i + 1] / sigmas[i] * (-eta_h).exp() * x + weight * denoised
        if old_denoised is not None:
            x = x + 0.5 * weight * (h / h_last) * (denoised - old_denoised)
        if eta:
            spread = (-2 * eta_h).expm1().neg().sqrt()
            x = x + noise_sampler(sigmas[i], sigmas[i + 1]) * sigmas[i + 1] * spread * s_noise
        old_denoised, h_last = denoised, h
    return x
