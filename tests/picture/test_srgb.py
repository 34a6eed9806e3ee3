"""sRGB's transfer function, with the standard's numbers."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from lib_iclight.picture.srgb import linear_to_srgb, srgb_to_linear

# Both sides of the curve's knee, its middle and its ends.
SRGB = [0.0, 0.02, 0.04, 0.05, 0.5, 1.0]
LINEAR = [0.0, 0.00154799, 0.00309598, 0.00393594, 0.21404114, 1.0]


@pytest.mark.parametrize("xp", [np, torch], ids=lambda module: module.__name__)
def test_the_curve_has_the_standards_numbers(xp):
    srgb, linear = (xp.asarray(values, dtype=xp.float32) for values in (SRGB, LINEAR))
    for found, expected in ((srgb_to_linear(srgb, xp), linear), (linear_to_srgb(linear, xp), srgb)):
        assert (type(found), found.dtype) == (type(srgb), srgb.dtype)
        np.testing.assert_allclose(found, expected, atol=1e-6)


def test_every_level_of_a_pixel_comes_back():
    values = np.arange(256) / 255
    np.testing.assert_allclose(linear_to_srgb(srgb_to_linear(values)), values, atol=1e-7)


def test_a_plain_number_is_read_too():
    assert srgb_to_linear(0.5) == pytest.approx(0.21404114)
