"""Normals from how four lights differ."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from light_sets import a_ball, ball_set, gains_of
from refusals import reason_of
from samples import noise

from lib_iclight.studio.surface import TRUE_SIGMA, as_levels, divided, in_convention, normals, normals_of, sides_of

TRUTH, MATTE = a_ball()
INSIDE = MATTE == 255


def plain(*levels: float) -> list[np.ndarray]:
    return [np.full((2, 3, 3), level, np.float32) for level in levels]


def test_a_divided_picture_is_its_light_beside_the_mean_of_all():
    found = divided(plain(0.2, 0.6, 0.3, 0.5))
    np.testing.assert_allclose([each[0, 0, 0] for each in found], [-0.5, 0.5, -0.25, 0.25], atol=1e-4)


def test_black_stays_even():
    assert not np.any(divided(plain(0, 0, 0, 0)))


def test_the_normal_is_the_authors():
    """By hand: u is (0.5 + 0.5) / 2, v is (0.25 + 0.25) / 2, and z is (1 - u^2 - v^2)^5."""
    found = normals(plain(0.2, 0.6, 0.3, 0.5), np.full((2, 3), 255, np.uint8))
    expected = np.array([0.5, 0.25, 0.6875**5])
    np.testing.assert_allclose(found[1, 2], expected / np.linalg.norm(expected), atol=1e-4)


def test_channels_count_alike_and_colours_do_not():
    sides = plain(0.2, 0.6, 0.3, 0.5)
    coloured = [side * np.array([1.0, 0.5, 0.1], np.float32) for side in sides]
    whole = np.full((2, 3), 255, np.uint8)
    np.testing.assert_allclose(normals(coloured, whole), normals(sides, whole), atol=1e-3)


@pytest.mark.parametrize("level", [0, 100, 255])
def test_around_the_subject_it_faces_the_viewer(level):
    found = normals(plain(0.2, 0.6, 0.4, 0.4), np.full((2, 3), level, np.uint8))[0, 0]
    whole = normals(plain(0.2, 0.6, 0.4, 0.4), np.full((2, 3), 255, np.uint8))[0, 0]
    np.testing.assert_allclose(found, [0, 0, 1] + level / 255 * (whole - [0, 0, 1]), atol=1e-6)


def test_a_ball_is_seen_as_one():
    ball = ball_set()
    found = normals_of(ball)
    np.testing.assert_allclose(np.linalg.norm(found, axis=-1), 1, atol=1e-5)
    around_axis = INSIDE & (TRUTH[..., 2] < 0.9)  # towards the viewer no side is told
    sides = np.degrees(np.arctan2(found[..., 1], found[..., 0]) - np.arctan2(TRUTH[..., 1], TRUTH[..., 0]))
    assert np.abs((sides[around_axis] + 180) % 360 - 180).max() < 8
    assert (found[INSIDE] * TRUTH[INSIDE]).sum(axis=-1).mean() > 0.9


def apart(found: np.ndarray) -> float:
    """The mean angle in degrees between normals and the ball's."""
    return float(np.degrees(np.arccos((found[INSIDE] * TRUTH[INSIDE]).sum(axis=-1).clip(-1, 1))).mean())


def test_without_the_authors_exponent_normals_are_nearer_to_the_true_ones():
    """Under lights as soft as usual."""
    ball = ball_set(wrap=0.6)
    assert apart(normals_of(ball, TRUE_SIGMA)) < 0.5 * apart(normals_of(ball))


def test_gains_have_a_surface_too():
    paintings = {side: noise(24, 20, seed=i) for i, side in enumerate(("left", "right", "bottom", "top"))}
    light_set = gains_of(noise(24, 20, seed=9), paintings, np.full((20, 24), 255, np.uint8))
    assert np.isfinite(normals_of(light_set)).all()


def test_the_sides_are_found_by_their_angles():
    ball = ball_set()
    shuffled = replace(ball, lights=ball.lights[::-1])
    for one, other in zip(sides_of(ball), sides_of(shuffled)):
        np.testing.assert_array_equal(one, other)
    left, right, bottom, top = sides_of(ball)
    assert left[24, 5, 0] > right[24, 5, 0]
    assert bottom[42, 24, 0] > top[42, 24, 0]


def test_what_was_not_shot_is_named():
    reason = reason_of(sides_of, ball_set({"left": 180, "right": 0, "top": 90.5}))
    assert "none from bottom and top." in reason


CONVENTIONS = {"opengl": [0.6, 0.3, 0.2], "directx": [0.6, -0.3, 0.2], "controlnet": [-0.6, 0.3, 0.2]}


@pytest.mark.parametrize("convention", CONVENTIONS)
def test_each_program_has_its_own_colours(convention):
    found = in_convention(np.array([[[0.6, 0.3, 0.2]]], np.float32), convention)
    np.testing.assert_allclose(found[0, 0], CONVENTIONS[convention])


def test_an_unknown_convention_is_refused_with_those_there_are():
    assert "'maya'. Choose: opengl, directx, controlnet." in reason_of(in_convention, TRUTH, "maya")


def test_levels_span_all_of_16_bits():
    assert as_levels(np.array([-2, -1, 0, 1, 3.0])).tolist() == [0, 0, 32768, 65535, 65535]
