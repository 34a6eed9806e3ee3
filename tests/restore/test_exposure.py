"""A light is measured inside a matte, and brought to another brightness and white."""

from __future__ import annotations

import numpy as np
from lit_subjects import SIDE, flat, in_light, left_half

from lib_iclight.picture.srgb import srgb_to_linear
from lib_iclight.restore.exposure import exposed, exposed_pixels, exposure_of
from lib_iclight.restore.relighting import Light, LightTaken, light_of


def found_in(light: np.ndarray, matte: np.ndarray, **taken: float) -> tuple[float, float, float]:
    subject = flat(120, 90, 70)
    return exposure_of(light_of(subject, in_light(subject, light), matte, LightTaken(**taken)), matte)


def test_the_exposure_of_a_light_is_its_gain_on_the_subject_alone():
    light = np.where(left_half()[..., None] > 0, [1.5, 1.0, 0.5], 0.1)
    np.testing.assert_allclose(found_in(light, left_half()), np.log([1.5, 1.0, 0.5]), atol=0.03)
    soft = found_in(light, left_half(200))
    np.testing.assert_allclose(soft, np.log([1.5, 1.0, 0.5]), atol=0.06)
    assert len(set(found_in(light, left_half(), colour=0.0))) == 1
    assert found_in(light, np.zeros((SIDE, SIDE), np.uint8)) is None


def test_a_light_is_multiplied_with_its_highlights():
    more = np.full((3, 4, 4), 0.2, np.float32)
    light = Light(np.zeros((1, 4, 4), np.float32), more=more)
    assert exposed(light, (0.0, 0.0, 0.0)) is light
    assert exposed(light, (0.5, 0.5, 0.5)).logs.shape == (1, 4, 4)
    coloured = exposed(light, (0.5, 0.0, -0.5))
    np.testing.assert_allclose(coloured.logs[:, 0, 0], [0.5, 0.0, -0.5])
    np.testing.assert_allclose(coloured.more[:, 0, 0], 0.2 * np.exp([0.5, 0.0, -0.5]), rtol=1e-6)


def test_a_picture_is_multiplied_in_linear_light_up_to_white():
    pixels = np.arange(256, dtype=np.uint8).reshape(16, 16, 1).repeat(3, axis=2)
    assert exposed_pixels(pixels, (0.0, 0.0, 0.0)) is pixels
    found = exposed_pixels(pixels, (np.log(2), 0.0, np.log(0.5)))
    truth = (srgb_to_linear(pixels / 255) * [2, 1, 0.5]).clip(max=1)
    assert np.abs(srgb_to_linear(found / 255) - truth).max() < 0.005
    np.testing.assert_array_equal(found[..., 1], pixels[..., 1])
