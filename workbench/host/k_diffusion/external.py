"""The noise schedule with the interface that samplers and schedulers expect."""

from __future__ import annotations

import torch

from k_diffusion import sampling


class ForgeScheduleLinker(torch.nn.Module):
    """Provides the noise levels of a model's predictor."""

    def __init__(self, predictor):
        super().__init__()
        self.predictor = predictor

    @property
    def sigmas(self) -> torch.Tensor:
        """All levels, smallest first."""
        return self.predictor.sigmas

    def get_sigmas(self, n: int | None = None) -> torch.Tensor:
        """``n`` levels evenly spaced in the time step, largest first, and zero."""
        if n is None:
            return sampling.append_zero(self.sigmas.flip(0))
        return sampling.append_zero(self.t_to_sigma(torch.linspace(len(self.sigmas) - 1, 0, n)))

    def sigma_to_t(self, sigma: torch.Tensor) -> torch.Tensor:
        """The time step of a level."""
        return self.predictor.timestep(sigma)

    def t_to_sigma(self, t: torch.Tensor) -> torch.Tensor:
        """The level of a time step."""
        return self.predictor.sigma(t)
