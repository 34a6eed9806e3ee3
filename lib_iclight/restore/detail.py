"""Keep the subject itself: fine detail and colours of the original in the relit picture."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import torch

_REFERENCE_SIDE = 512
_COLOUR_RADIUS = 12.0
_EPSILON = 1e-6
_BLACK = 1e-3
# Oklab lightness of levels 3 and 34 of 255: below the first a colour is rounding and noise, above the second it is one.
_COLOURLESS, _COLOURED = 0.1, 0.25
_GAMUT_STEPS = 10
# In linear light: under half a level once encoded, at either end.
_GAMUT_SLACK = 1e-4
_INNERMOST = 1e-3
_SMOOTHER = 0.6

_LINEAR_TO_LMS = (
    (0.4122214708, 0.5363325363, 0.0514459929),
    (0.2119034982, 0.6806995451, 0.1073969566),
    (0.0883024619, 0.2817188376, 0.6299787005),
)
_LMS_TO_OKLAB = (
    (0.2104542553, 0.7936177850, -0.0040720468),
    (1.9779984951, -2.4285922050, 0.4505937099),
    (0.0259040371, 0.7827717662, -0.8086757660),
)


def restore_details(
    result: np.ndarray, subject: np.ndarray, matte: np.ndarray, strength: float, radius: float
) -> np.ndarray:
    """Give the relit subject the fine detail of the original, inside the matte.

    The original is multiplied by what the light did to it: the quotient of both pictures, each blurred in linear
    light (the ratio image of Z. Liu, Y. Shan, Z. Zhang, "Expressive Expression Mapping with Ratio Images", SIGGRAPH
    2001). So detail is as strong as the new light makes it, in shadow too, which the difference of blurred pictures
    is not. The quotient is taken from well inside the matte and carried to its rim: where the relit subject moved a
    little, the new background does not shine into it. It is finer than the blurred pictures themselves and holds ghosts
    of the letters that the model painted beside their place: a second, narrower blur of its logarithm, because light
    multiplies, takes them out.

    Args:
        result: uint8 ``[H, W, 3]``, the relit picture.
        subject: uint8 ``[H, W, 3]``, the very crop that conditioned the run.
        matte: uint8 ``[H, W]``.
        strength: 0 to 1.
        radius: the Gaussian's sigma in pixels of a picture whose shorter side is 512.

    Returns:
        uint8 ``[H, W, 3]``.
    """
    relit, original, weight = _to_unit(result), _to_linear(_to_unit(subject)), _to_unit(matte)
    sigma = radius * min(matte.shape) / _REFERENCE_SIDE
    inner = weight * (_INNERMOST + (2 * _blur(weight, sigma) - 1).clamp(min=0) ** 2)
    light = _blur_inside(_to_linear(relit), inner, sigma) + _BLACK
    light /= _blur_inside(original, inner, sigma) + _BLACK
    light = _blur_inside(light.log(), inner, _SMOOTHER * sigma).exp()
    detailed = _from_linear((original + _BLACK) * light - _BLACK)
    return _to_pixels(relit + strength * weight * (detailed.clamp(0, 1) - relit))


def keep_colours(result: np.ndarray, subject: np.ndarray, matte: np.ndarray, strength: float) -> np.ndarray:
    """Give the relit subject the broad colours of the original; lightness stays the relit picture's.

    Works on the chroma of Oklab (B. Ottosson, "A perceptual color space for image processing", 2020), blurred, so
    that what the light does in small places stays. White light of another strength scales a colour's lightness and
    chroma alike there, so the original's chroma is taken at the relit lightness: hue and saturation are kept. What
    sRGB cannot show at that lightness loses chroma, not lightness. Where the original is too dark to tell its colour,
    the relit picture's stays: brightened, a rounding error of one level would be a pink.
    Arguments and result as :func:`restore_details`.
    """
    relit, original, weight = _to_oklab(_to_unit(result)), _to_oklab(_to_unit(subject)), _to_unit(matte)
    sigma = _COLOUR_RADIUS * min(matte.shape) / _REFERENCE_SIDE
    now, before = _blur_inside(relit, weight, sigma), _blur_inside(original, weight, sigma)
    shift = before[1:] * (now[:1] / before[:1].clamp(min=_COLOURLESS)) - now[1:]
    relit[1:] += strength * weight * _tells_colour(before[:1]) * shift
    return _to_pixels(_from_linear(_oklab_to_gamut(relit)))


def _tells_colour(lightness: torch.Tensor) -> torch.Tensor:
    """How far a colour of this Oklab lightness is to be believed, 0 to 1: a smooth step."""
    step = ((lightness - _COLOURLESS) / (_COLOURED - _COLOURLESS)).clamp(0, 1)
    return step * step * (3 - 2 * step)


def _to_unit(pixels: np.ndarray) -> torch.Tensor:
    """uint8 ``[H, W, C]`` or ``[H, W]`` to float32 ``[C, H, W]`` in 0..1."""
    import torch

    # A copy: arrays that Pillow lends are read-only, which torch warns of.
    values = torch.tensor(np.ascontiguousarray(pixels)).float() / 255.0
    return values[None] if values.ndim == 2 else values.movedim(-1, 0).contiguous()


def _to_pixels(values: torch.Tensor) -> np.ndarray:
    return (values.clamp(0, 1) * 255.0).round().byte().movedim(0, -1).contiguous().numpy()


def _blur_inside(values: torch.Tensor, weight: torch.Tensor, sigma: float) -> torch.Tensor:
    """Normalised convolution: a Gaussian blur that only sees pixels in proportion to ``weight``."""
    return _blur(values * weight, sigma) / _blur(weight, sigma).clamp(min=_EPSILON)


def _blur(values: torch.Tensor, sigma: float) -> torch.Tensor:
    """Separable Gaussian of ``[C, H, W]``, edges repeated."""
    import torch
    from torch.nn import functional

    reach = max(1, math.ceil(3 * sigma))
    positions = torch.arange(-reach, reach + 1, dtype=torch.float32)
    kernel = torch.exp(-0.5 * (positions / sigma) ** 2)
    kernel = kernel / kernel.sum()
    across = functional.pad(values[:, None], (reach, reach, 0, 0), mode="replicate")
    blurred = functional.conv2d(across, kernel[None, None, None])
    down = functional.pad(blurred, (0, 0, reach, reach), mode="replicate")
    return functional.conv2d(down, kernel[None, None, :, None])[:, 0]


def _mix(matrix: tuple[tuple[float, ...], ...] | torch.Tensor, values: torch.Tensor) -> torch.Tensor:
    import torch

    return torch.einsum("ij,j...->i...", torch.as_tensor(matrix, dtype=values.dtype), values)


def _to_oklab(srgb: torch.Tensor) -> torch.Tensor:
    lms = _mix(_LINEAR_TO_LMS, _to_linear(srgb))
    return _mix(_LMS_TO_OKLAB, lms.clamp(min=0) ** (1 / 3))


def _oklab_to_linear(lab: torch.Tensor) -> torch.Tensor:
    import torch

    lms = _mix(torch.linalg.inv(torch.tensor(_LMS_TO_OKLAB)), lab) ** 3
    return _mix(torch.linalg.inv(torch.tensor(_LINEAR_TO_LMS)), lms)


def _oklab_to_gamut(lab: torch.Tensor) -> torch.Tensor:
    """Linear sRGB of Oklab ``[3, ...]`` of lightness 0 to 1; what lies outside of the gamut loses chroma until it fits.

    Lightness and hue stay. Source: B. Ottosson, "sRGB gamut clipping", 2021, "keep lightness constant"; the gamut's
    edge is found by halving.
    """
    import torch

    linear = _oklab_to_linear(lab)
    outside = ~_in_gamut(linear)
    colours = lab[:, outside]
    fits = torch.zeros_like(colours[:1])
    for halvings in range(1, _GAMUT_STEPS + 1):
        share = fits + 0.5**halvings
        is_shown = _in_gamut(_oklab_to_linear(torch.cat([colours[:1], share * colours[1:]])))
        fits = torch.where(is_shown, share, fits)
    linear[:, outside] = _oklab_to_linear(torch.cat([colours[:1], fits * colours[1:]]))
    return linear


def _in_gamut(linear: torch.Tensor) -> torch.Tensor:
    return ((linear >= -_GAMUT_SLACK) & (linear <= 1 + _GAMUT_SLACK)).all(0)


def _to_linear(srgb: torch.Tensor) -> torch.Tensor:
    import torch

    return torch.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055).clamp(min=0) ** 2.4)


def _from_linear(linear: torch.Tensor) -> torch.Tensor:
    import torch

    return torch.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear.clamp(min=0.0031308) ** (1 / 2.4) - 0.055)
