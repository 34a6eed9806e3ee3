"""What shaped a picture is written to PNG info and read back."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from caches import relight_pipeline
from drawing_up import draw_up
from samples import encoded, left_half, no_remover, plain
from sd15_layout import iclight_file

from lib_iclight import infotext
from lib_iclight.errors import ICLightError
from lib_iclight.light import description
from lib_iclight.request import FIELDS, Request
from lib_iclight.request_input import from_page
from lib_iclight.subject.placement import Placement

PICTURES = ("foreground", "background", "light_map")
NOT_WRITTEN = (*PICTURES, "show_subject", "keep_original")


@pytest.fixture
def described(tmp_path):
    """The generation parameters of a request."""
    for name, channels in (("fc", 8), ("fcon", 8), ("fbc", 12)):
        iclight_file(tmp_path, f"iclight_sd15_{name}.safetensors", channels)

    def describe(init=None, remover=no_remover, **wanted) -> dict[str, str]:
        wanted = {"enabled": True, "foreground": plain((200, 90, 30, 128))} | wanted
        return infotext.describe(draw_up(relight_pipeline(), [Path(tmp_path)], remover, init, **wanted))

    return describe


def as_text(params: dict[str, str]) -> str:
    """Write parameters as web UIs do: a value with a comma, colon or line break is quoted."""
    quoted = {key: json.dumps(value) if re.search(r"[,:\n]", value) else value for key, value in params.items()}
    return ", ".join(f"{key}: {value}" for key, value in ({"Steps": "20", "Seed": "1"} | quoted).items())


def parsed(text: str) -> dict[str, str]:
    found = re.findall(r'([^:,]+): ("(?:\\.|[^"\\])*"|[^,]*)(?:, |$)', text)
    return {key.strip(): json.loads(value) if value.startswith('"') else value for key, value in found}


LAMPS = description.parse(
    {
        "version": 1,
        "ambient": {"level": 0.1},
        "lights": [{"angle": 33, "colour": "#ff8800"}, {"x": -0.5, "y": 1.5, "softness": 0.25, "kelvin": 2700}],
    }
)
CHOICES = [
    {},
    {"mode": "fcon", "light": "left"},
    {"light": "top", "light_strength": 1.45, "reinforce_foreground": 0.3},
    {"mode": "fbc", "light": "bottom", "light_strength": 0.0},
    {"mode": "fbc", "background": plain((1, 2, 3)), "flip_background": True},
    {"light": "custom", "light_map": plain((9, 9, 9)), "keep_colours": 0.05},
    {"restore_details": 1.0, "details_radius": 3.5},
    {"restore_details": 0.5},
    {"result": "photograph"},
    {
        "result": "photograph",
        "photograph_strength": 1.25,
        "photograph_colour": 0.0,
        "photograph_highlights": 0.3,
        "photograph_radius": 0.5,
        "photograph_size": "photograph",
        "photograph_background": "painted",
        "photograph_shadow": 0.0,
        "background_upscaler": "4x, of mine",
    },
    {"remove_background": False, "restore_details": 0.05, "keep_colours": 1.0},
    {"matting_model": "birefnet-general-lite", "foreground": plain((200, 90, 30))},
    {"light": "front", "placement": "contain"},
    {"light": LAMPS, "placement": Placement(1.25, -0.5, 0.333)},
    {"mode": "fbc", "light": LAMPS},
    {
        "matting_model": "my own, best.onnx",
        "foreground": plain((200, 90, 30)),
        "alpha_matting": True,
        "decontaminate": 0.85,
    },
    {"matte_threshold": 0.45, "matte_shrink": -2.5, "matte_feather": 1.5},
]


@pytest.mark.parametrize("choice", CHOICES, ids=lambda choice: ",".join(choice) or "defaults")
def test_every_setting_comes_back(described, choice):
    params = parsed(as_text(described(remover=left_half, **choice)))
    names = [name for name in FIELDS if name not in (*NOT_WRITTEN, "model")]
    page = [*names, "light_editor", "placement_editor"]
    assert from_page([infotext.read(params, name) for name in page], page) == Request(
        enabled=True, **{name: value for name, value in choice.items() if name not in PICTURES}
    )


def test_pictures_of_before_are_read_by_the_same_labels():
    own = {
        "enabled": "mode",
        "light": "direction",
        "light_strength": "strength",
        "matting_model": "background removal",
    }
    written = [name for name in FIELDS if name not in ("show_subject", "keep_original")]
    assert {name: f"IC Light {own.get(name, name.replace('_', ' '))}" for name in written} == infotext.LABELS


def test_all_that_shaped_a_picture_is_written_and_the_strength_stands_beside_the_light(described):
    params = described(
        mode="fcon",
        model="iclight_sd15_fcon.safetensors",
        flip_background=True,
        light="left",
        light_strength=1.45,
        placement="contain",
        remove_background=False,
        matte_shrink=-2.5,
        decontaminate=1.0,
        restore_details=0.5,
        details_radius=3.0,
        show_subject=True,
    )
    picture = params.pop("IC Light foreground")
    assert re.fullmatch("[0-9a-f]{10}", picture)
    assert list(params.items()) == [
        ("IC Light mode", "fcon"),
        ("IC Light model", "iclight_sd15_fcon"),
        ("IC Light direction", "left"),
        ("IC Light strength", "1.45"),
        ("IC Light flip background", "True"),
        ("IC Light matte shrink", "-2.5"),
        ("IC Light decontaminate", "1"),
        ("IC Light restore details", "0.5"),
        ("IC Light details radius", "3"),
        ("IC Light placement", "contain"),
        ("IC Light background removal", "off"),
    ]


def test_a_radius_that_restores_nothing_is_not_written(described):
    assert described(details_radius=3.0) == described()


def test_what_is_drawn_is_named_and_written_in_its_canonical_text(described):
    params = described(light=LAMPS, placement=Placement(2.0))
    assert params["IC Light direction"] == "editor"
    assert params["IC Light lights"] == LAMPS.to_json()
    assert params["IC Light placement"] == '{"scale":2,"x":0.5,"y":0.5}'


def test_what_is_not_drawn_empties_the_editors(described):
    params = described(light="left")
    assert [infotext.read(params, name) for name in ("light_editor", "placement_editor")] == ["", ""]


LIGHT_AND_PLACE = ("light", "light_editor", "placement", "placement_editor")


@pytest.mark.parametrize(
    ("light", "reason"),
    [
        ({"IC Light lights": '{"version":2,"lights":[]}'}, "light.version must be 1, not 2. It was made by a newer IC"),
        ({"IC Light lights": '{"version":1,"lights":[{"ang'}, "light must be JSON, but its text cannot be read"),
        ({"IC Light lights": "left"}, "light must be JSON, but its text cannot be read"),
        ({"IC Light lights": ""}, "light.version must be 1, not None"),
        ({}, "light.version must be 1, not None"),
        ({"IC Light direction": "moon"}, "light must be one of: none, left"),
    ],
    ids=["newer", "damaged", "no description", "empty", "missing", "a newer name"],
)
def test_a_light_that_cannot_be_read_is_refused_by_name_and_not_left_out(light, reason):
    params = parsed(as_text({"IC Light mode": "fc", "IC Light direction": "editor", **light}))
    read = [infotext.read(params, name) for name in LIGHT_AND_PLACE]
    with pytest.raises(ICLightError, match=re.escape(reason)) as caught:
        from_page([True, *read], ["enabled", *LIGHT_AND_PLACE])
    assert re.search("choose another light|one of", str(caught.value))


@pytest.mark.parametrize("text", ['{"scale":', '{"scale":1,"tilt":3}', "stretch"])
def test_a_placement_that_cannot_be_read_is_refused_by_name_and_not_left_out(text):
    params = parsed(as_text({"IC Light mode": "fc", "IC Light placement": text}))
    read = [infotext.read(params, name) for name in LIGHT_AND_PLACE]
    with pytest.raises(ICLightError, match=r"^placement .*\. Drag the subject in the light editor, or choose another"):
        from_page([True, *read], ["enabled", *LIGHT_AND_PLACE])


@pytest.mark.parametrize(
    ("foreground", "remove", "said"),
    [
        (plain((200, 90, 30)), True, "u2net"),
        (plain((200, 90, 30)), False, "off"),
        (plain((200, 90, 30, 128)), True, None),
        (plain((127, 127, 127)), True, None),
    ],
    ids=["opaque", "turned off", "cut out by the user", "on grey"],
)
def test_a_remover_is_named_only_where_it_has_removed_something(described, foreground, remove, said):
    params = described(remover=left_half, foreground=foreground, remove_background=remove, matting_model="u2net")
    assert params.get("IC Light background removal") == said
    assert infotext.read(params, "remove_background") is remove


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("x", "x"),
        ("x.backup", "x.backup.safetensors"),
        ("y", "y.safetensors"),
        ("y.safetensors", "y.safetensors"),
        ("z", "sub/z.SAFETENSORS"),
        ("sub/z", "sub/z.SAFETENSORS"),
        ("twice", "twice"),
        ("one/twice", "one/twice.safetensors"),
        ("auto", "auto"),
    ],
)
def test_a_model_is_found_by_its_whole_name_and_else_stays_what_it_is(value, expected):
    there = ["x.backup.safetensors", "y.safetensors", "sub/z.SAFETENSORS"]
    there += ["one/twice.safetensors", "two/twice.safetensors"]
    assert infotext.model_named(value, there) == expected


def test_the_model_that_was_used_comes_back_by_name(described):
    assert infotext.read(described(mode="fbc", light="left"), "model") == "iclight_sd15_fbc"


def test_pictures_are_named_by_short_hashes(described):
    params = described(mode="fbc", background=plain((1, 2, 3)))
    assert re.fullmatch("[0-9a-f]{10}", params["IC Light foreground"])
    assert re.fullmatch("[0-9a-f]{10}", params["IC Light background"])
    assert "IC Light light map" not in params


def test_another_picture_has_another_hash(described):
    hashes = {described(foreground=plain((200, 90, 30, alpha)))["IC Light foreground"] for alpha in (10, 20, 30)}
    assert len(hashes) == 3


def test_the_same_picture_has_the_same_hash_from_the_page_and_the_api(described):
    image = plain((200, 90, 30, 128))
    assert described(foreground=image) == described(foreground=encoded(image))


def test_the_img2img_picture_that_is_the_light_map_is_named(described):
    assert "IC Light light map" in described(init=[plain((5, 5, 5))])


def test_a_picture_without_our_settings_turns_iclight_off_and_leaves_the_rest():
    params = {"Steps": "20", "Seed": "1"}
    assert infotext.read(params, "enabled") is False
    assert [name for name in FIELDS if name != "enabled" and infotext.read(params, name) is not None] == []


def test_text_that_is_no_generation_parameters_changes_nothing():
    assert [name for name in FIELDS if infotext.read({"Prompt": "a cat"}, name) is not None] == []


@pytest.mark.parametrize(
    ("label", "field", "text"),
    [
        ("IC Light strength", "light_strength", "strong"),
        ("IC Light details radius", "details_radius", ""),
        ("IC Light restore details", "restore_details", "True"),
    ],
)
def test_a_damaged_number_comes_back_as_the_default(label, field, text):
    params = {"Steps": "20", "IC Light mode": "fc", label: text}
    assert infotext.read(params, field) == getattr(Request(), field)


def test_an_unknown_mode_is_not_ours():
    params = {"Steps": "20", "IC Light mode": "video"}
    assert infotext.read(params, "enabled") is False
    assert infotext.read(params, "mode") is None


@pytest.mark.parametrize("name", NOT_WRITTEN)
def test_nothing_is_read_of_pictures_and_of_what_shaped_none(described, name):
    assert infotext.read(described(), name) is None


def test_a_run_forgets_what_an_earlier_one_wrote(described):
    params = {"Seed": 1} | described(light="left")
    infotext.forget(params)
    assert params == {"Seed": 1}


def test_an_unrestored_picture_does_not_say_that_it_is_restored(described):
    params = described(restore_details=0.5, details_radius=3.0, keep_colours=0.25, light="left")
    before = dict(params)
    with infotext.without_restoring(params):
        assert params == described(light="left")
    assert list(params.items()) == list(before.items())


@pytest.mark.parametrize("name", ["off", "'off'", "512x512", "2x3", "mine.onnx"])
def test_a_remover_comes_back_whatever_its_name(described, name):
    params = described(matting_model=name, foreground=plain((200, 90, 30)), remover=left_half)
    assert infotext.read({"Steps": "20", **hosts_reading(params)}, "matting_model") == name
    assert infotext.read({"Steps": "20", **hosts_reading(params)}, "remove_background") is True


def hosts_reading(params: dict[str, str]) -> dict[str, str]:
    """The parameters as web UIs read them: anything that looks like a picture's size becomes two numbers."""
    found = {}
    for key, value in parsed(as_text(params)).items():
        sides = re.fullmatch(r"(\d+)x(\d+)", value)
        found |= {f"{key}-1": sides[1], f"{key}-2": sides[2]} if sides else {key: value}
    return found


@pytest.mark.parametrize("wanted", [True, False, "always"])
def test_whether_a_background_is_removed_comes_back(described, wanted):
    params = parsed(as_text(described(remove_background=wanted, remover=lambda rgb, model: rgb[..., 0])))
    assert infotext.read(params, "remove_background") == wanted


def test_a_photograph_names_what_was_done_to_it_alone(described):
    params = described(
        result="photograph", restore_details=1.0, details_radius=2.0, keep_colours=0.5, photograph_strength=0.8
    )
    told = {label for label in params if "details" in label or "colour" in label or "photograph" in label}
    assert told == {"IC Light photograph strength"}
    assert params["IC Light result"] == "photograph"


def test_a_painting_does_not_name_what_is_done_to_a_photograph(described):
    params = described(photograph_strength=0.8, photograph_colour=0.0, photograph_highlights=1.0, photograph_radius=2.0)
    assert [label for label in params if "photograph" in label or "result" in label] == []


@pytest.mark.parametrize("text", [None, "film", ""])
def test_parameters_of_before_and_of_a_later_version_are_of_a_painting(text):
    params = {"Steps": "20", "IC Light mode": "fc"} | ({} if text is None else {"IC Light result": text})
    assert infotext.read(params, "result") == "painting"
