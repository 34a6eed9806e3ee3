"""The line that says what will happen."""

from __future__ import annotations

import itertools

import pytest

from lib_iclight.lights import EDITOR, LIGHTS
from lib_iclight.request import MODES
from lib_iclight.summary import sentences


def said(**changes) -> str:
    defaults = {
        "is_img2img": False,
        "mode": "fc",
        "light": "none",
        "has_foreground": True,
        "has_background": False,
        "removes": False,
    }
    return " ".join(sentences(**(defaults | changes)))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"has_foreground": False}, "Drop a picture of the subject into Foreground."),
        ({}, "The foreground is relit. The prompt alone decides about the light and the background."),
        (
            {"light": "left", "removes": True},
            "The foreground is relit. Its background is removed first, unless the picture has transparency. "
            "It is lit from the left. The prompt makes a new background.",
        ),
        (
            {"is_img2img": True, "has_foreground": False, "light": "top"},
            "The img2img picture is relit. It is lit from above. The prompt makes a new background.",
        ),
        (
            {"is_img2img": True, "has_foreground": False},
            "The img2img picture is relit. "
            "The prompt decides about the light, as far as the denoising strength lets it.",
        ),
        ({"is_img2img": True}, "The foreground is relit. The img2img picture is the light map."),
        (
            {"light": "a newer version's"},
            "The foreground is relit. Its light is none that this version knows: choose one. "
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
            "The foreground is relit. All of it is kept, with room around it. It is lit from the front. "
            "The prompt makes a new background.",
        ),
        (
            {"mode": "fbc", "light": "editor", "placement": "placed"},
            "The foreground is relit. It stands where the editor places it. It is lit as the light editor says. "
            "A plain gradient is its background.",
        ),
        (
            {"is_img2img": True, "has_foreground": False, "light": "mask"},
            "The img2img picture is relit. It is lit as the mask says. The prompt makes a new background.",
        ),
        ({"mode": "fbc"}, "The foreground is relit. Drop a picture into Background, or choose a light."),
    ],
)
def test_what_is_said(changes, expected):
    assert said(**changes) == expected


ALL = list(itertools.product([True, False], MODES, LIGHTS, [True, False], [True, False], [True, False]))


@pytest.mark.parametrize("light", [*LIGHTS, EDITOR])
def test_every_choice_is_described_in_whole_sentences(light):
    for is_img2img, mode, _, has_foreground, has_background, removes in ALL:
        for sentence in sentences(
            is_img2img=is_img2img,
            mode=mode,
            light=light,
            has_foreground=has_foreground,
            has_background=has_background,
            removes=removes,
        ):
            assert sentence[0].isupper()
            assert sentence.endswith(".")
