"""OpenEXR files, as OpenCV and OpenEXR read them."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import OpenEXR
import pytest
from developed import developed

from lib_iclight.files import exr
from lib_iclight.picture.srgb import srgb_to_linear


def channels_of(path) -> dict[str, np.ndarray]:
    with OpenEXR.File(str(path), separate_channels=True) as file:
        return {name: channel.pixels for name, channel in file.channels().items()}


def linear(pixels: np.ndarray) -> np.ndarray:
    return srgb_to_linear(pixels / np.iinfo(pixels.dtype).max)


@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
def test_its_channels_are_the_layers_in_linear_light(tmp_path, depth, monkeypatch):
    monkeypatch.setattr(exr, "_STRIP_PIXELS", 1000)  # several strips
    result = developed(depth)
    parts = result.layers
    exr.write(str(tmp_path / "a.exr"), result)
    found = channels_of(tmp_path / "a.exr")
    alpha = parts.matte / 255
    expected = {"shadow.Y": linear(parts.shadow), "matte.A": alpha, "subject.A": alpha}
    for i, name in enumerate("RGB"):
        expected |= {
            name: linear(result.picture)[..., i],
            f"background.{name}": linear(parts.background)[..., i],
            f"original.{name}": linear(parts.original)[..., i],
            f"subject.{name}": linear(parts.subject)[..., i] * alpha,
            f"gain.{name}": parts.gain[..., i],
        }
    assert {*found} == {*expected}
    for name, values in expected.items():
        assert found[name].dtype == np.float16
        np.testing.assert_allclose(found[name], values, rtol=2**-10, atol=1e-6, err_msg=name)


def test_without_a_shadow_there_is_no_such_channel(tmp_path):
    exr.write(str(tmp_path / "a.exr"), developed(shadow=False))
    assert "shadow.Y" not in channels_of(tmp_path / "a.exr")


def test_its_colours_are_said_to_be_srgbs(tmp_path):
    exr.write(str(tmp_path / "a.exr"), developed())
    head = OpenEXR.File(str(tmp_path / "a.exr")).header()
    assert np.allclose(head["chromaticities"], [0.64, 0.33, 0.30, 0.60, 0.15, 0.06, 0.3127, 0.3290])
    assert head["compression"] == OpenEXR.ZIP_COMPRESSION


def test_another_library_reads_the_result(tmp_path):
    result = developed(np.uint16)
    exr.write(str(tmp_path / "a.exr"), result)
    code = "import cv2, numpy, sys; numpy.save(sys.argv[2], cv2.imread(sys.argv[1], cv2.IMREAD_UNCHANGED)[..., ::-1])"
    command = [sys.executable, "-c", code, str(tmp_path / "a.exr"), str(tmp_path / "a.npy")]
    subprocess.run(command, check=True, env={"OPENCV_IO_ENABLE_OPENEXR": "1"}, timeout=60)
    np.testing.assert_allclose(np.load(tmp_path / "a.npy"), linear(result.picture), rtol=2**-10, atol=1e-6)
