"""Patches of self-attention on the workbench: what Forge's UNet does with them."""

import pytest
import torch

from lib_iclight.hosts import attention

FRAMES = 2


@pytest.fixture(scope="module")
def predicted(running):
    """What the UNet predicts for latents ``[B, 4, 8, 8]``, with what a function does to a clone of its patcher."""

    def predict(x, change=lambda unet: None):
        unet = running.sd_model.forge_objects.unet.clone()
        change(unet)
        words = torch.zeros(len(x), 77, 64)
        options = unet.model_options["transformer_options"]
        with torch.no_grad():
            return unet.model.apply_model(x, torch.ones(len(x)), c_crossattn=words, transformer_options=options)

    return predict


@pytest.fixture(scope="module")
def x():
    return torch.randn(2 * FRAMES, 4, 8, 8, generator=torch.Generator().manual_seed(1))


def looking(gamma):
    return lambda unet: attention.patch(unet, FRAMES, gamma)


def test_no_patch_and_gamma_0_and_a_patch_that_does_nothing_are_the_same(predicted, x):
    alone = predicted(x)
    assert torch.equal(predicted(x, looking(0.0)), alone)
    passes = predicted(x, lambda unet: unet.set_model_attn1_patch(lambda n, context, value, about: (n, context, value)))
    torch.testing.assert_close(passes, alone)


def test_frames_that_look_at_each_other_are_painted_otherwise_and_equal_ones_alike(predicted, x):
    alone, found = predicted(x), predicted(x, looking(0.5))
    assert (found - alone).abs().max() > 1e-4
    equal = x[[0, 0, 2, 2]]
    torch.testing.assert_close(predicted(equal, looking(0.5)), predicted(equal))


def test_a_patch_is_told_where_it_is_and_in_how_many_heads(predicted, x):
    seen = []

    def look(n, context, value, about):
        seen.append((about["block"], about["n_heads"], n.shape[0]))
        return n, context, value

    predicted(x, lambda unet: unet.set_model_attn1_patch(look))
    blocks = [block for block, _, _ in seen]
    assert blocks[:2] == [("input", 1), ("input", 2)]
    assert ("middle", 0) in blocks
    assert blocks[-9:] == [("output", index) for index in range(3, 12)]
    assert {(heads, batch) for _, heads, batch in seen} == {(1, 2 * FRAMES)}
