"""Sets at the size of a canvas."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from caches import shared_cache
from light_sets import ball_set, gains_of, random_paintings
from refusals import reason_of
from safetensors.numpy import load
from samples import noise

from lib_iclight.picture.srgb import srgb_to_linear
from lib_iclight.studio import preview as module
from lib_iclight.studio import set_file
from lib_iclight.studio.light_set import PAINTINGS, LightSet, painted
from lib_iclight.studio.mix import OFF, Fader, Mix, Turned, alone
from lib_iclight.studio.mixing import Desk
from lib_iclight.studio.preview import Previews, file_of, preview_of
from lib_iclight.studio.result import result_of

BALL, WIDE = ball_set(), random_paintings(200, 100)


def gains():
    photograph, matte = noise(40, 36, seed=4), np.full((36, 40), 255, np.uint8)
    darker = {name: (photograph * share).astype(np.uint8) for name, share in (("left", 0.4), ("right", 0.8))}
    return gains_of(photograph, darker, matte)


def test_a_set_that_is_no_larger_is_itself():
    found = preview_of(WIDE, 200).light_set
    np.testing.assert_array_equal(found.photograph, WIDE.photograph)
    np.testing.assert_array_equal(found.matte, WIDE.matte)
    for one, other in zip(found.shots, WIDE.shots):
        np.testing.assert_array_equal(one.values, other.values)


def test_gains_become_pictures():
    light_set = gains()
    found = preview_of(light_set, 64)
    assert found.light_set.kind == PAINTINGS
    mix = Mix({"left": Fader(0.6), "right": Fader(0.3, "#88ff44")}, exposure=None)
    exact, desk = Desk(light_set), found.desk()
    np.testing.assert_allclose(desk.factors(mix), exact.factors(mix), rtol=1e-6)
    difference = desk.picture(desk.factors(mix)).astype(int) - exact.picture(exact.factors(mix))
    assert np.abs(difference).max() <= 1


def random_mix(light_set: LightSet, rng: np.random.Generator) -> Mix:
    def fader() -> Fader:
        return Fader(rng.uniform(0, 2), f"#{rng.integers(1 << 24):06x}")

    lights = {shot.name: fader() for shot in light_set.lights}
    ambient = OFF if light_set.ambient is None else fader()
    return Mix(lights, ambient, Turned(rng.uniform(0, 360), fader()), rng.choice([None, rng.uniform(-2, 2)]))


@pytest.mark.parametrize(("light_set", "most"), [(gains(), 1), (BALL, 0)], ids=["gains", "paintings"])
def test_a_hundred_random_mixes_are_developed_as_they_are_seen(light_set, most):
    rng, preview = np.random.default_rng(1), preview_of(light_set, 64)
    desk = preview.desk()
    for _ in range(100):
        mix = random_mix(light_set, rng)
        developed = result_of(light_set, "ball", mix, preview.brightness).developed.picture
        assert np.abs(desk.picture(desk.factors(mix)).astype(int) - developed).max() <= most


def test_a_smaller_one_is_the_mean_of_light():
    pixels = np.zeros((64, 128, 3), np.uint8)
    pixels[:, ::2] = 255
    light_set = replace(
        WIDE, photograph=pixels, matte=pixels[..., 0], lights=(painted("a", WIDE.lights[0].light, pixels),)
    )
    found = preview_of(replace(light_set, ambient=None), 64).light_set
    assert found.size == (32, 64)
    np.testing.assert_array_equal(found.lights[0].values, np.float16(0.5))
    assert (found.matte == 128).all()
    np.testing.assert_allclose(srgb_to_linear(found.photograph / 255), 0.5, atol=0.01)


def test_the_automatic_exposure_is_the_sets_own_at_any_size():
    mix = replace(alone("light 0"), exposure=None)
    np.testing.assert_allclose(preview_of(WIDE, 70).desk().factors(mix), Desk(WIDE).factors(mix))


def test_a_set_of_very_many_lights_is_smaller_still(monkeypatch):
    monkeypatch.setattr(module, "_MOST_PIXELS", 4 * 50 * 25)
    assert preview_of(WIDE, 100).light_set.size == (25, 50)


def test_light_beyond_half_precision_is_cut_off():
    bright = replace(gains(), lights=tuple(replace(shot, values=shot.values + 15) for shot in gains().lights))
    assert all(np.isfinite(shot.values).all() for shot in preview_of(bright, 64).light_set.shots)


@pytest.mark.parametrize("light_set", [BALL, replace(BALL, ambient=None)], ids=["ambient", "none"])
def test_its_file_is_one_that_other_programs_read(light_set):
    found = load(file_of(preview_of(light_set, 64)))
    assert ("ambient" in found) == (light_set.ambient is not None)
    for index, shot in enumerate(light_set.lights):
        np.testing.assert_array_equal(found[f"light.{index}"], shot.values)


def test_it_is_made_once_until_the_file_changes(tmp_path, monkeypatch):
    made, make = [], module.preview_of
    monkeypatch.setattr(module, "preview_of", lambda *args: made.append(args) or make(*args))
    path, previews = tmp_path / "ball.safetensors", Previews(shared_cache())
    set_file.write(path, BALL)
    assert previews.of(path, 64) is previews.of(path, 64)
    previews.of(path, 128)
    set_file.write(path, WIDE)
    assert previews.of(path, 64).light_set.size == (32, 64)
    assert len(made) == 3
    path.write_bytes(b"")
    assert "is empty" in reason_of(previews.of, path, 64)
