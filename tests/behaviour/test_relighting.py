"""The workbench's model relights: light asked from a side makes that side of the subject bright, and so on.

The first 12 held-out scenes of 256 px, 10 steps, through the script, its light maps, conditions and the host's sampler.
`python dev.py bench --quality` measures the same on 200 and gives intervals.
"""

from __future__ import annotations

import pytest

from workbench.quality.heldout import SIDES
from workbench.quality.report import BARS

missed = pytest.mark.xfail(reason="a bar that the short training misses, see workbench/weights/README.md", strict=False)


def assert_met(scores, name):
    assert BARS[name].met(scores[name].value), f"{name}: {scores[name]}, bar {BARS[name]}"


def assert_nearly_always(scores, name):
    """Twelve scenes cannot tell 0.95 from 11 of 12, so one may miss."""
    assert scores[name].value > 0.9, f"{name}: {scores[name]}"


@pytest.mark.parametrize("side", SIDES)
def test_the_side_asked_for_is_the_lit_one(scores, side):
    assert_nearly_always(scores, f"fc {side}: lit from the asked side")


@missed
def test_the_light_follows_any_angle(scores):
    assert_met(scores, "fc: circular r of asked and found angle")


def test_the_subject_keeps_its_hue(scores):
    assert_met(scores, "fc: hue kept, degrees nearer than without subject")


@missed
def test_the_subject_keeps_its_outline(scores):
    assert_met(scores, "fc: silhouette IoU")


@missed
def test_four_relights_tell_the_normals(scores):
    assert_met(scores, "fc: normals from four relights, degrees")


@pytest.mark.parametrize("side", SIDES)
def test_a_background_lights_the_subject_from_its_bright_side(scores, side):
    assert_nearly_always(scores, f"fbc {side}: lit from the background's side")


def test_flipping_the_background_flips_the_lit_side(scores):
    assert_nearly_always(scores, "fbc: flipped background flips the lit side")


def test_the_subject_takes_the_colour_of_the_backgrounds_light(scores):
    assert_nearly_always(scores, "fbc: redder before red than before blue")
