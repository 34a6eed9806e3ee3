"""The reference recipe (lllyasviel/IC-Light), written with diffusers alone, without using the extension.

Run as ``python reference.py JOB.json``; prints the relative errors as JSON. It has a process of its own, so that the
weights are gone afterwards. A job holds ``checkpoint``, ``offsets`` (mode to file), ``cases`` and perhaps ``kept_as``
(the type that the checkpoint's UNet is rounded to before the offsets are added). Each case has
``name``, ``mode``, ``width``, ``height``, ``foreground`` (PNG), perhaps ``background`` (PNG), ``flip`` and ``light``,
and what is to be compared: ``unet`` (a recorded call), ``start`` (recorded starting latents), ``lit`` and ``unlit``
(recorded calls whose inputs differ by the light's latents).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from diffusers.loaders.single_file_utils import convert_ldm_unet_checkpoint, convert_ldm_vae_checkpoint
from PIL import Image
from safetensors.torch import load_file

SCALE = 0.18215


def build_vae(checkpoint: dict[str, torch.Tensor]) -> AutoencoderKL:
    """Stable Diffusion 1.5's VAE."""
    with torch.device("meta"):
        vae = AutoencoderKL(
            down_block_types=("DownEncoderBlock2D",) * 4,
            up_block_types=("UpDecoderBlock2D",) * 4,
            block_out_channels=(128, 256, 512, 512),
            layers_per_block=2,
            scaling_factor=SCALE,
        )
    state = convert_ldm_vae_checkpoint(checkpoint, dict(vae.config))
    vae.load_state_dict({key: value.float() for key, value in state.items()}, assign=True)
    return vae.eval()


def widths(checkpoint: dict[str, torch.Tensor]) -> tuple[int, ...]:
    """The channels of the UNet's four levels, from the first block of each; a test's checkpoint may be a narrow one."""
    names = (f"model.diffusion_model.input_blocks.{block}.0.out_layers.3.weight" for block in (1, 4, 7, 10))
    return tuple(len(checkpoint[name]) for name in names)


def build_unet(
    checkpoint: dict[str, torch.Tensor], offsets: dict[str, torch.Tensor], kept_as: str = "float32"
) -> UNet2DConditionModel:
    """Stable Diffusion 1.5's UNet, its first convolution widened by zeros, the offsets added to all its weights."""
    channels = offsets["conv_in.weight"].shape[1]
    with torch.device("meta"):
        unet = UNet2DConditionModel(
            cross_attention_dim=768, attention_head_dim=8, block_out_channels=widths(checkpoint)
        )
        unet.conv_in = torch.nn.Conv2d(channels, 320, 3, padding=1)
    rounded = {key: value.to(getattr(torch, kept_as)) for key, value in checkpoint.items()}
    state = {key: value.float() for key, value in convert_ldm_unet_checkpoint(rounded, dict(unet.config)).items()}
    wide = torch.zeros(320, channels, 3, 3)
    wide[:, :4] = state["conv_in.weight"]
    state["conv_in.weight"] = wide
    unet.load_state_dict({key: state[key] + offsets[key].float() for key in state}, assign=True)
    return unet.eval()


def on_grey(image: Image.Image) -> np.ndarray:
    """The subject on grey 127, as ``run_rmbg`` composites it."""
    pixels = np.asarray(image.convert("RGBA")).astype(np.float32)
    rgb, alpha = pixels[..., :3], pixels[..., 3:] / 255.0
    return (127 + (rgb - 127) * alpha).clip(0, 255).astype(np.uint8)


def centre_crop(pixels: np.ndarray, width: int, height: int) -> np.ndarray:
    """``resize_and_center_crop``."""
    image = Image.fromarray(pixels)
    scale = max(width / image.width, height / image.height)
    wide, high = round(image.width * scale), round(image.height * scale)
    image = image.resize((wide, high), Image.LANCZOS)
    return np.asarray(image.crop(((wide - width) / 2, (high - height) / 2, (wide + width) / 2, (high + height) / 2)))


def gradient(light: str, width: int, height: int, near: int, far: int) -> np.ndarray:
    """The demos' light maps."""
    start, end = (near, far) if light in ("left", "top") else (far, near)
    if light in ("left", "right"):
        ramp = np.tile(np.linspace(start, end, width), (height, 1))
    else:
        ramp = np.tile(np.linspace(start, end, height)[:, None], (1, width))
    return np.stack((ramp,) * 3, axis=-1).astype(np.uint8)


def encode(vae: AutoencoderKL, pixels: np.ndarray) -> torch.Tensor:
    """``numpy2pytorch``, then the posterior's mode times the scale factor."""
    values = torch.from_numpy(pixels.copy()).float()[None] / 127.0 - 1.0
    return vae.encode(values.movedim(-1, 1)).latent_dist.mode() * SCALE


def condition(vae: AutoencoderKL, case: dict[str, Any]) -> torch.Tensor:
    """Foreground, and for fbc the background behind it: ``[1, 4 or 8, h, w]``."""
    size = case["width"], case["height"]
    layers = [encode(vae, centre_crop(on_grey(Image.open(case["foreground"])), *size))]
    if case["mode"] == "fbc":
        layers.append(encode(vae, background(case)))
    return torch.cat(layers, dim=1)


def background(case: dict[str, Any]) -> np.ndarray:
    """fbc's background: the picture given, or a gradient."""
    size = case["width"], case["height"]
    if case.get("background") is None:
        return gradient(case["light"], *size, 224, 32)
    pixels = centre_crop(np.asarray(Image.open(case["background"]).convert("RGB")), *size)
    return pixels[:, ::-1] if case.get("flip") else pixels


def distance(found: torch.Tensor, expected: torch.Tensor) -> float:
    """Largest difference relative to the largest expected value."""
    return float((found - expected).abs().max() / expected.abs().max())


def compare(case: dict[str, Any], vae: AutoencoderKL, unet: UNet2DConditionModel) -> dict[str, float]:
    """The relative errors of one case."""
    errors = {}
    if "unet" in case:
        call = load_file(case["unet"])
        expected = condition(vae, case).expand(len(call["x"]), -1, -1, -1)
        errors["condition"] = distance(call["x"][:, 4:], expected)
        whole = torch.cat([call["x"][:, :4], expected], dim=1)
        output = unet(whole, call["timesteps"], encoder_hidden_states=call["context"]).sample
        errors["output"] = distance(call["output"], output)
    if "start" in case or "lit" in case:
        light = encode(vae, gradient(case["light"], case["width"], case["height"], 255, 0))
    if "start" in case:
        found = load_file(case["start"])["start"]
        errors["start"] = distance(found, light.expand_as(found))
    if "lit" in case:
        lit, unlit = load_file(case["lit"]), load_file(case["unlit"])
        added = (lit["x"] - unlit["x"])[:, :4] * (lit["sigmas"][0] ** 2 + 1) ** 0.5
        errors["added to noise"] = distance(added, light.expand_as(added))
    return errors


@torch.inference_mode()
def main(job: dict[str, Any]) -> dict[str, dict[str, float]]:
    """Relative errors by case."""
    checkpoint = load_file(job["checkpoint"])
    vae = build_vae(checkpoint)
    results = {}
    for mode, path in job["offsets"].items():
        unet = build_unet(checkpoint, load_file(path), job.get("kept_as", "float32"))
        for case in job["cases"]:
            if case["mode"] == mode:
                results[case["name"]] = compare(case, vae, unet)
        del unet
    return results


if __name__ == "__main__":
    print(json.dumps(main(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))))
