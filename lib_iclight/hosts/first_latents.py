"""How strong the noise is that a sampler starts with.

All hosts have two kinds of samplers: k-diffusion's have ``get_sigmas``; those that count in time steps (DDIM, PLMS,
UniPC) have ``get_timesteps``. Both write into ``p.extra_generation_params``, which we restore: sampling calls them too.

Noise levels are those of Karras et al. (2022), arXiv:2206.00364: latents at a level are the picture plus noise of that
standard deviation. Samplers that count in time steps keep latents divided by ``sqrt(1 + level ** 2)``.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ..errors import ICLightError

FAINTEST = 100.0
"""The noise level at which a light no longer shows. The light's latents are about 1 in size and spread over the whole
frame: at 512 x 512, averaging over the frame leaves 1/64 of the noise, which is then stronger than the light."""


def noise_scale(p: Any, largest: float) -> float:
    """The factor by which txt2img's noise is scaled in the first latents.

    Args:
        p: the host's processing object, with its sampler set.
        largest: the model's largest noise level, used if the sampler does not say where it starts.
    """
    sampler = p.sampler
    if hasattr(sampler, "get_sigmas"):
        from modules.shared import opts

        with _params_kept(p):
            level = float(sampler.get_sigmas(p, p.steps)[0])
        return math.hypot(1.0, level) if getattr(opts, "sgm_noise_multiplier", False) else level
    if hasattr(sampler, "get_timesteps"):
        # Only UniPC is told which tab it runs in; in txt2img it starts at the very end of the schedule.
        at_the_end = "is_img2img" in inspect.signature(sampler.func).parameters
        with _params_kept(p):
            step = -1 if at_the_end else int(sampler.get_timesteps(p, p.steps)[-1])
        return math.hypot(1.0, _level_of_step(sampler, step))
    return largest


def img2img_level(p: Any, largest: float) -> float:
    """The noise level that img2img starts with; arguments as for :func:`noise_scale`."""
    from modules.sd_samplers_common import setup_img2img_steps

    sampler = p.sampler
    steps, last = setup_img2img_steps(p)
    with _params_kept(p):
        if hasattr(sampler, "get_sigmas"):
            return float(sampler.get_sigmas(p, steps)[steps - last - 1])
        if hasattr(sampler, "get_timesteps"):
            return _level_of_step(sampler, int(sampler.get_timesteps(p, steps)[last]))
    return largest


def check_visible(level: float) -> None:
    """Check that the light is not drowned out by the noise.

    Raises:
        ICLightError: it is.
    """
    if level >= FAINTEST:
        raise ICLightError(
            f"The light cannot show: with zero terminal SNR, this sampler starts from noise {level:.0f} times as "
            "strong. Use img2img with the sampler DDIM, choose another checkpoint or 'Noise schedule for sampling: "
            "Default' in the settings, or choose the light 'None'."
        )


@contextmanager
def _params_kept(p: Any) -> Iterator[None]:
    """Ask something without leaving a trace in the generation parameters."""
    params = p.extra_generation_params
    kept = dict(params)
    try:
        yield
    finally:
        params.clear()
        params.update(kept)


def _level_of_step(sampler: Any, step: int) -> float:
    alpha = float(sampler.model_wrap.inner_model.alphas_cumprod[step])
    return math.sqrt((1.0 - alpha) / alpha)
