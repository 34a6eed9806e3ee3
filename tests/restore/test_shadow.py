"""The shadow that a model paints on a given background is told from the model's other liberties."""

from __future__ import annotations

import numpy as np
import pytest
import skimage.data
from PIL import Image, ImageFilter
from samples import noise

from lib_iclight.restore.shadow import shadow

SIDE = 256
Y, X = np.mgrid[:SIDE, :SIDE]
MATTE = ((np.hypot(X - 128, Y - 110) < 44) * 255).astype(np.uint8)
AWAY = np.hypot(X - 128, Y - 110) > 52


def behind() -> np.ndarray:
    return np.asarray(Image.fromarray(skimage.data.coffee()).resize((SIDE, SIDE)))


def cast(depth: float) -> np.ndarray:
    """A soft shadow below and to the right of the subject: by which the background is multiplied."""
    distance = np.hypot((X - 158) / 1.4, (Y - 150) / 0.8)
    return 1 - depth / (1 + np.exp((distance - 36) / 4))


def painted(
    background: np.ndarray, darkened: np.ndarray | float, spread: float = 3.0, level: float = 1.0
) -> np.ndarray:
    """What a model makes of it: blurred, noisy, all of it a little darker, and another subject in front."""
    soft = np.asarray(Image.fromarray(background).filter(ImageFilter.GaussianBlur(1.2)))
    pixels = soft * np.broadcast_to(darkened, (SIDE, SIDE))[..., None] * level
    pixels[MATTE > 0] = (200, 60, 40)
    return (pixels + np.random.default_rng(1).normal(0, 3, pixels.shape)).clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize("level", [1.0, 0.9, 1.1])
@pytest.mark.parametrize("depth", [0.3, 0.6])
def test_a_painted_shadow_is_found_within_an_eighth(depth, level):
    truth = cast(depth)
    found = shadow(painted(behind(), truth, level=level), behind(), MATTE)[AWAY] / 255
    assert np.abs(found - truth[AWAY]).mean() < 0.02
    assert np.quantile(np.abs(found - truth[AWAY]), 0.99) < 0.125
    deep = truth[AWAY] < 1 - 0.8 * depth
    assert found[deep].mean() == pytest.approx(truth[AWAY][deep].mean(), abs=0.06)


@pytest.mark.parametrize("level", [0.5, 0.8, 1.0, 1.3])
def test_a_background_that_is_darker_or_brighter_all_over_has_none(level):
    found = shadow(painted(behind(), 1.0, level=level), behind(), MATTE)
    assert found is None or (found[AWAY].min() > 235 and found[AWAY].mean() > 253)


def test_another_background_has_none():
    found = shadow(painted(noise(SIDE, SIDE), 1.0), behind(), MATTE)
    other = shadow(
        painted(np.asarray(Image.fromarray(skimage.data.chelsea()).resize((SIDE, SIDE))), 1.0), behind(), MATTE
    )
    assert found is None or found[AWAY].mean() > 245
    assert other is None or other[AWAY].mean() > 245


def test_half_the_strength_is_the_root_of_the_shadow_and_none_is_none():
    painting = painted(behind(), cast(0.6))
    whole, half = (shadow(painting, behind(), MATTE, strength) / 255 for strength in (1.0, 0.5))
    np.testing.assert_allclose(half**2, whole, atol=0.01)
    assert shadow(painting, behind(), MATTE, 0.0) is None


@pytest.mark.parametrize("matte", [0, 255])
def test_without_a_subject_or_a_background_there_is_none(matte):
    assert shadow(behind(), behind(), np.full((SIDE, SIDE), matte, np.uint8)) is None
