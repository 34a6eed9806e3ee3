"""Rendered clips, and the measures of how steady they are: they know the truth, and notice what is not it."""

from __future__ import annotations

import math

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from lib_iclight.shoot.flow import warp  # noqa: E402
from small_model.quality import clips, moving  # noqa: E402

SIZE, FRAMES = 96, 5


@pytest.fixture(scope="module", params=[0, 3], ids=["fixed light", "moving light"])
def known(request) -> moving.Clip:
    return moving.clip(request.param, SIZE, FRAMES)


@pytest.fixture(scope="module")
def row(known) -> clips.Row:
    found = clips.Row()
    found.add(known.truth, known)
    return found


def test_the_true_motion_leads_to_the_same_points(known):
    frames = known.held.pictures.permute(0, 2, 3, 1).contiguous().numpy()
    still, along = [], []
    for index, (way, where) in enumerate(zip(known.flows, known.followed, strict=True)):
        assert where.mean() > 0.05
        still.append(np.abs(frames[index + 1] - frames[index])[where].mean())
        along.append(np.abs(warp(frames[index + 1], way) - frames[index])[where].mean())
    assert np.mean(along) < 0.5 * np.mean(still)


def test_the_light_is_the_asked_one(known, row):
    assert len({*known.angles}) == (FRAMES if known.held.first % 2 else 1)
    assert row.halves[0].mean() == row.sides[0].mean() == 1


def test_the_renderer_has_nothing_beyond_its_own_change(row):
    assert row.beyond == row.apart == [0]


def test_flicker_is_noticed(known, row):
    flickering = known.truth * torch.tensor([1.0, 0.8, 1.0, 0.8, 1.0])[:, None, None, None]
    found = clips.Row()
    found.add(flickering, known)
    assert found.beyond[0] > 2
    assert found.apart[0] > 2


def test_a_light_that_goes_the_other_way_is_noticed(known, row):
    found = clips.Row()
    found.add(known.truth.flip(-1).flip(-2), known)
    assert found.halves[0].mean() < 0.5


def test_photographs_in_the_renderers_light_are_as_steady_as_it_is(known):
    gains = clips.gains_of(known, known.truth)
    found = clips.Row()
    found.add(clips.photographs(known, clips.steadied_gains(known, gains)), known)
    assert found.beyond[0] < 1


def test_the_table_names_each_way_and_what_has_no_angle_has_no_correlation(known, row):
    scores = {"renderer": row.scores()}
    assert math.isnan(scores["renderer"]["circular r, light that moves"]) == (known.held.first % 2 == 0)
    assert "| renderer | 1.00 |" in clips.table({"fixed light": scores})
