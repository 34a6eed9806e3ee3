"""Light maps: descriptions drawn as pictures, and the named lights, which are the gradients of the reference demos."""

from __future__ import annotations

import functools
import math

import numpy as np

from ..errors import ICLightError
from ..picture.srgb import linear_to_srgb, srgb_to_linear
from ..picture.strips import strips
from .colour import linear_from_hex, linear_from_kelvin
from .description import WHITE, Directional, Light, LightDescription, Positioned, wrap_angle

DIRECTIONS = ("left", "right", "top", "bottom")
DRAWN = (*DIRECTIONS, "front", "ambient")
"""The named lights that can be drawn."""
LIGHTS = ("none", *DRAWN, "custom", "mask")
EDITOR = "editor"
"""The name of a light that is given as a description."""

FC_AMBIENT = 127
FBC_AMBIENT = 64
FBC_RANGE = (32.0, 224.0)

MAX_STRENGTH = 3.0

_ANGLES = {"right": 0.0, "top": 90.0, "left": 180.0, "bottom": 270.0}
# Rounding errors leave some values just below the integer that they should be.
_GUARD = 1e-6
# Sizes of the lookup tables: by falloff, by squared distance, by linear light.
_STEPS = 1 << 14
_SQUARES = 1 << 16
_LEVELS = 1 << 16
# Full light as a position in the table of levels; positions are truncated to integers.
_FULL = np.float32(_LEVELS + 0.5)
# A strip's intermediate values stay in the processor's cache.
_STRIP_PIXELS = 1 << 14


def preset(light: str, background: bool = False) -> LightDescription:
    """The description of a named light.

    Source: lllyasviel/IC-Light, ``BGSource`` in ``gradio_demo.py`` (255 at the light to 0) and in
    ``gradio_demo_bg.py`` (224 to 32, ambient 64); fc's ambient is the neutral grey 127.

    Args:
        light: one of :data:`DRAWN`.
        background: whether it is drawn as fbc's background, instead of as fc's light map.

    Raises:
        ICLightError: there is no such light.
    """
    if light == "ambient":
        return LightDescription(ambient=(FBC_AMBIENT if background else FC_AMBIENT) / 255)
    if light not in DRAWN:
        raise ICLightError(f"There is no light named {light!r}. Choose one of: {', '.join(LIGHTS)}.")
    drawn = LightDescription((Positioned(0.5, 0.5) if light == "front" else Directional(_ANGLES[light]),))
    return LightDescription(drawn.lights, range=FBC_RANGE) if background else drawn


def directional(angle: float, background: bool = False) -> LightDescription:
    """A single white light from an angle in degrees, with the range of the named lights."""
    light = Directional(wrap_angle(angle))
    return LightDescription((light,), range=FBC_RANGE) if background else LightDescription((light,))


def render(description: LightDescription, width: int, height: int) -> np.ndarray:
    """Draw a description.

    Lights are summed in linear light. Where a channel exceeds 1, all channels are divided by the largest, so that a
    strong coloured light keeps its hue; white and grey light is simply clipped. The sum is encoded to sRGB, scaled to
    the description's range and truncated to integers; ambient light alone is rounded. A single white light of strength
    1, and white ambient light alone, do not go through linear light, so that such a light from a side equals the
    reference's gradient to the byte. docs/lights.md has the formulae.

    Args:
        description: the lights.
        width, height: size in pixels.

    Returns:
        uint8 ``[height, width, 3]``.
    """
    lights = description.lights
    if not lights:
        return np.full((height, width, 3), _ambient_pixel(description), np.uint8)
    if len(lights) == 1 and description.ambient == 0 and _is_plain(lights[0]):
        return _draw_single(lights[0], description.range, width, height)
    return _draw_sum(description, width, height)


def with_contrast(pixels: np.ndarray, strength: float) -> np.ndarray:
    """Scale a map's distance from grey 127 by ``strength`` (0 is flat grey, 1 leaves it as it is).

    Args:
        pixels: uint8 ``[H, W, 3]``.
        strength: 0 to 3.
    """
    if strength == 1:
        return pixels
    return np.clip(np.rint(127 + (pixels.astype(np.float32) - 127) * strength), 0, 255).astype(np.uint8)


def _is_plain(light: Light) -> bool:
    return light.strength == 1 and light.kelvin is None and light.colour == WHITE


def _ambient_pixel(description: LightDescription) -> np.ndarray:
    """The pixel value of ambient light alone, rounded, so that three decimals can express every integer level."""
    level, colour = description.ambient, description.ambient_colour
    linear = srgb_to_linear(level) * linear_from_hex(colour)
    values = np.full(3, level) if colour == WHITE else linear_to_srgb(linear)
    low, high = description.range
    return np.rint(low + (high - low) * values)


def _direction(angle: float) -> tuple[float, float]:
    """Cosine and sine of degrees; angles 90 degrees apart have exactly the same absolute values."""
    turns, rest = divmod(angle % 360, 90)
    cosine, sine = (math.cos(math.radians(rest)), math.sin(math.radians(rest))) if rest else (1.0, 0.0)
    for _ in range(int(turns) % 4):
        cosine, sine = -sine, cosine
    return cosine, sine


def _falloff_terms(light: Light, width: int, height: int) -> tuple[np.ndarray, np.ndarray]:
    """What each column and row adds to a light's falloff: float64 ``[width]`` and ``[height]``.

    Their sum is ``(n - 0.5) / softness`` for a directional light; for a positioned one, it is the square of the
    distance divided by the distance at which the light ends. Measured from the centre, so that rotating the frame
    rotates the map.
    """
    across, down = np.arange(width) - (width - 1) / 2, np.arange(height) - (height - 1) / 2
    if isinstance(light, Directional):
        cosine, sine = _direction(light.angle)
        extent = abs(cosine) * (width - 1) + abs(sine) * (height - 1)
        if extent == 0:
            return np.full(width, 0.5 / light.softness), np.zeros(height)
        return across * cosine / extent / light.softness, -down * sine / extent / light.softness
    reach = 2 * light.softness * max(width - 1, height - 1, 1)
    across, down = across - (light.x - 0.5) * (width - 1), down - (light.y - 0.5) * (height - 1)
    return (across / reach) ** 2, (down / reach) ** 2


def _draw_single(light: Light, ends: tuple[float, float], width: int, height: int) -> np.ndarray:
    """One white light of strength 1, as the reference draws it."""
    low, high = ends
    result = np.empty((height, width, 3), np.uint8)
    if isinstance(light, Directional) and light.softness == 1 and light.angle % 90 == 0:
        # numpy's linspace, as in the reference, so that values on the edge between two integers truncate alike.
        first, last = (low, high) if light.angle in (_ANGLES["right"], _ANGLES["bottom"]) else (high, low)
        is_across = light.angle in (_ANGLES["right"], _ANGLES["left"])
        ramp = np.linspace(first, last, width if is_across else height).astype(np.uint8)
        result[:] = ramp[None, :, None] if is_across else ramp[:, None, None]
        return result
    columns, rows = _falloff_terms(light, width, height)
    for strip in strips(height, _STRIP_PIXELS // width):
        falloff = columns[None] + rows[strip, None]
        falloff = falloff + 0.5 if isinstance(light, Directional) else 1 - np.sqrt(falloff)
        result[strip] = (low + (high - low) * falloff.clip(0, 1) + _GUARD)[..., None]
    return result


def _draw_sum(description: LightDescription, width: int, height: int) -> np.ndarray:
    """The sum in linear light. Decoding of the falloff and encoding of the result use lookup tables."""
    lights = sorted(description.lights, key=lambda light: isinstance(light, Positioned))
    straight = sum(isinstance(light, Directional) for light in lights)
    columns, rows = _indices(lights, width, height)
    weights, base = _weights(lights, description)
    pixel_values = _pixel_values(*description.range)
    is_strong = len(base) > 1 and (weights.sum(1) + base[:, 0]).max() > _FULL
    result = np.empty((height, width, len(base)), np.uint8)
    buffers = None
    for strip in strips(height, _STRIP_PIXELS // width):
        if buffers is None or buffers.height != strip.stop - strip.start:  # the last strip has fewer rows
            buffers = _Buffers(len(lights), len(base), strip.stop - strip.start, width)
        steps, falloff, total, levels = buffers.steps, buffers.falloff, buffers.total, buffers.levels
        np.add(columns[:, None], rows[:, strip, None], out=steps)
        np.take(_linear_by_step(), steps[:straight], out=falloff[:straight], mode="clip")
        np.take(_linear_by_square(), steps[straight:], out=falloff[straight:], mode="clip")
        np.matmul(weights, falloff.reshape(len(lights), -1), out=total)
        total += base
        if is_strong:
            total *= _FULL / np.maximum(total.max(0), _FULL)
        np.copyto(levels.reshape(-1, len(base)), total.T, casting="unsafe")
        np.take(pixel_values, levels, out=result[strip], mode="clip")
    return result if len(base) == 3 else np.repeat(result, 3, axis=2)


class _Buffers:
    """Buffers for a strip's intermediate values, reused because allocating memory costs time.

    Attributes:
        height: rows of the strip.
        steps: index of each light's falloff in its table, ``[n, height, width]``.
        falloff: each light's linear light, ``[n, height, width]``.
        total: their weighted sum by channel, ``[C, height * width]``.
        levels: index of the sum in the table of pixel values, ``[height, width, C]``.
    """

    def __init__(self, lights: int, channels: int, height: int, width: int):
        self.height = height
        self.steps = np.empty((lights, height, width), np.intp)
        self.falloff = np.empty((lights, height, width), np.float32)
        self.total = np.empty((channels, height * width), np.float32)
        self.levels = np.empty((height, width, channels), np.intp)


def _indices(lights: list[Light], width: int, height: int) -> tuple[np.ndarray, np.ndarray]:
    """Indices of each light's falloff in its table: integers ``[n, width]`` and ``[n, height]``, to be added up."""
    columns, rows = np.empty((len(lights), width), np.intp), np.empty((len(lights), height), np.intp)
    for index, light in enumerate(lights):
        steps, shift = (_STEPS, _STEPS // 2) if isinstance(light, Directional) else (_SQUARES, 0)
        across, down = _falloff_terms(light, width, height)
        columns[index], rows[index] = np.rint(across * steps) + shift, np.rint(down * steps)
    return columns, rows


def _weights(lights: list[Light], description: LightDescription) -> tuple[np.ndarray, np.ndarray]:
    """Each light's linear colour times its strength, and the ambient colour, as positions in the table of levels.

    Returns:
        float32 ``[C, n]`` and ``[C, 1]``, with one channel if everything is grey, else three.
    """
    colours = [light.strength * _linear_colour(light) for light in lights]
    ambient = srgb_to_linear(description.ambient) * linear_from_hex(description.ambient_colour)
    weights = np.array(colours, np.float32).reshape(-1, 3).T * np.float32(_LEVELS)
    base = ambient[:, None].astype(np.float32) * np.float32(_LEVELS) + np.float32(0.5)
    is_grey = (weights == weights[:1]).all() and (base == base[:1]).all()
    return (weights[:1], base[:1]) if is_grey else (weights, base)


def _linear_colour(light: Light) -> np.ndarray:
    return linear_from_hex(light.colour) if light.kelvin is None else linear_from_kelvin(light.kelvin)


@functools.cache
def _linear_by_step() -> np.ndarray:
    """Table of linear light by falloff."""
    return srgb_to_linear(np.arange(_STEPS + 1) / _STEPS).astype(np.float32)


@functools.cache
def _linear_by_square() -> np.ndarray:
    """Table of linear light by the squared distance, relative to the light's reach."""
    return srgb_to_linear(1 - np.sqrt(np.arange(_SQUARES + 1) / _SQUARES)).astype(np.float32)


@functools.lru_cache(maxsize=8)
def _pixel_values(low: float, high: float) -> np.ndarray:
    """Table of pixel values by linear light."""
    encoded = linear_to_srgb(np.arange(_LEVELS + 1) / _LEVELS)
    return (low + (high - low) * encoded + _GUARD).astype(np.uint8)
