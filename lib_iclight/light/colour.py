"""Colours of light in linear sRGB, from hex codes and from colour temperatures."""

from __future__ import annotations

import numpy as np

from ..picture.srgb import srgb_to_linear

NEUTRAL_KELVIN = 6500.0

# CIE XYZ under D65 to linear sRGB: IEC 61966-2-1.
_XYZ_TO_RGB = np.array(
    [
        [3.2404542, -1.5371385, -0.4985314],
        [-0.9692660, 1.8760108, 0.0415560],
        [0.0556434, -0.2040259, 1.0572252],
    ]
)


def linear_from_hex(colour: str) -> np.ndarray:
    """Linear RGB of "#rrggbb": float64 ``[3]``, 0..1."""
    return srgb_to_linear(np.array([int(colour[start : start + 2], 16) for start in (1, 3, 5)]) / 255)


def linear_from_kelvin(kelvin: float) -> np.ndarray:
    """Linear RGB of a black body, scaled so that its largest channel is 1; 6500 K is white.

    Args:
        kelvin: the formula was fitted to 1667 to 25000; below that it is extrapolated.

    Returns:
        float64 ``[3]``, 0..1.
    """
    relative = np.maximum(_planckian(kelvin) / _planckian(NEUTRAL_KELVIN), 0)
    return relative / relative.max()


def _planckian(kelvin: float) -> np.ndarray:
    """The Planckian locus in linear sRGB at Y = 1.

    Source: Y. Kim et al., "Design of advanced color temperature control system for HDTV applications", 2002: cubic
    splines for x as a function of the temperature, and for y as a function of x.
    """
    if kelvin <= 4000:
        x = np.polyval([-0.2661239e9, -0.2343589e6, 0.8776956e3, 0.179910], 1 / kelvin)
    else:
        x = np.polyval([-3.0258469e9, 2.1070379e6, 0.2226347e3, 0.240390], 1 / kelvin)
    if kelvin <= 2222:
        y = np.polyval([-1.1063814, -1.34811020, 2.18555832, -0.20219683], x)
    elif kelvin <= 4000:
        y = np.polyval([-0.9549476, -1.37418593, 2.09137015, -0.16748867], x)
    else:
        y = np.polyval([3.0817580, -5.87338670, 3.75112997, -0.37001483], x)
    return _XYZ_TO_RGB @ np.array([x / y, 1.0, (1 - x - y) / y])
