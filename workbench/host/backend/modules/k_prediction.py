"""Noise levels of a discrete variance-preserving schedule, in the terms of Karras et al. (2022), arXiv:2206.00364."""

from __future__ import annotations

import torch


def rescale_zero_terminal_snr_sigmas(sigmas: torch.Tensor) -> torch.Tensor:
    """Shift the levels so that the last one leaves nothing of the picture: Lin et al. (2023), arXiv:2305.08891."""
    roots = 1 / (sigmas**2 + 1).sqrt()
    shifted = (roots - roots[-1]) * roots[0] / (roots[0] - roots[-1])
    alphas_cumprod = shifted**2
    alphas_cumprod[-1] = 4.8973451890853435e-08
    return ((1 - alphas_cumprod) / alphas_cumprod).sqrt()


class Prediction(torch.nn.Module):
    """An epsilon predictor over ``timesteps`` levels; betas are linear in their square roots (Rombach et al., 2021)."""

    def __init__(self, linear_start: float = 0.00085, linear_end: float = 0.012, timesteps: int = 1000):
        super().__init__()
        betas = torch.linspace(linear_start**0.5, linear_end**0.5, timesteps, dtype=torch.float64) ** 2
        alphas_cumprod = torch.cumprod(1.0 - betas, dim=0)
        self.register_buffer("alphas_cumprod", alphas_cumprod.float())
        self.set_sigmas(((1 - alphas_cumprod) / alphas_cumprod) ** 0.5)

    def set_sigmas(self, sigmas: torch.Tensor) -> None:
        """Replace the noise levels, smallest first."""
        self.register_buffer("sigmas", sigmas.float())
        self.register_buffer("log_sigmas", sigmas.log().float())

    def timestep(self, sigma: torch.Tensor) -> torch.Tensor:
        """The index of the nearest level."""
        distance = (sigma.log() - self.log_sigmas[:, None]).abs()
        return distance.argmin(dim=0).view(sigma.shape)

    def sigma(self, timestep: torch.Tensor) -> torch.Tensor:
        """The level at a fractional index, interpolated in the logarithm."""
        t = timestep.float().clamp(0, len(self.sigmas) - 1)
        low, high, w = t.floor().long(), t.ceil().long(), t.frac()
        return ((1 - w) * self.log_sigmas[low] + w * self.log_sigmas[high]).exp()

    @staticmethod
    def _as_rows(sigma: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
        return sigma.view(sigma.shape[:1] + (1,) * (like.ndim - 1))

    def calculate_input(self, sigma: torch.Tensor, noise: torch.Tensor) -> torch.Tensor:
        """The UNet's input: the noisy latents scaled to unit variance."""
        return noise / (self._as_rows(sigma, noise) ** 2 + 1.0) ** 0.5

    def calculate_denoised(self, sigma: torch.Tensor, model_output: torch.Tensor, model_input: torch.Tensor):
        """The denoised latents implied by an epsilon prediction."""
        return model_input - model_output * self._as_rows(sigma, model_output)

    def noise_scaling(self, sigma, noise: torch.Tensor, latent_image: torch.Tensor, max_denoise: bool = False):
        """Latents with noise of this level added."""
        return noise * (torch.sqrt(1.0 + sigma**2.0) if max_denoise else sigma) + latent_image


def k_prediction_from_diffusers_scheduler(scheduler) -> Prediction:
    """The prediction object for a diffusers scheduler's configuration."""
    config = scheduler.config
    if config.prediction_type != "epsilon" or config.beta_schedule != "scaled_linear":
        raise NotImplementedError(f"Failed to recognize {scheduler}")
    return Prediction(config.beta_start, config.beta_end, config.num_train_timesteps)
