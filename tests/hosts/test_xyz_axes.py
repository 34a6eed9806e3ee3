"""The X/Y/Z plot's axes set fields of one run's request."""

from __future__ import annotations

import json

import pytest

from lib_iclight.errors import ICLightError
from lib_iclight.hosts import run_context, xyz_axes
from lib_iclight.light import maps
from lib_iclight.request import FIELDS, from_api
from lib_iclight.subject.placement import Placement

LAMP = '{"version":1,"lights":[{"x":0.2,"y":0.3}]}'


class Processing:
    """A host's processing object."""


@pytest.fixture
def read():
    """What the request is when an axis has a value."""
    options = {
        label: (kind, apply)
        for label, kind, apply in xyz_axes._axes(_option, lambda: ["a.safetensors"], lambda: ["u2net"])
    }

    def read(axis: str, text: str, **given):
        kind, apply = options[f"[IC Light] {axis}"]
        p = Processing()
        apply(p, kind(text), [])
        return xyz_axes.overridden(lambda overrides: from_api({**given, **overrides}), run_context.begin(p).overrides)

    return read


def _option(label, kind, apply, confirm=None, choices=lambda: []):
    assert all(isinstance(choice, str) for choice in choices())
    return label, kind, apply


def test_an_axis_has_one_number_for_good():
    """Programs ask for an axis by its number; those of new fields come last."""
    labels = [label for label, *_ in xyz_axes._axes(_option, lambda: [], lambda: [])]
    first = ("Mode", "Light", "Light angle", "Light strength", "Placement", "Model", "Background remover")
    assert labels[:9] == [f"[IC Light] {label}" for label in (*first, "Restore details", "Keep colours")]
    assert len(labels) == 1 + sum(field.axis for field in FIELDS.values())


@pytest.mark.parametrize(
    ("axis", "text", "field", "value"),
    [
        ("Mode", "fbc", "mode", "fbc"),
        ("Light", "front", "light", "front"),
        ("Light strength", "1.5", "light_strength", 1.5),
        ("Placement", "contain", "placement", "contain"),
        ("Placement", '{"scale":0.5}', "placement", Placement(0.5)),
        ("Model", "a.safetensors", "model", "a.safetensors"),
        ("Background remover", "u2net", "matting_model", "u2net"),
        ("Restore details", "0.5", "restore_details", 0.5),
        ("Keep colours", "1", "keep_colours", 1.0),
        ("Result", "photograph", "result", "photograph"),
        ("Relighting strength", "0.5", "photograph_strength", 0.5),
    ],
)
def test_an_axis_sets_its_field(read, axis, text, field, value):
    assert getattr(read(axis, text, enabled=True), field) == value


def test_the_light_axis_takes_descriptions(read):
    assert read("Light", LAMP).light.to_json() == LAMP


@pytest.mark.parametrize(("mode", "background"), [("fc", False), ("fbc", True)])
def test_an_angle_is_the_named_light_of_the_mode(read, mode, background):
    for name, angle in (("right", "0"), ("top", "90"), ("left", "-180"), ("bottom", "630")):
        assert read("Light angle", angle, mode=mode).light == maps.preset(name, background)


@pytest.mark.parametrize("light", ["left", json.loads(LAMP)])
def test_an_angle_replaces_the_light_that_is_chosen(read, light):
    assert read("Light angle", "33.3", light=light).light == maps.directional(33.3)


def test_a_value_that_cannot_be_is_refused(read):
    with pytest.raises(ICLightError, match="light must be one of"):
        read("Light", "north")
    with pytest.raises(ICLightError, match="light angle must be a number"):
        read("Light angle", "nan")


def test_a_model_that_is_absent_is_named_before_the_first_picture():
    confirm = xyz_axes._confirm_models
    confirm(["auto", "a", "a.safetensors"], ["a.safetensors", "b.safetensors"])
    with pytest.raises(ICLightError, match=r"named 'b\.old'\. Choose auto, or one of: a\.safetensors, b\.safetensors"):
        confirm(["a", "b.old"], ["a.safetensors", "b.safetensors"])


def test_without_axes_the_request_is_as_it_is():
    assert xyz_axes.overridden(lambda overrides: from_api({"light": "top", **overrides}), {}).light == "top"
