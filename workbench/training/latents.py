"""Stage two: rendered scenes, each under two lights and their sum, as latents of the trained autoencoder."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import torch
from torch import Tensor, nn

from workbench.model.text import tokenise
from workbench.training import data, scenes

#: How many scenes of which size, in pixels.
SIZES = {128: 2400, 256: 240}
#: The pictures of a scene, in the order of ``rendered``.
NAMES = ("subject", "first", "second", "both", "behind_first", "behind_second")


def rendered(size: int, seed: int, photos: list[Tensor]) -> tuple[Tensor, list[str]]:
    """Return the pictures ``NAMES`` of one scene, uint8 [6, 3, S, S], and the captions of first, second and both.

    The second light often comes from the other side, and the sum is made in linear light before clipping.
    """
    rng = random.Random(seed)
    scene = scenes.random_scene(size, rng, photos)
    first, second = scenes.random_light(rng), scenes.random_light(rng)
    if rng.random() < 0.1:
        second = scenes.flat_light(rng)
    (whole_1, behind_1), (whole_2, behind_2) = scenes.picture(scene, first), scenes.picture(scene, second)
    plain = scenes.on_grey(scenes.display(scenes.picture(scene, scenes.flat_light(rng))[0]), scene.shape.mask)
    linear = (whole_1, whole_2, whole_1 + whole_2, behind_1, behind_2)
    pictures = torch.stack([plain, *map(scenes.display, linear)])
    words = " ".join(word for word in scene.words if rng.random() < 0.7)
    texts = [scenes.caption(scene, first, rng), scenes.caption(scene, second, rng), words]
    return (pictures.clamp(0, 1) * 255).round().to(torch.uint8), texts


def make(folder: Path, vae: nn.Module, scale: float, seed: int) -> dict[int, dict[str, Tensor]]:
    """Return, by picture size, the scaled latents ``NAMES`` [N, 4, S/8, S/8] (half) and ``tokens`` [N, 3, WORDS].

    They are kept under ``folder`` for the stages that follow.
    """
    kept = folder / "latents.pt"
    if kept.is_file():
        return torch.load(kept, weights_only=True)
    photos = data.load_photos()
    made = {size: _make_size(size, count, vae, scale, seed, photos) for size, count in SIZES.items()}
    torch.save(made, kept)
    return made


def _make_size(
    size: int, count: int, vae: nn.Module, scale: float, seed: int, photos: list[Tensor]
) -> dict[str, Tensor]:
    latents, tokens = [], []
    with torch.no_grad():
        for index in range(count):
            pictures, texts = rendered(size, seed * 1_000_003 + size * 10_007 + index, photos)
            mode = vae.encode(pictures.float() / 127 - 1).latent_dist.mode()
            latents.append((mode * scale).half())
            tokens.append([tokenise(text) for text in texts])
            if index % 50 == 49:
                print(f"\rlatents of {size} px: {index + 1} of {count}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    stacked = torch.stack(latents, 1)
    return {**dict(zip(NAMES, stacked, strict=True)), "tokens": torch.tensor(tokens)}
