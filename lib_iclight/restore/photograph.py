"""The photograph in the painting's light, before the painting's background."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..picture.scaling import in_pixels
from ..picture.srgb import linear_to_srgb, srgb_to_linear
from .gain import gain
from .tensors import mean_inside, to_pixels, to_tensor, wide_blur

if TYPE_CHECKING:
    import torch

_HIGHLIGHT_SIGMA, _FAINT = 1.5, 0.03
# Sigmas in pixels of a picture whose shorter side is 512, from wide to narrow.
_BACKDROP_SIGMAS = (96.0, 24.0, 6.0, 2.0)
_SPILL_SIGMA = 2.0
# What shows a little of the painted subject hardly tells what is behind.
_CERTAIN = 16
_FEW = 0.02


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


def in_new_light(photograph: np.ndarray, painting: np.ndarray, matte: np.ndarray, taken: LightTaken) -> np.ndarray:
    """Put the painting's light on the photograph, inside the matte; around it is the painting's background.

    Args:
        photograph: uint8 ``[H, W, 3]``, the subject's own colours, also under the soft parts of its matte.
        painting: uint8 ``[H, W, 3]``, the same crop relit.
        matte: uint8 ``[H, W]``, 255 on the subject.
        taken: how the light is put on.

    Returns:
        uint8 ``[H, W, 3]``; the very pixels of the photograph where the light is the same, the painting's away from
        the subject.
    """
    if not matte.any():
        return painting
    found = gain(photograph, painting, matte, taken.radius)
    relit = lit(photograph, found, taken.strength, taken.colour)
    if taken.highlights:
        relit = relit + taken.highlights * _unexplained(relit, painting, matte)
    return _before_backdrop(to_pixels(_encoded(relit)), painting, matte)


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

    logs = found[3:] + colour * (found[:3] - found[3:])
    return (srgb_to_linear(to_tensor(photograph), torch) * (strength * logs).exp()).clamp(max=1)


def _encoded(linear: torch.Tensor) -> torch.Tensor:
    import torch

    return linear_to_srgb(linear.clamp(0, 1), torch)


def _unexplained(relit: torch.Tensor, painting: np.ndarray, matte: np.ndarray) -> torch.Tensor:
    """Highlights, reflections and small shadows: what the painting has beyond the relit photograph, without its print.

    What is faint is left out. Linear light, float32 ``[3, H, W]``.
    """
    import torch

    weight = to_tensor(matte)
    sigma = in_pixels(_HIGHLIGHT_SIGMA, matte.shape)
    more = mean_inside(srgb_to_linear(to_tensor(painting), torch) - relit, weight, sigma)
    return more * (more**2 / (more**2 + _FAINT**2))


def _before_backdrop(subject: np.ndarray, painting: np.ndarray, matte: np.ndarray) -> np.ndarray:
    """Composite the subject over what the painting shows behind it.

    The painting itself holds the painted subject at the soft rim: what lies behind is carried on from further out, and
    corrected by what subject and matte leave unexplained of the painting (M. Forte, "Approximate Fast Foreground Colour
    Estimation", ICIP 2021, turned round: here the subject is known).
    """
    if matte.min() == 255:
        return subject
    front, whole, alpha = to_tensor(subject), to_tensor(painting), to_tensor(matte)
    spill = (2 * wide_blur(alpha, in_pixels(_SPILL_SIGMA, matte.shape))).clamp(max=1)
    behind = _carried_on(whole, (1 - spill) ** _CERTAIN, matte.shape)
    behind = behind + (1 - alpha) * (1 - spill) * (whole - alpha * front - (1 - alpha) * behind)
    mixed = to_pixels(alpha * front + (1 - alpha) * behind)
    return np.where(matte[..., None] == 255, subject, np.where(spill[0, ..., None].numpy() > 0, mixed, painting))


def _carried_on(values: torch.Tensor, weight: torch.Tensor, shape: tuple[int, ...]) -> torch.Tensor:
    """Values ``[3, H, W]`` as they are where the weight ``[1, H, W]`` is, and from there on smoothly."""
    result = (values * weight).sum((1, 2), keepdim=True) / weight.sum().clamp(min=1e-6)
    for width in _BACKDROP_SIGMAS:
        sigma = in_pixels(width, shape)
        around = wide_blur(weight, sigma)
        result = (wide_blur(values * weight, sigma) + _FEW * result) / (around + _FEW)
    return result
