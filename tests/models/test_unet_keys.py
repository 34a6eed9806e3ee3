"""diffusers' names are translated exactly to the web UI's."""

from __future__ import annotations

import pytest
from sd15_layout import names, small_unet

from lib_iclight.models.unet_keys import to_ldm


@pytest.mark.parametrize(
    ("diffusers", "ldm"),
    [
        ("conv_in.weight", "input_blocks.0.0.weight"),
        ("time_embedding.linear_2.bias", "time_embed.2.bias"),
        ("down_blocks.0.downsamplers.0.conv.weight", "input_blocks.3.0.op.weight"),
        ("down_blocks.1.resnets.0.conv_shortcut.bias", "input_blocks.4.0.skip_connection.bias"),
        ("mid_block.attentions.0.proj_in.weight", "middle_block.1.proj_in.weight"),
        ("up_blocks.0.upsamplers.0.conv.weight", "output_blocks.2.1.conv.weight"),
        ("up_blocks.1.upsamplers.0.conv.weight", "output_blocks.5.2.conv.weight"),
        (
            "up_blocks.3.attentions.2.transformer_blocks.0.attn2.to_k.weight",
            "output_blocks.11.1.transformer_blocks.0.attn2.to_k.weight",
        ),
        ("conv_norm_out.weight", "out.0.weight"),
    ],
)
def test_names_by_hand(diffusers, ldm):
    assert to_ldm(diffusers) == ldm


def test_every_tensor_of_diffusers_unet_gets_its_ldm_name():
    import torch

    with torch.device("meta"):
        unet = small_unet(8, block_out_channels=(320, 640, 1280, 1280), cross_attention_dim=768, norm_num_groups=32)
    mapped = {key: to_ldm(key) for key in unet.state_dict()}
    assert mapped == names()
    assert len(set(mapped.values())) == 686


def test_ldm_names_stay_as_they_are():
    ldm = list(names().values())
    assert [to_ldm(key) for key in ldm] == ldm


@pytest.mark.parametrize("key", ["", "conv_in", "encoder.layers.0", "down_blocks.x.resnets.0.conv1.weight"])
def test_a_name_of_neither_form_stays_as_it_is(key):
    assert to_ldm(key) == key
