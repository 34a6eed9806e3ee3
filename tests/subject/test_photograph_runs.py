"""The photograph in the new light, in whole runs: each its own, around it the painting, told in the parameters."""

from __future__ import annotations

import numpy as np
import pytest
from cloths import BODY, cut_out_cloth, encoded, pixels_of
from PIL import Image

from workbench.session import images

BOTH = {"result": "photograph", "photograph_colour": 0.0, "keep_original": True, "light": "left"}


def relight(host, options: dict, way: str = "txt2img", **body):
    fields = {"enabled": True, "foreground": encoded(cut_out_cloth(0))} | options
    scripts = {"IC Light": {"args": [{name: value for name, value in fields.items() if value is not None}]}}
    answer = getattr(host, way)(**{**BODY, **body, "alwayson_scripts": scripts})
    assert answer.status_code == 200, answer.text
    return images(answer)


def grain(picture: np.ndarray) -> np.ndarray:
    """How green changes from a pixel to the next inside the cut-out, whatever the light."""
    quarter = picture.shape[0] // 4 + 4
    return np.diff(np.log(picture[quarter:-quarter, quarter:-quarter, 1] + 8), axis=1).ravel()


def likeness(picture: np.ndarray, cloth: Image.Image) -> float:
    """How far the grain is the cloth's: a correlation."""
    return float(np.corrcoef(grain(picture), grain(pixels_of(cloth)))[0, 1])


def test_a_batch_gives_the_photographs_first_and_then_the_paintings(host):
    found = relight(host, BOTH, n_iter=2, batch_size=2, do_not_save_grid=True)
    assert len(found) == 8
    for photograph, painting in zip(found[:4], found[4:], strict=True):
        shown, painted = pixels_of(photograph), pixels_of(painting)
        np.testing.assert_array_equal(shown[:8], painted[:8])
        assert likeness(shown, cut_out_cloth(0)) > 0.9 > likeness(painted, cut_out_cloth(0))
    texts = [image.info["parameters"] for image in found]
    assert ["IC Light result: photograph" in text for text in texts] == [True] * 4 + [False] * 4
    assert ["IC Light photograph colour: 0" in text for text in texts] == [True] * 4 + [False] * 4


def test_without_a_word_the_result_is_the_painting(host):
    (plain,) = relight(host, {"light": "left"})
    _, painting = relight(host, BOTH)
    assert np.abs(pixels_of(plain) - pixels_of(painting)).max() <= 1
    assert "IC Light result" not in plain.info["parameters"]


def test_a_second_pass_has_the_photograph_at_its_own_size(host):
    hires = {"enable_hr": True, "hr_scale": 1.5, "hr_upscaler": "Lanczos", "hr_additional_modules": []}
    photograph, _ = relight(host, BOTH | {"foreground": encoded(cut_out_cloth(0, 96))}, denoising_strength=0.5, **hires)
    assert photograph.size == (96, 96)
    assert likeness(pixels_of(photograph), cut_out_cloth(0, 96)) > 0.9


def test_each_picture_of_an_img2img_batch_is_its_own_photograph(host):
    cloths = [cut_out_cloth(0), cut_out_cloth(2)]
    body = {"init_images": [encoded(cloth) for cloth in cloths], "batch_size": 2, "do_not_save_grid": True}
    found = relight(host, BOTH | {"foreground": None, "keep_original": False}, "img2img", **body)
    for picture, cloth, other in zip(found, cloths, cloths[::-1], strict=True):
        assert likeness(pixels_of(picture), cloth) > 0.7 > 0.3 > likeness(pixels_of(picture), other)


def test_a_painted_mask_keeps_what_it_protects(host):
    mask = Image.new("L", (64, 64), 0)
    mask.paste(255, (0, 0, 32, 64))
    cloth = cut_out_cloth(0).convert("RGB")
    body = {"init_images": [encoded(cloth)], "mask": encoded(mask), "mask_blur": 0, "inpaint_full_res": False}
    options = BOTH | {"foreground": None, "remove_background": False, "keep_original": False, "light": "none"}
    (found,) = relight(host, options, "img2img", **body)
    np.testing.assert_array_equal(pixels_of(found)[:, 34:], pixels_of(cloth)[:, 34:])
    assert likeness(pixels_of(found), cloth) > 0.9


@pytest.mark.parametrize("mode", ["fc", "fbc"])
def test_strength_nought_is_the_photograph_before_the_painted_background(host, mode):
    found, painting = relight(host, BOTH | {"photograph_strength": 0.0, "mode": mode})
    inside = (slice(16, 48), slice(16, 48))
    np.testing.assert_array_equal(pixels_of(found)[inside], pixels_of(cut_out_cloth(0))[inside])
    np.testing.assert_array_equal(pixels_of(found)[:8], pixels_of(painting)[:8])
