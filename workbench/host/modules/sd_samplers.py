"""Samplers by name."""

from __future__ import annotations

import functools

from modules import sd_samplers_common, sd_samplers_kdiffusion, sd_samplers_timesteps, sd_schedulers

all_samplers = [*sd_samplers_kdiffusion.samplers_data_k_diffusion, *sd_samplers_timesteps.samplers_data_timesteps]
all_samplers_map = {x.name: x for x in all_samplers}


def find_sampler_config(name: str | None) -> sd_samplers_common.SamplerData | None:
    """A sampler's data; without a name, that of the first sampler."""
    return all_samplers[0] if name is None else all_samplers_map.get(name)


def create_sampler(name: str | None, model):
    """A sampler for a checkpoint."""
    config = find_sampler_config(name)
    assert config is not None, f"bad sampler name: {name}"
    sampler = config.constructor(model)
    sampler.config = config
    return sampler


def visible_sampler_names() -> list[str]:
    """The names of the samplers to choose from."""
    return [x.name for x in all_samplers]


@functools.cache
def get_sampler_and_scheduler(sampler_name, scheduler_name, *, convert_automatic: bool = True) -> tuple[str, str]:
    """Existing names for given ones, such as ``DPM++ 2M Karras``, which stands for a sampler and a schedule."""
    found = sd_schedulers.schedulers_map.get(scheduler_name, sd_schedulers.schedulers[0])
    name = sampler_name or all_samplers[0].name
    for scheduler in sd_schedulers.schedulers:
        for option in (scheduler.label, scheduler.name):
            if name.endswith(f" {option}"):
                found, name = scheduler, name.removesuffix(f" {option}")
                break
    sampler = all_samplers_map.get(name, all_samplers[0])
    if convert_automatic and sampler.options.get("scheduler") == found.name:
        found = sd_schedulers.schedulers[0]
    return sampler.name, found.label


def fix_p_invalid_sampler_and_scheduler(p) -> None:
    """Replace names that do not exist."""
    p.sampler_name, p.scheduler = get_sampler_and_scheduler(p.sampler_name, p.scheduler, convert_automatic=False)


def get_sampler_from_infotext(d: dict) -> str:
    """The sampler a picture was made with."""
    return get_sampler_and_scheduler(d.get("Sampler"), d.get("Schedule type"))[0]


def get_scheduler_from_infotext(d: dict) -> str:
    """The schedule a picture was made with."""
    return get_sampler_and_scheduler(d.get("Sampler"), d.get("Schedule type"))[1]


def get_hr_sampler_and_scheduler(d: dict) -> tuple[str, str]:
    """Sampler and schedule of the second pass."""
    same_sampler, same_scheduler = "Use same sampler", "Use same scheduler"
    sampler, scheduler = d.get("Hires sampler", same_sampler), d.get("Hires schedule type", same_scheduler)
    sampler = d.get("Sampler") if sampler == same_sampler else sampler
    scheduler = d.get("Schedule type") if scheduler == same_scheduler else scheduler
    sampler, scheduler = get_sampler_and_scheduler(sampler, scheduler)
    return (
        sampler if sampler != d.get("Sampler") else same_sampler,
        scheduler if scheduler != d.get("Schedule type") else same_scheduler,
    )


def get_hr_sampler_from_infotext(d: dict) -> str:
    """The sampler of the second pass."""
    return get_hr_sampler_and_scheduler(d)[0]


def get_hr_scheduler_from_infotext(d: dict) -> str:
    """The schedule of the second pass."""
    return get_hr_sampler_and_scheduler(d)[1]
