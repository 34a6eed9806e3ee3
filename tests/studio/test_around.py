"""A light from an angle that was not shot, against subjects of which every light is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from light_sets import FOUR, a_ball, ball_set, from_angle, random_paintings, shot_at
from refusals import reason_of

from lib_iclight.light.description import Directional, LightDescription, Positioned
from lib_iclight.light.maps import preset
from lib_iclight.studio.around import around, ring_of, weights_at

EIGHT = tuple(45.0 * i for i in range(8))
RINGS = [(0.0, 180.0), tuple(FOUR.values()), EIGHT, (0.0, 120.0, 240.0), (0.0, 10.0, 90.0, 200.0), (5.0, 6.0, 180.0)]
NORMALS, MATTE = a_ball()
INSIDE = MATTE == 255


def seen(angle: float, wrap: float) -> np.ndarray:
    return shot_at(NORMALS, angle, wrap)[INSIDE]


def made_of(ring: tuple[float, ...], angle: float, wrap: float) -> np.ndarray:
    return np.tensordot(around(ring, angle), np.stack([seen(each, wrap) for each in ring]), 1)


def error(found: np.ndarray, truth: np.ndarray) -> float:
    return float(np.sqrt(np.mean((found - truth) ** 2) / np.mean(truth**2)))


@pytest.mark.parametrize("ring", RINGS, ids=str)
def test_at_a_shot_light_it_is_exactly_that_one(ring):
    for index, angle in enumerate(ring):
        for turned in (angle, angle - 360, angle + 720):
            np.testing.assert_array_equal(around(ring, turned), np.eye(len(ring))[index])


@pytest.mark.parametrize("ring", RINGS, ids=str)
@given(angle=st.floats(-720, 720))
def test_energy_is_kept_and_no_weight_gets_large(ring, angle):
    found = around(ring, angle)
    assert found.sum() == pytest.approx(1, abs=1e-9)
    assert np.abs(found).sum() <= 2 + 1e-9


@pytest.mark.parametrize("ring", RINGS, ids=str)
def test_it_moves_without_leaps(ring):
    found = np.stack([around(ring, angle) for angle in np.arange(0, 360, 0.05)])
    assert np.abs(np.diff(found, axis=0)).max() < 0.06


@pytest.mark.parametrize("angle", [15, 45, 135, 200, 300])
def test_a_soft_light_between_four_is_all_but_the_true_one(angle):
    """Of a light that wraps all around the subject, four tell nearly all."""
    assert error(made_of(tuple(FOUR.values()), angle, 1.0), seen(angle, 1.0)) < 0.02


@pytest.mark.parametrize(("ring", "most"), [(tuple(FOUR.values()), 0.4), (EIGHT, 0.12)], ids=["four", "eight"])
def test_a_hard_light_between_is_nearer_to_the_true_one_than_its_neighbours(ring, most):
    between = 180 / len(ring)
    truth = seen(between, 0.0)
    neighbours = (seen(ring[0], 0.0) + seen(ring[1], 0.0)) / 2
    found = error(made_of(ring, between, 0.0).clip(0), truth)
    assert found < most
    assert found < error(neighbours, truth)


@pytest.mark.parametrize("ambient", [0.05, 0.3])
def test_ambient_light_in_the_relights_stays_as_it_is(ambient):
    ring = tuple(FOUR.values())
    shots = np.stack([seen(each, 1.0) + ambient for each in ring])
    found = np.tensordot(around(ring, 45), shots, 1)
    np.testing.assert_allclose(found - ambient, made_of(ring, 45, 1.0), atol=1e-9)


def test_the_ring_is_what_was_shot_from_a_side():
    lights = {
        "left": from_angle(180),
        "a lamp": LightDescription((Positioned(0.5, 0.5),)),
        "left again": from_angle(180),
        "two": LightDescription((Directional(0), Directional(90))),
        "lifted": LightDescription((Directional(30),), ambient=0.2),
        "right": preset("right", background=True),
    }
    few = random_paintings(count=6)
    shots = tuple(
        replace(shot, name=name, light=light) for shot, (name, light) in zip(few.lights, lights.items(), strict=True)
    )
    light_set = replace(few, lights=shots)
    assert ring_of(light_set) == {0: 180, 5: 0}
    np.testing.assert_allclose(weights_at(light_set, 90), [0.5, 0, 0, 0, 0, 0.5])


def test_a_set_without_sides_says_what_to_shoot():
    assert "two sides or more" in reason_of(weights_at, ball_set({"left": 180}), 90)
