"""Small files with random weights that companions need: a LoRA, a ControlNet, a checkpoint; removed afterwards."""

from __future__ import annotations

import itertools
import re
import shutil
import struct
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from forge.model_files import header

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "zz-ic-light-test"
TWIN = "zz-ic-light-twin"
IP_ADAPTER = "zz-ic-light-ip-adapter"
_UNET = "model.diffusion_model."
_DOWN_BLOCKS = {1: (0, 0), 2: (0, 1), 4: (1, 0), 5: (1, 1), 7: (2, 0), 8: (2, 1)}
_HINT = (3, 16, 16, 32, 32, 96, 96, 256)
_CONVOLUTION = re.compile(r"input_blocks\.\d+\.0\.(op\.|out_layers\.3\.)?weight")
"""The last convolution of each of the encoder's blocks."""
_CROSS_ATTENTION = (320, 320, 640, 640, *[1280] * 5, 640, 640, 640, 320, 320, 320, 1280)
_TEXT, _IMAGE = 768, 768
"""Numbers that describe a word, and a picture as CLIP's ViT-L describes it."""


@contextmanager
def made(models: Path, checkpoint: Path, seed: int = 1) -> Iterator[None]:
    """Put a LoRA, a ControlNet and another checkpoint called ``NAME`` into a web UI's models inside the ``with`` block.

    There is a checkpoint called ``TWIN`` too, the same as the first one, and an IP-Adapter, ``IP_ADAPTER``.
    """
    folders = ("Lora", "ControlNet", "Stable-diffusion")
    lora, control, second = (models / folder / f"{NAME}.safetensors" for folder in folders)
    twin = second.with_name(f"{TWIN}.safetensors")
    adapter = control.with_name(f"{IP_ADAPTER}.safetensors")
    for path in (lora, control, adapter, second, twin):
        path.parent.mkdir(exist_ok=True)
        path.unlink(missing_ok=True)
    try:
        twin.hardlink_to(checkpoint)
        _save_lora(lora, checkpoint, np.random.default_rng(seed))
        _save_controlnet(control, checkpoint, np.random.default_rng(seed + 1))
        _save_ip_adapter(adapter, np.random.default_rng(seed + 2))
        _save_second(second, checkpoint)
        yield
    finally:
        for path in (lora, control, adapter, second, twin):
            path.unlink(missing_ok=True)


def _save_lora(path: Path, checkpoint: Path, random: np.random.Generator) -> None:
    """A LoRA of rank 4 for the attention of the UNet's encoder, with the names that kohya's trainer writes."""
    from safetensors.numpy import save_file

    tensors = {}
    attention = r"input_blocks\.(\d+)\.1\.transformer_blocks\.0\.(attn[12])\.(to_[qkv])\.weight"
    pattern = re.compile(re.escape(_UNET) + attention)
    for key, entry in header(checkpoint).items():
        found = pattern.fullmatch(key)
        if found is None:
            continue
        rows, columns = entry["shape"]
        block, place = _DOWN_BLOCKS[int(found[1])]
        name = f"lora_unet_down_blocks_{block}_attentions_{place}_transformer_blocks_0_{found[2]}_{found[3]}"
        tensors[f"{name}.lora_up.weight"] = random.normal(0, 0.2, (rows, 4)).astype(np.float16)
        tensors[f"{name}.lora_down.weight"] = random.normal(0, 0.2, (4, columns)).astype(np.float16)
        tensors[f"{name}.alpha"] = np.array(4, np.float16)
    save_file(tensors, path)


def _save_controlnet(path: Path, checkpoint: Path, random: np.random.Generator) -> None:
    """A ControlNet of the original layout: the checkpoint's encoder, and random layers where training starts at 0."""
    from safetensors import safe_open
    from safetensors.numpy import save_file

    copied = re.compile(r"(time_embed|input_blocks|middle_block)\.")
    tensors = {}
    with safe_open(checkpoint, "np") as file:
        for key in file.keys():  # noqa: SIM118 - an opened file is no mapping
            name = key.removeprefix(_UNET)
            if name != key and copied.match(name):
                tensors[name] = file.get_tensor(key).astype(np.float16)
    ends = sorted((int(name.split(".")[1]), len(tensors[name])) for name in tensors if _CONVOLUTION.fullmatch(name))
    widths = [width for _, width in ends]

    def layer(name: str, outputs: int, inputs: int, side: int) -> None:
        spread = 1 / np.sqrt(inputs * side * side)
        tensors[f"{name}.weight"] = random.normal(0, spread, (outputs, inputs, side, side)).astype(np.float16)
        tensors[f"{name}.bias"] = np.zeros(outputs, np.float16)

    for index, (inputs, outputs) in enumerate(itertools.pairwise((*_HINT, widths[0]))):
        layer(f"input_hint_block.{2 * index}", outputs, inputs, 3)
    for index, channels in enumerate(widths):
        layer(f"zero_convs.{index}.0", channels, channels, 1)
    layer("middle_block_out.0", widths[-1], widths[-1], 1)
    save_file(tensors, path)


def _save_ip_adapter(path: Path, random: np.random.Generator, words: int = 4) -> None:
    """An IP-Adapter of the original layout: a picture becomes words, which each layer attends to by itself."""
    from safetensors.numpy import save_file

    def weight(outputs: int, inputs: int) -> np.ndarray:
        return random.normal(0, 1 / np.sqrt(inputs), (outputs, inputs)).astype(np.float16)

    tensors = {
        "image_proj.proj.weight": weight(words * _TEXT, _IMAGE),
        "image_proj.proj.bias": np.zeros(words * _TEXT, np.float16),
        "image_proj.norm.weight": np.ones(_TEXT, np.float16),
        "image_proj.norm.bias": np.zeros(_TEXT, np.float16),
    }
    for index, width in enumerate(_CROSS_ATTENTION):
        for part in ("to_k_ip", "to_v_ip"):
            tensors[f"ip_adapter.{2 * index + 1}.{part}.weight"] = weight(width, _TEXT)
    save_file(tensors, path)


def _save_second(path: Path, checkpoint: Path) -> None:
    """A copy of the checkpoint with its last layer reversed, so that its pictures differ."""
    shutil.copyfile(checkpoint, path)
    entry = header(path)[f"{_UNET}out.2.weight"]
    kind = {"F32": np.float32, "F16": np.float16}[entry["dtype"]]
    begin, end = entry["data_offsets"]
    with path.open("r+b") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        file.seek(8 + length + begin)
        values = np.frombuffer(file.read(end - begin), kind)
        file.seek(8 + length + begin)
        file.write((-values).tobytes())
