"""Stage two: rendered scenes, each under two lights and their sum, as latents of the trained autoencoder."""

from __future__ import annotations

import random
from pathlib import Path

import torch
from torch import Tensor, nn
from tqdm import tqdm

from workbench.model.text import tokenise
from workbench.training import data, scenes

#: How many scenes of which size, in pixels.
SIZES = {128: 4000, 256: 1200}
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


def render(folder: Path, size: int, seed: int) -> tuple[Tensor, Tensor]:
    """Return the pictures of all scenes of ``size`` pixels, uint8 [N, 6, 3, S, S], and ``tokens`` [N, 3, WORDS].

    They are kept under ``folder``; they need no autoencoder, so they can be made while it is trained.
    """
    kept, count = folder / f"scenes_{size}.pt", SIZES[size]
    if kept.is_file():
        return torch.load(kept, weights_only=True)
    photos = data.load_photos()
    pictures = torch.empty((count, len(NAMES), 3, size, size), dtype=torch.uint8)
    tokens = []
    for index in tqdm(range(count), desc=f"scenes of {size} px", unit="scene"):
        pictures[index], texts = rendered(size, seed * 1_000_003 + size * 10_007 + index, photos)
        tokens.append([tokenise(text) for text in texts])
    made = pictures, torch.tensor(tokens)
    torch.save(made, kept)
    return made


def make(folder: Path, vae: nn.Module, scale: float, seed: int) -> dict[int, dict[str, Tensor]]:
    """Return, by picture size, the scaled latents ``NAMES`` [N, 4, S/8, S/8] (half) and ``tokens`` [N, 3, WORDS].

    They are kept under ``folder`` for the stages that follow.
    """
    kept = folder / "latents.pt"
    if kept.is_file():
        return torch.load(kept, weights_only=True)
    made = {}
    for size in SIZES:
        pictures, tokens = render(folder, size, seed)
        latents = [_encode(vae, part) * scale for part in tqdm(pictures, desc=f"latents of {size} px", unit="scene")]
        made[size] = {**dict(zip(NAMES, torch.stack(latents, 1).half(), strict=True)), "tokens": tokens}
    torch.save(made, kept)
    return made


def _encode(vae: nn.Module, pictures: Tensor) -> Tensor:
    with torch.no_grad():
        return vae.encode(pictures.float() / 127 - 1).latent_dist.mode()
