"""The frames of a batch look at each other: only they, only where it is asked for, and nothing of it stays."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import torch
from ldm_models import CONDITION, Loaded, Unet, X, offered, offsets_for, plain, relit, sampled

from lib_iclight.hosts import attention, run_context
from lib_iclight.hosts.a1111 import A1111Host

FRAMES = 3


@pytest.fixture(scope="module")
def context() -> torch.Tensor:
    """Three frames, under two conditions."""
    return torch.randn(2 * FRAMES, 5, 4, generator=torch.Generator().manual_seed(1))


def test_each_frame_leans_towards_the_mean_of_its_condition(context):
    found = attention.mixed(context, FRAMES, 0.25)
    for group, made in zip(context.chunk(2), found.chunk(2), strict=True):
        torch.testing.assert_close(made, 0.75 * group + 0.25 * group.mean(0))


@pytest.mark.parametrize("gamma", [0.3, 0.5, 1.0])
@pytest.mark.parametrize("kind", [torch.float32, torch.float16])
def test_equal_frames_stay_as_they_are_to_the_bit(context, gamma, kind):
    equal = context[[0, 0, 0, 3, 3, 3]].to(kind)
    assert torch.equal(attention.mixed(equal, FRAMES, gamma), equal)


def test_a_batch_that_is_not_made_of_frames_is_left_alone(context):
    assert attention.mixed(context, 4, 0.5) is context
    assert attention.mixed(context, 1, 0.5) is context


class Patcher:
    """A patcher as web UIs have it, with another extension's patch."""

    def __init__(self):
        self.model_options = {"transformer_options": {"patches": {"attn1_patch": [self.other]}}}

    def other(self, queries, keys, values, about):
        return queries, keys * 2, values * 3

    def set_model_attn1_patch(self, patch):
        patches = self.model_options["transformer_options"]["patches"]
        patches["attn1_patch"] = [*patches["attn1_patch"], patch]

    @property
    def patches(self):
        return self.model_options["transformer_options"]["patches"]["attn1_patch"]

    def __call__(self, context, block):
        found = context, context, context
        for patch in self.patches:
            found = patch(*found, {"block": block})
        return found


def test_only_the_output_blocks_look_and_the_patches_of_others_apply(context):
    unet = Patcher()
    attention.patch(unet, FRAMES, 0.5)
    mixed = attention.mixed(context, FRAMES, 0.5)
    for block, right in ((("output", 4), mixed), (("input", 4), context), (("middle", 0), context)):
        queries, keys, values = unet(context, block)
        assert torch.equal(queries, context)
        assert torch.equal(keys, right * 2)
        assert torch.equal(values, right * 3)


def test_a_further_pass_looks_once_and_gamma_0_sets_nothing():
    unet = Patcher()
    before = [*unet.patches]
    attention.patch(unet, FRAMES, 0.5)
    attention.patch(unet, FRAMES, 0.5)
    assert len(unet.patches) == 2
    attention.patch(unet, FRAMES, 0.0)
    assert unet.patches == before
    bare = SimpleNamespace(model_options={"transformer_options": {}})
    attention.patch(bare, FRAMES, 0.0)
    assert bare.model_options == {"transformer_options": {}}


class Processing:
    """A host's processing object."""


def test_what_is_asked_of_a_run_is_kept_for_it_alone():
    p, other = Processing(), Processing()
    run_context.attend_across(p, 0.5)
    assert run_context.begin(p).attention == 0.5
    assert run_context.begin(other).attention == 0


class Attention(torch.nn.Module):
    """Self-attention without weights, called as AUTOMATIC1111's UNet calls its layers."""

    def forward(self, x, context=None):
        context = x if context is None else context
        return (x @ context.mT).softmax(-1) @ context


class Looking(Unet):
    """A UNet whose output block has self-attention."""

    def __init__(self):
        super().__init__()
        self.output_blocks = torch.nn.ModuleList([torch.nn.ModuleDict({"attn1": Attention()})])

    def forward(self, x):
        made = self.input_blocks[0](x).movedim(1, -1)
        rows = made.flatten(1, 2)
        rows = rows + self.output_blocks[0]["attn1"](rows, context=None)
        return self.out(rows.reshape(made.shape)).movedim(-1, 1)


@pytest.fixture
def model():
    loaded = Loaded()
    loaded.model.diffusion_model = Looking()
    return loaded


@pytest.fixture
def host(monkeypatch):
    offered(monkeypatch)
    return A1111Host()


def looking(host, model, gamma, in_the_middle=lambda: None):
    """What a pass makes of two frames that look at each other."""
    p = relit(host, model, offsets_for(model), in_the_middle, condition=torch.cat([CONDITION, -CONDITION]))
    if gamma:
        host.attend_across(model, len(X), gamma)
    return sampled(p)[-1]


def test_without_a_patcher_frames_look_at_each_other_while_the_sampler_runs(host, model):
    before, alone = plain(model), looking(host, model, 0.0)
    assert not torch.allclose(looking(host, model, 0.5), alone)
    assert torch.equal(looking(host, model, 0.0), alone)
    assert torch.equal(plain(model), before)


def test_an_error_in_the_middle_leaves_no_hook(host, model):
    before = plain(model)

    def raises():
        raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError):
        looking(host, model, 0.5, raises)
    assert torch.equal(plain(model), before)


def test_equal_frames_are_painted_as_they_are_alone(host, model):
    both = relit(host, model, offsets_for(model))
    host.attend_across(model, 2, 0.7)
    equal = X[[0, 0]]
    found = sampled(both, equal)[-1]
    torch.testing.assert_close(found, sampled(relit(host, model, offsets_for(model)), equal)[-1], rtol=0, atol=0)
