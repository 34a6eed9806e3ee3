"""Light maps: grey gradients that say where the light comes from, as the author's demos draw them."""

from __future__ import annotations

import numpy as np

from .errors import ICLightError

DIRECTIONS = ("left", "right", "top", "bottom")
LIGHTS = ("none", *DIRECTIONS, "ambient", "custom")

FC_RANGE = (255, 0)
FC_AMBIENT = 127
FBC_RANGE = (224, 32)
FBC_AMBIENT = 64

MAX_STRENGTH = 3.0


def light_map(light: str, width: int, height: int) -> np.ndarray:
    """The starting picture of the fc models: white at the light, black away from it.

    Source: lllyasviel/IC-Light, ``gradio_demo.py`` (``BGSource``); ambient is the neutral grey 127.

    Args:
        light: "left", "right", "top", "bottom" or "ambient".
        width, height: size in pixels.

    Returns:
        uint8 ``[height, width, 3]``.

    Raises:
        ICLightError: there is no map of that name.
    """
    return _draw(light, width, height, FC_RANGE, FC_AMBIENT)


def light_background(light: str, width: int, height: int) -> np.ndarray:
    """The background of the fbc model where none is given: 224 at the light to 32, ambient 64.

    Source: lllyasviel/IC-Light, ``gradio_demo_bg.py`` (``BGSource``). Arguments and result as :func:`light_map`.
    """
    return _draw(light, width, height, FBC_RANGE, FBC_AMBIENT)


def _draw(light: str, width: int, height: int, ends: tuple[int, int], ambient: int) -> np.ndarray:
    if light == "ambient":
        return np.full((height, width, 3), ambient, np.uint8)
    if light not in DIRECTIONS:
        raise ICLightError(f"There is no light named {light!r}. Choose one of: {', '.join(LIGHTS)}.")
    near, far = ends if light in ("left", "top") else ends[::-1]
    if light in ("left", "right"):
        ramp = np.linspace(near, far, width)[None, :, None]
    else:
        ramp = np.linspace(near, far, height)[:, None, None]
    return np.broadcast_to(ramp, (height, width, 3)).astype(np.uint8)


def with_contrast(pixels: np.ndarray, strength: float) -> np.ndarray:
    """Scale a map's distance from grey 127 by ``strength`` (0 is flat grey, 1 leaves it as it is).

    Args:
        pixels: uint8 ``[H, W, 3]``.
        strength: 0 to 3.
    """
    if strength == 1:
        return pixels
    return np.clip(np.rint(127 + (pixels.astype(np.float32) - 127) * strength), 0, 255).astype(np.uint8)
