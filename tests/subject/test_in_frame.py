"""A subject in a frame of its photograph's scale: its own pixels and colours, and its finer levels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from samples import noise

from lib_iclight.picture.arrays import make_picture
from lib_iclight.picture.deep import eight_bits
from lib_iclight.picture.origin import Origin
from lib_iclight.subject.frame import frame_of
from lib_iclight.subject.in_frame import InFrame
from lib_iclight.subject.own_colours import carry_on, decontaminate
from lib_iclight.subject.prepare import Subject

WIDTH, HEIGHT = 120, 90
ALL = slice(0, HEIGHT)


def matte() -> np.ndarray:
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    return ((30 - np.hypot(x - 60, y - 45)) * 20 + 128).clip(0, 255).astype(np.uint8)


def subject(remover: str = "", is_vague: bool = False, deep: np.ndarray | None = None) -> Subject:
    picture = replace(make_picture(noise(WIDTH, HEIGHT)), origin=Origin(deep=lambda: deep))
    return Subject(picture, matte(), picture.rgb, picture.rgb, "", remover=remover, is_vague=is_vague)


def shown(given: Subject) -> InFrame:
    return InFrame(given, frame_of("cover", (WIDTH, HEIGHT), WIDTH, HEIGHT))


@pytest.mark.parametrize(("remover", "how"), [("u2net", lambda *each: decontaminate(*each, 1.0)), ("", carry_on)])
def test_under_its_soft_rim_it_has_its_own_colours_as_at_the_runs_size(remover, how):
    seen = matte() > 0
    found, expected = shown(subject(remover)).own(ALL), how(noise(WIDTH, HEIGHT), matte())
    np.testing.assert_allclose(found[seen].astype(int), expected[seen], atol=1)
    np.testing.assert_array_equal(found[matte() == 255], noise(WIDTH, HEIGHT)[matte() == 255])


def test_rows_are_the_same_one_by_one():
    whole = shown(subject("u2net"))
    np.testing.assert_array_equal(np.concatenate([whole.own(slice(y, y + 1)) for y in range(HEIGHT)]), whole.own(ALL))


def test_finer_levels_stay_and_get_the_same_colours_at_the_rim():
    deep = np.random.default_rng(2).integers(0, 65536, (HEIGHT, WIDTH, 3)).astype(np.uint16)
    given = subject("u2net", deep=deep)
    given = replace(given, picture=replace(given.picture, rgb=eight_bits(deep)))
    given = replace(given, colours=given.picture.rgb)
    found = shown(given)
    np.testing.assert_array_equal(found.own(ALL)[matte() == 255], deep[matte() == 255])
    np.testing.assert_array_equal(found.scene(ALL), deep)
    coarse = shown(replace(given, picture=replace(given.picture, origin=Origin()))).own(ALL)
    seen = (matte() > 0) & (coarse > 0).all(axis=-1) & (coarse < 255).all(axis=-1)
    assert np.abs(found.own(ALL)[seen] / 257 - coarse[seen]).max() <= 0.51


def test_a_scaled_picture_has_eight_bits():
    deep = np.zeros((HEIGHT, WIDTH, 3), np.uint16)
    frame = frame_of("cover", (WIDTH, HEIGHT), 60, 45)
    assert InFrame(subject(deep=deep), frame).own(slice(0, 45)).dtype == np.uint8


def test_only_a_matte_that_is_to_be_sharper_is_made_so():
    np.testing.assert_array_equal(shown(subject("u2net")).matte, matte())
    assert (shown(subject("u2net", is_vague=True)).matte != matte()).any()
