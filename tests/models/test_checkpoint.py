"""A base checkpoint's family is recognised from its file's header."""

from __future__ import annotations

import json
import os
import struct

import pytest
from sd15_layout import safetensors_bytes, with_header

from lib_iclight.models.checkpoint import by_channels, family_of, identify_checkpoint

UNET = "model.diffusion_model."
ATTENTION = "input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight"


def stable_diffusion(channels: int = 4, width: int = 768, prefix: str = UNET, **more) -> dict:
    names = {"input_blocks.0.0.weight": (8, channels, 3, 3), ATTENTION: (8, width)}
    return {prefix + name: shape for name, shape in names.items()} | more


CHECKPOINTS = {
    "Stable Diffusion 1.5": stable_diffusion(**{"first_stage_model.x": (1,), "cond_stage_model.x": (1,)}),
    "an inpainting model": stable_diffusion(9),
    "an instruct-pix2pix model": stable_diffusion(8),
    "a model with 5 input channels": stable_diffusion(5),
    "SD 2": stable_diffusion(width=1024),
    "SDXL": stable_diffusion(width=2048, **{"conditioner.embedders.0.x": (1,)}),
    "SD 3": {"model.diffusion_model.joint_blocks.0.x_block.attn.qkv.weight": (8, 8)},
    "Flux": {"double_blocks.0.img_attn.qkv.weight": (8, 8)},
}


def family(tmp_path, shapes, name="checkpoint.safetensors"):
    path = tmp_path / name
    path.write_bytes(safetensors_bytes(shapes))
    return family_of(path)


@pytest.mark.parametrize("words", CHECKPOINTS)
def test_each_family_is_called_by_its_name(tmp_path, words):
    found = family(tmp_path, CHECKPOINTS[words])
    assert found.words == words
    assert found.supported == (words == "Stable Diffusion 1.5")


@pytest.mark.parametrize("prefix", ["", "diffusion_model.", "unet."])
def test_a_unet_alone_is_a_checkpoint_too(tmp_path, prefix):
    assert family(tmp_path, stable_diffusion(prefix=prefix)).supported


def test_diffusers_names_are_known(tmp_path):
    key = "down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k.weight"
    assert family(tmp_path, {"conv_in.weight": (8, 4, 3, 3), key: (8, 768)}).supported
    assert not family(tmp_path, {"conv_in.weight": (8, 4, 3, 3), key: (8, 1024)}, "two.safetensors").supported


@pytest.mark.parametrize(
    "shapes",
    [{"something": (1,)}, stable_diffusion(width=512), {UNET + "input_blocks.0.0.weight": (64, 1)}],
    ids=["foreign", "unknown width", "quantised"],
)
def test_what_the_header_does_not_say_is_not_guessed(tmp_path, shapes):
    assert family(tmp_path, shapes) is None


@pytest.mark.parametrize("name", ["model.ckpt", "model.gguf"])
def test_other_formats_are_not_opened(tmp_path, name):
    assert family(tmp_path, stable_diffusion(), name) is None


def test_a_missing_or_damaged_file_says_nothing(tmp_path):
    assert family_of(tmp_path / "no.safetensors") is None
    (tmp_path / "cut.safetensors").write_bytes(safetensors_bytes(stable_diffusion())[:-5])
    assert family_of(tmp_path / "cut.safetensors") is None


def test_a_replaced_checkpoint_is_looked_at_again(tmp_path):
    assert family(tmp_path, stable_diffusion()).supported
    assert not family(tmp_path, stable_diffusion(9)).supported


def test_a_checkpoint_of_the_same_length_and_time_is_looked_at_again(tmp_path):
    path = tmp_path / "checkpoint.safetensors"
    path.write_bytes(safetensors_bytes(stable_diffusion()))
    before = path.stat()
    assert family_of(path).supported
    other = tmp_path / "other"
    other.write_bytes(path.read_bytes().replace(b"768", b"512").replace(b"[8, 4, 3, 3]", b"[8, 9, 3, 3]"))
    os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
    os.replace(other, path)
    assert path.stat().st_size == before.st_size
    assert family_of(path) is None


def test_the_story_of_a_merge_does_not_hide_the_family(tmp_path):
    raw = safetensors_bytes(stable_diffusion())
    (length,) = struct.unpack("<Q", raw[:8])
    header = json.loads(raw[8 : 8 + length])
    header["__metadata__"]["sd_merge_recipe"] = "x" * 3_000_000
    (tmp_path / "merged.safetensors").write_bytes(with_header(json.dumps(header).encode(), raw[8 + length :]))
    assert family_of(tmp_path / "merged.safetensors").supported


@pytest.mark.parametrize("side", ["4", None, [4], {}, 4.5, True])
def test_a_nonsense_side_says_nothing(side):
    header = {UNET + "input_blocks.0.0.weight": {"shape": [8, side, 3, 3]}, UNET + ATTENTION: {"shape": [8, side]}}
    assert identify_checkpoint(header) is None


def test_unknown_channels_are_given_the_benefit_of_the_doubt():
    assert by_channels(None).supported
