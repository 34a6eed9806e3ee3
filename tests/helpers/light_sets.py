"""Light sets of subjects whose light is known."""

from __future__ import annotations

import numpy as np
from samples import noise

from lib_iclight.light.description import Directional, LightDescription, Positioned
from lib_iclight.light.maps import preset
from lib_iclight.restore.relighting import LightTaken, light_of
from lib_iclight.studio.light_set import GAINS, PAINTINGS, FullSize, LightSet, Shot, gained, painted

FOUR = {"right": 0.0, "top": 90.0, "left": 180.0, "bottom": 270.0}


def from_angle(angle: float) -> LightDescription:
    return LightDescription((Directional(angle),))


def a_ball(side: int = 48) -> tuple[np.ndarray, np.ndarray]:
    """Unit normals ``[side, side, 3]``, x to the right, y upwards, z to the viewer, and the ball's matte."""
    x, y = np.meshgrid(*[(np.arange(side) + 0.5) / side * 2.2 - 1.1] * 2)
    square = x**2 + y**2
    normals = np.stack([x, -y, np.sqrt((1 - square).clip(0))], axis=-1)
    inside = square < 1
    normals[~inside] = 0, 0, 1
    return normals, (255 * inside).astype(np.uint8)


def shot_at(normals: np.ndarray, angle: float, wrap: float = 1.0) -> np.ndarray:
    """A white ball under a light from a side: float ``[h, w, 3]``, linear; soft with the wrap 1, hard with 0."""
    towards = np.cos(np.radians(angle)), np.sin(np.radians(angle)), 0.0
    light = ((normals @ np.array(towards) + wrap) / (1 + wrap)).clip(0)
    return np.repeat(0.6 * light[..., None], 3, axis=2)


def ball_set(angles: dict[str, float] | None = None, wrap: float = 1.0, ambient: float = 0.2) -> LightSet:
    """The ball, shot from several sides and in light from everywhere."""
    normals, matte = a_ball()

    def shot(name: str, light: LightDescription, values: np.ndarray) -> Shot:
        return Shot(name, light, values.astype(np.float16))

    lights = [shot(name, from_angle(at), shot_at(normals, at, wrap)) for name, at in (angles or FOUR).items()]
    everywhere = shot("ambient", preset("ambient"), np.full(normals.shape, ambient))
    photograph = np.full(normals.shape, 188, np.uint8)
    return LightSet(PAINTINGS, photograph, matte, tuple(lights), everywhere)


def random_paintings(width: int = 19, height: int = 13, count: int = 3, ambient: bool = True) -> LightSet:
    """Paintings of noise, in which every rounding shows."""
    lights = [painted(f"light {i}", from_angle(360 / count * i), noise(width, height, seed=i)) for i in range(count)]
    everywhere = painted("ambient", preset("ambient"), noise(width, height, seed=99)) if ambient else None
    matte = noise(width, height, 1, seed=7)[..., 0]
    recipe = {"request": {"mode": "fbc", "light": "left"}, "infotext": "a cat, 光\nSteps: 20"}
    return LightSet(PAINTINGS, noise(width, height, seed=50), matte, tuple(lights), everywhere, recipe)


def placed_lights() -> LightSet:
    """A set of lights at places, none of which can be turned; one has the name of something in JavaScript."""
    names = ["lamp 0", "constructor"]
    shot = [painted(n, LightDescription((Positioned(i, 0),)), noise(19, 13, seed=i)) for i, n in enumerate(names)]
    first = random_paintings()
    return LightSet(PAINTINGS, first.photograph, first.matte, tuple(shot))


def gains_of(photograph: np.ndarray, paintings: dict[str, np.ndarray], matte: np.ndarray) -> LightSet:
    """The lights of paintings, as they are put on the photograph; the name ``ambient`` is that of the ambient one."""
    shots = {
        name: gained(name, preset(name), light_of(photograph, painting, matte, LightTaken()))
        for name, painting in paintings.items()
    }
    ambient = shots.pop("ambient", None)
    return LightSet(GAINS, photograph, matte, tuple(shots.values()), ambient)


def doubled(light_set: LightSet, depth: type = np.uint8) -> FullSize:
    """A set's photograph at twice its size, in the colours of noise."""
    height, width = light_set.size
    rng, white = np.random.default_rng(3), np.iinfo(depth).max
    pixels = rng.integers(0, white + 1, (2 * height, 2 * width, 3), dtype=depth)
    return FullSize(pixels, np.kron(light_set.matte, np.ones((2, 2), np.uint8)), (0.5, 0.0), (0.5, 0.0))
