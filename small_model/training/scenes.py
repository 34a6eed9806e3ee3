"""Lit scenes: a subject in front of a wall under one or two lights, in linear light, and their captions."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn import functional

from small_model.training import shapes, subjects

GAMMA = 2.2
LIGHT_COLOURS = {
    "white": (1.0, 1.0, 1.0),
    "warm": (1.0, 0.72, 0.42),
    "cool": (0.62, 0.8, 1.0),
    "red": (1.0, 0.18, 0.12),
    "orange": (1.0, 0.5, 0.1),
    "yellow": (1.0, 0.85, 0.25),
    "green": (0.25, 1.0, 0.3),
    "cyan": (0.2, 0.9, 1.0),
    "blue": (0.2, 0.35, 1.0),
    "purple": (0.65, 0.25, 1.0),
    "pink": (1.0, 0.4, 0.65),
}
#: Other words for coloured lights, so that "sunset" in a prompt means something.
LIGHT_NAMES = {
    "white": ("studio", "neon", "lamp", "day", "natural"),
    "warm": ("sunshine", "sun", "sunset", "golden", "candle", "window", "sunlight", "lamp"),
    "cool": ("moonlight", "night", "day"),
}
#: How often the words name the light's side. If they do, a model need not look for it in the light map.
_SIDED = 0.3
#: Compass names by angle in degrees, counted from the right and upwards.
SIDES = {0: "right", 90: "top", 180: "left", 270: "bottom"}


@dataclass(frozen=True)
class Light:
    """``angle`` (radians, from the right, upwards), ``lift`` towards the viewer (radians), linear colour and strengths.

    ``power`` 0 leaves only the ambient part. ``wrap`` 0 is a hard light, 0.5 a soft one.
    """

    angle: float
    lift: float
    power: float
    ambient: float
    colour: tuple[float, float, float] = (1.0, 1.0, 1.0)
    name: str = "white"
    distance: float = 2.0
    wrap: float = 0.1

    def position(self) -> Tensor:
        """Return where the light is, [3]."""
        flat = math.cos(self.lift)
        return self.distance * torch.tensor(
            [math.cos(self.angle) * flat, math.sin(self.angle) * flat, math.sin(self.lift)]
        )


@dataclass
class Scene:
    """A subject (``shape``, ``albedo`` [3, S, S], gloss) and a wall (``wall`` [3, S, S]; None: a plain gradient)."""

    shape: shapes.Surface
    albedo: Tensor
    gloss: float
    shininess: float
    wall: Tensor | None
    floor: float | None
    words: list[str]
    #: Display values of the plain gradient, away from the light and towards it.
    levels: tuple[float, float] = (32 / 255, 224 / 255)


def random_light(rng: random.Random, colourful: bool = True) -> Light:
    """Return a light from the side (mostly near one of the four sides), its colour and strengths drawn from ``rng``."""
    if rng.random() < 0.6:
        angle = rng.choice(list(SIDES)) * math.pi / 180 + rng.gauss(0, 0.25)
    else:
        angle = rng.uniform(0, 2 * math.pi)
    names, shares = list(LIGHT_COLOURS), [8, 3, 3, *[1] * (len(LIGHT_COLOURS) - 3)]
    name = rng.choices(names, weights=shares)[0] if colourful else "white"
    return Light(
        angle=angle % (2 * math.pi),
        lift=rng.uniform(0.0, 0.65),
        power=rng.uniform(0.8, 1.35),
        ambient=rng.uniform(0.02, 0.12),
        colour=LIGHT_COLOURS[name],
        name=name,
        distance=rng.uniform(1.5, 2.6),
        wrap=rng.uniform(0.0, 0.3),
    )


def flat_light(rng: random.Random) -> Light:
    """Return the light of an ordinary snapshot: from anywhere in front of the subject, with much ambient light."""
    soft = rng.random() < 0.35
    return replace(
        random_light(rng, colourful=rng.random() < 0.25),
        lift=rng.uniform(0.2, 1.4),
        power=0.0 if soft else rng.uniform(0.4, 0.9),
        ambient=rng.uniform(0.6, 1.0) if soft else rng.uniform(0.1, 0.5),
    )


def random_scene(size: int, rng: random.Random, photos: list[Tensor], walled: float = 0.6) -> Scene:
    """Return a random ``Scene`` of ``size`` pixels, with probability ``walled`` with a wall; drawn from ``rng``."""
    word, shape = subjects.random_subject(size, rng)
    kind = rng.choices(["plain", "striped", "checkered", "spotted", "photo"], weights=[10, 1, 1, 1, 2])[0]
    albedo, names = torch.zeros(3, size, size), []
    for part in range(int(shape.part.max()) + 1):
        (name, first), (_, second) = subjects.random_albedo(rng), subjects.random_albedo(rng)
        here = kind if part == 0 or kind == "photo" else "plain"
        painted = subjects.texture(size, here, [first, second], rng, photos)
        albedo = torch.where(shape.part == part, painted, albedo)
        names.append(name)
    shiny = rng.random() < 0.4
    wall, wall_words = _random_wall(size, rng, photos, walled)
    material = ["shiny" if shiny else "matte", kind, names[0] if kind != "photo" else "object", word]
    return Scene(
        shape=shape,
        albedo=albedo,
        gloss=rng.uniform(0.2, 0.6) if shiny else rng.uniform(0, 0.08),
        shininess=rng.uniform(12, 60),
        wall=wall,
        floor=rng.uniform(-0.9, -0.4) if wall is not None and rng.random() < 0.25 else None,
        words=[*material, *wall_words],
        levels=(rng.uniform(0, 0.25), rng.uniform(0.75, 1)),
    )


def _random_wall(size: int, rng: random.Random, photos: list[Tensor], walled: float) -> tuple[Tensor | None, list[str]]:
    if rng.random() < 1 - walled:
        return None, ["plain", "background"]
    (name, first), (_, second) = subjects.random_albedo(rng), subjects.random_albedo(rng)
    pale = rng.uniform(0.2, 0.7)
    first = first * (1 - pale) + 0.6 * pale
    kind = rng.choices(["plain", "photo", "spotted", "striped"], weights=[16, 2, 1, 1])[0]
    return subjects.texture(size, kind, [first, second], rng, photos), [kind, name, "wall"]


def lit(points: Tensor, normals: Tensor, light: Light) -> tuple[Tensor, Tensor]:
    """Return the diffuse irradiance and the highlight's cosine, [S, S] each, at ``points`` [3, S, S].

    Wrapped Lambert with the inverse square law (1 at the centre of the scene), Blinn's half vector for the highlight.
    """
    towards = light.position()[:, None, None] - points
    distance = shapes.length(towards).clamp(min=0.35)
    towards = towards / distance
    falloff = ((light.distance / distance) ** 2).clamp(max=4)
    cosine = (normals * towards).sum(0)
    diffuse = ((cosine + light.wrap) / (1 + light.wrap)).clamp(min=0) * falloff * light.power
    half = shapes.unit(towards + torch.tensor([0.0, 0.0, 1.0])[:, None, None])
    glint = (normals * half).sum(0).clamp(min=0) * (cosine > 0) * min(light.power, 1)
    return diffuse, glint


def subject_light(scene: Scene, light: Light) -> Tensor:
    """Return the subject under ``light``, linear, [3, S, S]; values outside the mask are meaningless."""
    x, y = shapes.pixel_grid(scene.shape.mask.shape[-1])
    points = torch.stack([x, y, scene.shape.height.clamp(min=-1)])
    diffuse, glint = lit(points, scene.shape.normals, light)
    colour = torch.tensor(light.colour)[:, None, None]
    return colour * (scene.albedo * (diffuse + light.ambient) + scene.gloss * glint**scene.shininess)


def ramp(size: int, angle: float) -> Tensor:
    """Return display values [S, S], linear from 0 to 1 towards ``angle`` (radians, from the right, upwards)."""
    x, y = shapes.pixel_grid(size)
    along = math.cos(angle) * x + math.sin(angle) * y
    return (along / along.max() + 1) / 2


def backdrop_light(scene: Scene, light: Light) -> Tensor:
    """Return the background without the subject under ``light``, linear, [3, S, S]."""
    size = scene.shape.mask.shape[-1]
    colour = torch.tensor(light.colour)[:, None, None]
    x, y = shapes.pixel_grid(size)
    if scene.wall is None:
        if not light.power:
            return colour * (64 / 255) ** GAMMA * torch.ones(3, size, size)
        low, high = scene.levels
        return colour * (low + (high - low) * ramp(size, light.angle)) ** GAMMA
    points = torch.stack([x, y, torch.full_like(x, -0.6)])
    normals = torch.zeros_like(points)
    normals[2] = 1
    if scene.floor is not None:
        below = y < scene.floor
        normals = torch.where(below, torch.tensor([0.0, 0.9, 0.44])[:, None, None], normals)
    diffuse, _ = lit(points, normals, light)
    return colour * scene.wall * (diffuse + light.ambient)


def shadow(scene: Scene, light: Light) -> Tensor:
    """Return how much of the light reaches the wall, [S, S] in 0..1: the mask, shifted and blurred."""
    if scene.wall is None or not light.power:
        return torch.ones(scene.shape.mask.shape)
    size = scene.shape.mask.shape[-1]
    reach = min(0.6 / max(math.tan(light.lift), 0.4), 0.8)
    offset = [round(-math.cos(light.angle) * reach * size / 4), round(math.sin(light.angle) * reach * size / 4)]
    cast = subjects.moved(scene.shape, *offset).mask.float()[None, None]
    small = functional.avg_pool2d(functional.pad(cast, (8, 8, 8, 8)), 4)
    small = functional.avg_pool2d(small, 3, stride=1, padding=1)
    blurred = functional.interpolate(small, scale_factor=4, mode="bilinear")[0, 0, 8:-8, 8:-8]
    return 1 - 0.7 * blurred


def picture(scene: Scene, light: Light) -> tuple[Tensor, Tensor]:
    """Return the scene and its background alone under ``light``, linear, [3, S, S] each."""
    behind = backdrop_light(scene, light)
    whole = torch.where(scene.shape.mask, subject_light(scene, light), behind * shadow(scene, light))
    return whole, behind


def display(linear: Tensor) -> Tensor:
    """Return display values in 0..1 of linear light: clipped, gamma 2.2, edges softened by a third of a pixel."""
    kernel = torch.tensor([0.12, 0.76, 0.12])
    shown = linear.clamp(0, 1)[:, None]
    shown = functional.conv2d(functional.pad(shown, (1, 1, 1, 1), mode="replicate"), kernel.view(1, 1, 1, 3))
    shown = functional.conv2d(shown, kernel.view(1, 1, 3, 1))
    return shown[:, 0].clamp(0, 1) ** (1 / GAMMA)


def soft(mask: Tensor) -> Tensor:
    """Return the alpha matte [S, S] in 0..1 of a hard ``mask``: it fades inside the subject's edge."""
    alpha = functional.avg_pool2d(mask.float()[None, None], 3, stride=1, padding=1, count_include_pad=False)[0, 0]
    return alpha * mask


def on_grey(shown: Tensor, mask: Tensor) -> Tensor:
    """Return the subject of a display picture [3, S, S] on grey 127: ``127 + (rgb - 127) * alpha``."""
    return 127 / 255 + (shown - 127 / 255) * soft(mask)


def light_words(light: Light, rng: random.Random, sided: bool = True) -> list[str]:
    """Return words for ``light``: its colour or a name for it, and (``sided``) its side if it is near one."""
    if not light.power:
        return ["ambient", "light"]
    named = LIGHT_NAMES.get(light.name, (light.name,))
    colour = light.name if rng.random() < 0.5 else rng.choice(named)
    degrees = math.degrees(light.angle)
    near = [word for side, word in SIDES.items() if abs((degrees - side + 180) % 360 - 180) < 50]
    return [colour, "light", *near] if sided and rng.random() < _SIDED else [colour, "light"]


def caption(scene: Scene, light: Light, rng: random.Random, sided: bool = True) -> str:
    """Return a caption: words for the light (see ``light_words``) and the scene, each dropped at random."""
    words = [word for word in scene.words if rng.random() < 0.7]
    told = light_words(light, rng, sided) if rng.random() < 0.75 else []
    return " ".join([*told, *words] if rng.random() < 0.5 else [*words, *told])
