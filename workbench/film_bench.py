"""Measures how long the studio's films take: a part of `python dev.py bench --studio`.

A photograph that scikit-image ships is lit from eight sides by ramps, and a light turns once around it. Times are of
the whole file, from the set in memory to the bytes of the film.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
from PIL import Image

from lib_iclight.light.description import Directional, LightDescription
from lib_iclight.light.maps import preset
from lib_iclight.studio import films, writing
from lib_iclight.studio.light_set import GAINS, KINDS, FullSize, LightSet, Shot, painted
from lib_iclight.studio.motion import once_around
from lib_iclight.studio.preview import preview_of

from .dragging import SIDE, load_average
from .photographs import ASTRONAUT

_LIGHTS = 8
_FRAMES, _FULL_FRAMES, _FPS = 60, 24, 15.0
_FULL = (3000, 2000)


def measure() -> None:
    """Print wall time, processor time and size of each kind of film."""
    moving = once_around(ambient=0.1)
    print(f"Films of {_LIGHTS + 1} lights; {_FRAMES} frames, or {_FULL_FRAMES} of the photograph's own size")
    print(f"{'pixels':>12}{'kind':>11}{'film':>6}{'wall s':>8}{'CPU s':>8}{'MB':>7}{'load':>8}")
    written = [kind for kind in films.KINDS if films.can_write(kind)]
    for lit in KINDS:
        preview = preview_of(_set(lit), SIDE)
        for kind in written:
            _print((SIDE, SIDE), lit, kind, partial(writing.preview_frames, preview, moving, _FRAMES))
    large = _set(GAINS, _FULL)
    brightness = preview_of(large, SIDE).brightness
    for kind in written:
        if kind != ".gif":
            _print(_FULL, GAINS, kind, partial(writing.full_frames, large, brightness, moving, _FULL_FRAMES))


def _print(size: tuple[int, int], lit: str, kind: str, frames: Callable[[], Iterator[np.ndarray]]) -> None:
    wall, processor = time.perf_counter(), time.process_time()
    content = writing.film_file(frames(), kind, _FPS, True)
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    pixels = f"{size[0]} x {size[1]}"
    middle = f"{pixels:>12}{lit:>11}{kind[1:]:>6}{wall:8.1f}{processor:8.1f}"
    print(f"{middle}{len(content) / 1e6:7.1f}{load_average():>8}", flush=True)


def _set(kind: str, full: tuple[int, int] | None = None) -> LightSet:
    """The photograph under light that falls off across it."""
    photograph = ASTRONAUT.load()
    base = np.asarray(photograph.resize((SIDE, SIDE), Image.Resampling.LANCZOS))
    angles = [360 / _LIGHTS * index for index in range(_LIGHTS)]
    lights = [_lit(kind, f"{at:g}", LightDescription((Directional(at),)), base, _ramp(np.radians(at))) for at in angles]
    ambient = _lit(kind, "ambient", preset("ambient"), base, np.full((SIDE, SIDE, 1), 0.5))
    matte = np.full((SIDE, SIDE), 255, np.uint8)
    own = None
    if full is not None:
        pixels = np.asarray(photograph.resize(full, Image.Resampling.BICUBIC))
        own = FullSize(pixels, np.full(full[::-1], 255, np.uint8), (SIDE / full[0], 0.0), (SIDE / full[1], 0.0))
    return LightSet(kind, base, matte, tuple(lights), ambient, full=own)


def _ramp(angle: float) -> np.ndarray:
    y, x = np.mgrid[:SIDE, :SIDE] / SIDE - 0.5
    return (0.6 + x * np.cos(angle) - y * np.sin(angle)).clip(0.05, 2)[..., None]


def _lit(kind: str, name: str, light: LightDescription, base: np.ndarray, level: np.ndarray) -> Shot:
    if kind == GAINS:
        logs = np.broadcast_to(np.log(level), base.shape).astype(np.float16)
        return Shot(name, light, logs, np.full(base.shape[:2], 0.05, np.float16))
    return painted(name, light, (base * level**0.5).clip(0, 255).astype(np.uint8))
