"""AUTOMATIC1111's backend on a small model: relit while the sampler runs, and exactly as before when it has ended."""

from __future__ import annotations

import importlib.util
import weakref
from contextlib import nullcontext
from types import SimpleNamespace

import pytest
import torch
from ldm_models import CONDITION, STEPS, Loaded, X, expected, relit, sampled

from lib_iclight import hosts
from lib_iclight.errors import ICLightError
from lib_iclight.hosts.a1111 import A1111Host
from lib_iclight.models.library import CONV_IN, Offsets


def test_the_relit_unet_predicts_what_the_widened_one_with_the_offsets_predicts(host, model, offsets):
    reference = expected(model, offsets)
    for made in sampled(relit(host, model, offsets)):
        torch.testing.assert_close(made, reference)


def test_pictures_of_a_batch_alternate_between_the_subjects(host, model, offsets):
    x, subjects = torch.cat([X, X])[:3], torch.cat([CONDITION, -CONDITION])
    reference = expected(model, offsets, x, subjects[[0, 1, 0]])
    torch.testing.assert_close(sampled(relit(host, model, offsets, condition=subjects), x)[0], reference)


def test_a_condition_that_is_given_by_position_is_replaced_too(host, model, offsets):
    p, reference = relit(host, model, offsets), expected(model, offsets)
    made = p.sampler.sample_img2img(p, X, None, None, None, torch.zeros(2, 5, 1, 1))
    torch.testing.assert_close(made[0], reference)


def raises():
    raise RuntimeError("in the middle")


@pytest.mark.parametrize("in_the_middle", [lambda: None, raises], ids=["a whole run", "an error in the middle"])
def test_afterwards_every_weight_is_the_byte_that_it_was(host, model, offsets, in_the_middle):
    before, key = model.bytes(), model.model.conditioning_key
    p = relit(host, model, offsets, in_the_middle)
    with nullcontext() if in_the_middle is not raises else pytest.raises(RuntimeError, match="in the middle"):
        sampled(p)
    assert model.bytes() == before
    assert model.model.conditioning_key == key
    p.sampler._in_the_middle = lambda: None
    assert torch.equal(sampled(p)[0], model.model.diffusion_model(X))


def test_offsets_that_cannot_be_added_leave_everything_as_it_was(host, model, offsets):
    before = model.bytes()
    offsets.tensors["diffusion_model.out.bias"] = torch.zeros(7)
    with pytest.raises(RuntimeError):
        sampled(relit(host, model, offsets))
    assert model.bytes() == before
    assert model.model.conditioning_key == "crossattn"


def test_one_sampler_may_serve_several_passes(host, model, offsets):
    """As img2img's does for several batches."""
    before, reference = model.bytes(), expected(model, offsets, condition=-CONDITION)
    p = relit(host, model, offsets)
    sampled(p)
    host.begin_pass(p)
    host.relight(model, offsets, -CONDITION)
    torch.testing.assert_close(sampled(p)[0], reference)
    assert model.bytes() == before


def addresses(sd_model):
    return [value.data_ptr() for value in sd_model.parameters()]


def test_the_next_pass_with_the_same_offsets_adds_nothing_anew(host, model, offsets):
    sampled(relit(host, model, offsets))
    ready, reference = addresses(model), expected(Loaded(), offsets, condition=-CONDITION)
    torch.testing.assert_close(sampled(relit(host, model, offsets, condition=-CONDITION))[1], reference)
    assert addresses(model) == ready


def test_other_offsets_take_the_place_of_the_last_ones(host, model, offsets):
    before, tensors = model.bytes(), {name: -value for name, value in offsets.tensors.items()}
    others = Offsets("others", tensors, 8)
    reference = expected(model, others)
    sampled(relit(host, model, offsets))
    torch.testing.assert_close(sampled(relit(host, model, others))[0], reference)
    assert model.bytes() == before


@pytest.mark.parametrize("part", ["model", "model.diffusion_model"])
def test_whoever_calls_the_unet_between_two_passes_has_the_plain_one(host, model, offsets, part):
    seen = model.model.diffusion_model(X)
    sampled(relit(host, model, offsets))
    made = model.get_submodule(part)(*(X, None)[: 2 if part == "model" else 1])
    assert torch.equal(made, seen)


def test_weights_may_be_read_in_the_middle_of_a_pass(host, model, offsets):
    reference = expected(model, offsets)
    torch.testing.assert_close(sampled(relit(host, model, offsets, model.state_dict))[1], reference)


def test_an_extension_that_replaces_the_unets_forward_gets_latents_alone(host, model, offsets):
    """As ControlNet's, which sends them through a network of its own, and may send others through the UNet's layers."""
    unet, seen, reference = model.model.diffusion_model, [], expected(model, offsets)
    forward = unet.forward

    def replaced(x):
        seen.append(x.shape[1])
        forward(x[:, :, :3])
        return forward(x)

    unet.forward = replaced
    torch.testing.assert_close(sampled(relit(host, model, offsets))[0], reference)
    assert seen == [4] * STEPS


def test_where_models_are_not_kept_in_memory_the_weights_are_plain_at_once(host, model, offsets, modules):
    modules.shared.opts.ic_light_keep_models = False
    before = [value.clone() for value in model.parameters()]
    sampled(relit(host, model, offsets))
    assert all(map(torch.equal, before, model.parameters()))


def test_a_model_that_the_web_ui_drops_leaves_memory_at_once(host, model, offsets):
    dropped = Loaded(seed=5)
    sampled(relit(host, dropped, offsets))
    gone = weakref.ref(dropped.model)
    del dropped
    assert gone() is None


def test_a_checkpoint_that_is_loaded_in_the_middle_stays_and_is_not_relit(host, model, offsets):
    other = Loaded(seed=5)
    p = relit(host, model, offsets, lambda: model.load_state_dict(other.state_dict()))
    torch.testing.assert_close(sampled(p)[1], other.model.diffusion_model(X))
    assert model.bytes() == other.bytes()


def test_a_refiner_that_takes_over_in_the_middle_is_relit(host, model, offsets):
    """Loaded into the same model, as the web UI does with room for one; with a VAE of its own."""
    other = Loaded(seed=5)
    reference = expected(other, offsets, condition=3 * CONDITION)

    def takes_over():
        model.load_state_dict(other.state_dict())
        host.relight(model, offsets, 3 * CONDITION)

    torch.testing.assert_close(sampled(relit(host, model, offsets, takes_over))[1], reference)
    assert model.bytes() == other.bytes()


def test_a_refiner_beside_the_first_model_is_relit(host, model, offsets):
    other, before = Loaded(seed=5), model.bytes()
    of_other, reference = other.bytes(), expected(other, offsets)
    p = relit(host, model, offsets)

    def takes_over():
        host.relight(other, offsets, CONDITION)
        p.sampler._model = other

    p.sampler._in_the_middle = takes_over
    torch.testing.assert_close(sampled(p)[1], reference)
    assert (model.bytes(), other.bytes()) == (before, of_other)


def test_weights_moved_during_the_run_come_back_to_where_they_are_now(host, model, offsets):
    """As with too little graphics memory; what has no data any more, a model thrown away, is left alone."""
    sampled(relit(host, model, offsets, lambda: model.to("meta") and raises_nothing(model)))
    assert {value.device.type for value in model.parameters()} == {"meta"}


def raises_nothing(model):
    model.model.forward = lambda x, c_concat: None


def test_the_vae_gives_the_scaled_mode_of_pixels_around_zero(host, model):
    _, encode, scale = host.vae(model)
    assert scale == 8
    latents = encode(torch.full((1, 16, 8, 3), 0.75))
    assert latents.shape == (1, 3, 2, 1)
    assert latents.unique().tolist() == [0.25]


def test_a_vae_is_known_again_and_told_from_another(host, model, modules):
    key = host.vae(model)[0]
    assert key == host.vae(model)[0]
    assert key != host.vae(Loaded())[0]
    modules.sd_vae.loaded_vae_file = "other.safetensors"
    assert key != host.vae(model)[0]
    modules.sd_vae.loaded_vae_file = None
    model.sd_checkpoint_info = SimpleNamespace(name_for_extra="other", filename="other.safetensors")
    assert key != host.vae(model)[0]


def test_the_largest_noise_level_is_that_of_the_last_time_step(host, model):
    assert host.sigma_max(model) == pytest.approx(3.0)


@pytest.mark.parametrize(
    ("made", "family"),
    [
        ({}, "Stable Diffusion 1.5"),
        ({"channels": 9}, "an inpainting model"),
        ({"channels": 8}, "an instruct-pix2pix model"),
        ({"is_sdxl": True}, "SDXL"),
        ({"is_sd2": True}, "SD 2"),
    ],
    ids=str,
)
def test_other_checkpoints_are_told_by_name(host, made, family):
    model = Loaded(made.get("channels", 4))
    for flag in set(made) - {"channels"}:
        model.is_sd1 = False
        setattr(model, flag, True)
    found = host.checkpoint(model)
    assert (found.name, found.family, found.supported) == ("photo", family, not made)


def test_shapes_are_those_of_the_web_uis_names_and_the_same_object_again(host, model):
    shapes = host.unet_shapes(model)
    assert shapes[CONV_IN] == (3, 4, 3, 3)
    assert host.unet_shapes(model) is shapes


def test_a_unet_of_another_kind_is_refused_by_name(host, modules):
    modules.sd_unet.current_unet_option = SimpleNamespace(label="[TRT] photo")
    with pytest.raises(ICLightError, match=r"SD Unet \[TRT\] photo"):
        host.begin_pass(SimpleNamespace(sampler=None))


def test_a_version_that_does_not_call_the_hook_is_refused(modules):
    del modules.scripts.Script.process_before_every_sampling
    with pytest.raises(ICLightError, match=r"version 1\.10"):
        A1111Host()


def test_the_web_ui_is_found_by_what_it_offers(monkeypatch, modules):
    offered = {"modules.sd_samplers_timesteps"}
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: name if name in offered else None)
    assert type(hosts.detect()) is A1111Host
