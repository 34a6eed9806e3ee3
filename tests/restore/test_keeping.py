"""The painting gets the photograph's detail and colours as the new light shows them, and only inside the matte."""

from __future__ import annotations

import numpy as np
import pytest
import skimage.data
from lit_subjects import FULL, SIDE, flat, in_light, left_half, linear
from PIL import Image, ImageFilter
from samples import noise
from skimage.color import rgb2lab

from lib_iclight.restore.keeping import keep
from lib_iclight.restore.photograph import in_new_light
from lib_iclight.restore.relighting import LightTaken


def keep_colours(painting: np.ndarray, photograph: np.ndarray, matte: np.ndarray, strength: float) -> np.ndarray:
    return keep(painting, photograph, matte, 0.0, strength)


def restore_details(
    painting: np.ndarray, photograph: np.ndarray, matte: np.ndarray, strength: float, radius: float
) -> np.ndarray:
    return keep(painting, photograph, matte, strength, 0.0, radius)


# Detail

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
    np.testing.assert_allclose(across_wide_stripes(RADIUS, scale=2), across_wide_stripes(RADIUS), atol=3)


def test_a_narrow_radius_brings_the_finest_detail_only():
    narrow, wide = across_wide_stripes(8.0)[28:52], across_wide_stripes(RADIUS)[28:52]
    # A stripe reaches from the fourth of these pixels to the twentieth.
    assert narrow[8:16] == pytest.approx(np.full(8, 140), abs=3)
    assert narrow[3] - narrow[4] > 20
    assert (wide[4:20] < 100).all()


@pytest.mark.parametrize("level", [5, 127, 250])
def test_details_bring_no_fringe_at_a_soft_rim(level):
    y, x = np.mgrid[:SIDE, :SIDE] - SIDE / 2
    matte = ((40 - np.hypot(x, y)) / 6 * 255 + 127).clip(0, 255).astype(np.uint8)
    share, photograph = matte[..., None] / 255, flat(190, 120, 80)
    painting = (in_light(photograph, np.array([0.6, 0.6, 0.6])) * share + level * (1 - share)).round().astype(np.uint8)
    result = keep(painting, photograph, matte, 1.0, 0.0)
    np.testing.assert_allclose(result.astype(int), painting, atol=5)


def test_all_the_details_make_the_photograph_in_the_new_light_with_as_much_of_its_colour_as_is_not_kept():
    photograph = blocks()
    painting = softened(lit_from_the_left(photograph))
    kept = keep(painting, photograph, FULL, 1.0, 0.75).astype(int)
    np.testing.assert_allclose(kept, in_new_light(photograph, painting, FULL, LightTaken(colour=0.25)), atol=1)


@pytest.mark.parametrize("value", [255, 100])
def test_details_touch_nothing_outside_the_matte(value):
    result, subject, matte = noise(SIDE, SIDE, seed=1), noise(SIDE, SIDE, seed=2), left_half(value)
    improved = restore_details(result, subject, matte, 1.0, RADIUS)
    np.testing.assert_array_equal(improved[matte == 0], result[matte == 0])
    assert (improved[matte > 0] != result[matte > 0]).any()


def test_no_details_change_nothing():
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


# Colours

LEFT = (slice(16, -16), slice(16, SIDE // 2 - 16))


@pytest.mark.parametrize("value", [255, 100])
def test_colours_touch_nothing_outside_the_matte(value):
    result, subject, matte = noise(SIDE, SIDE, seed=1), noise(SIDE, SIDE, seed=2), left_half(value)
    improved = keep_colours(result, subject, matte, 1.0)
    np.testing.assert_array_equal(improved[matte == 0], result[matte == 0])
    assert (improved[matte > 0] != result[matte > 0]).any()


def test_no_colours_change_nothing():
    result = noise(SIDE, SIDE, seed=1)
    np.testing.assert_array_equal(keep_colours(result, noise(SIDE, SIDE, seed=2), FULL, 0.0), result)


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (40, 1), (33, 65)])
def test_colours_that_the_result_has_stay_whatever_its_size(size):
    pixels = noise(*size)
    kept = keep_colours(pixels, pixels, np.full(size[::-1], 255, np.uint8), 1.0)
    np.testing.assert_allclose(kept.astype(int), pixels, atol=1)


def chroma(pixels: np.ndarray) -> np.ndarray:
    return rgb2lab(pixels[LEFT])[..., 1:].reshape(-1, 2).mean(axis=0)


def lightness(pixels: np.ndarray) -> float:
    return float(rgb2lab(pixels[LEFT])[..., 0].mean())


def test_the_subjects_hue_and_saturation_come_back_at_the_new_lightness():
    relit, subject = flat(90, 100, 130), flat(190, 120, 90)
    result = keep_colours(relit, subject, left_half(), 1.0)
    assert lightness(result) == pytest.approx(lightness(relit), abs=2)
    colours = [linear(pixels[LEFT]).mean(axis=(0, 1)) for pixels in (result, subject)]
    # White light of another strength changes all of a colour's components by one factor.
    np.testing.assert_allclose(*(colour / colour.sum() for colour in colours), atol=0.01)


@pytest.mark.parametrize("level", [12, 60, 150])
def test_a_colour_in_shadow_is_not_oversaturated(level):
    subject = flat(220, 140, 100)
    result = keep_colours(flat(level, level, level), subject, FULL, 1.0)[64, 64]
    now, before = linear(result.astype(float)), linear(subject[64, 64].astype(float))
    np.testing.assert_allclose(now / now.sum(), before / before.sum(), atol=0.03)


@pytest.mark.parametrize("level", [20, 60, 120, 160, 200, 235, 250])
@pytest.mark.parametrize("colour", [(0, 0, 255), (20, 40, 200), (255, 0, 0), (255, 120, 0)], ids=str)
def test_a_colour_that_the_screen_cannot_show_that_bright_or_dark_gets_paler_and_keeps_the_lightness(level, colour):
    relit = flat(level, level, level)
    result = keep_colours(relit, flat(*colour), FULL, 1.0)
    assert lightness(result) == pytest.approx(lightness(relit), abs=3.4)
    assert result[64, 64].max() == result[64, 64, np.argmax(colour)]


@pytest.mark.parametrize("colour", [(1.0, 0.75, 0.45), (0.6, 0.8, 1.0), (1.0, 1.0, 1.0)], ids=str)
@pytest.mark.parametrize("name", ["astronaut", "coffee", "chelsea"])
def test_a_photograph_in_a_light_that_burns_it_out_keeps_its_lightness(name, colour):
    photograph = np.asarray(Image.fromarray(getattr(skimage.data, name)()).resize((SIDE, SIDE)))
    relit = in_light(photograph, np.linspace(3, 0.15, SIDE)[None, :, None] * colour)
    result = keep_colours(relit, photograph, FULL, 1.0)
    assert np.abs(rgb2lab(result) - rgb2lab(relit))[..., 0].max() < 1.1


@pytest.mark.parametrize("level", [40, 128, 200])
@pytest.mark.parametrize("colour", [(1, 0, 0), (1, 0, 1), (3, 1, 2), (6, 3, 4), (10, 6, 8)], ids=str)
def test_a_subject_too_dark_to_have_a_colour_does_not_turn_pink(colour, level):
    result = keep_colours(flat(level, level, level), flat(*colour), FULL, 1.0)
    assert np.hypot(*chroma(result)) < 3


def test_a_dark_colour_is_still_that_colour():
    result = keep_colours(flat(90, 90, 90), flat(20, 20, 40), FULL, 1.0)[64, 64].astype(int)
    assert result[2] - result[0] > 30


def test_a_grey_subject_that_was_tinted_is_grey_again():
    result = keep_colours(flat(180, 120, 90), flat(140, 140, 140), FULL, 1.0)
    assert np.ptp(result[64, 64].astype(int)) <= 1


def test_half_the_strength_moves_the_colour_half_way():
    relit, subject = flat(90, 100, 130), flat(190, 120, 90)
    whole, half = (chroma(keep_colours(relit, subject, FULL, strength)) for strength in (1.0, 0.5))
    np.testing.assert_allclose(half, (whole + chroma(relit)) / 2, atol=4)


def test_the_background_does_not_bleed_into_the_subjects_colour():
    matte = left_half()
    relit, subject = flat(120, 120, 120), flat(127, 127, 127)
    relit[matte == 0] = (255, 0, 0)
    subject[matte > 0] = (140, 140, 140)
    result = keep_colours(relit, subject, matte, 1.0)
    assert np.ptp(result[64, SIDE // 2 - 2].astype(int)) <= 1
