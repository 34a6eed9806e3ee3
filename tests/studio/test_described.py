"""The lights of a moment as a light description."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from light_sets import ball_set, from_angle
from refusals import reason_of

from lib_iclight.light.description import Directional, LightDescription, Positioned
from lib_iclight.light.maps import preset, render
from lib_iclight.studio.described import described
from lib_iclight.studio.lamps import Lamp
from lib_iclight.studio.light_set import LightSet
from lib_iclight.studio.mix import Fader, Mix, Turned, alone
from lib_iclight.studio.motion import Keyframe, Motion, moments

BALL = ball_set()


def lit(mix: Mix, light_set: LightSet = BALL) -> LightDescription:
    return described(light_set, moments(light_set, Motion((Keyframe(0, mix),)), 1)[0])


@pytest.mark.parametrize("name", ["left", "right", "top", "bottom"])
def test_one_light_is_the_one_that_was_shot(name):
    assert lit(alone(name)) == preset(name)


def test_the_ambient_light_is_the_one_that_was_shot():
    found = lit(Mix(ambient=Fader()))
    np.testing.assert_array_equal(render(found, 8, 8), render(preset("ambient"), 8, 8))


def test_strengths_and_colours_multiply_those_of_the_set():
    own = LightDescription((Positioned(0.2, 0.7, 0.3, 0.5, "#ff8000"),))
    light_set = replace(BALL, lights=(replace(BALL.lights[0], light=own), *BALL.lights[1:]))
    name = light_set.lights[0].name
    assert lit(Mix({name: Fader(3)}), light_set).lights == (Positioned(0.2, 0.7, 0.3, 1.5, "#ff8000"),)
    assert lit(Mix({name: Fader(3, "#ff0000")}), light_set).lights == (Positioned(0.2, 0.7, 0.3, 1.5, "#ff0000"),)


def test_a_colour_temperature_stays_the_colour_that_it_is():
    warm = Directional(180, kelvin=3200)
    light_set = replace(BALL, lights=(replace(BALL.lights[0], light=LightDescription((warm,))), *BALL.lights[1:]))
    assert lit(Mix({light_set.lights[0].name: Fader(2)}), light_set).lights == (replace(warm, strength=2.0),)
    through_colour = lit(Mix({"left": Fader(kelvin=3200)}))
    directly = LightDescription((replace(warm, angle=180),))
    np.testing.assert_allclose(render(through_colour, 16, 16), render(directly, 16, 16), atol=1)


def test_a_turned_light_comes_from_its_angle_on_top_of_the_others():
    found = lit(Mix({"left": Fader(0.5)}, Fader(0.5), Turned(33.3, Fader(1.2))))
    assert found.lights == (Directional(180, strength=0.5), Directional(33.3, strength=1.2))
    assert 0 < found.ambient < preset("ambient").ambient
    assert lit(Mix(turned=Turned(-90))).lights == (Directional(270),)


def test_a_lamp_is_a_light_at_its_place_the_wider_the_higher_and_softer_it_is():
    lamps = (Lamp(0.2, 0.3, 0.4, 0.25, fader=Fader(2, "#ff8000")), Lamp(0.8, 0.1, fader=Fader(muted=True)))
    assert lit(Mix(lamps=lamps)).lights == (Positioned(0.2, 0.3, 0.5, 2, "#ff8000"),)


def test_lights_of_a_background_keep_its_range():
    shots = tuple(replace(shot, light=preset(name, True)) for shot, name in zip(BALL.lights, ("right", "top")))
    ambient = replace(BALL.ambient, light=preset("ambient", True))
    light_set = replace(BALL, lights=shots, ambient=ambient)
    assert lit(alone("right"), light_set) == preset("right", True)
    found = lit(Mix(ambient=Fader()), light_set)
    assert found.range == (32, 224)
    np.testing.assert_allclose(render(found, 4, 4), 64, atol=1)


def test_what_is_off_is_left_out():
    assert lit(Mix({"left": Fader(0.0001)})).lights == ()
    assert not render(lit(Mix()), 4, 4).any()


def test_more_lights_than_a_relight_can_have_are_refused():
    angles = {f"light {index}": 40.0 * index for index in range(9)}
    light_set = ball_set(angles)
    assert lit(Mix({name: Fader() for name in [*angles][:8]}), light_set).lights[7] == from_angle(280).lights[0]
    refused = Motion((Keyframe(0, Mix({name: Fader() for name in angles})),))
    [moment] = moments(light_set, refused, 1)
    assert "has 9 lights, and a relight can have 8" in reason_of(described, light_set, moment)
