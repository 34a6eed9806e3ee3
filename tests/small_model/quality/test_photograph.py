"""The measures of the photograph in a new light: they know the truth, and notice what is not it."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from lib_iclight.picture.scaling import resized
from small_model.quality import photograph, simulated
from small_model.quality.heldout import SIDES, held_out
from small_model.quality.textured import KINDS, textured

SHARE = "error, share of the enlarged painting's"


@pytest.fixture(scope="module", params=range(len(KINDS)), ids=KINDS)
def case(request) -> photograph.Case:
    return next(photograph.cases([request.param], 256, ["left"]))


def test_the_truth_has_no_error(case):
    found = photograph.scores(case, lambda *given: case.truth)
    assert found["error, levels"] == 0
    assert found["edges within 1 px"] == 1
    assert found["silhouette IoU"] > 0.995


def test_the_enlarged_painting_has_all_of_its_error_and_softer_edges(case):
    found = photograph.scores(case, lambda before, painting, matte: resized(painting, matte.shape[::-1]))
    assert found[SHARE] == 1
    assert found["edges within 1 px"] < 0.9


def test_the_photograph_is_nearer_to_the_truth_than_the_painting(case):
    assert photograph.scores(case, photograph.product("photograph"))[SHARE] < 0.75


def test_what_is_beside_its_place_is_noticed(case):
    moved = np.roll(case.truth, 3, axis=1)
    assert photograph.scores(case, lambda *given: moved)["edges' distance, px"] > 0.5


def test_a_scene_is_the_same_at_every_size():
    small, large = (textured(1, size).alpha for size in (64, 256))
    shrunk = torch.nn.functional.avg_pool2d(large[None, None], 4)[0, 0]
    assert (small - shrunk).abs().mean() < 0.02


def test_a_painting_of_the_held_out_scenes_lights_their_photographs():
    held = held_out(1, 64)
    dark = held.pictures * 0.5
    found = photograph.photographed(dark, held)[0][:, held.masks[0]]
    assert found.mean() == pytest.approx(float(dark[0][:, held.masks[0]].mean()), rel=0.1)


@pytest.mark.parametrize("offset", [1.5, 4.0])
def test_letters_are_shifted_by_as_much_as_said(offset):
    y, x = np.mgrid[:512, :512]
    spot = np.repeat((200 * np.exp(-((x - 250) ** 2 + (y - 250) ** 2) / 800))[..., None], 3, 2).astype(np.uint8)
    shown = simulated.shifted(spot, offset).astype(float)[200:320, 200:320, 0]
    shown = np.where(shown > 30, shown, 0)
    places = [(shown * axis[200:320, 200:320]).sum() / shown.sum() for axis in (x, y)]
    assert np.hypot(*(place - 250 for place in places)) == pytest.approx(offset, abs=0.3)


def test_lights_come_from_all_sides():
    assert [case.side for case in photograph.cases([0], 64)] == list(SIDES)
