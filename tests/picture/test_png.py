"""PNG files as other programs read them."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image
from samples import noise

from lib_iclight.picture.png import png


@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize("size", [(1, 1), (7, 300), (1500, 1200)])
def test_what_is_written_is_read_again(size, channels):
    pixels = noise(*size, channels)
    image = Image.open(io.BytesIO(png(pixels[..., :3], pixels[..., 3] if channels == 4 else None)))
    assert image.format == "PNG"
    np.testing.assert_array_equal(np.asarray(image), pixels)


def test_a_photograph_is_about_as_small_as_pillow_writes_it():
    from skimage import data

    buffer = io.BytesIO()
    Image.fromarray(data.astronaut()).save(buffer, "PNG", compress_level=1)
    assert len(png(data.astronaut(), None)) < 1.25 * len(buffer.getvalue())
