"""Where the small model's files are, and what replaces them until they have been trained."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from small_model.architecture import CONV_IN_CHANNELS, LATENT_CHANNELS, make_unet

if TYPE_CHECKING:
    from torch import Tensor, nn

WEIGHTS = Path(__file__).resolve().parent / "weights"
UNET, VAE, TEXT = "unet.safetensors", "vae.safetensors", "text_encoder.safetensors"
OFFSETS = {"fc": "iclight_tiny_fc.safetensors", "fbc": "iclight_tiny_fbc.safetensors"}
_SEED = 1


def write_half(path: Path, tensors: dict[str, Tensor], metadata: dict[str, str] | None = None) -> None:
    """Write ``tensors`` in half precision to ``path``, atomically."""
    import torch
    from safetensors.torch import save_file

    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_suffix(f".{os.getpid()}.partial")
    half = {name: tensor.detach().to(torch.float16).contiguous() for name, tensor in tensors.items()}
    save_file(half, str(scratch), metadata=metadata)
    scratch.replace(path)


def read_float(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Return a file's tensors as float32, and its metadata."""
    from safetensors import safe_open

    with safe_open(str(path), framework="pt") as file:
        names = file.keys()
        return {name: file.get_tensor(name).float() for name in names}, file.metadata() or {}


def seeded(make, seed: int = _SEED) -> nn.Module:
    """Return ``make()`` with random weights that depend only on ``seed``; the caller's random state is kept."""
    import torch

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return make()


def random_offsets(kind: str, seed: int = _SEED) -> dict[str, Tensor]:
    """Return small random offsets in the layout of IC-Light's files for ``kind`` ("fc" or "fbc")."""
    import torch

    generator = torch.Generator().manual_seed(seed + CONV_IN_CHANNELS[kind])
    base = seeded(lambda: make_unet(LATENT_CHANNELS)).state_dict()
    shapes = {name: tensor.shape for name, tensor in base.items()}
    shapes["conv_in.weight"] = (shapes["conv_in.weight"][0], CONV_IN_CHANNELS[kind], 3, 3)
    return {name: torch.randn(shape, generator=generator) * 0.02 for name, shape in shapes.items()}


def offsets_dir(weights_dir: Path | None = None) -> Path:
    """Return the folder of ``iclight_tiny_fc.safetensors`` and ``iclight_tiny_fbc.safetensors``.

    Without trained files, random offsets are written once to a temporary folder.
    """
    trained = Path(weights_dir or WEIGHTS)
    if all((trained / name).is_file() for name in OFFSETS.values()):
        return trained
    layout = sum(parameter.numel() for parameter in seeded(make_unet).parameters())
    folder = Path(tempfile.gettempdir()) / f"iclight-small-model-random-{layout}"
    for kind, name in OFFSETS.items():
        if not (folder / name).is_file():
            write_half(folder / name, random_offsets(kind))
    return folder
