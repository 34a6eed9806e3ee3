"""Random subjects: shapes, positions and materials."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from small_model.training import shapes
from small_model.training.shapes import Surface

#: Linear-light albedos of the vocabulary's colour words.
COLOURS = {
    "white": (0.9, 0.9, 0.9),
    "grey": (0.4, 0.4, 0.4),
    "black": (0.06, 0.06, 0.06),
    "red": (0.75, 0.08, 0.06),
    "orange": (0.85, 0.35, 0.05),
    "yellow": (0.85, 0.7, 0.08),
    "green": (0.12, 0.55, 0.12),
    "cyan": (0.1, 0.6, 0.65),
    "blue": (0.08, 0.15, 0.7),
    "purple": (0.4, 0.1, 0.6),
    "pink": (0.85, 0.4, 0.5),
    "brown": (0.35, 0.18, 0.08),
}


#: The least share of the picture that a subject takes.
_SMALLEST = 0.13


def noise(size: int, cells: int, rng: random.Random) -> Tensor:
    """Return smooth noise [S, S] in 0..1 with about ``cells`` bumps along a side."""
    generator = torch.Generator().manual_seed(rng.randrange(2**31))
    coarse = torch.rand(1, 1, cells + 2, cells + 2, generator=generator)
    return functional.interpolate(coarse, size=(size, size), mode="bicubic", align_corners=False)[0, 0].clamp(0, 1)


def random_albedo(rng: random.Random) -> tuple[str, Tensor]:
    """Return a colour word and an albedo [3] near it, linear, in 0..1."""
    word = rng.choice(list(COLOURS))
    jitter = torch.tensor([rng.uniform(0.8, 1.2) for _ in range(3)])
    return word, (torch.tensor(COLOURS[word]) * jitter + 0.02).clamp(0, 0.95)


def texture(size: int, kind: str, colours: list[Tensor], rng: random.Random, photos: list[Tensor]) -> Tensor:
    """Return an albedo map [3, S, S], linear, in 0..1, for the vocabulary's texture word ``kind``."""
    x, y = shapes.pixel_grid(size)
    first, second = colours[0][:, None, None], colours[1][:, None, None]
    turn, pitch = rng.uniform(0, math.pi), rng.uniform(6, 22)
    along = math.cos(turn) * x + math.sin(turn) * y
    across = -math.sin(turn) * x + math.cos(turn) * y
    if kind == "photo" and photos:
        return photo_crop(size, rng, photos)
    if kind == "striped":
        return torch.where((along * pitch).sin() > 0, first, second)
    if kind == "checkered":
        return torch.where((along * pitch).sin() * (across * pitch).sin() > 0, first, second)
    if kind == "spotted":
        return torch.where(noise(size, rng.randint(6, 16), rng) > 0.55, first, second)
    blend = noise(size, rng.randint(2, 6), rng) * rng.uniform(0, 0.25)
    return first * (1 - blend) + second * blend


def photo_crop(size: int, rng: random.Random, photos: list[Tensor]) -> Tensor:
    """Return a random square crop of one of ``photos`` ([3, H, W], display values 0..1) as linear albedo [3, S, S]."""
    photo = rng.choice(photos)
    side = int(min(photo.shape[1:]) * rng.uniform(0.3, 1.0))
    top, left = rng.randint(0, photo.shape[1] - side), rng.randint(0, photo.shape[2] - side)
    crop = photo[:, top : top + side, left : left + side]
    crop = functional.interpolate(crop[None], size=(size, size), mode="bilinear", antialias=True)[0]
    if rng.random() < 0.5:
        crop = crop.flip(-1)
    return crop.clamp(0, 1) ** 2.2 * 0.9 + 0.02


def _spin(rng: random.Random) -> Tensor:
    return shapes.rotation(rng.uniform(-3, 3), rng.uniform(-3, 3), rng.uniform(-3, 3))


def _ball(size: int, rng: random.Random) -> Surface:
    radius = rng.uniform(0.4, 0.75)
    axes = tuple(radius * rng.uniform(0.7, 1.2) for _ in range(3))
    return shapes.ellipsoid(size, (0, 0, 0), axes, _spin(rng))


def _box(size: int, rng: random.Random) -> Surface:
    halves = tuple(rng.uniform(0.3, 0.6) for _ in range(3))
    turn = shapes.rotation(rng.uniform(-3, 3), rng.uniform(0.2, 0.8), rng.uniform(-0.3, 0.3))
    return shapes.box(size, (0, 0, 0), halves, turn)


def _cylinder(size: int, rng: random.Random) -> Surface:
    radius = rng.uniform(0.2, 0.5)
    return shapes.lathe(size, (0, 0, 0), rng.uniform(0.35, 0.7), [radius, radius], rng.uniform(-0.6, 0.6))


def _cone(size: int, rng: random.Random) -> Surface:
    return shapes.lathe(size, (0, 0, 0), rng.uniform(0.4, 0.7), [rng.uniform(0.3, 0.6), 0.03], rng.uniform(-0.4, 0.4))


def _ring(size: int, rng: random.Random) -> Surface:
    return shapes.ring(size, (0, 0, 0), rng.uniform(0.35, 0.5), rng.uniform(0.13, 0.25))


def _vase(size: int, rng: random.Random) -> Surface:
    radii = [rng.uniform(0.12, 0.5) for _ in range(rng.randint(3, 6))]
    return shapes.lathe(size, (0, 0, 0), rng.uniform(0.5, 0.75), radii, rng.uniform(-0.25, 0.25))


def _cup(size: int, rng: random.Random) -> Surface:
    radius = rng.uniform(0.32, 0.5)
    side = rng.choice([-1, 1])
    handle = shapes.ring(size, (side * (radius + 0.08), 0, -0.1), rng.uniform(0.16, 0.22), rng.uniform(0.05, 0.08))
    body = shapes.lathe(size, (0, 0, 0), rng.uniform(0.35, 0.5), [radius * rng.uniform(0.6, 1), radius], 0.0)
    return shapes.union([body, handle])


def _bust(size: int, rng: random.Random) -> Surface:
    head = rng.uniform(0.22, 0.36)
    turn = shapes.rotation(rng.uniform(-0.5, 0.5), rng.uniform(-0.3, 0.3), rng.uniform(-0.3, 0.3))
    shoulders = rng.uniform(0.45, 0.75)
    radii = [shoulders * rng.uniform(0.8, 1.1), shoulders, shoulders * 0.8, head * 0.5, head * 0.45]
    parts = [
        shapes.lathe(size, (0, -0.6, -0.1), 0.55, radii, 0.0),
        shapes.ellipsoid(size, (0, head, 0.05), (head * 0.8, head, head * 0.9), turn),
        shapes.ellipsoid(size, (0, head * 1.3, -0.02), (head * rng.uniform(0.85, 1.15), head * 0.9, head), turn),
        shapes.ellipsoid(size, (0, head * 0.9, head * 0.95), (head * 0.16, head * 0.25, head * 0.2), turn),
    ]
    return shapes.union(parts)


def _blob(size: int, rng: random.Random) -> Surface:
    parts = []
    for _ in range(rng.randint(3, 6)):
        centre = tuple(rng.uniform(-0.4, 0.4) for _ in range(3))
        axes = tuple(rng.uniform(0.2, 0.5) for _ in range(3))
        parts.append(shapes.ellipsoid(size, centre, axes, _spin(rng)))
    return shapes.union(parts)


SUBJECTS: dict[str, Callable[[int, random.Random], Surface]] = {
    "ball": _ball,
    "box": _box,
    "cylinder": _cylinder,
    "cone": _cone,
    "ring": _ring,
    "vase": _vase,
    "cup": _cup,
    "bust": _bust,
    "blob": _blob,
}


def random_subject(size: int, rng: random.Random) -> tuple[str, Surface]:
    """Return a subject word and its surface: slightly off centre, with or without bumps, never small."""
    while True:
        word = rng.choices(list(SUBJECTS), weights=[4, 2, 1, 1, 1, 2, 1, 3, 5])[0]
        shape = SUBJECTS[word](size, rng)
        across, down = (int(rng.uniform(-0.12, 0.12) * size) for _ in range(2))
        shape = moved(shape, across, 0 if word == "bust" else down)
        if rng.random() < 0.4:
            shape = shapes.bumpy(shape, noise(size, rng.randint(3, 8), rng), rng.uniform(0.01, 0.05))
        if shape.mask.float().mean() > _SMALLEST:
            return word, shape


def moved(shape: Surface, across: int, down: int) -> Surface:
    """Return ``shape`` shifted by whole pixels; what enters the picture is empty."""

    def shift(plane: Tensor, empty: float) -> Tensor:
        plane = torch.roll(plane, (down, across), (-2, -1))
        rows = torch.arange(plane.shape[-2])[:, None] - down
        columns = torch.arange(plane.shape[-1]) - across
        kept = (rows >= 0) & (rows < plane.shape[-2]) & (columns >= 0) & (columns < plane.shape[-1])
        return torch.where(kept, plane, torch.full_like(plane, empty))

    mask = shift(shape.mask, False)
    facing = torch.zeros_like(shape.normals)
    facing[2] = 1
    normals = torch.where(mask, torch.roll(shape.normals, (down, across), (-2, -1)), facing)
    return Surface(mask, shift(shape.height, -10.0), normals, shift(shape.part, 0))
