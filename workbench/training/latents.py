"""Stage two: rendered scenes, each under two lights and their sum, as latents of the trained autoencoder."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor, nn
from tqdm import tqdm

from workbench.model.text import tokenise
from workbench.training import data, scenes

#: How many scenes of which size, in pixels.
SIZES = {128: 1600, 256: 2000}
LIT = ("first", "second", "both")
#: The pictures of a scene, in the order of ``rendered``.
NAMES = ("subject", *LIT, "behind_first", "behind_second", *(f"map_{light}" for light in LIT))
#: How often the second light stands opposite the first, and how often it is a snapshot's.
_OPPOSITE, _FLAT = 0.25, 0.1
#: How often there is a wall. Before one a light map is hard to read, and there is none where people choose a light.
_WALLED = 0.25


def rendered(size: int, seed: int, photos: list[Tensor]) -> tuple[Tensor, list[str]]:
    """Return the pictures ``NAMES`` of one scene, uint8 [9, 3, S, S], and the captions of first, second and both.

    The lights come from all around alike: a model that knows four sides well pulls every light towards one of them.
    Sums are made in linear light before clipping.
    """
    rng = random.Random(seed)
    scene = scenes.random_scene(size, rng, photos, _WALLED)
    first, second = _lights(rng)
    (whole_1, behind_1), (whole_2, behind_2) = scenes.picture(scene, first), scenes.picture(scene, second)
    plain = scenes.on_grey(scenes.display(scenes.picture(scene, scenes.flat_light(rng))[0]), scene.shape.mask)
    maps = [light_map(scene, light, behind, rng) for light, behind in ((first, behind_1), (second, behind_2))]
    linear = (whole_1, whole_2, whole_1 + whole_2, behind_1, behind_2, *maps, sum(maps))
    pictures = torch.stack([plain, *map(scenes.display, linear)])
    words = " ".join(word for word in scene.words if rng.random() < 0.7)
    texts = [scenes.caption(scene, first, rng), scenes.caption(scene, second, rng), words]
    return (pictures.clamp(0, 1) * 255).round().to(torch.uint8), texts


def _lights(rng: random.Random) -> tuple[scenes.Light, scenes.Light]:
    first, second = (replace(scenes.random_light(rng), angle=rng.uniform(0, 2 * math.pi)) for _ in range(2))
    kind = rng.random()
    if kind < _OPPOSITE:
        second = replace(second, angle=(first.angle + math.pi) % (2 * math.pi))
    return first, scenes.flat_light(rng) if kind > 1 - _FLAT else second


def light_map(scene: scenes.Scene, light: scenes.Light, behind: Tensor, rng: random.Random) -> Tensor:
    """Return a map that asks for ``light``, linear, [3, S, S]: ``behind`` or, where that is a plain ramp, a full one.

    A ramp stays to be seen behind the subject, as it does before nothing else: before walls it would be painted over.
    """
    if not light.power or scene.wall is not None or rng.random() < 0.5:
        return behind
    tint = torch.tensor(light.colour if rng.random() < 0.5 else scenes.LIGHT_COLOURS["white"])
    return tint[:, None, None] * scenes.ramp(behind.shape[-1], light.angle) ** scenes.GAMMA


def render(folder: Path, size: int, seed: int) -> tuple[Tensor, Tensor]:
    """Return the pictures of all scenes of ``size`` pixels, uint8 [N, 9, 3, S, S], and ``tokens`` [N, 3, WORDS].

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
    vae.to(memory_format=torch.channels_last)
    for size in SIZES:
        pictures, tokens = render(folder, size, seed)
        latents = [_encode(vae, part) * scale for part in tqdm(pictures, desc=f"latents of {size} px", unit="scene")]
        made[size] = {**dict(zip(NAMES, torch.stack(latents, 1).half(), strict=True)), "tokens": tokens}
    torch.save(made, kept)
    return made


def _encode(vae: nn.Module, pictures: Tensor) -> Tensor:
    """Return the modes [B, 4, S/8, S/8] of ``pictures`` [B, 3, S, S]; channels come last, which a processor likes."""
    seen = (pictures.float() / 127 - 1).contiguous(memory_format=torch.channels_last)
    with torch.no_grad():
        return vae.encode(seen).latent_dist.mode().contiguous()
