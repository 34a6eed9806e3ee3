"""Noise schedules by name."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import torch
from k_diffusion import sampling


@dataclasses.dataclass
class Scheduler:
    """A schedule: ``function(n, sigma_min, sigma_max, device[, inner_model])`` returns ``n`` levels and zero."""

    name: str
    label: str
    function: Callable | None
    need_inner_model: bool = False


def uniform(n, sigma_min, sigma_max, inner_model, device):
    """Evenly spaced time steps."""
    return inner_model.get_sigmas(n).to(device)


def sgm_uniform(n, sigma_min, sigma_max, inner_model, device):
    """Evenly spaced time steps without the last one."""
    start, end = (inner_model.sigma_to_t(torch.tensor(sigma)) for sigma in (sigma_max, sigma_min))
    steps = torch.linspace(float(start), float(end), n + 1)[:-1]
    return sampling.append_zero(inner_model.t_to_sigma(steps)).to(device)


def ddim_scheduler(n, sigma_min, sigma_max, inner_model, device):
    """The time steps of DDIM, which start below the last."""
    levels = inner_model.sigmas[1 :: max(len(inner_model.sigmas) // n, 1)]
    return sampling.append_zero(levels.flip(0)).to(device)


schedulers = [
    Scheduler("automatic", "Automatic", None),
    Scheduler("uniform", "Uniform", uniform, need_inner_model=True),
    Scheduler("karras", "Karras", sampling.get_sigmas_karras),
    Scheduler("exponential", "Exponential", sampling.get_sigmas_exponential),
    Scheduler("sgm_uniform", "SGM Uniform", sgm_uniform, need_inner_model=True),
    Scheduler("ddim", "DDIM", ddim_scheduler, need_inner_model=True),
]
schedulers_map = {**{x.name: x for x in schedulers}, **{x.label: x for x in schedulers}}
