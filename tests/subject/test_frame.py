"""The frame of a run at another scale shows what the run shows."""

from __future__ import annotations

import numpy as np
import pytest
from samples import noise

from lib_iclight.subject.frame import Frame, frame_of
from lib_iclight.subject.placement import Placement
from lib_iclight.subject.prepare import Framing

PICTURES = [(300, 200), (200, 300), (97, 61), (40, 40)]
FITS = ["cover", "contain", Placement(0.6, 0.3, 0.8), Placement(1.7, 0.5, 0.4), Placement()]


@pytest.mark.parametrize("run", [(64, 64), (96, 64), (64, 128)])
@pytest.mark.parametrize("size", PICTURES)
@pytest.mark.parametrize("fit", FITS, ids=str)
def test_at_the_scale_of_the_picture_its_very_pixels_are_where_the_run_has_them(fit, size, run):
    frame = frame_of(fit, size, *run)
    own = frame.at(size)
    shown = own.show(noise(*size), 127)
    rows, columns = own.reach
    assert shown.shape == (own.height, own.width, 3)
    seen = noise(*size)[rows.start - own.top : rows.stop - own.top, columns.start - own.left : columns.stop - own.left]
    np.testing.assert_array_equal(shown[rows, columns], seen)
    (across, left), (down, top) = own.onto(frame)
    corners = columns.start * across + left, columns.stop * across + left, rows.start * down + top
    expected = frame.reach[1].start, frame.reach[1].stop, frame.reach[0].start
    np.testing.assert_allclose(corners, expected, atol=max(1.01 * across, 1.01 * down, 1.0))


@pytest.mark.parametrize("size", PICTURES)
@pytest.mark.parametrize("fit", FITS, ids=str)
def test_at_the_runs_scale_it_is_what_the_run_is_shown(fit, size):
    shown = frame_of(fit, size, 64, 96).show(noise(*size), 127)
    expected = Framing(fit).apply(noise(*size), 64, 96, 127)
    assert np.abs(shown.astype(int) - expected).mean() < 1


@pytest.mark.parametrize("size", PICTURES)
def test_covering_leaves_nothing_of_the_frame_empty(size):
    frame = frame_of("cover", size, 64, 96).at(size)
    assert frame.reach == (slice(0, frame.height), slice(0, frame.width))
    assert frame.width == size[0] or frame.height == size[1]


@pytest.mark.parametrize("run", [(512, 512), (768, 512), (512, 768)])
@pytest.mark.parametrize("fit", [Placement(0.05, 0.5, 0.5), Placement(0.1, 0.2, 0.7), "contain", "cover"], ids=str)
def test_the_frame_keeps_the_runs_proportions_and_the_place_of_the_picture(fit, run):
    frame = frame_of(fit, (3000, 2000), *run)
    own = frame.at((3000, 2000))
    assert own.width / own.height == pytest.approx(run[0] / run[1], rel=5e-4)
    for start, length, whole, before, inner, all_before in [
        (own.left, 3000, own.width, frame.left, frame.picture[0], run[0]),
        (own.top, 2000, own.height, frame.top, frame.picture[1], run[1]),
    ]:
        assert (start + length / 2) / whole == pytest.approx((before + inner / 2) / all_before, abs=1 / all_before)


def test_too_many_pixels_are_scaled_down_to_the_most_and_show_the_same():
    frame = frame_of(Placement(0.1, 0.5, 0.5), (300, 200), 64, 64).at((300, 200))
    smaller = frame.within(100_000)
    assert 90_000 < smaller.width * smaller.height <= 100_000
    assert smaller.width / smaller.height == pytest.approx(frame.width / frame.height, rel=0.03)
    assert smaller.left / smaller.width == pytest.approx(frame.left / frame.width, abs=0.01)
    assert Frame(10, 10, (5, 5), 0, 0).within(100) == Frame(10, 10, (5, 5), 0, 0)


@pytest.mark.parametrize("x", [1.024, -0.024])
def test_what_is_hardly_in_a_frame_may_be_in_no_smaller_one(x):
    run = frame_of(Placement(0.05, x, 0.5), (300, 300), 512, 512)
    smaller = run.at((3, 3))
    assert (run.show(noise(300, 300), 127) != 127).any()
    assert (smaller.show(noise(300, 300), 127) == 127).all()
