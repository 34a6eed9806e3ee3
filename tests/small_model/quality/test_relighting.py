"""The workbench's model relights: light from a side brightens that side of the subject, and so on.

The first eight held-out scenes of 256 px, 6 steps, through the script, its light maps, conditions and the host's
sampler. `python dev.py bench --quality` measures the same on 200 and gives intervals; they are in
`small_model/README.md`.
"""

from __future__ import annotations

import pytest
import torch

from small_model.quality.heldout import SIDES
from small_model.quality.report import BARS


def assert_met(scores, name):
    assert BARS[name].met(scores[name].value), f"{name}: {scores[name]}, bar {BARS[name]}"


@pytest.mark.parametrize("kind", ["fc", "fbc"])
def test_the_half_towards_the_light_is_the_brighter_one(values, kind):
    by_side = {side: values[f"{kind} {side}: half towards the light brighter"] for side in SIDES}
    assert torch.cat(list(by_side.values())).mean() >= 0.9, by_side


@pytest.mark.parametrize(
    "name", ["fc: lit from the asked side, of four", "fbc: lit from the background's side, of four"]
)
def test_the_shape_itself_is_lit_from_the_side_asked_for(values, name):
    # A painted ramp has about 0.55; the six of these scenes whose shapes tell have 0.92 and 0.88.
    assert values[name].nanmean() >= 0.75, values[name]


@pytest.mark.parametrize(("kind", "least"), [("fc", 0.6), ("fbc", 0.4)])
def test_the_light_on_the_shape_follows_to_any_angle(values, kind, least):
    # Six angles are too few for a correlation. By chance the mean cosine is 0, give or take 0.29.
    apart = torch.deg2rad(values[f"{kind} asked"] - values[f"{kind} found"])
    assert apart.cos().nanmean() > least, values[f"{kind} found"] - values[f"{kind} asked"]


def test_the_subject_keeps_its_hue(scores):
    assert_met(scores, "fc: hue kept, degrees nearer than without subject")


def test_the_subject_keeps_its_outline(scores):
    assert_met(scores, "fc: silhouette IoU")
    assert_met(scores, "fbc: silhouette IoU")


def test_four_relights_tell_the_normals(scores):
    # On 200 scenes fc has 26.4 degrees. These eight are too few to hold it to its bar of 30.
    assert scores["fc: normals from four relights, degrees"].value < 33
    assert_met(scores, "fbc: normals from four relights, degrees")


def test_flipping_the_background_flips_the_lit_side(scores):
    assert_met(scores, "fbc: flipped background flips the lit side")


def test_the_subject_takes_the_colour_of_the_backgrounds_light(scores):
    assert_met(scores, "fbc: redder before red than before blue")


def test_two_lights_are_as_bright_as_both_added(scores):
    # 0.26 on 200 scenes. Offsets that take two lights for one have about 0.7.
    assert scores["fc: sum of two lights, relative error"].value < 0.4
