"""A matte's edge and colours after refinement, compared with pictures of known ground truth."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter
from samples import noise
from scipy import ndimage

from lib_iclight.subject import matte_refinement
from lib_iclight.subject.matte_refinement import (
    UNREFINED,
    MatteRefinement,
    decontaminate,
    feather,
    follow_edges,
    shrink,
    threshold,
)

SIDE = 512
GREEN = np.array([20, 235, 30], np.float64)


def disc(radius: float = 150, side: int = SIDE) -> np.ndarray:
    """A matte whose edge is one pixel soft."""
    y, x = np.mgrid[:side, :side] - (side - 1) / 2
    return ((radius - np.hypot(x, y)) + 0.5).clip(0, 1)


def hairy() -> np.ndarray:
    """A disc with strands one pixel wide."""
    rng, scale = np.random.default_rng(3), 4
    image = Image.new("L", (SIDE * scale, SIDE * scale))
    draw = ImageDraw.Draw(image)
    draw.ellipse([SIDE, SIDE, 3 * SIDE, 3 * SIDE], fill=255)
    for angle in rng.uniform(0, 2 * np.pi, 150):
        start, end = (2 * SIDE + reach * SIDE * np.array([np.cos(angle), np.sin(angle)]) for reach in (0.9, 1.2))
        draw.line([*start, *(end + rng.normal(0, 30, 2))], fill=255, width=5)
    return np.asarray(image.resize((SIDE, SIDE), Image.Resampling.BOX)) / 255


def as_bytes(values: np.ndarray) -> np.ndarray:
    return (values * 255).round().clip(0, 255).astype(np.uint8)


def from_a_remover(truth: np.ndarray) -> np.ndarray:
    """The matte as returned by a network that works at 320 x 320."""
    small = Image.fromarray(as_bytes(truth)).resize((320, 320), Image.Resampling.BOX)
    return np.asarray(small.filter(ImageFilter.GaussianBlur(1)).resize(truth.shape[::-1], Image.Resampling.LANCZOS))


def over(truth: np.ndarray, subject: np.ndarray, backdrop: np.ndarray) -> np.ndarray:
    return (truth[..., None] * subject + (1 - truth[..., None]) * backdrop).round().astype(np.uint8)


def textured(low: float, high: float, seed: int) -> np.ndarray:
    """Slowly varying colours with grain: [SIDE, SIDE, 3] in low..high."""
    rng = np.random.default_rng(seed)
    slow = ndimage.gaussian_filter(rng.random((SIDE, SIDE, 3)), (40, 40, 0))
    slow = (slow - slow.min()) / np.ptp(slow)
    return (low + (high - low) * slow + rng.normal(0, 4, (SIDE, SIDE, 1))).clip(0, 255)


# The defaults


@pytest.mark.parametrize("alpha", [as_bytes(disc()), noise(40, 30)[..., 0], np.zeros((5, 5), np.uint8)], ids=len)
def test_the_defaults_change_nothing(alpha):
    rgb = noise(*alpha.shape[::-1])
    assert MatteRefinement() == UNREFINED
    colours, refined = UNREFINED.refine(rgb, alpha)
    assert colours is rgb
    assert refined is alpha


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (40, 1), (33, 65)])
def test_pictures_of_any_size_are_refined(size):
    rgb, alpha = noise(*size), noise(*size, seed=4)[..., 0]
    colours, refined = MatteRefinement(True, 0.4, 1.5, 2.0, 1.0).refine(rgb, alpha)
    assert (colours.shape, refined.shape) == (rgb.shape, alpha.shape)
    assert (colours.dtype, refined.dtype) == (np.uint8, np.uint8)


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (40, 1), (33, 65)])
def test_what_is_wholly_the_subject_or_wholly_not_stays_so_whatever_its_size(size):
    rgb = noise(*size)
    for level in (0, 255):
        alpha = np.full(size[::-1], level, np.uint8)
        for edge in (MatteRefinement(True, 0.4, 0.0, 2.0, 1.0), MatteRefinement(shrink=-16.0)):
            np.testing.assert_array_equal(edge.refine(rgb, alpha)[1], alpha)


# Alpha matting


@pytest.mark.parametrize(("truth", "left"), [(disc(), 0.7), (hairy(), 0.9)], ids=["plain", "hair"])
def test_the_edge_comes_closer_to_the_truth_where_it_follows_the_picture(truth, left):
    rough = from_a_remover(truth)
    picture = over(truth, textured(30, 110, 1), textured(140, 230, 2))
    error = [np.square(alpha / 255.0 - truth).sum() for alpha in (rough, follow_edges(picture, rough))]
    assert error[1] < left * error[0]


def test_far_from_the_edge_nothing_is_guessed():
    rough, picture = from_a_remover(disc()), np.random.default_rng(5).integers(0, 255, (SIDE, SIDE, 3), np.uint8)
    changed = follow_edges(picture, rough) != rough
    assert changed.any()
    distance = np.abs(np.hypot(*(np.mgrid[:SIDE, :SIDE] - (SIDE - 1) / 2)) - 150)
    assert distance[changed].max() < 32


def test_a_matte_without_an_edge_stays():
    alpha = np.full((64, 64), 255, np.uint8)
    np.testing.assert_array_equal(follow_edges(noise(64, 64), alpha), alpha)


def test_a_large_picture_is_worked_on_in_strips_that_fit_together(monkeypatch):
    truth = np.asarray(Image.fromarray(as_bytes(disc())).resize((900, 1000)))
    picture = over(truth / 255, np.full((1000, 900, 3), 60.0), np.full((1000, 900, 3), 200.0))
    for work in (lambda: follow_edges(picture, truth), lambda: decontaminate(picture, truth, 1.0)):
        whole = work()
        with monkeypatch.context() as patch:
            patch.setattr(matte_refinement, "_STRIP_ROWS", 37)
            assert np.abs(work().astype(int) - whole).max() <= 1


# Threshold


def test_the_threshold_cuts_off_what_is_fainter_and_keeps_the_rest_whole():
    alpha = np.repeat(np.array([[0, 60, 100, 160, 255]], np.uint8), 9, axis=1).repeat(20, axis=0)
    cut = threshold(alpha, 0.5)
    assert cut[10, [0, 13, 22, 31, 40]].tolist() == [0, 0, 0, 255, 255]


def test_a_cut_edge_is_one_pixel_soft_and_where_the_level_was():
    soft = np.asarray(Image.fromarray(as_bytes(disc(100))).filter(ImageFilter.GaussianBlur(6)))
    cut = threshold(soft, 0.5)
    between = (cut > 0) & (cut < 255)
    assert 0 < between[SIDE // 2].sum() <= 6
    assert cut.sum() / 255 == pytest.approx(np.pi * 100**2, rel=0.02)


# Shrink and feather


@pytest.mark.parametrize("by", [0.5, 3, 7.5, 16, -0.5, -4, -16])
@pytest.mark.parametrize("scale", [1, 2])
def test_the_edge_moves_by_pixels_of_a_512_picture(by, scale):
    alpha = as_bytes(disc(150 * scale, SIDE * scale))
    moved = shrink(alpha, by)
    radii = [np.sqrt(values.sum() / 255 / np.pi) for values in (alpha, moved)]
    assert radii[0] - radii[1] == pytest.approx(by * scale, abs=0.12 * abs(by) * scale + 0.05)


@pytest.mark.parametrize("by", [8, -8])
def test_where_the_frame_cuts_the_subject_off_it_stays_cut_off(by):
    alpha = np.zeros((SIDE, SIDE), np.uint8)
    alpha[300:, 100:400] = 255
    moved = shrink(alpha, by)
    assert (moved[-1] == moved[-40]).all()
    assert moved[-1].sum() / 255 == 300 - 2 * by


def test_a_feathered_edge_fades_on_both_sides_and_stays_where_it_was():
    alpha = as_bytes(disc())
    row = feather(alpha, 8)[SIDE // 2].astype(float)
    assert feather(alpha, 8).mean() == pytest.approx(alpha.mean(), rel=0.01)
    edge = 255 + 150
    assert row[edge - 12] > 250
    assert 110 < row[edge] < 145
    assert row[edge + 12] < 5
    assert 20 < row[edge + 4] < 60


# Decontamination


def rim(alpha: np.ndarray) -> np.ndarray:
    return (alpha > 8) & (alpha < 247)


def greenness(pixels: np.ndarray) -> np.ndarray:
    return pixels[..., 1] - (pixels[..., 0] + pixels[..., 2]) / 2.0


@pytest.mark.parametrize("truth", [disc(), hairy()], ids=["plain", "hair"])
def test_a_bright_green_background_is_gone_from_a_feathered_rim(truth):
    subject = textured(90, 200, 6) * [1.0, 0.7, 0.6]
    picture = over(truth, subject, np.broadcast_to(GREEN, (SIDE, SIDE, 3)))
    edges = [MatteRefinement(feather=3.0, decontaminate=strength) for strength in (0.0, 0.5, 1.0)]
    left = []
    for edge in edges:
        colours, alpha = edge.refine(picture, as_bytes(truth))
        where = rim(alpha)
        excess = (greenness(colours.astype(float)) - greenness(subject)) * alpha / 255.0
        left.append(excess[where].mean())
    assert left[0] > 20, "the old background does shine through"
    assert left[2] < 0.1 * left[0]
    assert left[2] > -0.1 * left[0], "nor is the rim magenta"
    assert left[1] == pytest.approx((left[0] + left[2]) / 2, abs=2)


def test_a_removers_soft_matte_is_freed_too():
    truth, subject = disc(), np.full((SIDE, SIDE, 3), (190.0, 130.0, 110.0))
    picture = over(truth, subject, np.broadcast_to(GREEN, (SIDE, SIDE, 3)))
    alpha = from_a_remover(truth)
    left = [
        np.abs(greenness(pixels.astype(float)) - greenness(subject))[rim(alpha)].mean()
        for pixels in (picture, decontaminate(picture, alpha, 1.0))
    ]
    assert left[1] < 0.3 * left[0]


def test_what_is_wholly_the_subject_keeps_its_very_pixels():
    picture, alpha = noise(64, 64), as_bytes(disc(20, 64))
    colours = decontaminate(picture, alpha, 1.0)
    np.testing.assert_array_equal(colours[alpha == 255], picture[alpha == 255])
    assert (colours[rim(alpha)] != picture[rim(alpha)]).any()


def test_an_opaque_picture_has_no_rim():
    picture = noise(16, 16)
    assert decontaminate(picture, np.full((16, 16), 255, np.uint8), 1.0) is picture
