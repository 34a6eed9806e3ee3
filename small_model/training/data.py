"""The training pictures: rendered scenes, and crops of photographs included in scikit-image."""

from __future__ import annotations

import random
from pathlib import Path

import torch
from torch import Tensor

from small_model.training import scenes, subjects

#: Photographs in the public domain or under CC0 that come inside scikit-image's package (no download).
PHOTOS = ("astronaut.png", "chelsea.png", "coffee.png", "rocket.jpg", "hubble_deep_field.jpg")


def load_photos() -> list[Tensor]:
    """Return the photographs as display values in 0..1, [3, H, W], with longer sides of at most 512 pixels."""
    import numpy as np
    import skimage
    from PIL import Image

    folder = Path(skimage.__file__).parent / "data"
    photos = []
    for name in PHOTOS:
        with Image.open(folder / name) as file:
            picture = file.convert("RGB")
            picture.thumbnail((512, 512), Image.Resampling.LANCZOS)
        photos.append(torch.from_numpy(np.array(picture)).permute(2, 0, 1).float() / 255)
    return photos


def light_ramp(size: int, rng: random.Random) -> Tensor:
    """Return a light map [3, S, S] in 0..1: a ramp between two levels in some direction, grey or tinted."""
    scene = scenes.random_scene(16, rng, [])
    light = scenes.random_light(rng)
    low, high = sorted(rng.uniform(0, 1) for _ in range(2)) if rng.random() < 0.5 else (0.0, 1.0)
    tint = torch.tensor(light.colour) if scene.wall is None else torch.ones(3)
    return tint[:, None, None] * (low + (high - low) * scenes.ramp(size, light.angle))


def vae_picture(size: int, rng: random.Random, photos: list[Tensor]) -> Tensor:
    """Return one picture [3, S, S] in 0..1 for the autoencoder: a lit scene, a cut-out, a photograph or a ramp."""
    kind = rng.choices(["scene", "cutout", "photo", "ramp"], weights=[9, 5, 4, 2])[0]
    if kind == "ramp":
        return light_ramp(size, rng)
    if kind == "photo":
        shown = (subjects.photo_crop(size, rng, photos) - 0.02).clamp(min=0) / 0.9
        return shown.clamp(0, 1) ** (1 / 2.2)
    scene = scenes.random_scene(size, rng, photos)
    light = scenes.flat_light(rng) if kind == "cutout" else scenes.random_light(rng)
    shown = scenes.display(scenes.picture(scene, light)[0])
    return scenes.on_grey(shown, scene.shape.mask) if kind == "cutout" else shown
