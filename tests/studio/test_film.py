"""A film that is asked for, as JSON."""

from __future__ import annotations

import json

import pytest
from light_sets import ball_set
from refusals import reason_of

from lib_iclight.studio.film import parse
from lib_iclight.studio.mix import Fader, Mix, Turned
from lib_iclight.studio.motion import READY, Keyframe, Motion

MIX = {"turned": {"angle": 350, "strength": 0.5}, "exposure": "auto"}
ASKED = {
    "set": "a cat",
    "motion": {"keyframes": [{"at": 0, "mix": MIX}, {"at": 1, "mix": {}, "easing": "hold"}], "loops": False},
    "frames": 12,
    "fps": 5,
    "format": "gif",
}


def test_a_film_is_read_from_its_text_and_written_as_it_was_asked_for():
    found = parse(json.dumps(ASKED))
    assert (found.set_name, found.frames, found.fps, found.kind) == ("a cat", 12, 5, ".gif")
    keyframes = Keyframe(0, Mix(turned=Turned(350, Fader(0.5)), exposure=None)), Keyframe(1, Mix(), "hold")
    assert found.motion == Motion(keyframes, loops=False)
    assert not found.loops
    assert parse(found.text) == found


def test_a_ready_motion_is_asked_for_by_its_name():
    found = parse({"set": "a cat", "motion": "day"})
    assert (found.frames, found.fps, found.kind, found.loops) == (60, 15, ".webp", False)
    assert found.motion_of(ball_set()) == READY["day"](1.0)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"set": ""}, "film.set must be the name of a light set"),
        ({"motion": "spin"}, "film.motion must be keyframes or one of once_around, day, candle, not 'spin'"),
        ({"motion": {"keyframes": {}}}, "film.motion.keyframes must be a list"),
        ({"motion": {"keyframes": [], "loops": 1}}, "film.motion.loops must be true or false"),
        ({"motion": {"keyframes": [{"at": 2, "mix": {}}]}}, "film.motion.keyframes[0].at must be a number from 0 to 1"),
        ({"motion": {"keyframes": [{"at": 0, "mix": {"lights": 3}}]}}, "film.motion.keyframes[0].mix.lights must be"),
        ({"frames": 241}, "film.frames must be a number from 1 to 240"),
        ({"frames": 2.5}, "film.frames must be a whole number, not 2.5."),
        ({"fps": float("nan")}, "film.fps must be a number"),
        ({"format": "avi"}, "film.format must be one of webp, gif, mp4"),
        ({"version": 2}, "film.version must be 1"),
        ({"size": "full"}, "film has no key 'size'"),
    ],
)
def test_what_is_wrong_is_named(change, words):
    assert words in reason_of(parse, ASKED | change)
    assert "film must be JSON" in reason_of(parse, "{")
