"""The worked examples that come with the extension."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from PIL import Image

from lib_iclight.errors import ICLightError
from lib_iclight.fields import Section
from lib_iclight.request import FIELDS
from lib_iclight.request_input import from_page
from lib_iclight.ui import examples

ALL = examples.load()


def test_there_are_a_few_and_each_has_a_name_and_a_prompt():
    assert 3 <= len(ALL) <= 5
    assert len({example.name for example in ALL}) == len(ALL)
    assert all(example.prompt for example in ALL)


@pytest.mark.parametrize("example", ALL, ids=lambda example: example.name)
def test_an_example_fills_every_field_of_the_form(example):
    assert set(example.values()) - {"light_editor", "placement_editor"} == {
        "enabled",
        "light",
        "placement",
        *examples.FORM,
    }
    values = {"enabled": True, **example.values()}
    assert from_page(list(values.values()), list(values)) == replace(example.request, enabled=True)
    assert example.values()["enabled"] is True
    assert example.background is None or example.request.mode == "fbc"


def test_an_example_decides_all_that_a_request_says_but_pictures_the_result_and_what_does_the_work():
    left_alone = {"foreground", "background", "light_map", "model", "matting_model", "show_subject"}
    left_alone |= {name for name, field in FIELDS.items() if field.section is Section.RESULT}
    assert set(FIELDS) - set(examples.CONTROLS) == left_alone
    assert set(examples.CONTROLS) <= set(FIELDS) | {"light_editor", "placement_editor"}


def test_the_pictures_are_small_and_the_subjects_are_cut_out():
    pictures = {path for example in ALL for path in (example.foreground, example.background) if path}
    assert pictures
    assert sum(path.stat().st_size for path in pictures) < 100_000
    for path in {example.foreground for example in ALL if example.foreground}:
        assert Image.open(path).getchannel("A").getextrema() == (0, 255)


def test_an_example_that_asks_for_what_cannot_be_is_refused(tmp_path):
    path = tmp_path / "examples.json"
    path.write_text(json.dumps([{"name": "x", "prompt": "y", "relight": {"mode": "fd"}}]), encoding="utf-8")
    with pytest.raises(ICLightError, match="mode"):
        examples.load(path)
