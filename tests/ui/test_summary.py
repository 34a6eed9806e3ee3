"""The summary that says what a run will do."""

from __future__ import annotations

import re

import page_texts
import pytest

from lib_iclight.light.maps import EDITOR, LIGHTS
from lib_iclight.request import PLACED
from lib_iclight.subject.placement import PLACEMENTS
from lib_iclight.ui.summary import Result, missing_model, sentences

PAINTED = "You get a new painting."


def told(**changes) -> list[str]:
    defaults = {
        "is_img2img": False,
        "mode": "fc",
        "light": "none",
        "has_foreground": True,
        "has_background": False,
        "removes": False,
    }
    return sentences(**(defaults | changes))


def said(**changes) -> str:
    """What is said of a painting before the last sentence, which names it."""
    text = told(**changes)
    return " ".join(text[:-1] if text[-1] == PAINTED else text)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"has_foreground": False}, "Drop a picture of the subject into Foreground."),
        ({}, "The foreground is relit. The prompt alone decides the light and the background."),
        (
            {"light": "left", "removes": True},
            "The foreground is relit. It is cut out first, unless it already is. "
            "It is lit from the left. The prompt makes a new background.",
        ),
        (
            {"is_img2img": True, "has_foreground": False, "light": "top", "has_init": True},
            "The img2img picture is relit. It is lit from above. The prompt makes a new background.",
        ),
        (
            {"is_img2img": True, "has_foreground": False, "has_init": True},
            "The img2img picture is relit. The prompt decides the light, as far as the denoising strength allows.",
        ),
        ({"is_img2img": True}, "The foreground is relit. The img2img picture is the light map."),
        (
            {"light": "a newer version's"},
            "The foreground is relit. This version does not know its light: choose one. "
            "The prompt makes a new background.",
        ),
        (
            {"mode": "fbc", "has_background": True, "light": "left"},
            "The foreground is relit. It is lit to fit the background picture.",
        ),
        (
            {"mode": "fbc", "light": "right"},
            "The foreground is relit. It is lit from the right. A plain gradient is its background.",
        ),
        (
            {"mode": "fbc", "is_img2img": True},
            "The foreground is relit. It is lit to fit the img2img picture.",
        ),
        (
            {"light": "front", "placement": "contain"},
            "The foreground is relit. It is shown whole, with space around it. It is lit from the front. "
            "The prompt makes a new background.",
        ),
        (
            {"mode": "fbc", "light": "editor", "placement": "placed"},
            "The foreground is relit. It stands where it was placed in the editor. "
            "It is lit as drawn in the light editor. A plain gradient is its background.",
        ),
        (
            {"is_img2img": True, "has_foreground": False, "light": "mask", "has_init": True},
            "The img2img picture is relit. It is lit where the mask is painted. The prompt makes a new background.",
        ),
        ({"mode": "fbc"}, "The foreground is relit. Drop a picture into Background, or choose a light."),
        (
            {"is_img2img": True, "has_foreground": False, "has_init": False, "light": "top"},
            "Give img2img a picture, or drop one of the subject into Foreground.",
        ),
        (
            {"is_img2img": True, "has_init": False, "light": "top"},
            "The foreground is relit. It is lit from above. The prompt makes a new background. "
            "Give img2img a picture too.",
        ),
        (
            {"is_img2img": True, "has_foreground": False, "light": "top"},
            "The picture given to img2img is relit. It is lit from above. The prompt makes a new background.",
        ),
        ({"unreadable": {"foreground": "It is no picture. Use PNG."}}, "It is no picture. Use PNG."),
        (
            {"unreadable": {"background": "It is no picture."}, "has_background": True, "light": "front"},
            "The foreground is relit. It is lit from the front. The prompt makes a new background.",
        ),
        (
            {"mode": "fbc", "unreadable": {"background": "It is no picture."}, "has_background": True},
            "It is no picture.",
        ),
        ({"light": "custom", "unreadable": {"light_map": "It is no picture."}}, "It is no picture."),
        (
            {
                "mode": "fbc",
                "light": "custom",
                "has_background": True,
                "unreadable": {"light_map": "It is no picture."},
            },
            "The foreground is relit. It is lit to fit the background picture.",
        ),
        (
            {"light": "custom", "has_light_map": False},
            "The foreground is relit. Drop a picture into Light map, or choose another light.",
        ),
        (
            {"light": "custom", "has_light_map": False, "is_img2img": True, "has_foreground": False, "has_init": True},
            "The img2img picture is relit. Drop a picture into Light map, or choose another light.",
        ),
        (
            {"mode": "fbc", "light": "custom", "has_light_map": False, "is_img2img": True, "has_init": True},
            "The foreground is relit. Drop a picture into Light map, or choose another light.",
        ),
        (
            {"light": "custom", "has_light_map": False, "is_img2img": True, "has_init": True},
            "The foreground is relit. It is lit by the light map. The prompt makes a new background.",
        ),
        (
            {"model": "x", "models": {"x.backup.safetensors": "fc", "y.safetensors": "fbc"}},
            "There is no IC-Light model named 'x'. Choose auto, or one of: x.backup.safetensors, y.safetensors.",
        ),
        (
            {"model": "x.safetensors", "models": {}},
            "There is no IC-Light model named 'x.safetensors'. Choose auto, and download what is missing.",
        ),
        (
            {"mode": "fcon", "model": "y.safetensors", "models": {"y.safetensors": "fc"}, "light": "front"},
            "The foreground is relit. It is lit from the front. The prompt makes a new background.",
        ),
        (
            {"model": "y.safetensors", "models": {"y.safetensors": "fbc"}, "light": "front"},
            "The model y.safetensors is an IC-Light fbc model and cannot serve the mode fc. Choose the mode fbc, or "
            "another model, or model = auto.",
        ),
    ],
)
def test_what_is_said(changes, expected):
    assert said(**changes) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"light": "bottom"}, "The foreground is relit. It is lit from below. The prompt makes a new background."),
        (
            {"light": "ambient"},
            "The foreground is relit. It is lit evenly from all sides. The prompt makes a new background.",
        ),
        (
            {"light": "custom"},
            "The foreground is relit. It is lit by the light map. The prompt makes a new background.",
        ),
        (
            {"light": "left", "has_light_map": False},
            "The foreground is relit. It is lit from the left. The prompt makes a new background.",
        ),
        (
            {"light": "custom", "has_light_map": False, "has_background": True},
            "The foreground is relit. Drop a picture into Light map, or choose another light.",
        ),
        (
            {"mode": "fbc", "light": "custom", "has_light_map": False, "has_background": True},
            "The foreground is relit. It is lit to fit the background picture.",
        ),
        ({"light": "custom", "unreadable": {"light_map": "The light map is broken."}}, "The light map is broken."),
        (
            {"light": "left", "unreadable": {"light_map": "The light map is broken."}},
            "The foreground is relit. It is lit from the left. The prompt makes a new background.",
        ),
        (
            {"has_init": False},
            "The foreground is relit. The prompt alone decides the light and the background.",
        ),
        ({"model": ""}, "The foreground is relit. The prompt alone decides the light and the background."),
        (
            {"model": "x"},
            "There is no IC-Light model named 'x'. Choose auto, and download what is missing.",
        ),
    ],
)
def test_only_what_plays_a_part_is_asked_for(changes, expected):
    assert said(**changes) == expected


@pytest.mark.parametrize(
    ("result", "changes", "ending"),
    [
        (("painting",), {}, ["The prompt makes a new background.", PAINTED]),
        (("photograph",), {}, ["The prompt makes a new background.", "You get your photograph in the new light."]),
        (("photograph", "photograph"), {}, ["You get your photograph in the new light, at its own size."]),
        (
            ("photograph", "background"),
            {"mode": "fbc", "has_background": True},
            ["You get your photograph in the new light, at the background's size."],
        ),
        (
            ("photograph", "background"),
            {},
            ["Drop a picture into Background, or choose another size of the result."],
        ),
        (
            ("photograph", "run", "original"),
            {},
            [
                "It is lit from the left.",
                "Its own background stays as it was.",
                "You get your photograph in the new light.",
            ],
        ),
        (
            ("photograph", "run", "relit"),
            {"light": "none"},
            [
                "The prompt alone decides the light.",
                "Its own background is relit with it.",
                "You get your photograph in the new light.",
            ],
        ),
        (
            ("painting", "run", "original"),
            {"mode": "fbc"},
            ["A plain gradient is its background.", PAINTED],
        ),
    ],
)
def test_the_result_is_named_last(result, changes, ending):
    assert told(result=Result(*result), **({"light": "left"} | changes))[-len(ending) :] == ending


def test_a_run_that_lacks_something_has_no_result():
    lacking = [{"has_foreground": False}, {"mode": "fbc"}, {"light": "custom", "has_light_map": False}]
    assert [told(**changes)[-1].startswith("Drop a picture") for changes in lacking] == [True] * 3


def test_img2imgs_colour_correction_is_said_to_have_no_part():
    left_out = "The web UI's colour correction is left out."
    assert told(is_img2img=True, has_init=True, corrects_colours=True)[-1] == left_out
    assert left_out not in told(is_img2img=True, has_init=True)
    assert left_out not in told(corrects_colours=True), "txt2img has no colours to go back to"


def test_the_line_of_the_common_case_is_short():
    photograph = Result("photograph", "photograph")
    assert len(" ".join(told(light="left", removes=True, result=photograph))) < 200


@pytest.mark.parametrize(
    ("number", "named"),
    [(1, "m1"), (4, "m1, m2, m3, m4"), (5, "m1, m2, m3, m4 or 1 more"), (7, "m1, m2, m3, m4 or 3 more")],
)
def test_four_models_are_named_to_choose_from(number, named):
    names = [f"m{place}" for place in range(1, number + 1)]
    assert missing_model("x", names) == f"There is no IC-Light model named 'x'. Choose auto, or one of: {named}."


def test_every_choice_is_described_in_whole_sentences():
    found = page_texts.of_summary([*LIGHTS, EDITOR], [*PLACEMENTS, PLACED])
    assert [sentence for sentence in found if not re.fullmatch(r"[A-Z][^.]*\.", sentence)] == []
    lit = [sentence for sentence in found if sentence.startswith("It is lit ")]
    assert len(lit) == len(LIGHTS) + 2, "each light but none, the editor, either picture that fbc is lit to fit"
    assert len([sentence for sentence in found if re.match("It is shown whole|It stands", sentence)]) == 2
