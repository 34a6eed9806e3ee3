"""Weight files as users have them: the offsets of the web UI under test, and small files that are something else."""

from __future__ import annotations

import json
import struct
from pathlib import Path

CONV_IN = ("conv_in.weight", "input_blocks.0.0.weight")


def header(path: Path) -> dict:
    """A safetensors file's header."""
    with path.open("rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        return json.loads(file.read(length))


def offsets(models: Path) -> dict[str, Path]:
    """The IC-Light files in a models folder by mode; empty for a mode without one."""
    found: dict[str, Path] = {}
    for path in sorted([*models.glob("ic-light/*.safetensors"), *models.glob("unet/*.safetensors")]):
        shapes = [entry["shape"] for key, entry in header(path).items() if key.endswith(CONV_IN)]
        channels = shapes[0][1] if shapes else 0
        if channels == 12:
            found.setdefault("fbc", path)
        elif channels == 8:
            found.setdefault("fcon" if "fcon" in path.name.lower() else "fc", path)
    return found


def content(tensors: dict[str, list[int]]) -> bytes:
    """A safetensors file of fp16 zeros with these names and shapes."""
    entries, end = {}, 0
    for name, shape in tensors.items():
        size = 2
        for side in shape:
            size *= side
        entries[name] = {"dtype": "F16", "shape": shape, "data_offsets": [end, end + size]}
        end += size
    text = json.dumps(entries).encode()
    return struct.pack("<Q", len(text)) + text + bytes(end)


def damaged_and_foreign() -> dict[str, bytes]:
    """Files that are not IC-Light offsets, by name."""
    whole = content({"conv_in.weight": [320, 8, 3, 3], "conv_in.bias": [320]})
    pickle = b"PK\x03\x04\x00\x00\x08\x08" + bytes(200)
    return {
        "cut-off.safetensors": whole[:-1000],
        "cut-off-header.safetensors": whole[:40],
        "empty.safetensors": b"",
        "web-page.safetensors": b"<!DOCTYPE html><html><body>Please log in</body></html>",
        "renamed-pickle.safetensors": pickle,
        "pickled.ckpt": pickle,
        "lora.safetensors": content({"lora_unet_down_blocks_0.lora_up.weight": [320, 4]}),
        "controlnet.safetensors": content({"control_model.input_blocks.0.0.weight": [320, 4, 3, 3]}),
        "checkpoint.safetensors": content(
            {"model.diffusion_model.input_blocks.0.0.weight": [320, 4, 3, 3], "first_stage_model.x": [1]}
        ),
        "plain-unet.safetensors": content({"conv_in.weight": [320, 4, 3, 3]}),
        "sdxl-unet.safetensors": content(
            {"conv_in.weight": [320, 8, 3, 3], "add_embedding.linear_1.weight": [1280, 2816]}
        ),
    }


def rename_keys(offsets: Path, checkpoint: Path, renamed: Path) -> None:
    """Rewrite offsets with diffusers' key names under the checkpoint's names for the same tensors."""
    import torch
    from diffusers import UNet2DConditionModel
    from diffusers.loaders.single_file_utils import convert_ldm_unet_checkpoint
    from safetensors.torch import load_file, save_file

    prefix = "model.diffusion_model."
    names = [key for key in header(checkpoint) if key.startswith(prefix)]
    with torch.device("meta"):
        config = dict(UNet2DConditionModel(cross_attention_dim=768).config)
    # Each name gets a number; where diffusers puts the number is the name's translation.
    marks = convert_ldm_unet_checkpoint({name: torch.tensor([i]) for i, name in enumerate(names)}, config)
    tensors = load_file(offsets)
    save_file({names[int(mark)].removeprefix("model."): tensors[key] for key, mark in marks.items()}, renamed)
