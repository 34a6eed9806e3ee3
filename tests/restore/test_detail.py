"""The original's fine detail comes back as the new light shows it, and only inside the matte."""

from __future__ import annotations

import numpy as np
import pytest
from lit_subjects import FULL, SIDE, flat, in_light, left_half, linear
from PIL import Image, ImageFilter
from samples import noise

from lib_iclight.restore.detail import restore_details

RADIUS = 16.0
"""At this side a sigma of 4 pixels."""

INNER = (slice(16, -16), slice(16, -16))


def stripes(low: int = 80, high: int = 200) -> np.ndarray:
    """Letters' strokes, 2 pixels wide."""
    line = np.where(np.arange(SIDE) // 2 % 2, high, low).astype(np.uint8)
    return np.repeat(np.tile(line, (SIDE, 1))[..., None], 3, axis=2)


@pytest.mark.parametrize("level", [40, 110, 170])
def test_fine_strokes_come_back_as_the_new_light_shows_them(level):
    result = restore_details(flat(level, level, level), stripes(), FULL, 1.0, RADIUS)[INNER]
    assert linear(result).mean() == pytest.approx(linear(flat(level, level, level)).mean(), rel=0.02)
    contrast, expected = (linear(pixels).max() / linear(pixels).min() for pixels in (result, stripes()))
    assert contrast == pytest.approx(expected, rel=0.25)
    assert ((result[..., 0] > level) == (stripes()[INNER][..., 0] > 140)).all()


def test_half_the_strength_brings_half_the_contrast():
    whole, half = (
        np.ptp(restore_details(flat(110, 110, 110), stripes(), FULL, strength, RADIUS)[INNER].astype(int))
        for strength in (1.0, 0.5)
    )
    assert half == pytest.approx(whole / 2, abs=2)


def lit_from_the_left(subject: np.ndarray) -> np.ndarray:
    """The subject in a light that falls off to 1/30."""
    return in_light(subject, np.linspace(1, 0.03, SIDE)[None, :, None] * [1.0, 0.9, 0.7])


def softened(pixels: np.ndarray) -> np.ndarray:
    return np.asarray(Image.fromarray(pixels).filter(ImageFilter.GaussianBlur(1.5)))


def blocks() -> np.ndarray:
    """A checked pattern in two colours, with grain."""
    y, x = np.mgrid[:SIDE, :SIDE] // 6 % 2
    cloth = np.where((x == y)[..., None], (200, 60, 50), (60, 70, 140))
    return (cloth + np.random.default_rng(8).normal(0, 15, (SIDE, SIDE, 1))).clip(0, 255).astype(np.uint8)


def test_detail_is_as_strong_as_a_strong_light_makes_it_from_the_bright_side_to_the_dark_one():
    truth = lit_from_the_left(blocks())
    relit = softened(truth)
    result = restore_details(relit, blocks(), FULL, 1.0, RADIUS)
    for part in (slice(8, 40), slice(44, 84), slice(88, 120)):
        before, after = (np.abs(pixels[:, part].astype(int) - truth[:, part]).mean() for pixels in (relit, result))
        assert after < 0.36 * before


@pytest.mark.parametrize("backdrop", [5, 250])
def test_where_the_relit_subject_moved_the_new_background_does_not_shine_into_it(backdrop):
    matte = np.zeros((SIDE, SIDE), np.uint8)
    matte[24:104, 24:104] = 255
    subject = flat(127, 127, 127)
    subject[matte > 0] = blocks()[matte > 0]
    relit = flat(backdrop, backdrop, backdrop)
    relit[24:104, 28:108] = lit_from_the_left(blocks())[24:104, 24:104]
    result = restore_details(relit, subject, matte, 1.0, RADIUS)
    # Where the background came in it is replaced by the subject, in the light that the subject has beside it.
    rim = (slice(30, 98), slice(24, 28))
    truth = lit_from_the_left(blocks())[rim].astype(float)
    assert np.abs(result[rim] - truth).mean() < 0.35 * np.abs(relit[rim] - truth).mean()


def test_the_light_is_not_brought_back():
    result = restore_details(flat(60, 60, 60), flat(220, 220, 220), FULL, 1.0, RADIUS)
    np.testing.assert_array_equal(result, flat(60, 60, 60))


def test_details_that_the_result_has_are_not_doubled():
    result = restore_details(stripes(60, 140), stripes(60, 140), FULL, 1.0, RADIUS)
    np.testing.assert_allclose(result.astype(int), stripes(60, 140).astype(int), atol=1)


def across_wide_stripes(radius: float, scale: int = 1) -> np.ndarray:
    """What stripes of 16 pixels add to grey along a row; a larger picture is averaged down to the same row."""
    side = SIDE * scale
    line = np.where(np.arange(side) // (16 * scale) % 2, 200, 80).astype(np.uint8)
    subject = np.broadcast_to(line[None, :, None], (side, side, 3)).copy()
    matte = np.full((side, side), 255, np.uint8)
    restored = restore_details(np.full_like(subject, 140), subject, matte, 1.0, radius)
    return restored[side // 2, :, 0].reshape(SIDE, scale).mean(axis=1)


def test_the_radius_is_in_pixels_of_a_512_picture():
    np.testing.assert_allclose(across_wide_stripes(RADIUS, scale=2), across_wide_stripes(RADIUS), atol=1)


def test_a_narrow_radius_brings_the_finest_detail_only():
    # Two pixels to either side of an edge, where a wide one changes the whole stripe.
    assert across_wide_stripes(2.0)[28:52].tolist() == [140] * 3 + [147, 111] + [140] * 14 + [111, 147] + [140] * 3
    assert across_wide_stripes(RADIUS)[39:41] == pytest.approx([116, 116], abs=1)


@pytest.mark.parametrize("value", [255, 100])
def test_nothing_outside_the_matte_is_touched(value):
    result, subject, matte = noise(SIDE, SIDE, seed=1), noise(SIDE, SIDE, seed=2), left_half(value)
    improved = restore_details(result, subject, matte, 1.0, RADIUS)
    np.testing.assert_array_equal(improved[matte == 0], result[matte == 0])
    assert (improved[matte > 0] != result[matte > 0]).any()


def test_strength_zero_changes_nothing():
    result = noise(SIDE, SIDE, seed=1)
    np.testing.assert_array_equal(restore_details(result, noise(SIDE, SIDE, seed=2), FULL, 0.0, RADIUS), result)


def test_the_silhouette_gets_no_halo():
    matte = left_half()
    subject, relit = flat(127, 127, 127), flat(10, 10, 10)
    subject[matte > 0], relit[matte > 0] = 230, 90
    result = restore_details(relit, subject, matte, 1.0, RADIUS)
    np.testing.assert_allclose(result.astype(int), relit.astype(int), atol=1)


def test_read_only_pictures_are_taken_without_a_warning(recwarn):
    pixels = noise(16, 16)
    pixels.setflags(write=False)
    restore_details(pixels, pixels, np.full((16, 16), 255, np.uint8), 1.0, RADIUS)
    assert [str(warning.message) for warning in recwarn] == []


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (40, 1), (33, 65)])
def test_details_that_the_result_has_stay_whatever_its_size(size):
    pixels = noise(*size)
    restored = restore_details(pixels, pixels, np.full(size[::-1], 255, np.uint8), 1.0, RADIUS)
    np.testing.assert_allclose(restored.astype(int), pixels, atol=1)
