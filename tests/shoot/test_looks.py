"""Looks: whole files, and refused by name where they are not."""

from __future__ import annotations

import json

import pytest
from catalogues import LEFT, picture
from refusals import reason_of

from lib_iclight.shoot import looks
from lib_iclight.shoot.looks import from_json, inside, listed, load, make, read, save, to_json

RUN = {"prompt": "studio", "negative_prompt": "dark", "seed": 3, "steps": 20, "width": 512, "height": 640}


def test_a_look_comes_back_as_it_was_saved(tmp_path):
    light = {"version": 1, "lights": [{"angle": 30, "kelvin": 3200}]}
    fields = {
        "mode": "fbc",
        "background": inside(picture(1)),
        "light": light,
        "placement": {"scale": 1, "x": 0, "y": 0},
    }
    look = make("Abend 1", fields, RUN, "img2img", match_size=True)
    save(tmp_path / "looks", look)
    found = load(tmp_path / "looks", "Abend 1")
    assert found == look
    assert found.digest == look.digest
    assert inside(picture(1)) in (tmp_path / "looks" / "Abend 1.json").read_text(), "whole, with its picture"


def test_looks_are_told_apart_by_what_they_say_and_not_by_their_name():
    one = make("one", {"light": "left"}, RUN)
    assert make("two", {"light": "left", "enabled": True, "model": None}, RUN).digest == one.digest
    assert make("one", {"light": "right"}, RUN).digest != one.digest
    assert make("one", {"light": "left"}, RUN | {"seed": 4}).digest != one.digest


def test_a_look_is_not_replaced_unless_that_is_asked_for(tmp_path):
    save(tmp_path, LEFT)
    other = make("left", {"light": "top"}, RUN)
    assert "There is a look named 'left' already" in reason_of(save, tmp_path, other)
    assert load(tmp_path, "left") == LEFT
    save(tmp_path, other, overwrite=True)
    assert load(tmp_path, "left") == other


@pytest.mark.parametrize(
    ("fields", "run", "reason"),
    [
        ({"lihgt": "left"}, RUN, "no field 'lihgt'. Did you mean 'light'?"),
        ({"foreground": inside(picture(1))}, RUN, "foreground is each of the catalogue's pictures"),
        ({"background": inside(b"no picture")}, RUN, "The background cannot be read"),
        ({"photograph_strength": 9}, RUN, "photograph_strength must be a number from 0 to 2"),
        ({}, {"cfg_scale": float("nan")}, "run has a number that is none"),
        ({}, {"seed": 1.5}, "run.seed must be a whole number"),
        ({}, {"width": 9999}, "run.width must be a number from 64 to 2048"),
        ({}, {"batch_size": 4}, "run.batch_size is set by the catalogue"),
        ({}, {"alwayson_scripts": {"IC Light": {}}}, "must not have 'IC Light'"),
    ],
)
def test_what_cannot_be_relit_is_refused_with_the_looks_name(fields, run, reason):
    said = reason_of(make, "evening", fields, run)
    assert said.startswith("The look 'evening' cannot be used. ")
    assert reason in said


@pytest.mark.parametrize("name", ["../up", "", "con", "a/b", ".hidden", "x" * 200])
def test_no_name_leads_out_of_the_folder(tmp_path, name):
    assert "cannot be the name of a look" in reason_of(load, tmp_path, name)


DAMAGED = {
    "cut": to_json(LEFT)[:-20],
    "list": "[]",
    "other": json.dumps({"format": "ic-light-mix", "version": 1}),
    "later": json.dumps({**json.loads(to_json(LEFT)), "version": 2}),
    "more": json.dumps({**json.loads(to_json(LEFT)), "sampler": "x"}),
    "bytes": b"\xff\xfe\x00",
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_file_is_refused_by_name(tmp_path, name):
    content = DAMAGED[name]
    (tmp_path / f"{name}.json").write_bytes(content if isinstance(content, bytes) else content.encode())
    assert f"'{name}" in reason_of(load, tmp_path, name)


def test_looks_are_listed_with_what_is_wrong_with_them(tmp_path):
    save(tmp_path, LEFT)
    (tmp_path / "broken.json").write_text("{")
    broken, left = listed(tmp_path)
    assert (left.name, left.problem, broken.name) == ("left", "", "broken")
    assert "must be JSON" in broken.problem
    looks.delete(tmp_path, "left")
    assert [each.name for each in listed(tmp_path)] == ["broken"]
    assert "There is no look 'left" in reason_of(looks.delete, tmp_path, "left")


def test_a_look_that_was_written_by_hand_need_not_say_everything(tmp_path):
    path = tmp_path / "mine.json"
    path.write_bytes(b"\xef\xbb\xbf" + b'{"format": "ic-light-look", "version": 1, "request": {"light": "top"}}')
    found = read(path)
    assert (found.request, dict(found.run), found.tab, found.seed) == ({"light": "top"}, {}, "txt2img", -1)
    assert from_json(to_json(found), "mine") == found
