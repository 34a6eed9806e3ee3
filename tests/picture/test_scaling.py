"""Pictures scaled to the size of a run equal the reference's, byte for byte."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from samples import encoded, noise, plain

from lib_iclight.picture import arrays, reading, scaling


def picture_of(text: str) -> arrays.Picture:
    return reading.from_text(text, "foreground")


def test_one_pixel_fills_the_target():
    picture = picture_of(encoded(plain((9, 99, 199), 1, 1)))
    cropped = scaling.cover_crop(picture.rgb, 64, 48)
    assert cropped.shape == (48, 64, 3)
    assert (cropped == [9, 99, 199]).all()


@pytest.mark.parametrize("size", [(1, 20000), (20000, 1)])
def test_a_very_long_picture_is_cropped_in_bounded_memory(size, monkeypatch):
    scaled = []
    resize = Image.Image.resize

    def watched(self, target, *args, **kwargs):
        scaled.append(target[0] * target[1])
        return resize(self, target, *args, **kwargs)

    monkeypatch.setattr(Image.Image, "resize", watched)
    picture = picture_of(encoded(plain((9, 99, 199), *size)))
    cropped = scaling.cover_crop(picture.rgb, 512, 512)
    assert cropped.shape == (512, 512, 3)
    assert (cropped == [9, 99, 199]).all()
    assert max(scaled, default=0) <= 1 << 24


@pytest.mark.parametrize(
    ("size", "target"),
    [((20, 3000), (512, 512)), ((3000, 20), (512, 512)), ((40, 3000), (640, 384)), ((7, 2000), (320, 512))],
)
def test_a_picture_that_is_scaled_beyond_16_megapixels_is_the_references_byte_for_byte(size, target):
    scale = max(target[0] / size[0], target[1] / size[1])
    assert size[0] * scale * size[1] * scale > 1 << 24
    pixels = noise(*size)
    wanted = reference_crop(pixels, *target)
    np.testing.assert_array_equal(scaling.cover_crop(pixels, *target), wanted)


def test_a_very_large_picture_just_works():
    picture = picture_of(encoded(plain((40, 80, 120), 5000, 4000), "JPEG"))
    assert picture.size == (5000, 4000)
    cropped = scaling.cover_crop(arrays.on_grey(picture.rgb, np.full((4000, 5000), 255, np.uint8)), 512, 512)
    np.testing.assert_allclose(cropped[256, 256], [40, 80, 120], atol=3)


def reference_crop(pixels: np.ndarray, width: int, height: int) -> np.ndarray:
    """The demos' recipe, written independently: cover, Lanczos, centre crop at half-pixel corners."""
    source = Image.fromarray(pixels)
    factor = max(width / source.width, height / source.height)
    whole = source.resize(
        (round(source.width * factor), round(source.height * factor)),
        Image.LANCZOS,
    )
    half_width, half_height = width / 2, height / 2
    middle_x, middle_y = whole.width / 2, whole.height / 2
    return np.array(
        whole.crop((middle_x - half_width, middle_y - half_height, middle_x + half_width, middle_y + half_height))
    )


@pytest.mark.parametrize("target", [(64, 64), (328, 200), (200, 328), (96, 144), (512, 640)])
@pytest.mark.parametrize("size", [(1, 1), (7, 13), (101, 37), (37, 101), (63, 65), (331, 203), (64, 64), (2, 90)])
def test_cover_crop_is_the_references_byte_for_byte(size, target):
    pixels = noise(*size, seed=size[0])
    np.testing.assert_array_equal(scaling.cover_crop(pixels, *target), reference_crop(pixels, *target))


@pytest.mark.parametrize("target", [(33, 65), (65, 33), (1, 1), (7, 512)])
@pytest.mark.parametrize("size", [(50, 71), (1, 999), (640, 3)])
def test_cover_crop_has_the_asked_size_for_odd_ones_too(size, target):
    assert scaling.cover_crop(noise(*size), *target).shape == (target[1], target[0], 3)


def test_cover_crop_keeps_the_middle_of_a_wide_picture():
    pixels = np.zeros((10, 30, 3), np.uint8)
    pixels[:, 10:20] = 255
    assert scaling.cover_crop(pixels, 10, 10).min() == 255


def test_a_matte_is_cropped_like_its_picture():
    pixels = noise(50, 30)
    np.testing.assert_array_equal(
        scaling.cover_crop(np.ascontiguousarray(pixels[..., 0]), 64, 64), scaling.cover_crop(pixels, 64, 64)[..., 0]
    )


def test_contain_shows_the_whole_picture_and_fills_the_rest():
    result = scaling.contain(np.full((10, 20, 3), 200, np.uint8), 40, 40, 127)
    assert (result[10:30] == 200).all()
    assert (result[:10] == 127).all()
    assert (result[30:] == 127).all()


def test_stretch_ignores_the_proportions():
    pixels = np.zeros((4, 2, 3), np.uint8)
    pixels[:, 1] = 255
    result = scaling.stretch(pixels, 40, 4)
    assert result.shape == (4, 40, 3)
    assert (result[:, 0] == 0).all()
    assert (result[:, -1] == 255).all()


@pytest.mark.parametrize("box", [None, (1.3, 0.0, 4500.7, 3898.5)])
def test_a_large_picture_in_strips_is_pillows_own_resize(box):
    pixels = noise(4600, 3900)
    expected = Image.fromarray(pixels).resize((96, 64), Image.Resampling.LANCZOS, box=box)
    np.testing.assert_array_equal(scaling.resized(pixels, (96, 64), box), np.asarray(expected))
