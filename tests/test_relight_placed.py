"""A placed subject is the same everywhere it is used: condition, start, details, colours, and second pass."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from samples import noise, plain

from lib_iclight.light import maps
from lib_iclight.picture import scaling
from lib_iclight.relight import condition_layers, finish, start_layer
from lib_iclight.subject.placement import Placement, place

HALF = Placement(0.5, 0.25, 0.5)
SIZES = [(64, 64), (96, 96), (64, 96)]


@pytest.fixture(params=["foreground", "init"])
def placed(request, plan):
    """Makes plans for a picture of noise, given as the foreground or as the img2img picture."""

    def draw_up(**wanted):
        picture = Image.fromarray(noise(48, 48))
        return plan(init=[picture], **wanted) if request.param == "init" else plan(foreground=picture, **wanted)

    return draw_up


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("placement", ["cover", "contain", HALF])
def test_the_condition_is_made_anew_from_the_original_at_each_size(placed, placement, size):
    drawn = placed(placement=placement)
    (layer,) = condition_layers(drawn, drawn.subjects[0])
    draw = {
        "cover": lambda pixels: scaling.cover_crop(pixels, *size),
        "contain": lambda pixels: scaling.contain(pixels, *size, 127),
        HALF: lambda pixels: place(pixels, *size, HALF, 127),
    }[placement]
    np.testing.assert_array_equal(layer.draw(*size), draw(noise(48, 48)))


def test_a_reinforced_subject_stands_on_the_light_map_where_it_is_placed(placed):
    drawn = placed(placement=HALF, light="top", reinforce_foreground=1.0)
    pixels, light = start_layer(drawn, drawn.subjects[0]).draw(64, 64), maps.render(maps.preset("top"), 64, 64)
    np.testing.assert_array_equal(pixels[16:48, :32], scaling.stretch(noise(48, 48), 32, 32))
    pixels[16:48, :32] = light[16:48, :32]
    np.testing.assert_array_equal(pixels, light)


def test_details_and_colours_come_back_where_the_subject_is_placed(placed):
    drawn = placed(placement=HALF, restore_details=1.0, details_radius=16.0, keep_colours=1.0)
    flat = np.full((64, 64, 3), 127, np.uint8)
    finished = finish(drawn, drawn.subjects[0], flat).picture
    crop = drawn.subjects[0].pixels(64, 64)
    assert np.corrcoef(finished[16:48, :32].ravel(), crop[16:48, :32].ravel())[0, 1] > 0.6
    assert (finished[:, 34:] == 127).all()


def test_fbcs_background_covers_the_frame_wherever_the_subject_stands(plan):
    background = Image.fromarray(noise(70, 40))
    drawn = plan(mode="fbc", foreground=plain((1, 2, 3)), background=background, placement=HALF)
    _, layer = condition_layers(drawn, drawn.subjects[0])
    np.testing.assert_array_equal(layer.draw(64, 64), scaling.cover_crop(np.asarray(background), 64, 64))
