"""The original's colours come back at the relit lightness, and only inside the matte."""

from __future__ import annotations

import numpy as np
import pytest
import skimage.data
from lit_subjects import FULL, SIDE, flat, in_light, left_half, linear
from PIL import Image
from samples import noise
from skimage.color import rgb2lab

from lib_iclight.restore.colour import keep_colours

LEFT = (slice(16, -16), slice(16, SIDE // 2 - 16))


@pytest.mark.parametrize("value", [255, 100])
def test_nothing_outside_the_matte_is_touched(value):
    result, subject, matte = noise(SIDE, SIDE, seed=1), noise(SIDE, SIDE, seed=2), left_half(value)
    improved = keep_colours(result, subject, matte, 1.0)
    np.testing.assert_array_equal(improved[matte == 0], result[matte == 0])
    assert (improved[matte > 0] != result[matte > 0]).any()


def test_strength_zero_changes_nothing():
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
    assert result[64, 64].argmax() == np.argmax(colour)


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
