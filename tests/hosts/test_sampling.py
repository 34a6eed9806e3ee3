"""Before a pass: what the UNet gets beside the latents, and what sampling begins with."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import torch
from PIL import Image
from samples import noise as random_pixels
from samples import plain

from lib_iclight.errors import ICLightError
from lib_iclight.hosts import first_latents, run_context
from lib_iclight.hosts.sampling import Relighting
from lib_iclight.light import maps
from lib_iclight.subject.prepare import Framing

INIT = (90, 60, 30)
SHAPE = (1, 4, 4, 6)
"""Latents of a run of 48 x 32 pixels."""


def encode(pixels: torch.Tensor) -> torch.Tensor:
    """Stands in for a VAE: the mean of each 8 x 8 square, four channels."""
    means = torch.nn.functional.avg_pool2d(pixels.movedim(-1, 1), 8)
    return torch.cat([means, means[:, :1]], dim=1)


def encoded(pixels) -> torch.Tensor:
    return encode(torch.from_numpy(pixels / 254.0).float()[None])


def left_light(width: int = 48, height: int = 32) -> torch.Tensor:
    return encoded(maps.render(maps.preset("left"), width, height))


class Host:
    """A backend that notes what the UNet gets."""

    largest = 10.0

    def __init__(self) -> None:
        self.given: list[tuple] = []

    def vae(self, sd_model):
        return "vae", encode, 8

    def sigma_max(self, sd_model):
        return self.largest

    def begin_pass(self, p):
        pass

    def relight(self, sd_model, offsets, c_concat):
        self.given.append((sd_model, offsets, c_concat))

    @property
    def conditions(self) -> list[torch.Tensor]:
        return [c_concat for _, _, c_concat in self.given]


class Processing:
    """A host's processing object; its sampler tells nothing of where it begins."""

    def __init__(self, **more) -> None:
        self.sd_model, self.sampler = "model", SimpleNamespace()
        vars(self).update(more)


@pytest.fixture
def host():
    return Host()


@pytest.fixture
def checked():
    """The models that were checked, in order."""
    return []


@pytest.fixture
def relighting(host, pipeline, checked, monkeypatch):
    monkeypatch.setattr(pipeline.library, "load", lambda model: f"offsets of {model.short_name}")
    checks = SimpleNamespace(check_loaded=lambda sd_model, run: checked.append(sd_model))
    return Relighting(host, pipeline, checks)


@pytest.fixture
def set_up(relighting):
    """Sets up a pass of a run of this plan; gives the run and the noise."""

    def passed(p, drawn, run=None, shape=SHAPE):
        if run is None:
            run = run_context.begin(p)
            run.start(drawn)
        noise = torch.ones(shape)
        relighting.set_up(p, run, torch.zeros(shape), noise)
        return run, noise

    return passed


def test_the_unet_gets_the_models_offsets_and_the_subject_of_each_picture(set_up, plan, host, checked):
    p = Processing(init_latent=torch.zeros(2, 4, 4, 6))
    set_up(p, plan(init=[plain((254, 0, 0)), plain((0, 254, 0))]))
    ((sd_model, offsets, condition),) = host.given
    assert (sd_model, offsets, checked) == ("model", "offsets of iclight_sd15_fc", ["model"])
    assert condition.shape == (2, 4, 4, 6)
    assert condition[:, :3, 0, 0].tolist() == [[1, 0, 0], [0, 1, 0]]


def test_fbc_gets_the_background_beside_the_subject(set_up, plan, host):
    set_up(Processing(), plan(mode="fbc", foreground=plain((254, 0, 0)), background=plain((0, 0, 254))))
    (condition,) = host.conditions
    assert condition[0, :, 0, 0].tolist() == [1, 0, 0, 1, 0, 0, 1, 0]


def test_the_subject_that_is_shown_is_the_first_passes(set_up, plan, host):
    p, drawn = Processing(), plan(foreground=plain(INIT))
    run, _ = set_up(p, drawn)
    p.is_hr_pass = True
    set_up(p, drawn, run, (1, 4, 6, 9))
    assert [condition.shape for condition in host.conditions] == [(1, 4, 4, 6), (1, 4, 6, 9)]
    assert run.shown == (48, 32)


@pytest.mark.parametrize("strength", [0.0, 0.5, 1.0])
def test_txt2img_begins_with_the_light_in_its_noise_over_what_that_is_multiplied_by(set_up, plan, strength):
    _, noise = set_up(Processing(), plan(foreground=plain(INIT), light="left", light_strength=strength))
    torch.testing.assert_close(noise, 1 + strength * left_light() / 10)


@pytest.mark.parametrize(
    ("of_p", "wanted"),
    [({}, {"light": "none"}), ({"is_hr_pass": True}, {"light": "left"}), ({}, {"mode": "fbc", "light": "left"})],
    ids=["no light", "second pass", "fbc"],
)
def test_else_the_noise_is_the_hosts(set_up, plan, host, of_p, wanted):
    _, noise = set_up(Processing(**of_p), plan(foreground=plain(INIT), **wanted))
    assert (noise == 1).all()
    assert len(host.given) == 1


def test_noise_that_another_script_has_put_in_its_place_has_the_light_too(set_up, plan):
    p = Processing(modified_noise=torch.full(SHAPE, 5.0))
    set_up(p, plan(foreground=plain(INIT), light="left"))
    torch.testing.assert_close(p.modified_noise, 5 + left_light() / 10)


def test_noise_that_is_the_hosts_own_has_the_light_once(relighting, plan):
    noise = torch.ones(SHAPE)
    p = Processing(modified_noise=noise)
    run = run_context.begin(p)
    run.start(plan(foreground=plain(INIT), light="left"))
    relighting.set_up(p, run, torch.zeros(SHAPE), noise)
    assert p.modified_noise is noise
    torch.testing.assert_close(noise, 1 + left_light() / 10)


def test_a_light_that_drowns_in_the_noise_is_refused(set_up, plan, host):
    host.largest = 4519.0
    with pytest.raises(ICLightError, match="The light cannot show"):
        set_up(Processing(), plan(foreground=plain(INIT), light="left"))


def test_img2img_begins_from_the_light_inside_the_mask_and_from_the_hosts_own_in_each_batch(set_up, plan):
    own, mask = torch.full((2, 4, 4, 6), 7.0), torch.zeros(4, 6)
    mask[:, :3] = 1
    p, drawn = Processing(init_latent=own, nmask=mask), plan(init=[plain(INIT)], light="left")
    run, noise = set_up(p, drawn)
    expected = left_light().expand(2, 4, 4, 6).clone()
    expected[..., 3:] = 7
    for _ in range(2):
        torch.testing.assert_close(p.init_latent, expected)
        assert run.init_latent is own
        set_up(p, drawn, run)
    assert (noise == 1).all()


def test_in_img2img_the_strength_scales_the_light_about_grey(set_up, plan):
    p = Processing(init_latent=torch.zeros(SHAPE))
    set_up(p, plan(init=[plain(INIT)], light="left", light_strength=2.0))
    torch.testing.assert_close(p.init_latent, 0.5 + 2 * (left_light() - 0.5))


@pytest.mark.parametrize(("level", "shows"), [(99.0, True), (100.0, False)])
def test_in_img2img_the_light_must_show_where_sampling_begins(set_up, plan, host, monkeypatch, level, shows):
    host.largest = 100.0
    monkeypatch.setattr(first_latents, "img2img_level", lambda p, largest: level)
    own = torch.zeros(SHAPE)
    p, drawn = Processing(init_latent=own), plan(init=[plain(INIT)], light="left")
    if shows:
        set_up(p, drawn)
        torch.testing.assert_close(p.init_latent, left_light())
    else:
        with pytest.raises(ICLightError, match="The light cannot show"):
            set_up(p, drawn)
        assert p.init_latent is own


# How the host frames its own picture


MASKED = {"nmask": torch.ones(4, 6)}


@pytest.mark.parametrize(
    ("of_p", "expected"),
    [
        ({}, None),
        ({"resize_mode": 2}, None),
        ({**MASKED, "resize_mode": 0}, Framing("stretch")),
        ({**MASKED, "resize_mode": 1}, Framing("cover")),
        ({**MASKED, "resize_mode": 2}, Framing("contain")),
        ({**MASKED, "resize_mode": 3}, Framing("stretch")),
        ({**MASKED, "resize_mode": 9}, Framing("cover")),
        (MASKED, Framing("stretch")),
        ({**MASKED, "paste_to": [8, 0, 32, 32], "resize_mode": 2}, Framing("cover", (8, 0, 32, 32))),
    ],
)
def test_a_picture_that_shows_around_ours_is_framed_as_the_host_frames_it(set_up, plan, of_p, expected):
    p = Processing(init_latent=torch.zeros(SHAPE), **of_p)
    run, _ = set_up(p, plan(init=[Image.fromarray(random_pixels(64, 64))], placement="contain"))
    assert run.framing == expected


def test_a_foreground_of_its_own_is_framed_as_the_request_says(set_up, plan):
    p = Processing(init_latent=torch.zeros(SHAPE), **MASKED)
    run, _ = set_up(p, plan(init=[plain(INIT)], foreground=plain(INIT), light="left"))
    assert run.framing is None


# The refiner


@pytest.fixture
def refined():
    """A processing object with a refiner, which its sampler's denoiser loads in the middle of a pass."""
    p = Processing(refiner_checkpoint_info="refiner")

    def load_refiner():
        p.sd_model = "refiner"

    p.sampler.model_wrap_cfg = SimpleNamespace(update_inner_model=load_refiner)
    return p


def test_the_refiners_unet_is_checked_and_relit_once_it_is_loaded(set_up, plan, host, checked, refined):
    set_up(refined, plan(foreground=plain(INIT), light="left"))
    refined.sampler.model_wrap_cfg.update_inner_model()
    assert [sd_model for sd_model, _, _ in host.given] == checked == ["model", "refiner"]
    torch.testing.assert_close(*host.conditions)


def test_the_denoiser_is_told_once_however_often_a_pass_is_set_up(set_up, plan, host, refined):
    drawn = plan(foreground=plain(INIT))
    run, _ = set_up(refined, drawn)
    told = refined.sampler.model_wrap_cfg.update_inner_model
    set_up(refined, drawn, run)
    assert refined.sampler.model_wrap_cfg.update_inner_model is told
    host.given.clear()
    told()
    assert len(host.given) == 1


def test_without_a_refiner_the_denoiser_is_left_alone(set_up, plan, refined):
    refined.refiner_checkpoint_info = None
    own = refined.sampler.model_wrap_cfg.update_inner_model
    set_up(refined, plan(foreground=plain(INIT)))
    assert refined.sampler.model_wrap_cfg.update_inner_model is own
