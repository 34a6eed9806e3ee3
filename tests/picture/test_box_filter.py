"""Box means, and maps computed at a small size."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from samples import noise
from scipy import ndimage

from lib_iclight.picture.box_filter import box_mean, cell_means, enlarged, reduced, to_unit


@pytest.mark.parametrize("radius", [0, 1, 7, 100])
@pytest.mark.parametrize("shape", [(30, 40), (3, 30, 40), (1, 9), (9, 1)])
def test_the_mean_is_over_what_of_the_box_lies_inside(radius, shape):
    values = np.random.default_rng(1).random(shape, np.float32)
    side = 2 * radius + 1
    size = (1,) * (len(shape) - 2) + (side, side)
    sums, count = (ndimage.uniform_filter(v.astype(float), size, mode="constant") for v in (values, np.ones(shape)))
    np.testing.assert_allclose(box_mean(values, radius), sums / count, atol=1e-5)


def test_small_differences_far_along_a_picture_stay():
    values = np.full((4, 4000), 1000.0, np.float32)
    values[:, -1] += 0.25
    assert box_mean(values, 0)[0, -1] == 1000.25


def test_a_picture_in_floats_has_its_channels_first():
    pixels = np.array([[[0, 51, 255], [102, 0, 204]]], np.uint8)
    assert to_unit(pixels).dtype == np.float32
    np.testing.assert_allclose(to_unit(pixels), [[[0, 0.4]], [[0.2, 0]], [[1, 0.8]]], rtol=1e-6)
    np.testing.assert_allclose(to_unit(pixels[..., 1]), [[0.2, 0]], rtol=1e-6)


def test_a_small_picture_is_not_made_smaller():
    pixels = noise(20, 10)
    np.testing.assert_array_equal((reduced(pixels, 768) * 255).round().astype(np.uint8), np.moveaxis(pixels, -1, 0))


@pytest.mark.parametrize(
    ("size", "expected"), [((400, 200), (100, 200)), ((200, 400), (200, 100)), ((2000, 101), (100, 1980))]
)
def test_the_shorter_side_decides(size, expected):
    width, height = size
    assert reduced(np.zeros((height, width), np.uint8), 100).shape == expected
    assert reduced(np.zeros((height, width, 3), np.uint8), 100).shape == (3, *expected)


def test_strips_of_an_enlarged_map_fit_together():
    values = np.random.default_rng(2).random((30, 20), np.float32)
    whole = np.asarray(Image.fromarray(values).resize((80, 111), Image.Resampling.BILINEAR))
    strips = [enlarged(values, 80, 111, slice(start, min(start + 25, 111))) for start in range(0, 111, 25)]
    np.testing.assert_allclose(np.concatenate(strips), whole, atol=1e-6)


@pytest.mark.parametrize("channels", [(), (3,)], ids=str)
def test_a_cell_is_the_mean_of_what_lies_in_it(channels):
    values = np.random.default_rng(1).random((12, 20, *channels), np.float32)
    expected = values.reshape(4, 3, 5, 4, *channels).mean(axis=(1, 3))
    np.testing.assert_allclose(cell_means(values, 5, 4), expected, rtol=1e-5)
