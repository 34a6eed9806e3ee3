"""A painting's light, found at the run's size, put on the pixels of a photograph of any size."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..picture.scaling import in_pixels
from ..picture.srgb import LUMA, linear_levels, linear_to_srgb, srgb_to_linear
from .backdrop import carried_on
from .enlarging import Enlarging
from .gain import gain
from .tensors import mean_inside, to_tensor

if TYPE_CHECKING:
    import torch

# Of highlights: the sigma, as below, of the blur that takes out print and noise, and in linear light what is faint.
_HIGHLIGHT_SIGMA, _FAINT = 1.5, 0.03
# The window, in pixels of a picture whose shorter side is 512, in which the gain is taken as linear in the logarithm of
# the photograph's luminance, what variance of that tells nothing, and what is black.
_WINDOW, _EPSILON, _BLACK = 2.0, 0.05, 0.02
# How the light is carried on around the subject: from wide to narrow.
_OUTWARD = (128.0, 48.0)
# sRGB's exponent, and where its straight part ends in terms of that root.
_GAMMA = 2.4
_TOE = 0.0031308 ** (1 / _GAMMA)
# So little light that white is black in it.
_NO_LIGHT = 1e-12


@dataclass(frozen=True)
class LightTaken:
    """How the painting's light is put on the photograph.

    Attributes:
        strength: 0 leaves the photograph as it is, 1 is the painting's light, 2 its square.
        colour: how much of the light's colour is taken, 0 to 1; at 0 its brightness alone.
        highlights: how much is added, 0 to 1, of what the painting has and no gain can give.
        radius: as for :func:`lib_iclight.restore.gain.gain`.
    """

    strength: float = 1.0
    colour: float = 1.0
    highlights: float = 0.0
    radius: float = 1.0


@dataclass(frozen=True, eq=False)
class Light:
    """What is done to a photograph's light, at the run's size.

    Where the gain goes along with the photograph, as at the edge of a thing that stands before another, it gets the
    photograph's own edge at any size: ``log gain + slope * (log luminance - guide)``, in which only the last but one is
    of the full size (K. He, J. Sun, "Fast Guided Filter", 2015). At the run's size this is the gain itself.

    Attributes:
        logs: float32 ``[3, h, w]``, or ``[1, h, w]`` for a light without colour: the gain's natural logarithm.
        slope: float32 ``[h, w]``, how the gain changes with the logarithm of the luminance; None if not at all.
        guide: float32 ``[h, w]``, that logarithm at the run's size.
        more: float32 ``[3, h, w]``, what is added in linear light; None if nothing is.
    """

    logs: np.ndarray
    slope: np.ndarray | None = None
    guide: np.ndarray | None = None
    more: np.ndarray | None = None


@dataclass(frozen=True, eq=False)
class Mixed:
    """Several lights on one photograph at once: light adds up, so their gains do, ``sum_k f_k exp(G_k)``.

    Attributes:
        lights: of one photograph, none with highlights.
        factors: float ``[K, 3]``, how much there is of each in red, green and blue; below 0 it is taken off.
        besides: returns a gain that is added, of rows and columns of the photograph: float32 ``[3, rows, columns]``.
    """

    lights: tuple[Light, ...]
    factors: np.ndarray
    besides: Callable[[slice, slice], np.ndarray] | None = None


def lit(photograph: np.ndarray, found: torch.Tensor, strength: float = 1.0, colour: float = 1.0) -> torch.Tensor:
    """The photograph times its gain, ``P * exp(s G)``.

    Args:
        photograph: uint8 ``[H, W, 3]``.
        found: from :func:`lib_iclight.restore.gain.gain`.
        strength, colour: as in :class:`LightTaken`.

    Returns:
        float32 ``[3, H, W]``, linear light, at most 1.
    """
    import torch

    return (srgb_to_linear(to_tensor(photograph), torch) * _logs(found, strength, colour).exp()).clamp(max=1)


def light_of(photograph: np.ndarray, painting: np.ndarray, matte: np.ndarray, taken: LightTaken) -> Light:
    """Find the light that a painting shows.

    Args:
        photograph: uint8 ``[h, w, 3]`` of the run's size, the subject's own colours, also under its soft rim.
        painting: uint8 ``[h, w, 3]``, the same crop relit.
        matte: uint8 ``[h, w]``, 255 on the subject.
        taken: how the light is put on.
    """
    if not matte.any():
        return Light(np.zeros((1, *matte.shape), np.float32))
    found = gain(photograph, painting, matte, taken.radius)
    logs = _logs(found, taken.strength, taken.colour)
    weight, guide = to_tensor(matte), _guide(photograph)
    slope = _slope(taken.strength * found[3:], guide, weight)
    more = None
    if taken.highlights:
        relit = lit(photograph, found, taken.strength, taken.colour)
        more = (taken.highlights * _unexplained(relit, painting, weight)).numpy()
    logs = logs if taken.colour else logs[:1]
    return Light(logs.contiguous().numpy(), slope[0].numpy(), guide[0].numpy(), more)


def light_from(photograph: np.ndarray, matte: np.ndarray, logs: np.ndarray, more: np.ndarray | None = None) -> Light:
    """A light whose gain is known, such as one that was steadied.

    Args:
        photograph: uint8 ``[h, w, 3]`` of the run's size, the subject's own colours.
        matte: uint8 ``[h, w]``, 255 on the subject.
        logs, more: as in :class:`Light`.
    """
    import torch

    gains = torch.from_numpy(logs)
    brightness = gains if len(logs) == 1 else torch.einsum("c,chw->hw", torch.tensor(LUMA), gains)[None]
    guide = _guide(photograph)
    return Light(logs, _slope(brightness, guide, to_tensor(matte))[0].numpy(), guide[0].numpy(), more)


def between(one: Light, other: Light, share: float) -> Light:
    """A light between two of one photograph: ``share`` 0 is the first, 1 the other."""

    def mixed(first: np.ndarray | None, second: np.ndarray | None) -> np.ndarray | None:
        if first is None or second is None:
            return first if second is None else second
        return first + np.float32(share) * (second - first)

    return Light(mixed(one.logs, other.logs), mixed(one.slope, other.slope), one.guide, mixed(one.more, other.more))


def outward(light: Light, matte: np.ndarray) -> Light:
    """The light as it goes on around the subject: smooth, and without what belongs to the subject's own forms.

    Args:
        light: from :func:`light_of`.
        matte: uint8 ``[h, w]``.
    """
    import torch

    logs, weight = torch.from_numpy(light.logs), to_tensor(matte)
    return Light(carried_on(logs, weight, _OUTWARD).numpy())


def everywhere(light: Light, matte: np.ndarray) -> Light:
    """The light on the subject, and around it as it goes on there, for a photograph of which all is seen.

    Args:
        light: from :func:`light_of`, without highlights.
        matte: uint8 ``[h, w]``.
    """
    share = to_tensor(matte)[0].numpy()
    logs = share * light.logs + (1 - share) * outward(light, matte).logs
    return Light(logs, None if light.slope is None else share * light.slope, light.guide)


def relit(
    pixels: np.ndarray, light: Light | Mixed, enlarging: Enlarging | None, rows: slice, columns: slice
) -> tuple[np.ndarray, np.ndarray]:
    """Put a light, or several, on a part of a photograph.

    Args:
        pixels: uint8 or uint16 ``[rows, columns, 3]``, the part.
        light: of the run's size.
        enlarging: from there to the photograph's size; None if they are the same.
        rows, columns: where the part lies.

    Returns:
        The part in the new light, as ``pixels``, the very pixels where the gain is 1; and the gain's logarithm, float32
        ``[3, rows, columns]`` or ``[1, rows, columns]``.
    """

    lights = light.lights if isinstance(light, Mixed) else (light,)
    has_slopes = enlarging is not None and any(one.slope is not None for one in lights)
    luminance = log_luminance(pixels) if has_slopes else None

    def logs_of(one: Light) -> np.ndarray:
        return gain_logs(luminance, one, enlarging, rows, columns)

    logs = _sum_of_gains(light, logs_of, rows, columns) if isinstance(light, Mixed) else logs_of(light)
    more = None if isinstance(light, Mixed) else light.more
    white = np.iinfo(pixels.dtype).max
    result = np.empty_like(pixels)
    for channel in range(3):
        factor = logs[channel % len(logs)]
        if more is None:
            encoded = _times(pixels[..., channel], factor)
        else:
            linear = np.minimum(linear_levels(white)[pixels[..., channel]] * np.exp(factor), 1)
            encoded = linear_to_srgb((linear + _part(more[channel], enlarging, rows, columns)).clip(0, 1))
        encoded *= white
        encoded += 0.5
        result[..., channel] = encoded
    return result, logs


def gain_logs(
    luminance: np.ndarray | None, light: Light, enlarging: Enlarging | None, rows: slice, columns: slice
) -> np.ndarray:
    """The gain's natural logarithm on a part of a photograph, float32 ``[3, rows, columns]`` or ``[1, ...]``.

    Args:
        luminance: from :func:`log_luminance` of the part; None if the photograph has the run's size.
        light, enlarging, rows, columns: as for :func:`relit`.
    """
    logs = np.stack([_part(channel, enlarging, rows, columns) for channel in light.logs])
    if light.slope is not None and luminance is not None:
        slope, guide = (_part(values, enlarging, rows, columns) for values in (light.slope, light.guide))
        logs += slope * (luminance - guide)
    return logs


def _part(values: np.ndarray, enlarging: Enlarging | None, rows: slice, columns: slice) -> np.ndarray:
    return values[rows, columns] if enlarging is None else enlarging.rows(values, rows, columns)


def _sum_of_gains(mixed: Mixed, logs_of: Callable[[Light], np.ndarray], rows: slice, columns: slice) -> np.ndarray:
    """The logarithm of a sum of gains, float32 ``[3, rows, columns]``.

    It is taken relative to the first light that is on: if that is the only one, the result is that very light.
    """
    lit = [index for index, row in enumerate(mixed.factors) if row.any()] or [0]
    first, total = logs_of(mixed.lights[lit[0]]), mixed.factors[lit[0]].astype(np.float32)[:, None, None]
    for index in lit[1:]:
        ratio = np.exp(logs_of(mixed.lights[index]) - first)
        total = total + mixed.factors[index].astype(np.float32)[:, None, None] * ratio
    if mixed.besides is not None:
        total = total + mixed.besides(rows, columns) * np.exp(-first)
    return first + np.log(np.maximum(total, np.float32(_NO_LIGHT)))


def _times(values: np.ndarray, logs: np.ndarray) -> np.ndarray:
    """Pixels times a gain in linear light, encoded, 0 to 1; a power is a product once its root is taken."""
    roots = _roots(np.iinfo(values.dtype).max)[values]
    roots *= np.exp(logs / np.float32(_GAMMA))
    dark = roots < _TOE
    encoded = np.minimum(roots, 1) * np.float32(1.055) - np.float32(0.055)
    if dark.any():
        encoded[dark] = np.float32(12.92) * roots[dark] ** np.float32(_GAMMA)
    return encoded


def _logs(found: torch.Tensor, strength: float, colour: float) -> torch.Tensor:
    return strength * (found[3:] + colour * (found[:3] - found[3:]))


def _slope(brightness: torch.Tensor, guide: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """How the gain's logarithm changes with the photograph's, around each place; all are ``[1, h, w]``."""
    sigma = in_pixels(_WINDOW, weight.shape[-2:])
    level, base = mean_inside(brightness, weight, sigma), mean_inside(guide, weight, sigma)
    together = mean_inside(brightness * guide, weight, sigma) - level * base
    return together / (mean_inside(guide**2, weight, sigma) - base**2 + _EPSILON)


def _unexplained(relit: torch.Tensor, painting: np.ndarray, weight: torch.Tensor) -> torch.Tensor:
    """Highlights, reflections and small shadows: what the painting has beyond the relit photograph, without its print.

    What is faint is left out. Linear light, float32 ``[3, H, W]``.
    """
    import torch

    sigma = in_pixels(_HIGHLIGHT_SIGMA, weight.shape[-2:])
    more = mean_inside(srgb_to_linear(to_tensor(painting), torch) - relit, weight, sigma)
    return more * (more**2 / (more**2 + _FAINT**2))


def _guide(photograph: np.ndarray) -> torch.Tensor:
    import torch

    return torch.from_numpy(log_luminance(photograph))[None]


def log_luminance(pixels: np.ndarray) -> np.ndarray:
    """The logarithm of the luminance in linear light, with black raised a little.

    Args:
        pixels: uint8 or uint16 ``[H, W, 3]``.

    Returns:
        float32 ``[H, W]``.
    """
    table = linear_levels(np.iinfo(pixels.dtype).max)
    total = np.full(pixels.shape[:2], _BLACK, np.float32)
    for channel, share in enumerate(LUMA):
        total += np.float32(share) * table[pixels[..., channel]]
    return np.log(total, out=total)


@functools.cache
def _roots(white: int) -> np.ndarray:
    """The root of linear light of which sRGB's curved part is a straight line, by level."""
    return (srgb_to_linear(np.arange(white + 1) / white) ** (1 / _GAMMA)).astype(np.float32)
