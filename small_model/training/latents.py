"""Stage two: renders scenes under two lights and their sum, and encodes them with the trained autoencoder."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache, partial
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from tqdm import tqdm

from small_model.text import tokenise
from small_model.training import data, scenes
from small_model.training.loop import layout

Mapper = Callable[[Callable, Iterable], Iterable]
#: The number of scenes by size in pixels, and how many are stored per file.
SIZES, _SHARD = {128: 2000, 256: 6000}, 250
LIT = ("first", "second", "both")
#: The pictures of a scene, in the order of ``rendered``.
NAMES = ("subject", *LIT, "behind_first", "behind_second", *(f"map_{light}" for light in LIT))
#: How often the second light is opposite the first, and how often it is that of a snapshot.
_OPPOSITE, _FLAT = 0.25, 0.1
#: How often there is a wall.
_WALLED = 0.25


class Drawn(NamedTuple):
    """A scene's ``pictures`` [9, 3, S, S] (uint8, as ``NAMES``), the captions of ``LIT``, and whether there is a wall.

    The pictures are an array: processes pass tensors on as open files, whose number is limited.
    """

    pictures: np.ndarray
    captions: list[str]
    walled: bool


def rendered(size: int, seed: int, photos: list[Tensor]) -> Drawn:
    """Return one scene of ``size`` pixels, determined by ``seed``.

    Lights come from all angles equally: a model trained mostly on four sides pulls every light towards one of them.
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
    # Two lights get the words of one: otherwise a prompt that mentions light would imply a single one.
    told = rng.choice([light for light in (first, second) if light.power])
    captions = [scenes.caption(scene, light, rng) for light in (first, second)]
    captions.append(scenes.caption(scene, told, rng, sided=False))
    shown = (pictures.clamp(0, 1) * 255).round().to(torch.uint8).numpy()
    return Drawn(shown, captions, scene.wall is not None)


def _lights(rng: random.Random) -> tuple[scenes.Light, scenes.Light]:
    first, second = (replace(scenes.random_light(rng), angle=rng.uniform(0, 2 * math.pi)) for _ in range(2))
    kind = rng.random()
    if kind < _OPPOSITE:
        second = replace(second, angle=(first.angle + math.pi) % (2 * math.pi))
    return first, scenes.flat_light(rng) if kind > 1 - _FLAT else second


def light_map(scene: scenes.Scene, light: scenes.Light, behind: Tensor, rng: random.Random) -> Tensor:
    """Return a map for ``light``, linear, [3, S, S]: ``behind`` or, if that is a plain ramp, a full-range one.

    A ramp stays visible behind the subject; with a wall, it would be painted over.
    """
    if not light.power or scene.wall is not None or rng.random() < 0.5:
        return behind
    tint = torch.tensor(light.colour if rng.random() < 0.5 else scenes.LIGHT_COLOURS["white"])
    return tint[:, None, None] * scenes.ramp(behind.shape[-1], light.angle) ** scenes.GAMMA


def make(
    folder: Path, vae: nn.Module, scale: float, seed: int, device: str = "cpu", workers: int = 1
) -> dict[int, dict[str, Tensor]]:
    """Return, by picture size, the scaled latents ``NAMES`` [N, 4, S/8, S/8] (half), ``tokens`` and ``walled``.

    ``tokens`` [N, 3, WORDS] are those of the captions, and ``walled`` [N] says which scenes have a wall. The results
    are stored in ``folder``, for later stages and for resuming; ``workers`` processes render.
    """
    shards = {
        size: {folder / f"latents_{size}_{at}.pt": range(at, min(at + _SHARD, count)) for at in range(0, count, _SHARD)}
        for size, count in SIZES.items()
    }
    missing = [
        (size, kept, part) for size, parts in shards.items() for kept, part in parts.items() if not kept.is_file()
    ]
    if missing:
        vae.to(device, memory_format=layout(device))
        with _renderers(workers) as rendering:
            for size, kept, part in tqdm(missing, desc="scenes", unit="shard"):
                seeds = [seed * 1_000_003 + size * 10_007 + index for index in part]
                drawn = rendering(partial(_worked, size), seeds)
                _keep(kept, [(_encoded(vae, each.pictures), each) for each in drawn], scale)
        vae.cpu()
    return {size: _whole([torch.load(kept, weights_only=True) for kept in parts]) for size, parts in shards.items()}


def without_walls(data: dict[int, dict[str, Tensor]]) -> dict[int, dict[str, Tensor]]:
    """Return the data of ``make`` without the scenes with a wall."""
    return {size: {name: rows[~part["walled"]] for name, rows in part.items()} for size, part in data.items()}


def _keep(kept: Path, encoded: list[tuple[Tensor, Drawn]], scale: float) -> None:
    """Write the scenes' latents, times ``scale``, tokens and walls, atomically."""
    rows, drawn = zip(*encoded, strict=True)
    latents = (torch.stack(rows, 1) * scale).half().cpu()
    told = {
        "tokens": torch.tensor([[tokenise(caption) for caption in each.captions] for each in drawn]),
        "walled": torch.tensor([each.walled for each in drawn]),
    }
    scratch = kept.with_suffix(".partial")
    torch.save({**dict(zip(NAMES, latents, strict=True)), **told}, scratch)
    scratch.replace(kept)


def _whole(parts: list[dict[str, Tensor]]) -> dict[str, Tensor]:
    return {name: torch.cat([part[name] for part in parts]) for name in parts[0]}


@contextmanager
def _renderers(workers: int) -> Iterator[Mapper]:
    """Yield a ``map`` over ``workers`` processes, which are spawned: a GPU in use does not survive a fork."""
    if workers == 1:
        yield map
        return
    with get_context("spawn").Pool(workers, torch.set_num_threads, (1,)) as pool:
        yield pool.imap


_photos = cache(data.load_photos)


def _worked(size: int, seed: int) -> Drawn:
    return rendered(size, seed, _photos())


def _encoded(vae: nn.Module, pictures: np.ndarray) -> Tensor:
    """Return the modes [9, 4, S/8, S/8] of a scene's ``pictures``."""
    seen = (torch.from_numpy(pictures).to(vae.device).float() / 127 - 1).contiguous(memory_format=layout(vae.device))
    with torch.no_grad():
        return vae.encode(seen).latent_dist.mode().contiguous()
