"""Recommended settings are the author's; Match size finds sizes that suit the picture."""

from __future__ import annotations

import math

import pytest

from lib_iclight.ui.recommend import match_size, prompts, recommended, second_pass, working_size


@pytest.mark.parametrize(("mode", "steps", "cfg"), [("fc", 25, 2), ("fcon", 25, 2), ("fbc", 20, 7)])
def test_txt2img_gets_the_references_defaults_but_for_a_sampler_that_keeps_the_light(mode, steps, cfg):
    assert recommended(mode, is_img2img=False, second=True) == {
        "txt2img_sampling": "DPM++ 2M SDE" if mode == "fbc" else "DPM++ 2M",
        "txt2img_scheduler": "Karras",
        "txt2img_steps": steps,
        "txt2img_cfg_scale": cfg,
        "txt2img_hr-checkbox": True,
        "txt2img_hr_upscaler": "Lanczos",
        "txt2img_hr_scale": 1.5,
        "txt2img_hr_cfg": cfg,
        "txt2img_denoising_strength": 0.5,
    }


def test_img2img_starts_at_strength_09():
    assert recommended("fc", is_img2img=True) == {
        "img2img_sampling": "DPM++ 2M SDE",
        "img2img_scheduler": "Karras",
        "img2img_steps": 25,
        "img2img_cfg_scale": 2,
        "img2img_denoising_strength": 0.9,
    }


def test_the_second_pass_is_switched_on_only_when_asked_for():
    named = {name for name in recommended("fc", is_img2img=False, size=(512, 640)) if "hr" in name or "den" in name}
    assert named == set()


@pytest.mark.parametrize(
    ("control", "there", "chosen"),
    [
        ("txt2img_hr_upscaler", ["Latent", "None", "Lanczos"], "Lanczos"),
        ("txt2img_hr_upscaler", ["None", "4x_foolhardy"], "None"),
        ("txt2img_hr_upscaler", ["4x_foolhardy"], None),
        ("txt2img_sampling", ["Euler", "Euler a"], "Euler"),
        ("txt2img_sampling", ["LCM"], None),
        ("txt2img_scheduler", ["Simple"], None),
    ],
)
def test_what_the_web_ui_lacks_is_replaced_or_left_alone(control, there, chosen):
    offered = {control: there}
    found = recommended("fc", False, second=True, offered=lambda elem_id: offered.get(elem_id, ()))
    assert found.get(control) == chosen
    rest = recommended("fc", False, second=True)
    assert {name: value for name, value in found.items() if name != control}.items() <= rest.items()


@pytest.mark.parametrize(
    ("size", "scale", "expected"),
    [((512, 640), 1.5, (768, 960)), ((448, 576), 1.5, (704, 896)), ((704, 384), 2, (1408, 768))],
)
def test_the_second_pass_is_set_to_multiples_of_64(size, scale, expected):
    assert tuple(second_pass(*size, scale).values()) == expected
    if scale == 1.5:
        assert second_pass(*size).items() <= recommended("fc", is_img2img=False, size=size, second=True).items()


@pytest.mark.parametrize("size", [(64, 64), (448, 576), (2048, 1024), (64, 2048)])
@pytest.mark.parametrize("scale", [1, 1.5, 1.65, 4])
def test_second_passes_are_sound(size, scale):
    for side in second_pass(*size, scale).values():
        assert side % 64 == 0
        assert 64 <= side <= 2048


def test_the_references_additions_to_the_prompts():
    negative = "lowres, bad anatomy, bad hands, cropped, worst quality"
    assert prompts("a cup, window light, ", " ") == ("a cup, window light, best quality", negative)
    assert prompts("", "") == ("best quality", negative)


def test_prompts_of_the_users_own_stay():
    assert prompts("a cup, best quality", "blurry") == ("a cup, best quality", "blurry")
    assert prompts(*prompts("a cup", "")) == prompts("a cup", "")


@pytest.mark.parametrize("is_img2img", [False, True])
def test_where_samplers_are_named_with_their_schedule_that_one_is_chosen(is_img2img):
    tab = "img2img" if is_img2img else "txt2img"
    values = recommended("fc", is_img2img, own_schedule=False)
    assert values[f"{tab}_sampling"] == ("DPM++ 2M SDE Karras" if is_img2img else "DPM++ 2M Karras")
    assert f"{tab}_scheduler" not in values


@pytest.mark.parametrize(
    ("picture", "expected"),
    [
        ((1000, 1000), (512, 512)),
        ((1024, 768), (576, 448)),
        ((768, 1024), (448, 576)),
        ((1920, 1080), (704, 384)),
        ((2, 1), (768, 384)),
    ],
)
def test_the_size_follows_the_proportions_at_about_the_same_area(picture, expected):
    assert match_size(picture, 512, 512) == expected


@pytest.mark.parametrize("picture", [(1, 1), (3, 2), (640, 427), (427, 640), (1, 20000), (20000, 1), (6000, 6000)])
@pytest.mark.parametrize("now", [(64, 64), (512, 512), (328, 200), (2048, 2048)])
def test_sizes_are_sound(picture, now):
    for side in match_size(picture, *now):
        assert side % 64 == 0
        assert 64 <= side <= 2048


@pytest.mark.parametrize("picture", [(3, 2), (4, 5), (16, 9), (640, 427), (9, 21)])
def test_the_proportions_are_kept_within_a_tenth(picture):
    width, height = match_size(picture, 512, 640)
    assert abs(math.log(width / height * picture[1] / picture[0])) < 0.1


def test_matching_twice_changes_nothing():
    size = match_size((640, 427), 512, 512)
    assert match_size((640, 427), *size) == size


@pytest.mark.parametrize(
    ("now", "expected"),
    [((512, 512), (448, 576)), ((768, 768), (640, 832)), ((896, 1152), (512, 704)), ((1024, 1024), (512, 704))],
)
def test_a_size_made_for_a_larger_family_is_not_kept(now, expected):
    assert working_size((768, 1024), *now) == expected
