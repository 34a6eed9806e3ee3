"""Where the subject can be placed, and a placement's canonical text."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from refusals import reason_of
from samples import noise

from lib_iclight.errors import ICLightError
from lib_iclight.picture import scaling
from lib_iclight.subject.placement import Placement, parse, place


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("cover", "cover"),
        ("Contain", "contain"),
        ({}, Placement(1.0, 0.5, 0.5)),
        ({"scale": 2, "x": -1, "y": 2}, Placement(2.0, -1.0, 2.0)),
        ('{"scale":0.05,"y":0.12345}', Placement(0.05, 0.5, 0.123)),
    ],
)
def test_what_may_be_asked_for(value, expected):
    assert parse(value) == expected


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("", "placement must be one of: cover, contain, or an object with the keys scale, x, y; not ''"),
        ("placed", "placement must be one of"),
        (1, "placement must be one of"),
        ([0.5, 0.5], "placement must be one of"),
        ("{", "placement must be JSON"),
        ({"z": 1}, "placement has no key 'z'"),
        ({"scale": 0}, "placement.scale must be a number from 0.05 to 8, not 0"),
        ({"x": "left"}, "placement.x must be a number from -1 to 2, not 'left'"),
        ({"y": 2.5}, "placement.y must be a number from -1 to 2, not 2.5"),
        ({"y": None}, "placement.y must be a number"),
    ],
)
def test_what_cannot_be_is_refused_by_its_key(value, said):
    assert reason_of(parse, value).startswith(said)


def test_the_canonical_text_names_every_key():
    assert Placement().to_json() == '{"scale":1,"x":0.5,"y":0.5}'
    placed = parse({"scale": 1.25, "x": 0.33333, "y": -0.5})
    assert placed.to_json() == '{"scale":1.25,"x":0.333,"y":-0.5}'
    assert parse(placed.to_json()) == placed


# Placing

FRAMES = [(64, 64), (65, 33), (31, 90)]


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("size", [(50, 80), (200, 31), (64, 64), (7, 300)])
def test_a_picture_in_the_middle_at_scale_one_covers_pixel_for_pixel(frame, size):
    for pixels in (noise(*size), noise(*size)[..., 0]):
        placed = place(pixels, *frame, Placement(1.0, 0.5, 0.5), 127)
        np.testing.assert_array_equal(placed, scaling.cover_crop(pixels, *frame))


def test_a_placed_picture_stands_where_its_centre_is_put():
    pixels = place(np.full((40, 40, 3), 200, np.uint8), 80, 80, Placement(0.25, 0.25, 0.75), 127)
    assert (pixels[50:70, 10:30] == 200).all()
    pixels[50:70, 10:30] = 127
    assert (pixels == 127).all()


def test_what_is_seen_of_a_placed_picture_is_scaled_like_the_whole():
    whole = noise(30, 20)
    scaled = np.asarray(Image.fromarray(whole).resize((120, 80), Image.Resampling.LANCZOS)).astype(int)
    # At scale 2 the picture is 120 x 80 in a frame of 60 x 40; its centre lies on the frame's left edge.
    placed = place(whole, 60, 40, Placement(2.0, 0.0, 0.5), 0).astype(int)
    assert np.abs(placed - scaled[20:60, 60:]).max() <= 1
    placed = place(whole, 60, 40, Placement(2.0, 1.5, 1.0), 9)
    assert (placed[:, :30] == 9).all()
    assert np.abs(placed[:, 30:].astype(int) - scaled[:40, :30]).max() <= 1


def test_a_matte_is_placed_like_its_picture():
    matte = place(np.full((8, 8), 255, np.uint8), 32, 16, Placement(0.5, 0.0, 0.0), 0)
    assert (matte[:8, :8] == 255).all()
    assert matte.sum() == 8 * 8 * 255


def test_a_large_scale_makes_no_picture_larger_than_the_frame(monkeypatch):
    made = []
    original = Image.Image.resize

    def resize(self, size, *args, **kwargs):
        made.append(size)
        return original(self, size, *args, **kwargs)

    monkeypatch.setattr(Image.Image, "resize", resize)
    place(noise(64, 2), 64, 64, Placement(8.0, 0.3, 0.9), 127)
    assert made == [(64, 64)]


@pytest.mark.parametrize("scale", [0.05, 0.37, 1.0, 3.3, 8.0])
@pytest.mark.parametrize(("x", "y"), [(0.5, 0.5), (0.77, 0.1), (0.01, 0.99)])
def test_a_place_inside_always_fits_the_frame(scale, x, y):
    assert place(noise(13, 9), 24, 17, Placement(scale, x, y), 127).shape == (17, 24, 3)


@pytest.mark.parametrize(("x", "y"), [(-1, 0.5), (0.5, 2), (2, 2)])
def test_a_picture_of_which_nothing_is_seen_is_refused(x, y):
    with pytest.raises(ICLightError, match=r"placed outside the frame.*set the placement to cover"):
        place(noise(13, 9), 24, 17, Placement(0.5, x, y), 127)
