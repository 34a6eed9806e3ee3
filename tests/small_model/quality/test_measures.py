"""The measures work: the renderer's own pictures meet every bar, while wrong or merely painted ones do not."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from small_model.quality import direction, measures, report, statistics  # noqa: E402
from small_model.quality.heldout import SIDES, Ramp, Truth, held_out  # noqa: E402
from small_model.training import scenes, shapes  # noqa: E402

SCENES = 24


# The other bars are those of the photograph in the model's light: these measures are of pictures alone.
MODELS = [name for name in report.BARS if not name.startswith("photograph")]


@pytest.fixture(scope="module")
def held():
    return held_out(SCENES, 128)


@pytest.fixture(scope="module")
def true_scores(held):
    return report.estimates(report.fc_values(Truth(), held) | report.fbc_values(Truth(), held))


@pytest.mark.parametrize("name", [name for name in MODELS if "nearer than" not in name])
def test_true_pictures_meet_the_bars(true_scores, name):
    assert report.BARS[name].met(true_scores[name].value), f"{name}: {true_scores[name]}"


def test_true_lights_add_up(true_scores):
    assert true_scores["fc: sum of two lights, relative error"].value < 0.01


def test_light_from_the_other_side_is_told_apart(held):
    wrong = Truth().fc(held, [SIDES["right"]] * SCENES)
    assert direction.towards(measures.light_angles(wrong, held), SIDES["left"]).nanmean() < 0.1


LIGHT = [name for name in MODELS if any(word in name for word in ("lit from the", "flips", "circular r"))]


@pytest.fixture(scope="module")
def painted_scores(held):
    return report.estimates(report.fc_values(Ramp(), held) | report.fbc_values(Ramp(), held))


@pytest.mark.parametrize("name", LIGHT)
def test_a_painted_ramp_misses_the_bars_of_light(painted_scores, name):
    assert not report.BARS[name].met(painted_scores[name].value), f"{name}: {painted_scores[name]}"


@pytest.mark.parametrize("kind", ["fc", "fbc"])
def test_a_painted_ramp_follows_the_light_by_chance_only(painted_scores, kind):
    assert abs(painted_scores[f"{kind}: circular r of asked and found angle"].value) < 0.3
    assert painted_scores[f"{kind}: found angle off, degrees"].value > 60
    whose = {"fc": "asked", "fbc": "background's"}[kind]
    assert 0.3 < painted_scores[f"{kind}: lit from the {whose} side, of four"].value < 0.7


def test_a_ramp_painted_over_a_lit_subject_does_not_hide_where_its_light_is(held):
    lit = Truth().fc(held, [SIDES["left"]] * SCENES)
    for angle in (0.0, 90.0):
        over = 0.2 + 0.8 * scenes.ramp(held.size, torch.deg2rad(torch.tensor(angle)))
        found = measures.light_angles(lit * over, held)
        assert direction.towards(found, SIDES["left"]).nanmean() > 0.9


class Turned:
    """The renderer with its light rotated by a constant angle in degrees."""

    def __init__(self, angle):
        self.angle = angle

    def fc(self, held, angles):
        return Truth().fc(held, [each + self.angle for each in angles])


@pytest.mark.parametrize("angle", [-20.0, 0.0, 20.0])
def test_a_constant_turn_of_the_light_is_reported(held, angle):
    values = report.angle_values("fc", Turned(angle).fc, held, 0, SCENES)
    scores = report.estimates(values)
    turn = scores["fc: turn of the found angle, degrees"]
    assert turn.value == pytest.approx(angle, abs=6)
    assert turn.low <= turn.value <= turn.high
    assert report.BARS["fc: turn of the found angle, degrees"].met(turn.value) == (angle == 0)
    assert scores["fc: circular r of asked and found angle"].value > 0.9


def test_a_lone_ball_cannot_tell_light_from_a_ramp_and_a_bust_can():
    ball = shapes.ellipsoid(128, (0, 0, 0), (0.6, 0.6, 0.6), torch.eye(3))
    head = shapes.ellipsoid(128, (0, 0.3, 0.1), (0.3, 0.3, 0.3), torch.eye(3))
    body = shapes.ellipsoid(128, (0, -0.5, 0), (0.6, 0.4, 0.3), torch.eye(3))
    bust = shapes.union([head, body])
    assert not direction.lobes(ball.mask, ball.normals).tells
    assert direction.lobes(bust.mask, bust.normals).tells


def test_a_painted_gradient_shows_no_subject(held):
    ramp = torch.linspace(1, 0, held.size).expand(SCENES, 3, held.size, held.size)
    relights = dict.fromkeys(SIDES, ramp)
    assert measures.silhouette(relights, held).mean() < 0.1
    assert measures.normal_error(relights, held).mean() > 30


def test_scenes_are_the_same_whatever_is_made_before_them(held):
    again = held_out(2, 128, first=3)
    assert torch.equal(again.pictures, held.pictures[3:5])


def test_wilsons_interval():
    half = statistics.share(torch.tensor([1.0, 0.0] * 50))
    assert (half.value, round(half.low, 3), round(half.high, 3)) == (0.5, 0.404, 0.596)
    assert statistics.share(torch.ones(200)).low == pytest.approx(0.981, abs=5e-4)


def test_a_mean_turn_is_no_mean_of_numbers():
    turn = statistics.turn(torch.tensor([170.0, -170.0, 180.0, -180.0]))
    assert abs(turn.value) == pytest.approx(180, abs=1e-3)
    assert turn.high - turn.low < 25


def test_circular_correlation():
    angles = torch.arange(0.0, 360.0, 15.0)
    assert statistics.circular(angles, angles + 90) == pytest.approx(1, abs=1e-4)
    assert statistics.circular(angles, -angles) == pytest.approx(-1, abs=1e-4)
    shuffled = angles[torch.randperm(24, generator=torch.Generator().manual_seed(3))]
    assert abs(float(statistics.circular(angles, shuffled))) < 0.5
