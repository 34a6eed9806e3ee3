"""Normals as files, as other programs read them."""

from __future__ import annotations

import cv2
import numpy as np
import OpenEXR
import pytest

from lib_iclight.files.surfaces import write_exr, write_png


def some_normals(width: int = 37, height: int = 21) -> np.ndarray:
    found = np.random.default_rng(0).normal(size=(height, width, 3)).astype(np.float32)
    return found / np.linalg.norm(found, axis=-1, keepdims=True)


def test_a_png_file_holds_every_level(tmp_path):
    levels = np.random.default_rng(1).integers(0, 65536, (21, 37, 3), dtype=np.uint16)
    write_png(tmp_path / "normals.png", levels)
    np.testing.assert_array_equal(cv2.imread(str(tmp_path / "normals.png"), cv2.IMREAD_UNCHANGED)[..., ::-1], levels)
    assert [one.name for one in tmp_path.iterdir()] == ["normals.png"]


def test_an_exr_file_holds_the_normals_by_axis(tmp_path):
    normals = some_normals()
    write_exr(tmp_path / "normals.exr", normals)
    with OpenEXR.File(str(tmp_path / "normals.exr"), separate_channels=True) as file:
        found = {name: channel.pixels for name, channel in file.channels().items()}
    assert {*found} == {"N.X", "N.Y", "N.Z"}
    for index, axis in enumerate("XYZ"):
        assert found[f"N.{axis}"].dtype == np.float16
        np.testing.assert_allclose(found[f"N.{axis}"], normals[..., index], atol=5e-4)
    assert [one.name for one in tmp_path.iterdir()] == ["normals.exr"]


@pytest.mark.parametrize("write", [write_png, write_exr])
def test_after_an_error_nothing_is_left(tmp_path, write, monkeypatch):
    def full_disk(source, target):
        raise OSError("no space left")

    monkeypatch.setattr("os.replace", full_disk)
    with pytest.raises(OSError, match="no space left"):
        write(tmp_path / "normals", np.zeros((4, 4, 3), np.uint16))
    assert [*tmp_path.iterdir()] == []
