"""How strong the noise is that a sampler begins with.

All hosts have two kinds of samplers: k-diffusion's have ``get_sigmas``, those that count in time steps (DDIM, PLMS,
UniPC) ``get_timesteps``. Both write into ``p.extra_generation_params``, which is put back: sampling asks them itself.

Noise levels are those of Karras et al. (2022), arXiv:2206.00364: latents at a level hold the picture and noise of that
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
"""The noise level from which on a light cannot show. Its latents are about as large as 1, and it is spread over the
whole frame: at 512 x 512 averaging leaves a 64th of the noise, which then is stronger than the light."""


def noise_scale(p: Any, largest: float) -> float:
    """What txt2img's noise is multiplied by in the latents that sampling begins with.

    Args:
        p: the host's processing object with the sampler in place.
        largest: the model's largest noise level, for a sampler that does not tell where it begins.
    """
    sampler = p.sampler
    if hasattr(sampler, "get_sigmas"):
        from modules.shared import opts

        with _params_kept(p):
            level = float(sampler.get_sigmas(p, p.steps)[0])
        return math.hypot(1.0, level) if getattr(opts, "sgm_noise_multiplier", False) else level
    if hasattr(sampler, "get_timesteps"):
        # UniPC alone is told which tab it runs in, and in txt2img begins at the schedule's very end.
        at_the_end = "is_img2img" in inspect.signature(sampler.func).parameters
        with _params_kept(p):
            step = -1 if at_the_end else int(sampler.get_timesteps(p, p.steps)[-1])
        return math.hypot(1.0, _level_of_step(sampler, step))
    return largest


def img2img_level(p: Any, largest: float) -> float:
    """The noise level that img2img begins with; arguments as of :func:`noise_scale`."""
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
    """Refuse a run whose light would drown in the noise.

    Raises:
        ICLightError: it would.
    """
    if level >= FAINTEST:
        raise ICLightError(
            f"The light cannot show: this sampler begins with noise {level:.0f} times as strong, as zero terminal SNR "
            "has it. Use img2img with the sampler DDIM, choose another checkpoint or 'Noise schedule for sampling: "
            "Default' in the settings, or the light 'None'."
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
