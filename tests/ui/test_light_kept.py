"""How much of the light that sampling starts with is left in the picture: in the author's demo and in web UIs.

With an ideal denoiser and a Gaussian prior every step is linear, so what a light leaves is a factor, apart for each
spatial frequency: its prior's standard deviation (SPREADS) against the noise's 1. At 512 x 512 a ramp across the frame
is almost all in the lowest frequency, whose spread is about 21, as pictures' power falls with the frequency's square.
"""

from __future__ import annotations

import importlib.util
import math
from pathlib import Path

import pytest
import torch

from lib_iclight.ui.recommend import recommended

SPREADS = (12.0, 16.0, 25.0, 45.0, 60.0)
STEPS, STRENGTH = 25, 0.9


def host_samplers():
    """The workbench's samplers, which step as those of Forge do."""
    path = Path(__file__).resolve().parents[2] / "workbench" / "host" / "k_diffusion" / "sampling.py"
    spec = importlib.util.spec_from_file_location("host_samplers", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SAMPLING = host_samplers()
SAMPLERS = {"DPM++ 2M SDE": SAMPLING.sample_dpmpp_2m_sde, "DPM++ 2M": SAMPLING.sample_dpmpp_2m}


def trained_levels() -> torch.Tensor:
    """Stable Diffusion 1.5's noise levels by time step, for betas that are linear in their square roots."""
    betas = torch.linspace(0.00085**0.5, 0.012**0.5, 1000, dtype=torch.float64) ** 2
    alphas_cumprod = torch.cumprod(1 - betas, 0)
    return ((1 - alphas_cumprod) / alphas_cumprod).sqrt()


LEVELS = trained_levels()


def predicted_noise(x: torch.Tensor, level: torch.Tensor, spread: float) -> torch.Tensor:
    """The ideal UNet's prediction for latents of unit variance, assuming that they are at ``level``."""
    return level * (1 + level**2).sqrt() * x / (spread**2 + level**2)


def kept_by_the_demo(spread: float) -> float:
    """The author's demo: his scheduler, whose betas are linear, with a UNet trained with other betas."""
    diffusers = pytest.importorskip("diffusers")
    scheduler = diffusers.DPMSolverMultistepScheduler(
        beta_start=0.00085,
        beta_end=0.012,
        algorithm_type="sde-dpmsolver++",
        use_karras_sigmas=True,
        steps_offset=1,
    )
    whole = round(STEPS / STRENGTH)
    scheduler.set_timesteps(whole)
    first = whole - min(int(whole * STRENGTH), whole)
    scheduler.set_begin_index(first)
    light, nothing = torch.ones(1, 1, 1, 1, dtype=torch.float64), torch.zeros(1, 1, 1, 1, dtype=torch.float64)
    x = scheduler.add_noise(light, nothing, scheduler.timesteps[first : first + 1])
    for step in scheduler.timesteps[first:]:
        noise = predicted_noise(x, LEVELS[int(step)], spread)
        x = scheduler.step(noise, step, x, variance_noise=nothing).prev_sample
    return float(x)


def kept(sampler: str, spread: float, tab: str) -> float:
    """The web UI's: Karras; txt2img starts from the largest level, img2img from the level set by its strength."""
    levels = SAMPLING.get_sigmas_karras(STEPS, float(LEVELS[0]), float(LEVELS[-1])).double()
    if tab == "img2img":
        levels = levels[STEPS - int(STRENGTH * STEPS) - 1 :]

    def denoised(x, level, **_):
        level = level.view(-1, 1, 1, 1)
        return x - level * predicted_noise(x / (1 + level**2).sqrt(), level, spread)

    quiet = {"noise_sampler": lambda *_: torch.zeros(1)} if "SDE" in sampler else {}
    return float(SAMPLERS[sampler](denoised, torch.ones(1, 1, 1, 1, dtype=torch.float64), levels, **quiet))


@pytest.mark.parametrize("spread", SPREADS)
@pytest.mark.parametrize("mode", ["fc", "fcon"])
def test_the_recommended_txt2img_keeps_as_much_of_the_light_as_the_demo(mode, spread):
    sampler = recommended(mode, is_img2img=False)["txt2img_sampling"]
    assert kept(sampler, spread, "txt2img") == pytest.approx(kept_by_the_demo(spread), rel=0.04)


@pytest.mark.parametrize("spread", SPREADS)
def test_img2img_keeps_as_much_as_the_demo(spread):
    sampler = recommended("fc", is_img2img=True)["img2img_sampling"]
    assert kept(sampler, spread, "img2img") == pytest.approx(kept_by_the_demo(spread), rel=0.07)


def test_the_demo_begins_where_it_is_said_to():
    """At level 15.3, at a time for which the UNet was trained with 8.9; img2img starts at 10.3."""
    diffusers = pytest.importorskip("diffusers")
    scheduler = diffusers.DPMSolverMultistepScheduler(beta_start=0.00085, beta_end=0.012, use_karras_sigmas=True)
    scheduler.set_timesteps(28)
    assert float(scheduler.sigmas[3]) == pytest.approx(15.3, abs=0.05)
    assert float(LEVELS[int(scheduler.timesteps[3])]) == pytest.approx(8.9, abs=0.1)
    karras = SAMPLING.get_sigmas_karras(STEPS, float(LEVELS[0]), float(LEVELS[-1]))
    assert float(karras[STEPS - int(STRENGTH * STEPS) - 1]) == pytest.approx(10.3, abs=0.05)


def test_a_sampler_that_adds_noise_loses_light_in_txt2img():
    """This is why another sampler is recommended there."""
    lost = [1 - kept("DPM++ 2M SDE", spread, "txt2img") / kept_by_the_demo(spread) for spread in (12.0, 25.0)]
    assert lost == pytest.approx([0.34, 0.15], abs=0.02)
    assert math.isclose(kept("DPM++ 2M", 1e6, "txt2img"), 1, abs_tol=1e-6)
