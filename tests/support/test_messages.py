"""A message about a wrong value can always be sent, is short, and keeps its remedy."""

from __future__ import annotations

import json

import pytest
from refusals import reason_of

from lib_iclight.errors import ICLightError
from lib_iclight.light import description
from lib_iclight.request import FIELDS
from lib_iclight.request_input import from_api
from lib_iclight.subject import placement
from lib_iclight.support.json_values import shown, well_formed

HALF = "\ud800"
TAKE_ANY_TEXT = ("model", "matting_model", "background_upscaler", "foreground", "background", "light_map")
ANY_TEXT = ("text", "quotes", "faces", "zeros")
HUGE = {
    "text": "x" * 10_000_000,
    "quotes": '"' * 100_000,
    "faces": "\U0001f600" * 100_000,
    "zeros": "\0" * 100_000,
    "halves": HALF * 100_000,
    "list": list(range(100_000)),
    "mapping": {str(number): number for number in range(100_000)},
    "number": 10**5000,
}


def nested(depth: int) -> dict:
    value: dict = {}
    for _ in range(depth):
        value = {"light": value}
    return value


def refusal(values) -> str:
    return reason_of(from_api, values)


def as_host_answers(message: str) -> bytes:
    """A web UI's answer, which contains the message twice."""
    answer = {"error": "ICLightError", "detail": message, "body": "", "message": message}
    return json.dumps(answer, ensure_ascii=False).encode()


@pytest.mark.parametrize("kind", HUGE)
@pytest.mark.parametrize("name", [*FIELDS, "model_type", "bg_source_fc", "no such field"])
def test_no_value_is_echoed_whole(name, kind):
    if name in TAKE_ANY_TEXT and kind in ANY_TEXT:
        from_api({name: HUGE[kind]})  # a picture or a name, which later steps look at
    else:
        assert len(as_host_answers(refusal({name: HUGE[kind]}))) <= 2000


@pytest.mark.parametrize("value", [nested(5000), [nested(5000)]], ids=["mapping", "list"])
@pytest.mark.parametrize("name", [*FIELDS, "model_type", "bg_source_fc"])
def test_a_deep_value_is_refused_by_the_field(name, value):
    assert name in refusal({name: value})


@pytest.mark.parametrize("name", ["mode", "model", "foreground", "light", "matting_model", "placement", "bg_source_fc"])
def test_half_a_character_is_refused_by_the_field(name):
    assert name in refusal({name: f"a{HALF}b"})


@pytest.mark.parametrize(
    "values",
    [{HALF: 1}, {"light": {"version": 1, "lights": [{HALF: 1}]}}, {"placement": {"scale": HALF}}, {"light": [HALF]}],
)
def test_half_a_character_anywhere_leaves_a_message_that_can_be_sent(values):
    as_host_answers(refusal(values))


def test_a_long_message_keeps_its_end():
    message = str(ICLightError("There is no file " + "x" * 5000 + ". Choose another one."))
    assert message.startswith("There is no file xxx")
    assert message.endswith("xxx. Choose another one.")
    assert len(message) < 800


def test_a_message_of_ordinary_length_stays_as_it_is():
    message = "There is no “model” named 柔らかい光.safetensors\u3000(1): choose 'auto'."
    assert str(ICLightError(message)) == message


def test_values_are_shown_as_they_are_written():
    for value in ({"b": 2, "a": [1, None, True]}, "it's", 0.5, -3, (1, 2)):
        assert shown(value) == repr(value)


def test_numbers_in_texts_of_json_are_refused_by_the_field():
    for text in ('{"version": 1e999}', f'{{"version": {"9" * 5000}}}', '{"version": NaN}', "{" * 3000):
        with pytest.raises(ICLightError, match="light"):
            description.parse(text, "light")
        with pytest.raises(ICLightError, match="placement"):
            placement.parse(text, "placement")


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ([{"enabled": True, "model": HALF}], "args[0].model contains half"),
        ([{"light": {"lights": [{"colour": HALF}]}}], "args[0].light.lights[0].colour contains half"),
        ([{"input_fg_rgb": {HALF: 1}}], "A key of args[0].input_fg_rgb contains half"),
        ([False, [], HALF], "args[2] contains half"),
    ],
)
def test_half_a_character_is_found_wherever_it_is_and_its_place_is_named(args, said):
    assert said in reason_of(well_formed, args, "args")
