"""The demo's photographs are cut out where their subjects are."""

import numpy as np
import pytest
from PIL import Image

from workbench import photographs
from workbench.outline import cut_along

SQUARE = ((20, 20), (40, 20), (40, 60), (20, 60))


def test_the_astronaut_is_cut_out_where_she_is():
    alpha = np.asarray(photographs.ASTRONAUT.cut_out().getchannel("A"))
    assert alpha[120, 220] == 255, "her face"
    assert alpha[60, 292] == 255, "her hair"
    assert alpha[400, 120] == 255, "her suit"
    assert alpha[430, 380] == 255, "her helmet"
    assert alpha[10:200, 10:90].max() == 0, "the flag"
    assert alpha[40:200, 370:480].max() == 0, "the shuttle"
    assert alpha[280:330, 380:].max() == 0, "the black box behind her helmet"


def test_the_edge_is_found_by_colour_near_the_outline():
    pixels = np.full((64, 64, 3), (20, 40, 200), np.uint8)
    pixels[18:, 18:42] = (200, 30, 20)
    alpha = np.asarray(cut_along(Image.fromarray(pixels), (SQUARE,), reach=6).getchannel("A"))
    assert np.array_equal(alpha, np.where(pixels[..., 0] == 200, 255, 0))


def test_a_subject_that_the_frame_cuts_off_is_opaque_up_to_it():
    picture = Image.new("RGB", (64, 64), (90, 90, 90))
    alpha = np.asarray(cut_along(picture, (((-9, -9), (32, -9), (32, 70), (-9, 70)),), reach=3).getchannel("A"))
    assert alpha[:, :28].min() == 255


def test_a_photograph_that_is_not_installed_names_the_way_to_it(monkeypatch):
    monkeypatch.setattr(photographs.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(photographs.MissingPhotograph, match=r"pip install -r requirements/pictures\.txt"):
        photographs.FLOWER.cut_out()


def test_a_picture_is_known_by_its_very_pixels():
    photograph = photographs.COFFEE.load()
    assert photographs.known(photograph) is photographs.COFFEE
    photograph.putpixel((0, 0), (1, 2, 3))
    assert photographs.known(photograph) is None
