"""Draws the pictures of the worked examples in ``presets/``: ``python -m small_model.training.examples``."""

from __future__ import annotations

import math
import random
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor

from small_model.training import scenes, shapes, subjects

PRESETS = Path(__file__).resolve().parents[2] / "presets"
SIZE, SHOWN = 768, 384
#: The light of an ordinary snapshot: what relighting starts from.
SNAPSHOT = scenes.Light(angle=2.2, lift=1.0, power=0.6, ambient=0.4, wrap=0.3)


def vase() -> scenes.Scene:
    """Return a glazed vase."""
    radii = [0.26, 0.42, 0.46, 0.4, 0.2, 0.13, 0.16, 0.21]
    return _scene(shapes.lathe(SIZE, (0, 0, 0), 0.75, radii, 0.0), (0.05, 0.28, 0.36), 0.5)


def cup() -> scenes.Scene:
    """Return a cup with a handle."""
    body = shapes.lathe(SIZE, (0, 0, 0), 0.45, [0.3, 0.42, 0.45, 0.46, 0.47], 0.0)
    handle = shapes.ring(SIZE, (0.5, 0.02, -0.1), 0.2, 0.065)
    return _scene(shapes.union([body, handle]), (0.8, 0.72, 0.6), 0.35)


def _scene(shape: shapes.Surface, colour: tuple[float, float, float], gloss: float) -> scenes.Scene:
    albedo = torch.tensor(colour)[:, None, None].expand(3, SIZE, SIZE)
    return scenes.Scene(shape, albedo, gloss, 40, None, None, [])


def cut_out(scene: scenes.Scene) -> Image.Image:
    """Return the subject alone, on transparency, in the middle of a square."""
    shown = scenes.display(scenes.subject_light(scene, SNAPSHOT))
    pixels = torch.cat([shown, scene.shape.mask.float()[None]])
    # Premultiplied, so that the meaningless values outside the mask stay out of the edges.
    return _image(pixels, "RGBA").convert("RGBa").resize((SHOWN, SHOWN), Image.Resampling.LANCZOS).convert("RGBA")


def evening_wall() -> Image.Image:
    """Return an empty room's corner in warm light from the left."""
    stains = subjects.noise(SIZE, 9, random.Random(4))
    wall = torch.tensor([0.62, 0.5, 0.42])[:, None, None] * (0.94 + 0.12 * stains)
    nothing = shapes.ellipsoid(SIZE, (5, 5, 0), (0.1, 0.1, 0.1), shapes.rotation(0, 0, 0))
    room = scenes.Scene(nothing, wall, 0.0, 1, wall, -0.55, [])
    light = scenes.Light(math.pi * 0.93, 0.35, 1.2, 0.06, scenes.LIGHT_COLOURS["warm"], "warm", distance=1.7, wrap=0.2)
    return _image(scenes.display(scenes.backdrop_light(room, light)), "RGB").resize(
        (512, 512), Image.Resampling.LANCZOS
    )


def _image(pixels: Tensor, mode: str) -> Image.Image:
    return Image.fromarray((pixels.permute(1, 2, 0).clamp(0, 1) * 255).round().byte().numpy(), mode)


def main() -> None:
    """Write the pictures."""
    for name, scene in (("vase", vase()), ("cup", cup())):
        cut_out(scene).save(PRESETS / f"{name}.png", optimize=True)
    evening_wall().save(PRESETS / "evening-wall.jpg", quality=88, optimize=True)


if __name__ == "__main__":
    main()
