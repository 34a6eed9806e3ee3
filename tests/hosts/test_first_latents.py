"""The first latents contain the light at its full strength, with every sampler and schedule."""

from __future__ import annotations

import math
import sys
from contextlib import contextmanager
from types import ModuleType, SimpleNamespace

import pytest
import torch
from samples import encoded, plain

from lib_iclight.conditioning import to_host_range
from lib_iclight.errors import ICLightError
from lib_iclight.hosts import first_latents
from lib_iclight.light import maps

SIDE = 64
FOREGROUND = encoded(plain((200, 120, 40), SIDE, SIDE))
REQUEST = {
    "prompt": "a ball",
    "width": SIDE,
    "height": SIDE,
    "seed": 3,
    "steps": 5,
    "cfg_scale": 1,
    "sampler_name": "Euler",
    "scheduler": "Automatic",
}
ZERO_SNR = {"sd_noise_schedule": "Zero Terminal SNR"}


@contextmanager
def stopped_at_the_first_call(host):
    """Records the UNet's first input, in the scale of the noise level, and ends the sampling there."""
    from modules.sd_samplers_common import InterruptedException

    model, seen = host.sd_model.forge_objects.unet.model, []

    def stop(module, args, kwargs):
        level = float(kwargs["transformer_options"]["sigmas"][0])
        seen.append(args[0][:, :4] * math.hypot(1, level))
        raise InterruptedException

    handle = model.diffusion_model.register_forward_pre_hook(stop, with_kwargs=True)
    try:
        yield seen
    finally:
        handle.remove()


def first(host, tab="txt2img", light="none", strength=1, settings=None, **body):
    """The latents that sampling starts with, ``[1, 4, h, w]``."""
    relight = {
        "enabled": True,
        "foreground": FOREGROUND,
        "remove_background": False,
        "light": light,
        "light_strength": strength,
    }
    scripts = {"IC Light": {"args": [relight]}}
    request = {**REQUEST, **body, "alwayson_scripts": scripts, "override_settings": settings or {}}
    with stopped_at_the_first_call(host) as seen:
        getattr(host, tab)(**request).raise_for_status()
    return seen[0]


def latents(host, pixels):
    """A picture encoded by the VAE."""
    from lib_iclight.hosts import page_script

    return page_script.hooks().host.vae(host.sd_model)[1](to_host_range(pixels))


def light(host, name="left"):
    return latents(host, maps.render(maps.preset(name), SIDE, SIDE))


def added(host, **given):
    """What a light adds to txt2img's first latents, up to the noise's rounding error."""
    return first(host, light="left", **given) - first(host, **given)


SCHEDULES = ("Automatic", "Uniform", "Karras", "Exponential", "SGM Uniform", "DDIM")


@pytest.mark.parametrize("steps", [1, 5, 25])
@pytest.mark.parametrize(
    ("sampler", "schedule"), [*(("DPM++ 2M SDE", name) for name in SCHEDULES), ("Euler a", "DDIM"), ("DDIM", None)]
)
def test_the_light_is_whole_where_the_sampler_begins(host, sampler, schedule, steps):
    if (sampler, steps) == ("DDIM", 1):
        pytest.skip("with one step the host's DDIM samples nothing")
    found = added(host, sampler_name=sampler, scheduler=schedule, steps=steps)
    torch.testing.assert_close(found, light(host), atol=0.01, rtol=0)


@pytest.mark.parametrize(
    "settings",
    [
        {"use_old_karras_scheduler_sigmas": True},
        {"sigma_max": 5.0},
        {"sigma_max": 40.0},
        {"sgm_noise_multiplier": True},
    ],
    ids=str,
)
def test_the_light_is_whole_whatever_the_settings_make_of_the_schedule(host, settings):
    found = added(host, sampler_name="DPM++ 2M", scheduler="Karras", settings=settings)
    torch.testing.assert_close(found, light(host), atol=0.01, rtol=0)


@pytest.mark.parametrize("strength", [0, 0.5, 2])
def test_in_txt2img_the_strength_scales_what_is_added(host, strength):
    found = first(host, light="left", strength=strength) - first(host)
    torch.testing.assert_close(found, strength * light(host), atol=0.01, rtol=0)


def test_the_light_is_in_the_noise_that_another_script_has_put_in_its_place(host, monkeypatch):
    from lib_iclight.hosts import page_script

    hooks = page_script.hooks()
    before = hooks.before_sampling

    def after_another(p, x, noise):
        p.modified_noise = noise.clone()
        before(p, x, noise)

    monkeypatch.setattr(hooks, "before_sampling", after_another)
    torch.testing.assert_close(added(host), light(host), atol=0.01, rtol=0)


@pytest.fixture
def samplers_common(monkeypatch):
    """The web UI's reckoning of img2img's steps: 8 of 10 with the strength 0.8."""
    module = ModuleType("modules.sd_samplers_common")
    module.setup_img2img_steps = lambda p: (10, 7)
    monkeypatch.setitem(sys.modules, "modules.sd_samplers_common", module)


class OfLevels:
    """A sampler that tells its noise levels."""

    def get_sigmas(self, p, steps):
        return [100.0 - step for step in range(steps)] + [0.0]


class OfTimeSteps:
    """A sampler that tells its time steps, of a model with the levels 3, 2 and 1 at the last of them."""

    model_wrap = SimpleNamespace(inner_model=SimpleNamespace(alphas_cumprod=[1.0] * 7 + [0.5, 0.2, 0.1]))

    def func(self, model, x, timesteps):
        """Not UniPC."""

    def get_timesteps(self, p, steps):
        return list(range(steps))


@pytest.mark.parametrize(
    ("sampler", "expected"), [(OfLevels(), 98.0), (OfTimeSteps(), 1.0), (SimpleNamespace(), 14.6)], ids=type
)
@pytest.mark.usefixtures("samplers_common")
def test_img2img_begins_where_its_strength_lets_it(sampler, expected):
    p = SimpleNamespace(sampler=sampler, extra_generation_params={})
    assert first_latents.img2img_level(p, 14.6) == pytest.approx(expected)


@pytest.mark.parametrize("of_unit_variance", [False, True])
def test_levels_are_the_noises_scale_or_the_whole_latents(monkeypatch, of_unit_variance):
    module = ModuleType("modules.shared")
    module.opts = SimpleNamespace(sgm_noise_multiplier=of_unit_variance)
    monkeypatch.setitem(sys.modules, "modules.shared", module)
    p = SimpleNamespace(sampler=OfLevels(), steps=10, extra_generation_params={})
    assert first_latents.noise_scale(p, 14.6) == pytest.approx(math.hypot(1, 100) if of_unit_variance else 100)


def test_time_steps_keep_latents_of_unit_variance():
    p = SimpleNamespace(sampler=OfTimeSteps(), steps=9, extra_generation_params={})
    assert first_latents.noise_scale(p, 14.6) == pytest.approx(math.sqrt(5))


def test_samplers_that_tell_nothing_begin_at_the_models_largest_level():
    assert first_latents.noise_scale(SimpleNamespace(sampler=SimpleNamespace()), 14.6) == 14.6


def test_unipc_begins_at_the_end_of_the_schedule():
    def unipc(model, x, timesteps, is_img2img=False):
        """Forge's function of this name takes the same."""

    model = SimpleNamespace(alphas_cumprod=torch.tensor([0.9, 0.5, 0.1]))
    sampler = SimpleNamespace(
        func=unipc, get_timesteps=lambda p, steps: torch.tensor([0, 1]), model_wrap=SimpleNamespace(inner_model=model)
    )
    p = SimpleNamespace(sampler=sampler, steps=2, extra_generation_params={})
    assert first_latents.noise_scale(p, 14.6) == pytest.approx(math.sqrt(10))


class Writing:
    """A sampler that writes into the generation parameters when it is asked where it begins, as hosts' do."""

    def get_sigmas(self, p, steps):
        p.extra_generation_params["Schedule type"] = "Karras"
        p.extra_generation_params.pop("Hires upscaler", None)
        return [14.6] * steps


@pytest.mark.usefixtures("host")
@pytest.mark.parametrize("ask", [first_latents.noise_scale, first_latents.img2img_level])
def test_asking_where_a_sampler_begins_leaves_the_generation_parameters_as_they_are(ask):
    params = {"Hires upscaler": "Latent", "Seed": 3}
    p = SimpleNamespace(sampler=Writing(), steps=4, denoising_strength=0.9, extra_generation_params=params)
    assert ask(p, 1.0) == 14.6
    assert p.extra_generation_params is params
    assert list(params.items()) == [("Hires upscaler", "Latent"), ("Seed", 3)]


# Where no light can show


def refusal(host, tab="txt2img", **given):
    with pytest.raises(Exception, match="422") as caught:
        first(host, tab, light="left", settings=ZERO_SNR, **given)
    return caught.value.response.json()["detail"]


INIT = {"init_images": [FOREGROUND], "denoising_strength": 0.9, "steps": 25}


def test_a_light_that_cannot_show_is_refused_before_anything_is_sampled(host):
    from modules import shared

    levels = host.sd_model.forge_objects.unet.model.predictor.sigmas
    said = refusal(host, scheduler="Karras")
    assert "The light cannot show" in said
    assert "img2img with the sampler DDIM" in said
    assert len(said) <= 300
    assert host.sd_model.forge_objects.unet.model.predictor.sigmas is levels
    assert shared.opts.sd_noise_schedule == "Default"


def test_in_img2img_too(host):
    assert "The light cannot show" in refusal(host, "img2img", **INIT, scheduler="Karras")


def test_what_the_refusal_advises_works(host):
    given = {**INIT, "sampler_name": "DDIM", "settings": ZERO_SNR}
    found = first(host, "img2img", "left", **given) - first(host, "img2img", **given)
    wanted = light(host) - latents(host, plain_pixels())
    # The host's DDIM calls the UNet a step below the one whose noise it has added, so it sees a little less of both.
    assert 0.7 < float((found * wanted).sum() / (wanted**2).sum()) < 1.01


def test_without_a_light_nothing_is_refused(host):
    assert first(host, settings=ZERO_SNR, scheduler="Karras").shape == (1, 4, SIDE // 8, SIDE // 8)


def plain_pixels():
    import numpy as np

    return np.asarray(plain((200, 120, 40), SIDE, SIDE).convert("RGB"))


def test_a_light_can_show_below_a_hundred_times_its_own_noise():
    for level in (14.6, 99.9):
        first_latents.check_visible(level)
    for level, said in ((100.0, "100"), (4518.9, "4519")):
        with pytest.raises(ICLightError, match=f"{said} times as strong"):
            first_latents.check_visible(level)


# The strength in img2img


@pytest.mark.parametrize("strength", [0, 0.5, 1, 2])
def test_in_img2img_the_strength_scales_the_light_about_grey(host, strength):
    grey, full = latents(host, maps.with_contrast(maps.render(maps.preset("left"), SIDE, SIDE), 0)), light(host)
    found = first(host, "img2img", "left", strength, **INIT) - first(host, "img2img", "left", 1, **INIT)
    torch.testing.assert_close(found, (strength - 1) * (full - grey), atol=0.01, rtol=0)


@pytest.mark.parametrize("name", ["left", "front", "ambient"])
@pytest.mark.parametrize("strength", [0, 0.25, 0.5, 0.75, 1, 1.5])
def test_what_the_editor_draws_is_what_img2img_starts_from(host, name, strength):
    """The canvas shows pixels scaled about grey 127, clipped to black and white; the run scales latents."""
    import numpy as np

    pixels = maps.render(maps.preset(name), SIDE, SIDE)
    noisy = first(host, "img2img", name, strength, **INIT) - first(host, "img2img", "ambient", **INIT)
    start = noisy + light(host, "ambient")
    vae = host.sd_model.forge_objects.vae.first_stage_model
    with torch.inference_mode():
        decoded = host.sd_model.decode_first_stage(start.to(next(vae.parameters())))[0]
    shown = ((decoded.float().clamp(-1, 1) + 1) * 127).permute(1, 2, 0).cpu().numpy()
    drawn = maps.with_contrast(pixels, strength).astype(np.float32)
    assert np.abs(shown - drawn).mean() < 4
    assert np.abs((shown - drawn).mean((0, 1))).max() < 2
