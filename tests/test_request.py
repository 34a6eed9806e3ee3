"""Valid requests, and the messages for invalid ones."""

from __future__ import annotations

import contextlib
import json

import pytest
from refusals import reason_of

from lib_iclight import request
from lib_iclight.errors import ICLightError
from lib_iclight.light import description
from lib_iclight.request import Request
from lib_iclight.request_input import from_api, from_page, picture_sources
from lib_iclight.subject.matte_refinement import MatteRefinement
from lib_iclight.subject.placement import Placement

ON_PHOTOGRAPH = [name for name in request.FIELDS if name.startswith(("photograph_", "background_"))]


def refusal(values: dict) -> str:
    return reason_of(from_api, values)


def test_an_empty_dict_is_iclight_off_with_the_documented_defaults():
    assert from_api({}) == Request(
        enabled=False,
        mode="fc",
        model="auto",
        foreground=None,
        background=None,
        flip_background=False,
        light="none",
        light_map=None,
        light_strength=1.0,
        remove_background=True,
        matting_model="isnet-general-use",
        alpha_matting=False,
        matte_threshold=0.0,
        matte_shrink=0.0,
        matte_feather=0.0,
        decontaminate=0.0,
        result="painting",
        **dict(zip(ON_PHOTOGRAPH, (1.0, 0.5, 0.0, 1.0, "run", "auto", 1.0, "auto"), strict=True)),
        reinforce_foreground=0.0,
        restore_details=0.0,
        details_radius=4.0,
        keep_colours=0.0,
        keep_original=False,
        placement="cover",
        show_subject=False,
    )


def test_every_field_is_taken_over():
    values = {
        "enabled": True,
        "mode": "fbc",
        "model": "my.safetensors",
        "foreground": "Zm9v",
        "background": "YmFy",
        "flip_background": True,
        "light": "custom",
        "light_map": "bWFw",
        "light_strength": 1.5,
        "remove_background": False,
        "matting_model": "u2net",
        "alpha_matting": True,
        "matte_threshold": 0.5,
        "matte_shrink": -2.5,
        "matte_feather": 1,
        "decontaminate": True,
        "keep_original": True,
        "result": "photograph",
        **dict(zip(ON_PHOTOGRAPH, (0.75, 0.25, 0.3, 2.0, "photograph", "relit", 0.5, "Lanczos"), strict=True)),
        "layers": "both",
        "reinforce_foreground": 0.25,
        "restore_details": 0.5,
        "details_radius": 3.5,
        "keep_colours": 0.75,
        "placement": "contain",
        "show_subject": True,
    }
    assert set(values) == set(request.FIELDS)
    asked = from_api(values)
    pictures = picture_sources(values)
    assert pictures == {"foreground": "Zm9v", "background": "YmFy", "light_map": "bWFw"}
    assert {name: getattr(asked, name) for name in values} == values | dict.fromkeys(pictures)


@pytest.mark.parametrize("name", request.FIELDS)
def test_null_means_the_default(name):
    assert from_api({name: None}) == Request()


@pytest.mark.parametrize("name", ["foreground", "background", "light_map", "model", "matting_model"])
def test_empty_text_means_the_default(name):
    assert from_api({"enabled": False, name: ""}) == Request()


def test_empty_text_asks_for_relighting():
    assert from_api({"foreground": ""}).enabled


def test_a_request_cannot_be_changed():
    with pytest.raises(AttributeError):
        Request().mode = "fbc"


NAN, INFINITY = float("nan"), float("inf")
SWITCHES = ["enabled", "flip_background", "remove_background", "alpha_matting", "keep_original", "show_subject"]
PICTURES = ["foreground", "background", "light_map"]
STRENGTHS = ["decontaminate", "photograph_highlights", "reinforce_foreground", "restore_details", "keep_colours"]
WRONG = [
    *((name, value) for name in SWITCHES for value in ("true", 1, 0, 1.0, [], {})),
    *((name, value) for name in PICTURES for value in (True, 5, 0.5, b"raw", [1], {"url": "x"}, ())),
    *((name, value) for name in STRENGTHS for value in ("1", -0.1, 1.01, NAN, INFINITY, [0.5], 10**400)),
    *(("light_strength", value) for value in (True, "1", -0.01, 3.01, NAN, INFINITY, -INFINITY, [1], 10**400)),
    *((f"photograph_{name}", value) for name in ("strength", "colour", "radius") for value in (True, "1", -0.1, 4.1)),
    *(("details_radius", value) for value in (False, "2", 0, -1, 16.5, NAN, INFINITY)),
    *(("matte_threshold", value) for value in (True, "0.5", -0.01, 1.01, NAN, [1])),
    *(("matte_shrink", value) for value in (False, "2", -16.5, 16.5, NAN, -INFINITY)),
    *(("matte_feather", value) for value in (True, "2", -0.5, 16.5, NAN, INFINITY)),
    *(("mode", value) for value in ("", "fcc", "sdxl", 1, True, ["fc"], {"fc": 1})),
    *(("light", value) for value in ("", "up", "Left Light", "editor", 1, False, ["left"])),
    *(("placement", value) for value in ("", "placed", "middle", 1, False, [0.5, 0.5])),
    *((name, value) for name in ("model", "matting_model") for value in (1, True, ["auto"], {})),
]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_value_is_refused_by_the_fields_name(name, value):
    assert refusal({name: value}).startswith(f"{name} must be ")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("mode", "sdxl", "one of: fc, fcon, fbc; not 'sdxl'"),
        (
            "light",
            "north",
            "one of: none, left, right, top, bottom, front, ambient, custom, mask, or a light description; not 'north'",
        ),
        ("light_strength", 4, "a number from 0 to 3, not 4"),
        ("enabled", "yes", "true or false, not 'yes'"),
        ("foreground", 7, "base64 text or a data URL, not int"),
    ],
)
def test_a_refusal_says_what_is_possible(name, value, said):
    assert said in refusal({name: value})


@pytest.mark.parametrize(
    ("name", "value"),
    [("light_strength", 0), ("light_strength", 3), ("restore_details", 1), ("details_radius", 16)],
)
def test_the_ends_of_a_range_belong_to_it(name, value):
    assert getattr(from_api({name: value}), name) == float(value)


@pytest.mark.parametrize("name", STRENGTHS)
@pytest.mark.parametrize(("value", "strength"), [(True, 1.0), (False, 0.0)])
def test_a_strength_may_be_true_or_false(name, value, strength):
    assert getattr(from_api({name: value}), name) == strength


def test_mode_and_light_may_be_written_in_capitals():
    asked = from_api({"mode": "FBC", "light": "Left"})
    assert (asked.mode, asked.light) == ("fbc", "left")


def test_what_is_done_to_the_edge_is_of_its_fields():
    values = {"alpha_matting": True, "matte_threshold": 0.1, "matte_shrink": 2.0, "matte_feather": 3.0}
    asked = from_api({**values, "decontaminate": 0.5})
    assert asked.edge == MatteRefinement(True, 0.1, 2.0, 3.0, 0.5)
    assert (*values, "decontaminate") == request.REFINEMENT_FIELDS


def test_blanks_around_a_models_name_do_not_count():
    assert from_api({"model": " my.safetensors\n"}).model == "my.safetensors"


@pytest.mark.parametrize(
    ("name", "suggestion"),
    [
        ("forground", "foreground"),
        ("lights", "light"),
        ("restore_detail", "restore_details"),
        ("keep_colors", "keep_colours"),
        ("light_strenght", "light_strength"),
    ],
)
def test_an_unknown_field_is_refused_with_the_one_that_was_meant(name, suggestion):
    assert refusal({name: 1}) == f"IC Light has no field {name!r}. Did you mean {suggestion!r}?"


def test_an_unknown_field_like_no_other_is_refused_with_all_fields():
    message = refusal({"zzz": 1})
    assert "'zzz'" in message
    assert all(name in message for name in request.FIELDS)


@pytest.mark.parametrize("name", ["mode", "model", "matting_model"])
def test_half_a_character_is_refused_by_name(name):
    assert refusal({name: "\ud800"}).startswith(f"{name} ")


def test_a_field_name_that_is_no_text_is_refused():
    assert "no field 1" in refusal({1: 2})


@pytest.mark.parametrize(
    ("value", "expected"), [(True, True), (False, False), ("always", "always"), ("Always", "always")]
)
def test_a_background_is_removed_where_needed_never_or_always(value, expected):
    assert from_api({"remove_background": value}).remove_background == expected


@pytest.mark.parametrize("value", ["never", "true", 1, 0, [], {}])
def test_no_other_word_says_whether_a_background_is_removed(value):
    with pytest.raises(ICLightError, match=r'^remove_background must be true, false or "always", not '):
        from_api({"remove_background": value})


def test_an_empty_picture_is_none():
    assert picture_sources({"foreground": "", "background": None}) == {}


# Lights and placements that are drawn

LAMP = {"version": 1, "lights": [{"x": 0.25, "y": -0.5, "kelvin": 3200}]}
DRAWN = description.parse(LAMP)


@pytest.mark.parametrize("given", [LAMP, json.dumps(LAMP), DRAWN], ids=["object", "text", "description"])
def test_a_light_may_be_a_description(given):
    asked = from_api({"light": given})
    assert asked.light == DRAWN
    assert asked.light_name == "editor"
    assert from_api({"light": "left"}).light_name == "left"


def test_what_is_wrong_with_a_description_is_said_by_its_key():
    assert refusal({"light": {**LAMP, "lamp": 1}}).startswith("light has no key 'lamp'")
    assert refusal({"light": '{"version":3,"lights":[]}'}) == (
        "light.version must be 1, not 3. It was made by a newer IC Light: update this one to read it."
    )


@pytest.mark.parametrize(
    ("given", "expected", "name"),
    [
        ("Contain", "contain", "contain"),
        ({"scale": 0.5}, Placement(0.5, 0.5, 0.5), "placed"),
        ('{"scale":2,"x":0,"y":1}', Placement(2.0, 0.0, 1.0), "placed"),
    ],
)
def test_where_the_subject_stands(given, expected, name):
    asked = from_api({"placement": given})
    assert (asked.placement, asked.placement_name) == (expected, name)


def test_what_json_can_hold_never_crashes():
    for text in ("1e999", "NaN", "-Infinity", "[]", "{}", "[[]]", '"\\u0000"', "1" * 400, "null", "true"):
        for name in (*request.FIELDS, "model_type", "bg_source_fc", "bg_source_fbc", "detail_transfer_blur_radius"):
            with contextlib.suppress(ICLightError):
                from_api({name: json.loads(text)})


# The page


def test_the_pages_values_are_read_in_order():
    asked = from_page([True, "right", 2], ["enabled", "light", "light_strength"])
    assert asked == Request(enabled=True, light="right", light_strength=2.0)


def test_fewer_values_than_names_leave_the_defaults():
    assert from_page([True], ["enabled", "light"]) == Request(enabled=True)


def test_the_page_is_validated_like_the_api():
    with pytest.raises(ICLightError, match="light_strength must be a number from 0 to 3"):
        from_page([9], ["light_strength"])


NAMES = ["enabled", "light", "light_editor", "placement", "placement_editor"]


def test_the_page_says_in_controls_of_their_own_what_is_drawn():
    asked = from_page([True, "editor", json.dumps(LAMP), "placed", '{"scale":2,"x":0.1,"y":0.5}'], NAMES)
    assert asked == Request(enabled=True, light=DRAWN, placement=Placement(2.0, 0.1, 0.5))


def test_what_is_drawn_counts_only_where_it_is_chosen():
    asked = from_page([True, "left", "no JSON", "contain", "no JSON"], NAMES)
    assert asked == Request(enabled=True, light="left", placement="contain")


def test_an_empty_light_editor_is_refused_with_the_way_out():
    with pytest.raises(ICLightError, match=r"nothing is drawn in the light editor\. Draw a light there, or choose"):
        from_page([True, "editor", "", "cover", ""], NAMES)


def test_a_placement_that_nobody_has_moved_is_cover_in_its_place():
    assert from_page([True, "none", "", "placed", ""], NAMES).placement == Placement()


def test_a_page_that_is_off_is_off_whatever_is_drawn():
    assert not from_page([False, "editor", "", "placed", "broken"], NAMES).enabled


def test_an_axis_replaces_what_is_drawn():
    given = [True, "editor", json.dumps(LAMP), "placed", "{}", "top", "cover"]
    assert from_page(given, [*NAMES, "light", "placement"]) == Request(enabled=True, light="top")
