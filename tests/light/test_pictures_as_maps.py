"""Users' own light maps may be pictures of any kind."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from samples import plain

from lib_iclight.picture import arrays


@pytest.mark.parametrize("mode", ["1", "L", "LA", "I;16", "RGB", "RGBA", "P", "F"])
def test_a_grey_of_any_mode_is_the_same_light_map(mode):
    grey = np.array([[0, 255], [255, 0]], np.uint8)
    if mode == "I;16":
        image = Image.fromarray(grey.astype(np.uint16) * 257)
    elif mode == "F":
        image = Image.fromarray(grey.astype(np.float32) / 255)
    else:
        image = Image.fromarray(grey).convert(mode)
    picture = arrays.as_light_map(arrays.to_picture(image))
    np.testing.assert_array_equal(arrays.on_grey(picture.rgb, picture.alpha)[..., 0], grey)


@pytest.mark.parametrize("mode", ["LA", "RGBA"])
def test_a_black_picture_with_a_shape_in_its_transparency_is_that_shape(mode):
    image = Image.new(mode, (2, 1), (0,) * len(mode))
    image.putalpha(Image.fromarray(np.array([[40, 200]], np.uint8)))
    picture = arrays.as_light_map(arrays.to_picture(image))
    assert picture.rgb[0].tolist() == [[40, 40, 40], [200, 200, 200]]
    assert picture.alpha is None


@pytest.mark.parametrize("colour", [(0, 0, 0, 128), (9, 0, 0, 0), (0, 0, 0)])
def test_any_other_picture_stays_as_it_is(colour):
    picture = arrays.to_picture(plain(colour))
    assert arrays.as_light_map(picture) is picture
