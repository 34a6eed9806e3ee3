"""The colour space Oklab, in which lightness, hue and chroma can be changed independently.

Source: B. Ottosson, "A perceptual color space for image processing", 2020.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..picture.srgb import srgb_to_linear

if TYPE_CHECKING:
    import torch

Matrix = tuple[tuple[float, float, float], ...]

_LINEAR_TO_LMS: Matrix = (
    (0.4122214708, 0.5363325363, 0.0514459929),
    (0.2119034982, 0.6806995451, 0.1073969566),
    (0.0883024619, 0.2817188376, 0.6299787005),
)
_LMS_TO_OKLAB: Matrix = (
    (0.2104542553, 0.7936177850, -0.0040720468),
    (1.9779984951, -2.4285922050, 0.4505937099),
    (0.0259040371, 0.7827717662, -0.8086757660),
)
_HALVINGS = 10
# In linear light: less than half a level after encoding, at both ends.
_SLACK = 1e-4


def srgb_to_oklab(srgb: torch.Tensor) -> torch.Tensor:
    """Convert sRGB ``[3, ...]`` in 0..1 to Oklab: lightness 0..1, then the two chroma axes, about -0.4..0.4."""
    import torch

    lms = _times(torch.tensor(_LINEAR_TO_LMS), srgb_to_linear(srgb, torch))
    return _times(torch.tensor(_LMS_TO_OKLAB), lms.clamp(min=0) ** (1 / 3))


def oklab_to_gamut(lab: torch.Tensor) -> torch.Tensor:
    """Convert Oklab ``[3, ...]`` of lightness 0 to 1 to linear sRGB; colours out of gamut lose chroma until they fit.

    Lightness and hue stay. Source: B. Ottosson, "sRGB gamut clipping", 2021, "keep lightness constant"; the gamut's
    edge is found by bisection.

    Returns:
        float ``[3, ...]``, from 0 to 1 within a ten-thousandth.
    """
    import torch

    linear = _oklab_to_linear(lab)
    outside = ~_in_gamut(linear)
    colours = lab[:, outside]
    fits = torch.zeros_like(colours[:1])
    for halvings in range(1, _HALVINGS + 1):
        share = fits + 0.5**halvings
        is_shown = _in_gamut(_oklab_to_linear(torch.cat([colours[:1], share * colours[1:]])))
        fits = torch.where(is_shown, share, fits)
    linear[:, outside] = _oklab_to_linear(torch.cat([colours[:1], fits * colours[1:]]))
    return linear


def _oklab_to_linear(lab: torch.Tensor) -> torch.Tensor:
    import torch

    lms = _times(torch.linalg.inv(torch.tensor(_LMS_TO_OKLAB)), lab) ** 3
    return _times(torch.linalg.inv(torch.tensor(_LINEAR_TO_LMS)), lms)


def _times(matrix: torch.Tensor, values: torch.Tensor) -> torch.Tensor:
    import torch

    return torch.einsum("ij,j...->i...", matrix, values)


def _in_gamut(linear: torch.Tensor) -> torch.Tensor:
    return ((linear >= -_SLACK) & (linear <= 1 + _SLACK)).all(0)
