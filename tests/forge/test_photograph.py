"""On a real Forge: the photograph in the new light, in all kinds of runs."""

from __future__ import annotations

import numpy as np
import pytest
from forge import pictures
from forge.client import SECOND_PASS

SIDE, INSIDE = 64, (slice(20, 44), slice(20, 44))
PHOTO = pictures.subject(SIDE, SIDE)
FOREGROUND = pictures.text(PHOTO)
ASKED = {"foreground": FOREGROUND, "light": "left", "result": "photograph"}
UNLIT = ASKED | {"photograph_strength": 0}


def own_pixels() -> np.ndarray:
    return np.asarray(PHOTO.convert("RGB"))[INSIDE]


@pytest.mark.parametrize("mode", ["fc", "fbc"])
def test_at_strength_0_it_is_the_photograph_itself_and_else_its_light_is_new(client, mode):
    unlit, lit = client.txt2img(UNLIT | {"mode": mode}), client.txt2img(ASKED | {"mode": mode})
    np.testing.assert_array_equal(unlit.pixels[INSIDE], own_pixels())
    assert (lit.pixels[INSIDE] != own_pixels()).any()
    assert "IC Light result: photograph" in lit.infotext
    assert "IC Light photograph strength: 0" in unlit.infotext


def test_around_it_is_the_painting_which_comes_beside_it(client):
    photograph, painting = client.txt2img(ASKED | {"keep_original": True}).pictures
    np.testing.assert_array_equal(photograph[:4], painting[:4])
    np.testing.assert_array_equal(painting, client.txt2img(ASKED | {"result": "painting"}).pixels)


def test_every_picture_of_every_batch_is_one(client):
    found = client.txt2img(UNLIT, n_iter=2, batch_size=2, do_not_save_grid=True).pictures[-4:]
    assert len(found) == 4
    for pixels in found:
        np.testing.assert_array_equal(pixels[INSIDE], own_pixels())


def test_a_second_pass_has_it_at_its_own_size(client, host):
    host.needs_size(96)
    assert client.txt2img(ASKED, **SECOND_PASS).pixels.shape == (96, 96, 3)


def test_img2imgs_mask_keeps_what_it_protects(client):
    photo = pictures.coloured(SIDE, SIDE)
    options = {"light": "left", "result": "photograph", "remove_background": False}
    mask = {"mask": pictures.text(pictures.half_mask(SIDE, SIDE)), "mask_blur": 0, "inpaint_full_res": False}
    found = client.img2img(options, init_images=[pictures.text(photo)], **mask).pixels
    np.testing.assert_array_equal(found[:, 36:], np.asarray(photo)[:, 36:])
    assert (found[:, :28] != np.asarray(photo)[:, :28]).any()


LARGE = pictures.subject(3 * SIDE, 3 * SIDE)
OWN_SIZE = ASKED | {"foreground": pictures.text(LARGE), "photograph_size": "photograph"}


def test_it_has_its_own_size_and_at_strength_0_its_very_pixels(client):
    unlit, lit = client.txt2img(OWN_SIZE | {"photograph_strength": 0}), client.txt2img(OWN_SIZE)
    inside = (slice(60, 132), slice(60, 132))
    assert unlit.pixels.shape == lit.pixels.shape == (3 * SIDE, 3 * SIDE, 3)
    np.testing.assert_array_equal(unlit.pixels[inside], np.asarray(LARGE.convert("RGB"))[inside])
    assert (lit.pixels[inside] != unlit.pixels[inside]).any()
    assert "IC Light photograph size: photograph" in lit.infotext


def test_several_of_their_own_size_are_not_laid_side_by_side(client):
    found = client.txt2img(OWN_SIZE, n_iter=2, batch_size=2, save_images=True).pictures
    assert [pixels.shape[:2] for pixels in found] == [(3 * SIDE, 3 * SIDE)] * 4


def test_a_given_background_keeps_its_pixels_at_its_own_size(client):
    behind = pictures.coloured(2 * SIDE, 2 * SIDE)
    options = {"mode": "fbc", "background": pictures.text(behind), "photograph_size": "background"}
    found = client.txt2img(OWN_SIZE | options | {"photograph_shadow": 0}).pixels
    assert found.shape == (2 * SIDE, 2 * SIDE, 3)
    np.testing.assert_array_equal(found[:8], np.asarray(behind.convert("RGB"))[:8])


def test_an_upscaler_of_the_web_ui_enlarges_the_painted_background(client, host):
    host.needs_upscaler("Nearest")
    ours, nearest = (client.txt2img(OWN_SIZE | {"background_upscaler": name}).pixels for name in ("auto", "Nearest"))
    assert nearest.shape == ours.shape
    assert (nearest[:8] != ours[:8]).any()
