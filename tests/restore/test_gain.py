"""The light is taken out of the painting: exactly where the painting is right, sensibly where it is not."""

from __future__ import annotations

import numpy as np
import pytest
import skimage.data
from lit_subjects import FULL, SIDE, flat, in_light, left_half, linear
from PIL import Image, ImageDraw, ImageFilter
from samples import noise

from lib_iclight.restore.gain import gain
from lib_iclight.restore.photograph import in_new_light
from lib_iclight.restore.relighting import LightTaken, lit

WHOLE = LightTaken()


def photographed(name: str, side: int = SIDE) -> np.ndarray:
    return np.asarray(Image.fromarray(getattr(skimage.data, name)()).convert("RGB").resize((side, side)))


def error(pixels: np.ndarray, truth: np.ndarray) -> float:
    return float(np.sqrt(np.mean((pixels.astype(float) - truth) ** 2)))


def painted(truth: np.ndarray) -> np.ndarray:
    """What an autoencoder makes of the truth of 256 pixels: blurred by 1.25 of them, 0.7 beside its place, noisy."""
    image = Image.fromarray(truth).filter(ImageFilter.GaussianBlur(1.25))
    beside = image.transform(image.size, Image.Transform.AFFINE, (1, 0, 0.6, 0, 1, 0.35), Image.Resampling.BICUBIC)
    noisy = np.asarray(beside) + np.random.default_rng(3).normal(0, 3.5, truth.shape)
    return noisy.clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize("taken", [WHOLE, LightTaken(2.0, 0.0, 1.0, 0.25), LightTaken(radius=4.0)], ids=str)
@pytest.mark.parametrize("pixels", [noise(SIDE, SIDE), photographed("astronaut"), flat(0, 0, 0), flat(255, 255, 255)])
def test_the_same_light_gives_the_very_photograph(pixels, taken):
    np.testing.assert_array_equal(in_new_light(pixels, pixels, FULL, taken), pixels)


def test_no_strength_gives_the_very_photograph():
    pixels = noise(SIDE, SIDE)
    found = in_new_light(pixels, noise(SIDE, SIDE, seed=7), FULL, LightTaken(strength=0.0))
    np.testing.assert_array_equal(found, pixels)


@pytest.mark.parametrize("colour", [(0.5, 0.5, 0.5), (0.5, 0.8, 0.3), (1.0, 0.6, 0.2), (0.1, 0.1, 0.15)], ids=str)
@pytest.mark.parametrize("name", ["astronaut", "coffee", "chelsea"])
def test_a_light_of_one_colour_is_that_colour(name, colour):
    photograph = photographed(name)
    truth = in_light(photograph, np.array(colour))
    found = in_new_light(photograph, truth, FULL, WHOLE)
    np.testing.assert_allclose(found.astype(int), truth, atol=2)


def test_without_its_colour_the_light_is_as_bright_and_grey_stays_grey():
    found = in_new_light(flat(140, 140, 140), flat(180, 120, 90), FULL, LightTaken(colour=0.0))
    assert np.ptp(found[64, 64].astype(int)) == 0
    luminances = [linear(pixels[64, 64]) @ [0.2126, 0.7152, 0.0722] for pixels in (found, flat(180, 120, 90))]
    assert luminances[0] == pytest.approx(luminances[1], rel=0.02)


def test_twice_the_strength_goes_as_far_again():
    found = gain(flat(200, 200, 200), flat(150, 150, 150), FULL)
    once, twice = (lit(flat(200, 200, 200), found, strength)[:, 64, 64].numpy() for strength in (1.0, 2.0))
    original = linear(np.array([200, 200, 200]))
    np.testing.assert_allclose(twice / once, once / original, rtol=1e-4)


def test_the_gain_is_the_logarithm_of_the_light():
    photograph = flat(200, 200, 200)
    found = gain(photograph, in_light(photograph, np.array([0.5, 0.25, 0.125])), FULL)[:3, 64, 64].numpy()
    np.testing.assert_allclose(found, np.log([0.5, 0.25, 0.125]), atol=0.02)


@pytest.mark.parametrize("name", ["astronaut", "coffee", "chelsea"])
def test_of_a_rough_painting_at_most_two_fifths_of_the_error_are_left(name):
    photograph = photographed(name, 256)
    truth = in_light(photograph, np.linspace(1, 0.1, 256)[None, :, None] * [1.0, 0.85, 0.6])
    painting, whole = painted(truth), np.full((256, 256), 255, np.uint8)
    assert error(in_new_light(photograph, painting, whole, WHOLE), truth) < 0.4 * error(painting, truth)


def lettered() -> np.ndarray:
    image = Image.fromarray(flat(205, 190, 160))
    draw = ImageDraw.Draw(image)
    for y in range(4, SIDE, 14):
        draw.text((4, y), "ESPRESSO BAR 1968 TEA", fill=(30, 35, 60))
    return np.asarray(image)


def test_letters_painted_beside_their_place_leave_no_ghosts():
    photograph = lettered()
    truth = in_light(photograph, np.linspace(1, 0.3, SIDE)[None, :, None])
    painting = np.pad(truth, ((1, 0), (1, 0), (0, 0)), mode="edge")[:SIDE, :SIDE]
    assert error(in_new_light(photograph, painting, FULL, WHOLE), truth) < 0.15 * error(painting, truth)


HALF = np.where(np.arange(512) < 256, 1.0, 0.25)[None, :, None]


def test_the_edge_of_a_hard_shadow_stays_narrow_and_overshoots_nothing():
    """On a plain subject of 512 pixels: 10 to 90 % within 4 pixels."""
    photograph = np.full((48, 512, 3), 160, np.uint8)
    photograph = np.repeat(photograph, 512 // 48 + 1, axis=0)[:512]
    truth = in_light(photograph, HALF)
    row = in_new_light(photograph, truth, np.full((512, 512), 255, np.uint8), WHOLE)[256, :, 0].astype(int)
    light = linear(row)
    share = (light - light[-1]) / (light[0] - light[-1])
    assert np.count_nonzero((share > 0.1) & (share < 0.9)) <= 4
    assert row.max() <= truth.max() + 2
    assert row.min() >= truth.min() - 2


@pytest.mark.parametrize("dark", [0, 4])
@pytest.mark.parametrize("bright", [254, 255])
def test_black_and_burnt_out_places_get_no_halo(dark, bright):
    photograph = flat(120, 100, 90)
    photograph[30:60, 30:60], photograph[70:100, 70:100] = dark, bright
    truth = in_light(photograph, np.array([0.5, 0.5, 0.5]))
    found = in_new_light(photograph, truth, FULL, WHOLE)
    np.testing.assert_allclose(found.astype(int), truth, atol=3)


# Around the subject


def soft_disc() -> np.ndarray:
    y, x = np.mgrid[:SIDE, :SIDE] - SIDE / 2
    return ((40 - np.hypot(x, y)) / 6 * 255 + 127).clip(0, 255).astype(np.uint8)


def over(front: np.ndarray, behind: np.ndarray, matte: np.ndarray) -> np.ndarray:
    share = matte[..., None] / 255
    return (front * share + behind * (1 - share)).round().astype(np.uint8)


@pytest.mark.parametrize("level", [5, 127, 250])
def test_a_soft_rim_has_no_fringe_on_any_background(level):
    matte, photograph = soft_disc(), flat(190, 120, 80)
    relit = in_light(photograph, np.array([0.6, 0.6, 0.6]))
    truth = over(relit, flat(level, level, level), matte)
    found = in_new_light(photograph, truth, matte, WHOLE)
    np.testing.assert_allclose(found.astype(int), truth, atol=5)


def test_away_from_the_subject_the_painting_is_untouched():
    matte, painting = left_half(), noise(SIDE, SIDE)
    found = in_new_light(noise(SIDE, SIDE, seed=2), painting, matte, WHOLE)
    np.testing.assert_array_equal(found[:, SIDE // 2 + 16 :], painting[:, SIDE // 2 + 16 :])


def test_what_lies_behind_does_not_shine_into_the_subject():
    matte, photograph = left_half(), flat(120, 120, 120)
    painting = flat(250, 250, 250)
    painting[:, : SIDE // 2 - 1] = 60
    found = in_new_light(photograph, painting, matte, WHOLE)[64, 16 : SIDE // 2].astype(int)
    np.testing.assert_allclose(found, 60, atol=8)


def test_an_empty_matte_gives_the_painting():
    painting = noise(SIDE, SIDE)
    assert in_new_light(painting, painting, np.zeros((SIDE, SIDE), np.uint8), WHOLE) is painting


def test_highlights_come_along_by_choice():
    photograph = flat(90, 90, 90)
    painting = in_light(photograph, np.array([0.8, 0.8, 0.8]))
    y, x = np.mgrid[:SIDE, :SIDE] // 4
    photograph[(x + y) % 2 == 0] = 40
    painting[60:66, 60:66] = 255
    without, along = (in_new_light(photograph, painting, FULL, LightTaken(highlights=h))[63, 63, 0] for h in (0.0, 1.0))
    assert along > without + 20


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (40, 1), (33, 65)])
def test_any_size_will_do(size):
    pixels = noise(*size)
    matte = np.full(size[::-1], 200, np.uint8)
    assert in_new_light(pixels, noise(*size, seed=5), matte, LightTaken(highlights=0.5)).shape == pixels.shape


def test_two_results_of_one_light_do_not_differ():
    pictures = photographed("coffee"), photographed("chelsea")
    first, second = (in_new_light(*pictures, soft_disc(), LightTaken()) for _ in range(2))
    np.testing.assert_array_equal(first, second)
