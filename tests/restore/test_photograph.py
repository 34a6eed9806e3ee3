"""A photograph of any size is put in the light of a small painting, before any background."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from samples import noise

from lib_iclight.restore import photograph as module
from lib_iclight.restore.enlarging import Enlarging
from lib_iclight.restore.photograph import Behind, Photograph, develop, in_new_light
from lib_iclight.restore.relighting import Light, LightTaken, everywhere, light_of, log_luminance, outward

RUN, FULL = 64, (200, 168)
WHOLE = slice(0, FULL[0]), slice(0, FULL[1])


def textured(seed: int, kind: type = np.uint8) -> np.ndarray:
    top = np.iinfo(kind).max
    return np.random.default_rng(seed).integers(0, top + 1, (*FULL, 3)).astype(kind)


def soft_matte(size: tuple[int, int] = FULL) -> np.ndarray:
    y, x = np.mgrid[: size[0], : size[1]] + 0.5
    away = np.hypot(x / size[1] - 0.5, y / size[0] - 0.5)
    return ((0.35 - away) * 1500 + 128).clip(0, 255).astype(np.uint8)


def light(**taken) -> Light:
    small = soft_matte((RUN, RUN))
    return light_of(noise(RUN, RUN, seed=3), noise(RUN, RUN, seed=4), small, LightTaken(**taken))


def framed(pixels: np.ndarray, matte: np.ndarray, own: np.ndarray | None = None) -> Photograph:
    enlarging = Enlarging((RUN, RUN), FULL, (RUN / FULL[1], 0.0), (RUN / FULL[0], 0.0))
    return Photograph(matte, (pixels if own is None else own).__getitem__, pixels.__getitem__, enlarging)


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_no_strength_leaves_every_bit_of_the_photograph(kind):
    pixels, matte = textured(1, kind), np.full(FULL, 255, np.uint8)
    found = develop(framed(pixels, matte), light(strength=0.0), Behind(textured(2))).picture
    np.testing.assert_array_equal(found, pixels)


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
@pytest.mark.parametrize("gain", [0.25, 1.7])
def test_a_gain_multiplies_linear_light_and_clips(gain, kind):
    from lib_iclight.picture.srgb import linear_to_srgb, srgb_to_linear

    pixels, matte, top = textured(1, kind), np.full(FULL, 255, np.uint8), np.iinfo(kind).max
    flat = Light(np.full((1, RUN, RUN), np.log(gain), np.float32))
    found = develop(framed(pixels, matte), flat, Behind(textured(2))).picture
    truth = linear_to_srgb((srgb_to_linear(pixels / top) * gain).clip(0, 1)) * top
    np.testing.assert_allclose(found, truth, atol=0.51 if kind is np.uint8 else 2)


@pytest.mark.parametrize("taken", [{}, {"colour": 0.0}, {"highlights": 1.0}], ids=str)
def test_strips_have_no_seams(monkeypatch, taken):
    pixels, matte = textured(1), soft_matte()
    results = []
    for rows in (1, 7, 1000):
        monkeypatch.setattr(module, "_STRIP_PIXELS", rows * FULL[1])
        results.append(develop(framed(pixels, matte), light(**taken), Behind(textured(2))).picture)
    np.testing.assert_array_equal(results[0], results[1])
    np.testing.assert_array_equal(results[0], results[2])


def test_at_the_runs_size_the_enlarged_light_is_the_light_itself():
    pixels, painting, matte = noise(RUN, RUN, seed=3), noise(RUN, RUN, seed=4), soft_matte((RUN, RUN))
    same = Enlarging((RUN, RUN), (RUN, RUN), (1.0, 0.0), (1.0, 0.0))
    large = Photograph(matte, pixels.__getitem__, pixels.__getitem__, same)
    behind = Behind(textured(2)[:RUN, :RUN])
    found = develop(large, light(), behind).picture
    inside = matte == 255
    np.testing.assert_array_equal(found[inside], in_new_light(pixels, painting, matte, LightTaken())[inside])


def test_where_the_light_goes_along_with_the_photograph_it_does_so_at_full_size():
    """Two plain halves: a gain that depends on the luminance has the full size's edge, not the run's."""
    pixels = np.full((*FULL, 3), 90, np.uint8)
    pixels[:, 101:] = 190
    small = np.asarray(Image.fromarray(pixels).resize((RUN, RUN), Image.Resampling.LANCZOS))
    guide = log_luminance(small)
    whole = np.full(FULL, 255, np.uint8)
    along = Light(0.5 * guide[None], np.full((RUN, RUN), 0.5, np.float32), guide)
    found = develop(framed(pixels, whole), along, Behind(textured(2))).picture
    assert (found[:, :101] == found[0, 0]).all()
    assert (found[:, 101:] == found[0, -1]).all()
    assert (found[0, 0] < found[0, -1]).all()


def test_a_given_background_is_multiplied_by_the_shadow_and_else_untouched():
    behind, shadow = textured(2), np.full(FULL, 255, np.uint8)
    shadow[:50] = 128
    found = develop(framed(textured(1), soft_matte()), light(), Behind(behind, shadow)).picture
    outside = soft_matte() == 0
    expected = np.where(shadow[..., None] == 255, behind, np.rint(behind * (128 / 255)))
    np.testing.assert_array_equal(found[outside], expected[outside])


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_before_its_own_background_an_unlit_photograph_is_itself_whatever_its_own_colours(kind):
    pixels = textured(1, kind)
    found = develop(
        framed(pixels, soft_matte(), textured(5, kind)), light(strength=0.0), Behind(textured(2), own=WHOLE)
    )
    np.testing.assert_array_equal(found.picture[soft_matte() < 255], pixels[soft_matte() < 255])


def test_a_photographs_own_background_may_be_lit_too():
    pixels, dark = textured(1), Light(np.full((1, RUN, RUN), np.log(0.5), np.float32))
    around = outward(dark, soft_matte((RUN, RUN)))
    found = develop(framed(pixels, soft_matte()), dark, Behind(textured(2), own=WHOLE, light=around)).picture
    everywhere = develop(framed(pixels, np.full(FULL, 255, np.uint8)), dark, Behind(textured(2))).picture
    outside = soft_matte() == 0
    np.testing.assert_allclose(found[outside].astype(int), everywhere[outside], atol=1)


def test_around_a_small_subject_the_light_goes_on_without_an_edge():
    height, width = 96, 240
    matte = np.zeros((height, width), np.uint8)
    matte[30:70, 10:50] = 255
    ramp = np.linspace(0.3, 1, width)[None, :, None]
    before, after = np.full((height, width, 3), 180, np.uint8), np.full((height, width, 3), 240 * ramp, np.uint8)
    inside = light_of(before, after, matte, LightTaken())
    found = everywhere(inside, matte)
    np.testing.assert_array_equal(found.logs[:, matte == 255], inside.logs[:, matte == 255])
    away = found.logs[:, :, 60:]
    assert max(np.abs(np.diff(away, axis=axis)).max() for axis in (1, 2)) < 0.02
    assert away.max() < -1, "it is as dark there as on the subject"
    assert not found.slope[matte == 0].any()


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
@pytest.mark.parametrize("around", ["painted", "shadow", "own", "relit"])
def test_the_layers_make_up_the_picture(kind, around):
    matte, pixels, own = soft_matte(), textured(1, kind), textured(5, kind)
    shadow = np.random.default_rng(6).integers(90, 256, FULL).astype(np.uint8)
    behind = {
        "painted": Behind(textured(2)),
        "shadow": Behind(textured(2), shadow),
        "own": Behind(textured(2), own=(slice(20, 190), slice(0, FULL[1]))),
        "relit": Behind(textured(2), own=WHOLE, light=Light(np.full((1, RUN, RUN), -0.4, np.float32))),
    }[around]
    found = develop(framed(pixels, matte, own), light(), behind, with_layers=True)
    layers, share = found.layers, matte[..., None] / 255
    factor = 1.0 if layers.shadow is None else layers.shadow[..., None] / 255
    made = share * layers.subject + (1 - share) * factor * layers.background
    assert np.abs(made - found.picture).max() <= np.iinfo(kind).max / 255
    np.testing.assert_array_equal(layers.original, pixels)
    assert layers.gain.dtype == np.float16


def test_layers_are_made_only_for_those_who_ask():
    assert develop(framed(textured(1), soft_matte()), light(), Behind(textured(2))).layers is None
