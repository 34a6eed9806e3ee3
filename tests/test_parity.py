"""The UNet gets the same input from the product as from the author's recipe.

The recipe is written here on diffusers from its description, without any of the product's functions, on small random
models of SD 1.5's structure: offsets added to a UNet whose first convolution is widened with zeros; pixels at
``x / 127 - 1``; the posterior's mode times the scale factor; noise, foreground, background in this order.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
import torch
from caches import relight_pipeline
from drawing_up import draw_up
from PIL import Image
from safetensors.torch import save_file
from samples import no_remover, noise
from sd15_layout import names, small_unet

from lib_iclight.models.library import UNET_PREFIX, check_fit
from lib_iclight.relight import condition_layers

SIZES = [(256, 256), (328, 200)]
CHANNELS = {"fc": 8, "fcon": 8, "fbc": 12}


@dataclass
class Models:
    """A random checkpoint and random offsets of both widths, by diffusers' names."""

    vae: torch.nn.Module
    base: dict[str, torch.Tensor]
    offsets: dict[int, dict[str, torch.Tensor]]


@pytest.fixture(scope="module", autouse=True)
def _one_thread():
    """Such small models spend more time distributing work to threads than working."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def models() -> Models:
    from diffusers import AutoencoderKL

    torch.manual_seed(7)
    vae = AutoencoderKL(
        block_out_channels=(8, 16, 16, 16),
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        norm_num_groups=8,
        latent_channels=4,
        scaling_factor=0.18215,
    )
    base = {key: value.detach().clone() for key, value in small_unet(4).state_dict().items()}
    offsets = {
        channels: {
            key: 0.05 * torch.randn(*value.shape) if key != "conv_in.weight" else 0.05 * torch.randn(16, channels, 3, 3)
            for key, value in base.items()
        }
        for channels in (8, 12)
    }
    return Models(vae.eval().requires_grad_(False), base, offsets)


FOREGROUND = noise(90, 130, 4, seed=1)
BACKGROUND = noise(61, 45, 3, seed=2)


# The reference


def reference_pixels(pixels: np.ndarray, size: tuple[int, int]) -> torch.Tensor:
    picture = Image.fromarray(pixels)
    factor = max(size[0] / picture.width, size[1] / picture.height)
    picture = picture.resize((round(picture.width * factor), round(picture.height * factor)), Image.LANCZOS)
    left, top = (picture.width - size[0]) / 2, (picture.height - size[1]) / 2
    cropped = np.array(picture.crop((left, top, left + size[0], top + size[1])))
    return torch.from_numpy(cropped).float().movedim(-1, 0)[None] / 127.0 - 1.0


def reference_condition(models: Models, mode: str, size: tuple[int, int]) -> torch.Tensor:
    alpha = FOREGROUND[..., 3:].astype(np.float32) / 255.0
    on_grey = 127 + (FOREGROUND[..., :3].astype(np.float32) - 127) * alpha
    pictures = [on_grey.clip(0, 255).astype(np.uint8), *([BACKGROUND] if mode == "fbc" else [])]
    latents = [
        models.vae.encode(reference_pixels(picture, size)).latent_dist.mode() * models.vae.config.scaling_factor
        for picture in pictures
    ]
    return torch.cat(latents, dim=1)


def widened(weight: torch.Tensor, channels: int) -> torch.Tensor:
    wide = torch.zeros(weight.shape[0], channels, 3, 3)
    wide[:, :4] = weight
    return wide


def unet_of(weights: dict[str, torch.Tensor], channels: int) -> torch.nn.Module:
    with torch.device("meta"):  # its own random weights would only cost time
        unet = small_unet(channels)
    unet.load_state_dict(weights, strict=True, assign=True)
    return unet.eval().requires_grad_(False)


def reference_unet(models: Models, mode: str) -> torch.nn.Module:
    channels = CHANNELS[mode]
    origin = models.base | {"conv_in.weight": widened(models.base["conv_in.weight"], channels)}
    return unet_of({key: origin[key] + models.offsets[channels][key] for key in origin}, channels)


# The product


def write(folder, models: Models, mode: str, style: str) -> None:
    translated, offsets = names(), models.offsets[CHANNELS[mode]]
    named = {translated[key] if style == "ldm" else key: value for key, value in offsets.items()}
    save_file(named, str(folder / f"iclight_sd15_{mode}.safetensors"))


def encoder_of(vae: torch.nn.Module):
    """A web UI's VAE: pixels in 0..1, channels last."""

    def encode(pixels: torch.Tensor) -> torch.Tensor:
        latents = vae.encode(pixels.movedim(-1, 1) * 2 - 1).latent_dist.mode()
        return latents * vae.config.scaling_factor

    return encode


def relit(models: Models, folder, mode: str, size: tuple[int, int]) -> tuple[torch.Tensor, torch.nn.Module]:
    """The product's condition, and a UNet with the product's offsets added."""
    pipeline = relight_pipeline()
    background = Image.fromarray(BACKGROUND) if mode == "fbc" else None
    wanted = {"mode": mode, "foreground": Image.fromarray(FOREGROUND), "background": background}
    plan = draw_up(pipeline, [folder], no_remover, **wanted)
    layers = condition_layers(plan, plan.subjects[0])
    condition = pipeline.latents.stack(layers, *size, "vae", encoder_of(models.vae))

    offsets = pipeline.library.load(plan.model)
    host_names = {key: UNET_PREFIX + name for key, name in names().items()}
    shapes = {host_names[key]: tuple(value.shape) for key, value in models.base.items()}
    check_fit(offsets, shapes, plan.model.name, "random")
    origin = models.base | {"conv_in.weight": widened(models.base["conv_in.weight"], offsets.channels)}
    summed = {key: origin[key] + offsets.tensors[host_names[key]] for key in origin}
    return condition, unet_of(summed, offsets.channels)


def difference(ours: torch.Tensor, theirs: torch.Tensor) -> float:
    assert ours.shape == theirs.shape
    return float((ours - theirs).norm() / theirs.norm())


@pytest.mark.parametrize("style", ["diffusers", "ldm"])
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("mode", CHANNELS)
def test_condition_and_unet_are_the_references(models, tmp_path, mode, size, style):
    write(tmp_path, models, mode, style)
    condition, unet = relit(models, tmp_path, mode, size)
    expected = reference_condition(models, mode, size)
    assert difference(condition, expected) < 1e-5

    generator = torch.Generator().manual_seed(3)
    x = torch.randn(1, 4, size[1] // 8, size[0] // 8, generator=generator)
    text = torch.randn(1, 7, 32, generator=generator)
    ours = unet(torch.cat([x, condition], dim=1), 500, text).sample
    theirs = reference_unet(models, mode)(torch.cat([x, expected], dim=1), 500, text).sample
    assert difference(ours, theirs) < 1e-5


def test_the_comparison_would_notice_a_swapped_foreground_and_background(models, tmp_path):
    write(tmp_path, models, "fbc", "ldm")
    condition, _ = relit(models, tmp_path, "fbc", (256, 256))
    expected = reference_condition(models, "fbc", (256, 256))
    assert difference(condition.roll(4, dims=1), expected) > 1e-2
