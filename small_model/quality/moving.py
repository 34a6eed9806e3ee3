"""Rendered clips: a subject that moves and turns, whose motion and light are known in every frame."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from small_model.quality.heldout import FIRST_SEED, HeldOut, light_from
from small_model.training import scenes, shapes, subjects

KINDS = ("checkered", "striped", "spotted")
"""What covers the subjects, in turn."""

FRAMES = 24
"""So many frames a turn takes and a light that moves goes its way."""

_TURNS, _GOES, _SWEEP = (20.0, 45.0), 0.12, 180.0
"""Degrees that a subject turns in a clip, how far it goes at most in each direction, and degrees that a light moves."""

_FIRST = 9000
_CELLS = 9
_SEEN = 0.05
"""How much deeper than it should be a point may lie, in units of half a picture, if it is seen."""


@dataclass(frozen=True)
class _Part:
    """An ellipsoid or a box in the body's own frame."""

    is_box: bool
    centre: Tensor
    axes: tuple[float, float, float]
    turn: Tensor

    def placed(self, size: int, turn: Tensor, at: Tensor) -> shapes.Surface:
        centre = tuple((turn @ self.centre + at).tolist())
        make = shapes.box if self.is_box else shapes.ellipsoid
        return make(size, centre, self.axes, turn @ self.turn)


@dataclass(frozen=True)
class Clip:
    """A rendered clip of T frames.

    ``held`` knows each frame as the still scenes' measures want it; ``angles`` [T] are the asked light's, in degrees;
    ``truth`` [T, 3, S, S] shows the subject in it, display values in 0..1; ``flows`` are float32 [S, S, 2] from each
    frame to the next, and ``followed`` bool [S, S] where the subject's points are seen in both.
    """

    held: HeldOut
    angles: list[float]
    truth: Tensor
    flows: list[np.ndarray]
    followed: list[np.ndarray]


class Body:
    """A subject made of solid parts, with a texture that goes through them."""

    def __init__(self, number: int) -> None:
        rng = random.Random(FIRST_SEED + _FIRST + number)
        self.kind = KINDS[number % len(KINDS)]
        self._parts = [_part(index, rng) for index in range(rng.randint(3, 5))]
        self._colours = [[subjects.random_albedo(rng)[1] for _ in range(2)] for _ in self._parts]
        generator = torch.Generator().manual_seed(number)
        self._noise = torch.rand(1, 1, _CELLS, _CELLS, _CELLS, generator=generator)
        self._pitch, self.gloss, self.shininess = rng.uniform(8, 14), rng.uniform(0, 0.15), rng.uniform(12, 40)
        self._yaw = math.radians(rng.uniform(*_TURNS)) * rng.choice([-1, 1])
        self._begin = rng.uniform(-3, 3), rng.uniform(-0.4, 0.4), rng.uniform(-0.4, 0.4)
        self._goes = rng.uniform(-_GOES, _GOES), rng.uniform(-_GOES, _GOES)
        self.snapshot = scenes.flat_light(rng)
        self.wall = subjects.texture(64, "plain", [subjects.random_albedo(rng)[1] for _ in range(2)], rng, [])

    def pose(self, time: float) -> tuple[Tensor, Tensor]:
        """How it is turned [3, 3] and where it is [3], at a ``time`` from 0 to 1."""
        yaw, pitch, roll = self._begin
        swing = time - 0.5
        turn = shapes.rotation(swing * self._yaw, 0.3 * math.sin(math.pi * time) * self._yaw, 0.0)
        across, up = self._goes
        return turn @ shapes.rotation(yaw, pitch, roll), torch.tensor([2 * swing * across, 2 * swing * up, 0.0])

    def scene(self, size: int, time: float) -> scenes.Scene:
        """What is seen of it."""
        turn, at = self.pose(time)
        shape = shapes.union([part.placed(size, turn, at) for part in self._parts])
        albedo = self._albedo(shape, torch.einsum("ij,ihw->jhw", turn, _points(shape) - at[:, None, None]))
        wall = functional.interpolate(self.wall[None], size=(size, size), mode="bilinear")[0]
        return scenes.Scene(shape, albedo, self.gloss, self.shininess, wall, None, [])

    def _albedo(self, shape: shapes.Surface, inside: Tensor) -> Tensor:
        """The linear albedo [3, S, S] at points [3, S, S] in the body's own frame."""
        grid = inside.permute(1, 2, 0)[None, None] / 1.2
        noise = functional.grid_sample(self._noise, grid, padding_mode="border", align_corners=True)[0, 0, 0]
        waves = (inside * self._pitch).sin()
        share = {"checkered": (waves[0] * waves[1] * 6), "striped": waves[1] * 3, "spotted": (noise - 0.5) * 12}
        share = torch.sigmoid(2 * share[self.kind]) * (0.75 + 0.5 * noise).clamp(max=1)
        colours = torch.stack([torch.stack(pair) for pair in self._colours])[shape.part].permute(2, 3, 0, 1)
        return colours[0] * (1 - share) + colours[1] * share


def _part(index: int, rng: random.Random) -> _Part:
    centre = torch.tensor([rng.uniform(-0.35, 0.35) for _ in range(3)])
    axes = tuple(rng.uniform(0.24, 0.5) for _ in range(3))
    turn = shapes.rotation(*(rng.uniform(-3, 3) for _ in range(3)))
    return _Part(index == 0, centre, axes, turn)


def _points(shape: shapes.Surface) -> Tensor:
    """Where the visible surface is, [3, S, S]."""
    x, y = shapes.pixel_grid(shape.mask.shape[-1])
    return torch.stack([x, y, shape.height.clamp(min=-1)])


def clip(number: int, size: int, frames: int = FRAMES) -> Clip:
    """Return a clip, the number of which determines it: in even ones the light is fixed, in odd ones it moves."""
    body = Body(number)
    made = [body.scene(size, index / (FRAMES - 1)) for index in range(frames)]
    rng = random.Random(number)
    start, way = 90.0 * rng.randrange(4), rng.choice([-1, 1])
    sweep = way * _SWEEP / (FRAMES - 1) if number % 2 else 0.0
    angles = [(start + sweep * index) % 360 for index in range(frames)]
    truth = [scenes.display(_alone(scene, angle)) for scene, angle in zip(made, angles, strict=True)]
    flows, followed = zip(*(_way(body, made, index, size) for index in range(frames - 1)), strict=True)
    return Clip(_held(made, body.snapshot, number), angles, torch.stack(truth), [*flows], [*followed])


def _alone(scene: scenes.Scene, angle: float) -> Tensor:
    """The subject in a light of this angle before grey, linear."""
    lit = scenes.subject_light(scene, light_from(angle))
    return torch.where(scene.shape.mask, lit, torch.full_like(lit, 0.2))


def _held(made: list[scenes.Scene], snapshot: scenes.Light, number: int) -> HeldOut:
    return HeldOut(
        torch.stack([scenes.display(scenes.picture(scene, snapshot)[0]) for scene in made]),
        torch.stack([scenes.soft(scene.shape.mask) for scene in made]),
        torch.stack([scene.shape.mask for scene in made]),
        torch.stack([scene.shape.normals for scene in made]),
        torch.stack([scene.albedo for scene in made]),
        made,
        number,
    )


def _way(body: Body, made: list[scenes.Scene], index: int, size: int) -> tuple[np.ndarray, np.ndarray]:
    """The true flow from a frame to the next, and where a point of the subject is seen in both."""
    (turn, at), (turned, gone) = (body.pose(each / (FRAMES - 1)) for each in (index, index + 1))
    here, there = made[index].shape, made[index + 1].shape
    points = _points(here)
    moved = torch.einsum("ij,jhw->ihw", turned @ turn.T, points - at[:, None, None]) + gone[:, None, None]
    along = ((moved - points)[:2] * torch.tensor([1.0, -1.0])[:, None, None] * size / 2) * here.mask
    grid = torch.stack([moved[0], -moved[1]], -1)[None]
    depth = functional.grid_sample(there.height[None, None], grid, mode="nearest", align_corners=False)[0, 0]
    inside = functional.max_pool2d((~here.mask).float()[None, None], 5, stride=1, padding=2)[0, 0] == 0
    followed = inside & ((depth - moved[2]).abs() < _SEEN)
    return along.permute(1, 2, 0).contiguous().numpy(), followed.numpy()
