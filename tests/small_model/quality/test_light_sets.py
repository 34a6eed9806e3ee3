"""Light sets of the renderer's own pictures: a broken mix, a light turned the wrong way or a wrong normal shows."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

torch = pytest.importorskip("torch")

from small_model.quality import light_sets, measures, statistics  # noqa: E402
from small_model.quality.heldout import Ramp, Truth, held_out  # noqa: E402
from small_model.quality.kept import Kept, Lifted  # noqa: E402

SCENES, SIZE = 8, 128


@pytest.fixture(scope="module")
def held():
    return held_out(SCENES, SIZE)


@pytest.fixture(scope="module")
def found(held, tmp_path_factory):
    """The scores of the renderer's own sets, by name."""
    source = light_sets.Source(Kept(Truth(), tmp_path_factory.mktemp("relights")))
    values = {}
    for part, _ in light_sets.PARTS:
        values |= part(source, held)
    return {name: score.estimate.value for name, score in light_sets.scores(values).items()}


def test_left_and_right_add_up_to_both(found):
    assert found["left and right: mix from the joint relight"] < 0.02


@pytest.mark.parametrize(("ring", "most", "off"), [(4, 0.4, 15), (8, 0.15, 8)])
def test_a_light_between_two_that_were_shot_is_near_the_real_one(found, ring, most, off):
    assert found[f"between {ring}: mix from the real relight"] < most
    assert found[f"between {ring}: light in the mix from that in the real relight, degrees, median"] < off


@pytest.mark.parametrize("ring", [4, 8])
def test_a_light_between_is_nearer_to_the_real_one_than_one_that_was_shot(found, ring):
    mix, nearest = (found[f"between {ring}: {which} from the real relight"] for which in ("mix", "nearest shot light"))
    assert mix < 0.7 * nearest


def test_normals_face_where_the_shape_does(found):
    assert found["fc normals: exponent 1, degrees"] < 20
    assert found["fbc normals: exponent 1, degrees"] < 20


def test_a_painted_ramp_has_no_normals(held, tmp_path):
    source = light_sets.Source(Kept(Ramp(), tmp_path))
    values = light_sets.normal_values("fc", source, held)
    assert values["fc normals: exponent 1, degrees"].mean() > 30


class Asked:
    """A pipeline that gives its subjects back and counts."""

    def __init__(self):
        self.times = 0

    def fc(self, held, angles):
        self.times += 1
        return held.pictures

    fbc = fc


def test_a_measurement_that_is_gone_on_with_relights_nothing_twice(held, tmp_path):
    first = Kept(Asked(), tmp_path).fc(held, 45.0)
    again = Asked()
    torch.testing.assert_close(Kept(again, tmp_path).fc(held, 45.0), first, rtol=0, atol=0)
    assert again.times == 0
    Kept(again, tmp_path).fbc(held, 45.0)
    assert again.times == 1


def test_a_lifted_subject_is_brighter_by_16_levels(held):
    lifted = Lifted(Asked()).fc(held, [0.0] * SCENES)
    torch.testing.assert_close(lifted, (held.pictures + 16 / 255).clamp(max=1))


def test_lifting_that_helps_is_told(held, tmp_path):
    """Here the subject that is lifted is lit by the renderer, and the other one is a painted ramp."""
    source = light_sets.Source(Kept(Ramp(), tmp_path / "plain"), Kept(Truth(), tmp_path / "lifted"))
    values = light_sets.lifted_values("fc", source, held)
    name = "fc normals, lifted subject: exponent 1, degrees"
    assert values[name].mean() < 20
    assert values[f"{name}, nearer than as it is"].mean() > 10


def test_the_table_has_a_row_for_each_score_and_says_from_how_many_scenes():
    rows = light_sets.scores({"an error": torch.tensor([1.0, 2.0, float("nan")])})
    assert light_sets.table({"model": rows, "renderer": {}}).splitlines()[2].startswith("| an error | 2 | 1.50 (")


def test_a_picture_half_as_bright_is_right_but_for_its_brightness(held):
    bright = held.pictures
    dark = bright * 0.5 ** (1 / 2.2)
    assert measures.light_error(dark, bright, held).numpy() == pytest.approx(0.5, abs=1e-3)
    assert measures.light_error(dark, bright, held, fitted=True).numpy() == pytest.approx(0, abs=1e-3)


def test_a_median_has_an_interval():
    found = statistics.median(torch.arange(100.0))
    assert found.value == pytest.approx(49.5)
    assert 30 < found.low < found.value < found.high < 70


def test_every_score_is_the_renderers_own_if_the_model_is_the_renderer(monkeypatch, tmp_path):
    monkeypatch.setattr(light_sets, "Product", lambda *args, **more: Truth())
    options = SimpleNamespace(size=SIZE, quality_steps=1, scenes=2, json=tmp_path / "scores.json")
    light_sets.measure(None, options, tmp_path)
    model, renderer, _ = json.loads(options.json.read_text()).values()
    assert renderer.items() <= model.items()
    assert set(model) - set(renderer) == {name for name in model if "lifted" in name}
