"""Offsets in weights that AUTOMATIC1111 itself changes too: for its LoRAs, and to keep them in 8 bits."""

from __future__ import annotations

import pytest
import torch
from ldm_models import Loaded, expected, plain, relit, sampled


class Lora:
    """The web UI's LoRAs: when a layer is called, it keeps a copy of its weights and adds to that (``networks.py``)."""

    def __init__(self, unet):
        self.wanted, self._unet = (), unet
        for layer in unet.modules():
            if next(layer.parameters(recurse=False), None) is not None:
                layer.register_forward_pre_hook(self.apply)

    def apply(self, layer, given):
        current = getattr(layer, "network_current_names", ())
        if getattr(layer, "network_weights_backup", None) is None and self.wanted:
            assert current == (), "no backup weights found and current weights are not unchanged"
            layer.network_weights_backup, layer.network_bias_backup = layer.weight.data.clone(), layer.bias.data.clone()
        if current == self.wanted:
            return
        if getattr(layer, "network_weights_backup", None) is not None:
            layer.weight.data.copy_(layer.network_weights_backup)
            layer.bias.data.copy_(layer.network_bias_backup)
        for strength in self.wanted:
            layer.weight.data += strength * torch.ones_like(layer.weight)
        layer.network_current_names = self.wanted


def with_lora(sd_model, strength):
    """What the UNet predicts with a LoRA."""
    other = Loaded()
    other.load_state_dict(sd_model.state_dict())
    for name, value in other.model.named_parameters():
        value.data += strength * name.endswith("weight")
    return other


@pytest.mark.parametrize("before", [0, 0.1, 0.7], ids="a LoRA of strength {} before".format)
@pytest.mark.parametrize("during", [0, 0.1, 0.3], ids="{} in the run".format)
def test_offsets_and_loras_add_up_and_both_are_taken_away_exactly(host, model, offsets, before, during):
    fresh, reference = model.bytes(), expected(with_lora(model, during), offsets)
    lora = Lora(model.model)
    without = plain(model)
    lora.wanted = (before,) if before else ()
    seen = plain(model)
    lora.wanted = (during,) if during else ()
    torch.testing.assert_close(sampled(relit(host, model, offsets))[1], reference)
    lora.wanted = (before,) if before else ()
    assert torch.equal(plain(model), seen)
    lora.wanted = ()
    assert torch.equal(plain(model), without)
    assert model.bytes() == fresh


def test_a_lora_that_changes_in_the_middle_is_added_to_the_relit_weights(host, model, offsets):
    fresh, reference = model.bytes(), expected(with_lora(model, 0.3), offsets)
    lora = Lora(model.model)
    lora.wanted = (0.1,)
    made = sampled(relit(host, model, offsets, lambda: setattr(lora, "wanted", (0.3,))))
    torch.testing.assert_close(made[1], reference)
    lora.wanted = ()
    plain(model)
    assert model.bytes() == fresh


def test_a_bias_that_a_lora_has_given_to_a_layer_is_gone_again(host, model, offsets):
    layer = model.model.diffusion_model.out
    layer.bias = None
    del offsets.tensors["diffusion_model.out.bias"]

    def gives():
        layer.network_weights_backup, layer.network_bias_backup = layer.weight.data.clone(), None
        layer.bias, layer.network_current_names = torch.nn.Parameter(torch.ones(4)), ("one",)

    sampled(relit(host, model, offsets, gives))
    plain(model)
    assert layer.bias is None


def in_eight_bits(model):
    """A layer as the web UI's setting *FP8 weight* makes it, with the copy in 16 bits that its LoRAs start from."""
    layer = model.model.diffusion_model.out
    layer.fp16_weight = layer.weight.data.half()
    layer.weight.data = layer.weight.data.to(torch.float8_e4m3fn)
    return layer


def test_weights_in_eight_bits_are_relit_in_sixteen(host, model, offsets):
    layer = in_eight_bits(model)
    kept, eight = layer.fp16_weight, layer.weight.data.clone()
    seen = {}
    model.model.forward = lambda x, c_concat: seen.update(weight=layer.weight.data, half=layer.fp16_weight)
    sampled(relit(host, model, offsets))
    whole = (kept.float() + offsets.tensors["diffusion_model.out.weight"]).half()
    assert torch.equal(seen["weight"], whole)
    assert torch.equal(seen["half"], whole)
    plain(model)
    assert layer.fp16_weight is kept
    assert torch.equal(layer.weight.data.view(torch.uint8), eight.view(torch.uint8))
    assert layer.weight.dtype == torch.float8_e4m3fn


def test_a_checkpoint_is_loaded_into_the_sixteen_bits_that_the_web_ui_has_made_for_it(host, model, offsets):
    layer, other = in_eight_bits(model), Loaded(seed=5)
    model.model.forward = lambda x, c_concat: None
    sampled(relit(host, model, offsets))
    model.half()
    model.load_state_dict(other.state_dict())
    assert torch.equal(layer.weight, other.model.diffusion_model.out.weight.half())
