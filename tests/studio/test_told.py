"""Set and mix in generation parameters."""

from __future__ import annotations

import pytest
from refusals import reason_of

from lib_iclight.studio.mix import Fader, Mix, Turned
from lib_iclight.studio.told import read, written

MIX = Mix(
    {"left": Fader(1.5, kelvin=3200), 'a "key", so to say': Fader(0.4, "#ff8800", muted=True), "光": Fader()},
    ambient=Fader(0.1),
    turned=Turned(30, Fader(0.3, solo=True)),
    exposure=None,
)
INFOTEXT = "a cat, IC Light mix: no\nNegative prompt: a dog\nSteps: 20, Seed: 5, IC Light light: left"


@pytest.mark.parametrize("infotext", [INFOTEXT, ""])
def test_what_is_written_is_read_again(infotext):
    text = written(infotext, "512x512 (2)", MIX)
    assert text.startswith(infotext)
    assert read(text) == ("512x512 (2)", MIX)


def test_of_a_picture_that_is_developed_anew_the_last_mix_counts():
    twice = written(written(INFOTEXT, "one", Mix()), "two", MIX)
    assert read(twice) == ("two", MIX)


@pytest.mark.parametrize("infotext", ["", INFOTEXT, "Steps: 20, IC Light mix: {}"])
def test_parameters_without_a_mix_are_refused(infotext):
    assert "have no mix of a light set" in reason_of(read, infotext)


@pytest.mark.parametrize("mix", ['"{"', '"{\\"version\\":9}"', '"\\q"'])
def test_a_mix_that_cannot_be_read_is_refused(mix):
    assert "IC Light mix" in reason_of(read, f"Steps: 20, IC Light mix: {mix}")
