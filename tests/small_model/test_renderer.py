"""The training renderer: subjects lit from the left are brighter there, and a seed always makes the same picture."""

from __future__ import annotations

import math
import random

import pytest

torch = pytest.importorskip("torch")

from small_model.training import data, latents, scenes, shapes  # noqa: E402

SIZE = 64
ANGLES = {"right": 0.0, "top": math.pi / 2, "left": math.pi, "bottom": -math.pi / 2}


def light(side: str, **changes) -> scenes.Light:
    settings = {"angle": ANGLES[side], "lift": 0.3, "power": 1.0, "ambient": 0.05, **changes}
    return scenes.Light(**settings)


def ball() -> scenes.Scene:
    shape = shapes.ellipsoid(SIZE, (0, 0, 0), (0.6, 0.6, 0.6), torch.eye(3))
    grey = torch.full((3, SIZE, SIZE), 0.5)
    return scenes.Scene(shape, grey, gloss=0.0, shininess=20, wall=grey, floor=None, words=["ball"])


def scene(seed: int) -> scenes.Scene:
    return scenes.random_scene(SIZE, random.Random(seed), [])


@pytest.mark.parametrize("side", list(ANGLES))
def test_the_side_towards_the_light_is_the_bright_one(side):
    made = ball()
    whole, behind = scenes.picture(made, light(side))
    x, y = shapes.pixel_grid(SIZE)
    along = x * math.cos(ANGLES[side]) + y * math.sin(ANGLES[side])
    near, far = made.shape.mask & (along > 0.1), made.shape.mask & (along < -0.1)
    assert whole[:, near].mean() > 2 * whole[:, far].mean()
    assert behind[:, along > 0.5].mean() > behind[:, along < -0.5].mean()


@pytest.mark.parametrize("seed", range(12))
def test_normals_have_length_one_and_face_the_viewer(seed):
    shape = scene(seed).shape
    assert shape.mask.any()
    torch.testing.assert_close(shape.normals.norm(dim=0), torch.ones(SIZE, SIZE), atol=1e-4, rtol=0)
    assert (shape.normals[2][shape.mask] > -0.3).all()


def test_a_balls_normals_are_its_points():
    shape = ball().shape
    x, y = shapes.pixel_grid(SIZE)
    expected = torch.stack([x, y, shape.height])[:, shape.mask] / 0.6
    torch.testing.assert_close(shape.normals[:, shape.mask], expected, atol=1e-4, rtol=0)


def test_one_seed_is_one_picture():
    first, second, other = (data.vae_picture(SIZE, random.Random(seed), [torch.rand(3, 80, 90)]) for seed in (5, 5, 6))
    if not torch.equal(first, second):  # the stand-in photograph differs, unless it was not used
        pytest.fail("the same seed gave two pictures")
    assert not torch.equal(first, other)


def test_two_lights_add_up_before_display():
    made = scene(3)
    left, right = light("left", power=0.7), light("right", power=0.4)
    lit = [scenes.subject_light(made, one) for one in (left, right)]
    assert (sum(lit) >= lit[0]).all()
    assert (scenes.display(sum(lit)) <= 1).all()


def test_a_subject_on_grey_keeps_127_around_it():
    made = scene(4)
    shown = scenes.on_grey(scenes.display(scenes.picture(made, light("top"))[0]), made.shape.mask)
    assert torch.equal(shown[:, ~made.shape.mask], torch.full_like(shown[:, ~made.shape.mask], 127 / 255))


def test_words_tell_the_side_and_the_colour():
    told = {word for seed in range(20) for word in scenes.light_words(light("left", name="blue"), random.Random(seed))}
    assert {"left", "blue"} <= told
    assert not {"right", "top", "bottom"} & told


@pytest.mark.parametrize("seed", range(12))
def test_subjects_are_large_enough_to_see(seed):
    assert scene(seed).shape.mask.float().mean() > 0.13


def test_a_plain_background_falls_from_its_light_as_the_products_maps_do():
    made = scene(3)
    made.wall, made.levels = None, (0.0, 1.0)
    shown = scenes.display(scenes.backdrop_light(made, light("left")))
    wanted = torch.linspace(1, 0, SIZE).expand(3, SIZE, SIZE)
    torch.testing.assert_close(shown, wanted, atol=0.02, rtol=0)


def brightest(picture: torch.Tensor) -> float:
    """Return the angle towards which ``picture`` gets brighter, in degrees."""
    x, y = shapes.pixel_grid(SIZE)
    shown = picture.float().mean(0)
    return math.degrees(math.atan2(float((shown * y).sum()), float((shown * x).sum())))


def test_the_maps_of_training_scenes_ask_for_light_from_all_around():
    found = []
    for seed in range(60):
        pictures = dict(zip(latents.NAMES, torch.from_numpy(latents.rendered(SIZE, seed, []).pictures), strict=True))
        found.append(brightest(pictures["map_first"]))
        assert (pictures["map_both"].int() >= pictures["map_first"].int() - 1).all()
    counts = torch.histc(torch.tensor(found), bins=8, min=-180, max=180)
    assert counts.min() >= 2, counts


def test_captions_of_two_lights_tell_of_light_but_of_no_side():
    captions = [latents.rendered(32, seed, []).captions for seed in range(60)]
    words = [{*both.split()} for _, _, both in captions]
    assert 20 < sum("light" in each for each in words) < 60
    assert not set.union(*words) & {*scenes.SIDES.values()}
    assert {word for first, _, _ in captions for word in first.split()} > {*scenes.SIDES.values()}


def test_a_map_is_bright_where_the_subjects_light_comes_from():
    asked, made = light("top", angle=1.0), ball()
    made.wall, made.levels = None, (0.2, 0.8)
    behind = scenes.backdrop_light(made, asked)
    maps = [latents.light_map(made, asked, behind, random.Random(seed)) for seed in range(8)]
    for each in maps:
        assert brightest(each) == pytest.approx(math.degrees(1.0), abs=2)
    full = max(maps, key=torch.Tensor.max)
    assert full.min() == 0
    assert full.max() == pytest.approx(1, abs=1e-3)
    assert min(maps, key=torch.Tensor.max) is behind
