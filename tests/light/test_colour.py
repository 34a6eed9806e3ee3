"""Colour temperatures have their known colours."""

from __future__ import annotations

import numpy as np
import pytest

from lib_iclight.light import colour


def test_a_hex_colour_is_decoded_channel_by_channel():
    np.testing.assert_allclose(colour.linear_from_hex("#ff8000"), [1, 0.21586050, 0], atol=1e-7)


def test_6500_kelvin_is_white():
    assert colour.linear_from_kelvin(6500).tolist() == [1, 1, 1]


XYZ_TO_SRGB = np.linalg.inv(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)


def linear_srgb(x: float, y: float) -> np.ndarray:
    return XYZ_TO_SRGB @ [x / y, 1, (1 - x - y) / y]


@pytest.mark.parametrize(
    ("kelvin", "x", "y"),
    [(2000, 0.5267, 0.4133), (2856, 0.4476, 0.4074), (5000, 0.3451, 0.3516), (10000, 0.2807, 0.2884)],
)
def test_a_black_body_has_the_chromaticity_of_the_tables(kelvin, x, y):
    relative = linear_srgb(x, y) / linear_srgb(0.3135, 0.3237)  # against the black body of 6500 K
    expected = np.maximum(relative, 0) / relative.max()
    np.testing.assert_allclose(colour.linear_from_kelvin(kelvin), expected, atol=0.02)


def test_blue_grows_with_the_temperature_and_red_falls():
    colours = np.array([colour.linear_from_kelvin(kelvin) for kelvin in range(1500, 15001, 250)])
    assert (np.diff(colours[:, 2] / colours[:, 0]) >= 0).all()
    assert colours.max(axis=1).tolist() == [1] * len(colours)
    assert colours.min() >= 0
