"""Layered documents, as psd-tools reads them."""

from __future__ import annotations

import io

import numpy as np
import pytest
from developed import developed
from psd_tools import PSDImage
from psd_tools.composite import composite
from psd_tools.constants import BlendMode, Resource

from lib_iclight.files import psd
from lib_iclight.picture.icc import srgb_profile
from lib_iclight.restore.developed import Developed


def opened(result: Developed, exif: bytes = b"") -> PSDImage:
    file = io.BytesIO()
    psd.write(file, result, exif)
    file.seek(0)
    return PSDImage.open(file)


@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
@pytest.mark.parametrize("shadow", [True, False])
def test_flattened_it_is_the_result(depth, shadow):
    result = developed(depth, shadow=shadow)
    document, most = opened(result), np.iinfo(depth).max
    colour, _, alpha = composite(document, force=True)
    assert np.abs(alpha - 1).max() < 1e-6
    assert np.abs(colour * most - result.picture).max() <= 0.51
    np.testing.assert_allclose(document.numpy()[..., :3], result.picture / most, atol=1e-6)


@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
def test_the_layers_are_what_they_are_called(depth):
    result, most = developed(depth), np.iinfo(depth).max
    original, background, shadow, subject = opened(result)
    assert [layer.name for layer in (original, background, shadow, subject)] == [
        "Original", "Background", "Shadow", "Subject"]  # fmt: skip
    assert [layer.visible for layer in (original, background, shadow, subject)] == [False, True, True, True]
    assert shadow.blend_mode == BlendMode.MULTIPLY
    parts = result.layers
    for layer, pixels in ((original, parts.original), (background, parts.background), (subject, parts.subject)):
        np.testing.assert_allclose(layer.numpy("color"), pixels / most, atol=1e-6)
    np.testing.assert_allclose(shadow.numpy("color")[..., 1], parts.shadow / 255, atol=1e-6)
    np.testing.assert_allclose(subject.numpy("mask")[..., 0], parts.matte / 255, atol=1e-6)


def test_profile_resolution_and_camera_are_in_it():
    resources = opened(developed(), b"MM\0*\0\0\0\x08").image_resources
    assert bytes(resources[Resource.ICC_PROFILE].data) == srgb_profile()
    assert resources[Resource.RESOLUTION_INFO].data.horizontal == 72 << 16
    assert bytes(resources[Resource.EXIF_DATA_1].data) == b"MM\0*\0\0\0\x08"


@pytest.mark.parametrize(("limit", "words"), [("LONGEST_SIDE", "pixels a side"), ("MOST_BYTES", "at most 2 GB")])
def test_what_the_format_does_not_hold_is_refused(monkeypatch, limit, words):
    monkeypatch.setattr(psd, limit, 10)
    with pytest.raises(ValueError, match=words):
        psd.write(io.BytesIO(), developed())
