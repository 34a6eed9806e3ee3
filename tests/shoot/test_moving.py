"""A light that moves through a clip."""

from __future__ import annotations

import json

import pytest
from light_sets import ball_set

from lib_iclight.errors import ICLightError
from lib_iclight.shoot.moving import lights

KEYFRAMES = {
    "keyframes": [{"at": 0, "mix": {"lights": {"left": {}}}}, {"at": 1, "mix": {"turned": {"angle": 30}}}],
    "loops": False,
}


def told(found) -> list:
    return [light.to_dict().get("lights", []) for light in found]


def no_set(name):
    raise AssertionError(name)


def test_a_ready_motion_goes_by_the_frames_times():
    (first,), (second,), (last,) = told(lights("once_around", [0, 0.25, 0.5], no_set))
    assert [each["angle"] for each in (first, second, last)] == [0, 90, 180]


@pytest.mark.parametrize("given", [KEYFRAMES, json.dumps(KEYFRAMES)], ids=["object", "text"])
def test_keyframes_mix_the_eight_lights_around_by_their_names(given):
    found = told(lights(given, [0, 0.5, 1], no_set))
    assert found[0] == [{"angle": 180}]
    assert [(each["angle"], each["strength"]) for each in found[1]] == [(180, 0.5), (30, 0.5)]
    assert found[2] == [{"angle": 30}]


def test_a_studios_film_moves_the_lights_of_its_set():
    film = {"set": "ball", "motion": KEYFRAMES, "frames": 60, "fps": 15, "format": "webp"}
    names = []
    found = told(lights(json.dumps(film), [0.0], lambda name: names.append(name) or ball_set()))
    assert names == ["ball"]
    assert [light["angle"] for light in found[0]] == [180]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("sunset", "moving light must be keyframes or one of once_around"),
        ('{"keyframes": [{"at": 2, "mix": {}}]}', "moving light.keyframes"),
        ('{"keyframes": [{"at": 0, "mix": {"lights": {"moon": {}}}}]}', "moon"),
        ('{"nothing": 1}', "moving light"),
    ],
)
def test_what_is_no_motion_is_refused(given, words):
    with pytest.raises(ICLightError, match=words):
        lights(given, [0.0], no_set)
