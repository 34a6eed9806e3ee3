"""What the measures are worth: the renderer's own pictures meet every bar, and wrong ones do not."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from workbench.quality import measures, report, statistics  # noqa: E402
from workbench.quality.heldout import SIDES, Truth, held_out  # noqa: E402

SCENES = 24


@pytest.fixture(scope="module")
def held():
    return held_out(SCENES, 128)


@pytest.fixture(scope="module")
def true_scores(held):
    return report.estimates(report.fc_values(Truth(), held) | report.fbc_values(Truth(), held))


@pytest.mark.parametrize("name", [name for name in report.BARS if "nearer than" not in name])
def test_true_pictures_meet_the_bars(true_scores, name):
    assert report.BARS[name].met(true_scores[name].value), f"{name}: {true_scores[name]}"


def test_true_lights_add_up(true_scores):
    assert true_scores["fc: sum of two lights, relative error"].value < 0.01


def test_light_from_the_other_side_is_told_apart(held):
    wrong = Truth().fc(held, [SIDES["right"]] * SCENES)
    assert measures.towards(measures.light_angles(wrong, held), SIDES["left"]).mean() < 0.1


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


def test_circular_correlation():
    angles = torch.arange(0.0, 360.0, 15.0)
    assert statistics.circular(angles, angles + 90) == pytest.approx(1, abs=1e-4)
    assert statistics.circular(angles, -angles) == pytest.approx(-1, abs=1e-4)
    shuffled = angles[torch.randperm(24, generator=torch.Generator().manual_seed(3))]
    assert abs(float(statistics.circular(angles, shuffled))) < 0.5
