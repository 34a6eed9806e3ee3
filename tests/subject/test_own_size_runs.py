"""The photograph in the new light at a size of its own and before a background of choice, in whole runs."""

from __future__ import annotations

import json

import numpy as np
import pytest
from cloths import BODY, cut_out_cloth, encoded, pixels_of
from PIL import Image

from lib_iclight.errors import ICLightError
from workbench.session import images

OWN = {"result": "photograph", "photograph_size": "photograph", "light": "left"}
UNLIT = OWN | {"photograph_strength": 0.0}
CLOTH = cut_out_cloth(0, 160)
INSIDE = (slice(44, 116), slice(44, 116))
BEHIND = Image.fromarray(np.random.default_rng(8).integers(0, 256, (100, 150, 3), np.uint8))


def answered(host, options: dict, way: str = "txt2img", **body):
    fields = {"enabled": True, "foreground": encoded(CLOTH)} | options
    scripts = {"IC Light": {"args": [{name: value for name, value in fields.items() if value is not None}]}}
    return getattr(host, way)(**{**BODY, **body, "alwayson_scripts": scripts})


def relight(host, options: dict, way: str = "txt2img", **body) -> list[Image.Image]:
    answer = answered(host, options, way, **body)
    assert answer.status_code == 200, answer.text
    return images(answer)


def refused(host, options: dict) -> str:
    answer = answered(host, options)
    assert answer.status_code == 422, answer.text
    return json.dumps(answer.json())


@pytest.fixture
def said(running, monkeypatch) -> list[str]:
    """What the host shows with the results."""
    from modules.processing import StableDiffusionProcessing

    texts: list[str] = []
    monkeypatch.setattr(StableDiffusionProcessing, "comment", lambda p, text: texts.append(text))
    return texts


def test_the_result_has_the_photographs_size_and_at_strength_0_its_very_pixels(host):
    (unlit,), (lit,) = relight(host, UNLIT), relight(host, OWN)
    assert unlit.size == lit.size == (160, 160)
    np.testing.assert_array_equal(pixels_of(unlit)[INSIDE], pixels_of(CLOTH)[INSIDE])
    assert (pixels_of(lit)[INSIDE] != pixels_of(CLOTH)[INSIDE]).any()
    assert "IC Light photograph size: photograph" in lit.info["parameters"]
    assert "Size: 64x64" in lit.info["parameters"]


def test_cover_crops_it_as_it_crops_the_run(host):
    (found,) = relight(host, UNLIT, width=64, height=128)
    assert found.size == (80, 160)
    np.testing.assert_array_equal(pixels_of(found)[44:116, 10:70], pixels_of(CLOTH)[44:116, 50:110])


def test_a_placed_subject_stands_where_it_stands_in_the_run(host):
    placement = {"scale": 0.5, "x": 0.25, "y": 0.5}
    (found,) = relight(host, UNLIT | {"placement": placement})
    assert found.size == (320, 320)
    np.testing.assert_array_equal(pixels_of(found)[124:196, 44:116], pixels_of(CLOTH)[INSIDE])


def test_several_pictures_make_no_grid_and_the_next_run_makes_one(host):
    several = {"n_iter": 2, "batch_size": 2, "save_images": True}
    assert [found.size for found in relight(host, OWN, **several)] == [(160, 160)] * 4
    assert len(relight(host, OWN | {"photograph_size": "run"}, **several)) == 5


def test_each_picture_of_an_img2img_batch_has_its_own_pixels(host):
    cloths = [cut_out_cloth(0, 160), cut_out_cloth(2, 160)]
    body = {"init_images": [encoded(cloth) for cloth in cloths], "batch_size": 2}
    found = relight(host, UNLIT | {"foreground": None}, "img2img", **body)
    for picture, cloth in zip(found, cloths, strict=True):
        np.testing.assert_array_equal(pixels_of(picture)[INSIDE], pixels_of(cloth)[INSIDE])


def test_a_second_pass_changes_nothing_about_the_size(host):
    hires = {"enable_hr": True, "hr_scale": 1.5, "hr_upscaler": "Lanczos", "hr_additional_modules": []}
    (found,) = relight(host, UNLIT, denoising_strength=0.5, **hires)
    np.testing.assert_array_equal(pixels_of(found)[INSIDE], pixels_of(CLOTH)[INSIDE])


def test_with_a_mask_the_result_has_the_size_of_the_run_and_says_so(host, said):
    mask = Image.new("L", (160, 160), 0)
    mask.paste(255, (0, 0, 80, 160))
    body = {"init_images": [encoded(CLOTH.convert("RGB"))], "mask": encoded(mask), "inpaint_full_res": False}
    answer = answered(host, OWN | {"foreground": None, "remove_background": False}, "img2img", **body)
    assert images(answer)[0].size == (64, 64)
    assert said == ["With a mask the result has the size of the run."]


def test_a_result_larger_than_a_picture_may_be_is_scaled_down_and_that_is_said(host, said):
    from modules import shared

    shared.opts.set("ic_light_largest_picture", 1)
    (found,) = relight(host, OWN | {"placement": {"scale": 0.1, "x": 0.5, "y": 0.5}})
    width, height = found.size
    assert 0.9e6 < width * height <= 1e6
    assert len(said) == 1
    assert "1707 x 1707" in said[0]


def test_what_the_pictures_of_a_batch_have_in_common_is_made_once(host, monkeypatch):
    from lib_iclight.subject import in_frame

    made, right = [], in_frame.InFrame
    monkeypatch.setattr(in_frame, "InFrame", lambda *args: made.append(right(*args)) or made[-1])
    assert len(relight(host, OWN, n_iter=2, batch_size=2)) == 4
    relight(host, OWN)
    assert len(made) == 2


def test_a_result_that_cannot_be_made_is_no_painting_but_an_error(host, monkeypatch):
    from lib_iclight.hosts import upscalers

    def fails(*args):
        raise ICLightError("The upscaler's file is missing.")

    monkeypatch.setattr(upscalers, "enlarging", lambda request: fails)
    assert "The upscaler's file is missing." in refused(host, OWN)


# What is around it


def test_a_given_background_stays_byte_for_byte_at_its_own_size(host):
    options = {"mode": "fbc", "background": encoded(BEHIND), "photograph_size": "background", "photograph_shadow": 0.0}
    (found,) = relight(host, OWN | options)
    assert found.size == (100, 100)
    cropped = pixels_of(BEHIND)[:, 25:125]
    np.testing.assert_array_equal(pixels_of(found)[:20], cropped[:20])
    assert (pixels_of(found)[30:70, 30:70] != cropped[30:70, 30:70]).any()


def test_at_strength_0_before_its_own_background_it_is_the_photograph_byte_for_byte(host, rembg):
    photo = cut_out_cloth(1, 160).convert("RGB")
    options = {"foreground": encoded(photo), "photograph_background": "original"}
    (found,) = relight(host, UNLIT | options)
    np.testing.assert_array_equal(pixels_of(found), pixels_of(photo))


@pytest.mark.parametrize(("placement", "says"), [("contain", 1), ("cover", 0)])
def test_an_own_background_that_does_not_fill_the_frame_is_said(host, said, placement, says):
    photo = cut_out_cloth(1, 160).convert("RGB").resize((160, 80))
    options = {"foreground": encoded(photo), "photograph_background": "original", "placement": placement}
    relight(host, OWN | options | {"remove_background": False})
    assert [text.startswith("The photograph does not fill the frame") for text in said] == [True] * says


@pytest.mark.parametrize("kind", ["original", "relit"])
def test_what_is_cut_out_already_has_no_background_of_its_own(host, kind):
    assert "cut out already" in refused(host, OWN | {"photograph_background": kind})


def test_there_is_no_size_of_a_background_without_one(host):
    assert "there is no background picture" in refused(host, OWN | {"photograph_size": "background"})


def test_an_unknown_upscaler_is_refused_with_the_names_of_those_there_are(host):
    reason = refused(host, OWN | {"background_upscaler": "4x-Nothing"})
    assert "4x-Nothing" in reason
    assert "auto, Lanczos" in reason


def test_the_cells_of_a_plot_have_the_size_of_the_run_and_that_is_said(host, said):
    seeds, nothing = [1, "5, 6", []], [0, "", []]
    plot = [*seeds, *nothing, *nothing, True, True, *[False] * 5, 0, False]
    _, *cells = relight(host, OWN, script_name="X/Y/Z plot", script_args=plot)
    assert [cell.size for cell in cells] == [(64, 64)] * 2
    assert said == ["The pictures of X/Y/Z plot have the size of the run."] * 2
