"""A remover's matte, which is as soft as what the remover saw is small, gets the photograph's edges."""

from __future__ import annotations

import numpy as np
import pytest
import skimage.data
from PIL import Image, ImageFilter

from lib_iclight.subject.sharpening import sharpened

SIDE = 1024
Y, X = np.mgrid[:SIDE, :SIDE]
ANGLE = np.arctan2(Y - SIDE / 2, X - SIDE / 2)
TRUTH = ((300 + 40 * np.sin(3 * ANGLE) + 10 * np.sin(11 * ANGLE) - np.hypot(X - SIDE / 2, Y - SIDE / 2)) + 0.5).clip(
    0, 1
)


def scene() -> np.ndarray:
    """A textured subject before a textured background."""
    subject = np.asarray(Image.fromarray(skimage.data.coffee()).resize((SIDE, SIDE))) * 0.5 + [120, 60, 20]
    behind = np.asarray(Image.fromarray(skimage.data.astronaut()).resize((SIDE, SIDE))) * 0.6
    share = TRUTH[..., None]
    return (share * subject + (1 - share) * behind).clip(0, 255).round().astype(np.uint8)


def vague(side: int) -> np.ndarray:
    """The matte as a remover that sees this many pixels finds it."""
    small = Image.fromarray((TRUTH * 255).astype(np.uint8)).resize((side, side)).filter(ImageFilter.GaussianBlur(0.8))
    return np.asarray(small.resize((SIDE, SIDE), Image.Resampling.LANCZOS))


def likeness(matte: np.ndarray) -> float:
    found, truth = matte > 127, TRUTH > 0.5
    return (found & truth).sum() / (found | truth).sum()


@pytest.mark.parametrize("side", [320, 512])
def test_the_silhouette_is_nearly_the_true_one_and_its_error_half_as_large(side):
    before, after = vague(side), sharpened(scene(), vague(side))
    assert likeness(after) > 0.99
    errors = [np.abs(matte / 255 - TRUTH).mean() for matte in (before, after)]
    assert errors[1] < 0.6 * errors[0]


def test_what_is_certain_stays():
    before = vague(320)
    after = sharpened(scene(), before)
    np.testing.assert_array_equal(after[before == 255], 255)
    np.testing.assert_array_equal(after[before == 0], 0)


def test_a_matte_without_a_soft_edge_is_left_alone():
    hard = np.where(TRUTH > 0.5, 255, 0).astype(np.uint8)
    assert sharpened(scene(), hard) is hard
