"""The X/Y/Z plot's axes set fields of one run's request."""

from __future__ import annotations

import json

import pytest

from lib_iclight.errors import ICLightError
from lib_iclight.fields import Kind
from lib_iclight.hosts import run_context, xyz_axes
from lib_iclight.light import maps
from lib_iclight.request import FIELDS
from lib_iclight.request_input import from_api
from lib_iclight.subject.placement import Placement

LAMP = '{"version":1,"lights":[{"x":0.2,"y":0.3}]}'


class Processing:
    """A host's processing object."""


@pytest.fixture
def read():
    """The request when an axis has a value."""
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
    """Programs refer to axes by number; those of new fields come last."""
    labels = [label for label, *_ in xyz_axes._axes(_option, lambda: [], lambda: [])]
    first = ("Mode", "Light", "Light angle", "Light strength", "Placement", "Model", "Background remover")
    assert labels[:9] == [f"[IC Light] {label}" for label in (*first, "Restore details", "Keep colours")]
    assert len(labels) == 1 + sum(field.axis for field in FIELDS.values())


@pytest.fixture
def every_field(monkeypatch):
    """An axis for each field that is no picture."""
    names = [name for name, field in FIELDS.items() if field.kind is not Kind.PICTURE]
    monkeypatch.setattr(xyz_axes, "_WITH_AXIS", names)
    return names


@pytest.mark.usefixtures("every_field")
@pytest.mark.parametrize(
    ("axis", "text", "field", "value"),
    [
        ("Flip background", "True", "flip_background", True),
        ("Flip background", "false", "flip_background", False),
        ("Remove background", "False", "remove_background", False),
        ("Remove background", "always", "remove_background", "always"),
        ("Shrink", "-2", "matte_shrink", -2.0),
    ],
)
def test_a_field_of_any_kind_can_have_an_axis(read, axis, text, field, value):
    assert getattr(read(axis, text, enabled=True), field) == value


@pytest.mark.usefixtures("every_field")
@pytest.mark.parametrize(("axis", "said"), [("Flip background", "on or off"), ("Remove background", "always")])
def test_what_is_neither_on_nor_off_is_refused(read, axis, said):
    with pytest.raises(ICLightError, match=said):
        read(axis, "perhaps", enabled=True)


def test_each_choice_of_an_axis_can_be_read(every_field):
    def option(label, kind, apply, confirm=None, choices=lambda: []):
        return label, kind, choices()

    axes = xyz_axes._axes(option, lambda: ["a.safetensors"], lambda: ["u2net"])
    read = {label.removeprefix("[IC Light] "): [kind(choice) for choice in chosen] for label, kind, chosen in axes}
    for name in every_field:
        field = FIELDS[name]
        if field.kind in (Kind.SWITCH, Kind.REMOVAL, Kind.CHOICE):
            assert read[field.label]
        for value in read[field.label]:
            assert field.check(name, value) == value


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


def test_axes_alone_do_not_turn_iclight_on():
    assert not from_api({}, {"light": "top"}).enabled
    assert from_api({"mode": "fcon"}, {"light": "top"}) == from_api({"mode": "fcon", "light": "top"})
