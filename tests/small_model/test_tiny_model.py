"""The small model: SD 1.5's names and layout, the same weights each time, offsets in IC-Light's format."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("diffusers")

from small_model import files  # noqa: E402
from small_model.files import offsets_dir  # noqa: E402
from small_model.text import VOCABULARY, tokenise  # noqa: E402
from small_model.tiny_model import build  # noqa: E402
from small_model.training import diffusion  # noqa: E402

#: A few of SD 1.5's key names, one of each kind.
NAMES = (
    "conv_in.weight",
    "time_embedding.linear_1.weight",
    "down_blocks.0.attentions.1.transformer_blocks.0.attn2.to_k.weight",
    "down_blocks.2.downsamplers.0.conv.weight",
    "down_blocks.3.resnets.1.time_emb_proj.bias",
    "mid_block.attentions.0.proj_in.weight",
    "up_blocks.1.resnets.0.conv_shortcut.weight",
    "up_blocks.3.attentions.2.transformer_blocks.0.ff.net.0.proj.weight",
    "conv_out.bias",
)


@pytest.fixture(scope="module")
def untrained(tmp_path_factory):
    return build(tmp_path_factory.mktemp("empty"))


def test_the_unet_has_sd15_names_and_gives_noise_for_any_size(untrained):
    state = untrained.unet.state_dict()
    assert set(NAMES) <= set(state)
    assert len(state) == 686  # as many tensors as SD 1.5's UNet
    assert state["mid_block.attentions.0.proj_in.weight"].ndim == 4
    made = untrained.unet(torch.randn(2, 4, 25, 41), 500, untrained.encode_text(["light", ""])).sample
    assert made.shape == (2, 4, 25, 41)


def test_the_autoencoder_takes_eight_pixels_a_latent(untrained):
    latents = untrained.vae.encode(torch.zeros(1, 3, 64, 40)).latent_dist.mode()
    assert latents.shape == (1, 4, 8, 5)
    assert untrained.vae.decode(latents).sample.shape == (1, 3, 64, 40)


def test_text_features_know_words_and_leave_out_the_rest(untrained):
    features = untrained.encode_text(["light from the left", "light left", "light right", ""])
    assert features.shape == (4, 77, 64)
    assert torch.equal(features[0], features[1])
    assert not torch.equal(features[1], features[2])


def test_synonyms_and_long_prompts():
    assert tokenise("Violet SPHERE")[1:3] == [VOCABULARY.index("purple"), VOCABULARY.index("ball")]
    assert len(tokenise("red " * 200)) == len(tokenise(""))


def test_without_files_the_weights_are_the_same_each_time(tmp_path, untrained):
    state = torch.get_rng_state()
    again = build(tmp_path)
    assert torch.equal(torch.get_rng_state(), state)
    assert not again.trained
    for name, tensor in untrained.unet.state_dict().items():
        assert torch.equal(again.unet.state_dict()[name], tensor), name


@pytest.mark.parametrize(("kind", "channels"), [("fc", 8), ("fbc", 12)])
def test_offsets_are_one_half_precision_tensor_for_each_of_the_unets(untrained, kind, channels):
    tensors, _ = files.read_float(offsets_dir() / files.OFFSETS[kind])
    base = untrained.unet.state_dict()
    assert set(tensors) == set(base)
    assert tensors["conv_in.weight"].shape == (base["conv_in.weight"].shape[0], channels, 3, 3)
    assert all(tensors[name].shape == base[name].shape for name in base if name != "conv_in.weight")


def test_a_widened_unet_gives_what_the_base_gives(untrained):
    wide = diffusion.widened(untrained.unet, 8).eval()
    noisy, text = torch.randn(1, 4, 16, 16), untrained.encode_text(["light"])
    with torch.no_grad():
        made = wide(torch.cat([noisy, torch.randn(1, 4, 16, 16)], 1), 10, text).sample
        torch.testing.assert_close(made, untrained.unet(noisy, 10, text).sample)
    assert all(not tensor.any() for tensor in diffusion.offsets(wide, untrained.unet).values())


def test_repository_files_fit_and_are_small():
    if not (files.WEIGHTS / files.UNET).is_file():
        pytest.skip("no trained files in this checkout")
    assert build().trained
    assert sum(path.stat().st_size for path in files.WEIGHTS.iterdir()) < 25 * 2**20
