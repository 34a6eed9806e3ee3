"""Animated WebP files of frames that were encoded by themselves."""

from __future__ import annotations

import io
import struct

import numpy as np
import pytest
from PIL import Image, ImageSequence
from samples import noise

from lib_iclight.files import webp

WIDTH, HEIGHT = 37, 21


def film(frames: list[np.ndarray], seconds: float = 0.1, loops: bool = True) -> bytes:
    target = io.BytesIO()
    webp.write(target, [webp.encoded(frame, 90) for frame in frames], (WIDTH, HEIGHT), seconds, loops)
    return target.getvalue()


def smooth(seed: int) -> np.ndarray:
    small = Image.fromarray(noise(5, 4, seed=seed))
    return np.asarray(small.resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC))


def test_every_frame_is_what_pillow_makes_of_it_alone():
    frames = [smooth(seed) for seed in range(4)]
    with Image.open(io.BytesIO(film(frames))) as image:
        shown = [np.asarray(each.convert("RGB")) for each in ImageSequence.Iterator(image)]
    assert len(shown) == 4
    for frame, seen in zip(frames, shown):
        alone = io.BytesIO()
        Image.fromarray(frame).save(alone, "WEBP", quality=90, method=0)
        np.testing.assert_array_equal(seen, np.asarray(Image.open(alone).convert("RGB")))


@pytest.mark.parametrize(("loops", "count"), [(True, 0), (False, 1)])
def test_it_says_how_long_a_frame_is_shown_and_how_often_the_film(loops, count):
    with Image.open(io.BytesIO(film([smooth(1), smooth(2)], 0.25, loops))) as image:
        image.seek(1)
        image.load()
        assert (image.size, image.info["duration"], image.info["loop"]) == ((WIDTH, HEIGHT), 250, count)


def test_the_file_is_as_long_as_its_header_says():
    content = film([smooth(1)])
    assert content[:4] + content[8:12] == b"RIFFWEBP"
    assert struct.unpack("<I", content[4:8])[0] == len(content) - 8
