"""Scenes never used in training, and what a perfect model would make of them."""

from __future__ import annotations

import functools
import math
import random
from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from small_model.quality import direction
from small_model.training import data, scenes

#: Seeds from here on are not used by any training stage.
FIRST_SEED = 10**9
SIDES = {"right": 0.0, "top": 90.0, "left": 180.0, "bottom": 270.0}


@dataclass
class HeldOut:
    """What is known of N scenes.

    ``pictures`` [N, 3, S, S] in 0..1 show them in ordinary light and ``alphas`` [N, S, S] cut the subjects out of them;
    ``masks`` [N, S, S] are hard, ``normals`` and linear ``albedos`` [N, 3, S, S] true. ``first`` is the number of
    the first one, from which its noise's seed follows.
    """

    pictures: Tensor
    alphas: Tensor
    masks: Tensor
    normals: Tensor
    albedos: Tensor
    scenes: list[scenes.Scene]
    first: int = 0

    @property
    def size(self) -> int:
        """Side of the pictures in pixels."""
        return self.pictures.shape[-1]

    @functools.cached_property
    def lobes(self) -> list[direction.Lobes]:
        """What each subject's position and shape can explain of its shading."""
        return [direction.lobes(mask, normals) for mask, normals in zip(self.masks, self.normals, strict=True)]


def held_out(count: int, size: int, first: int = 0) -> HeldOut:
    """Return ``count`` scenes of ``size`` pixels from number ``first`` on; number and size determine a scene."""
    photos, pictures, made = data.load_photos(), [], []
    for index in range(first, first + count):
        rng = random.Random(FIRST_SEED + index)
        scene = scenes.random_scene(size, rng, photos)
        flat = scenes.picture(scene, scenes.flat_light(rng))[0]
        pictures.append(scenes.display(flat))
        made.append(scene)
    return HeldOut(
        torch.stack(pictures),
        torch.stack([scenes.soft(scene.shape.mask) for scene in made]),
        torch.stack([scene.shape.mask for scene in made]),
        torch.stack([scene.shape.normals for scene in made]),
        torch.stack([scene.albedo for scene in made]),
        made,
        first,
    )


def light_from(angle: float, colour: str = "white") -> scenes.Light:
    """Return an ordinary light at ``angle`` (degrees counter-clockwise from the right)."""
    rgb = scenes.LIGHT_COLOURS[colour]
    return scenes.Light(math.radians(angle), lift=0.35, power=1.1, ambient=0.06, colour=rgb, name=colour)


class Truth:
    """The renderer itself, with the same interface as the product: the ceiling of every measure.

    ``codec`` ([N, 3, S, S] in 0..1 to the same) is applied to its pictures, for the autoencoder's ceiling.
    """

    def __init__(self, codec: Callable[[Tensor], Tensor] = lambda pictures: pictures) -> None:
        self.codec = codec

    def fc(self, held: HeldOut, angles: list[float]) -> Tensor:
        """Return the subjects, each lit from its angle, in front of the light map."""
        return self._made(held, [[light_from(angle)] for angle in angles], (0.0, 1.0))

    def fc_both(self, held: HeldOut) -> Tensor:
        """Return the subjects under light from the left and from the right."""
        return self._made(held, [[light_from(180.0), light_from(0.0)]] * len(held.masks), (0.0, 1.0))

    def fbc(self, held: HeldOut, angles: list[float], colour: str = "white", flipped: bool = False) -> Tensor:
        """Return the subjects in front of gradients from 224 to 32, lit accordingly."""
        turned = [180.0 - angle if flipped else angle for angle in angles]
        return self._made(held, [[light_from(angle, colour)] for angle in turned], (32 / 255, 224 / 255))

    def _made(self, held: HeldOut, lights: list[list[scenes.Light]], levels: tuple[float, float]) -> Tensor:
        rows = []
        for scene, each in zip(held.scenes, lights, strict=True):
            plain = replace(scene, wall=None, floor=None, levels=levels)
            rows.append(scenes.display(sum(scenes.picture(plain, light)[0] for light in each)))
        return self.codec(torch.stack(rows))


class Ramp:
    """The floor: the true albedo times the light map, a ramp over the screen that ignores the shape.

    Has the interface of ``Truth``. A measure that it passes says nothing about relighting.
    """

    def fc(self, held: HeldOut, angles: list[float]) -> Tensor:
        """Return the subjects, each under a ramp at its angle, in front of that ramp."""
        return self._painted(held, [_ramp(held.size, angle) for angle in angles])

    def fc_both(self, held: HeldOut) -> Tensor:
        """Return the subjects under the sum of a ramp from the left and one from the right."""
        both = _ramp(held.size, 180.0) + _ramp(held.size, 0.0)
        return self._painted(held, [both] * len(held.masks))

    def fbc(self, held: HeldOut, angles: list[float], colour: str = "white", flipped: bool = False) -> Tensor:
        """Return the subjects under gradients from 224 to 32 in the light's ``colour``, in front of these."""
        turned = [180.0 - angle if flipped else angle for angle in angles]
        tint = torch.tensor(scenes.LIGHT_COLOURS[colour])[:, None, None]
        return self._painted(held, [tint * _ramp(held.size, angle, (32 / 255, 224 / 255)) for angle in turned])

    def _painted(self, held: HeldOut, lights: list[Tensor]) -> Tensor:
        rows = zip(held.masks, held.albedos, lights, strict=True)
        return torch.stack([scenes.display(light * torch.where(mask, albedo, 1.0)) for mask, albedo, light in rows])


def _ramp(size: int, angle: float, levels: tuple[float, float] = (0.0, 1.0)) -> Tensor:
    """Return linear light [S, S] of a ramp towards ``angle`` (degrees) that is even in display values."""
    low, high = levels
    return (low + (high - low) * scenes.ramp(size, math.radians(angle))) ** scenes.GAMMA
