"""What is put into a picture that a web UI has saved, and what stays as it was."""

from __future__ import annotations

import io

import cv2
import numpy as np
import pytest
from PIL import Image, PngImagePlugin
from samples import noise

from lib_iclight.files.completing import complete
from lib_iclight.picture import exif
from lib_iclight.picture.icc import srgb_profile

CAMERA = exif.write({
    exif.MAIN: {0x010F: (2, b"Canon\0"), 0x0132: (2, b"2020:01:02 03:04:05\0"), 0x8298: (2, b"(c) Zoe\0"),
                0x0112: (3, b"\0\1")},
    exif.EXIF: {0x829A: (5, b"\0\0\0\1\0\0\0\x7d")},
    exif.GPS: {1: (2, b"N\0")},
})  # fmt: skip
TEXT = "a ball, 光\nSteps: 2, IC Light mode: fc"
SAVED_AS = {"png": "PNG", "jpg": "JPEG", "webp": "WEBP"}
COMMENT = b"UNICODE\0" + TEXT.encode("utf_16_be")


def saved(folder, ending: str, pixels: np.ndarray | None = None, **options):
    """A picture with its parameters, as web UIs save it."""
    path = folder / f"00001-5.{ending}"
    image = Image.fromarray(noise(50, 40) if pixels is None else pixels)
    if ending == "png":
        texts = PngImagePlugin.PngInfo()
        texts.add_text("parameters", TEXT)
        texts.add_text("extras", "more", zip=True)
        image.save(path, pnginfo=texts, **options)
    else:
        block = Image.Exif()
        block[exif.EXIF] = {0x9286: COMMENT}
        image.save(path, SAVED_AS[ending], exif=block, **options)
    return path


@pytest.mark.parametrize("ending", SAVED_AS)
def test_camera_date_copyright_and_profile_are_in_it_and_the_pixels_stay(tmp_path, ending):
    path = saved(tmp_path, ending)
    before = np.asarray(Image.open(path))
    assert complete(path, CAMERA) == [path]
    with Image.open(path) as image:
        np.testing.assert_array_equal(np.asarray(image), before)
        found = image.getexif()
        assert [found[tag] for tag in (0x010F, 0x0132, 0x8298, 0x0112)] == [
            "Canon", "2020:01:02 03:04:05", "(c) Zoe", 1]  # fmt: skip
        assert found.get_ifd(exif.EXIF)[0x829A] == 1 / 125
        assert found.get_ifd(exif.GPS) == {1: "N"}
        assert image.info["icc_profile"] == srgb_profile()
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("ending", SAVED_AS)
def test_the_parameters_stay_readable(tmp_path, ending):
    path = saved(tmp_path, ending)
    complete(path, CAMERA)
    with Image.open(path) as image:
        image.load()
        if ending == "png":
            assert (image.info["parameters"], image.info["extras"]) == (TEXT, "more")
        else:
            assert image.getexif().get_ifd(exif.EXIF)[0x9286] == COMMENT


@pytest.mark.parametrize("ending", SAVED_AS)
def test_without_camera_data_there_is_a_profile_only(tmp_path, ending):
    path = saved(tmp_path, ending)
    complete(path, b"")
    with Image.open(path) as image:
        assert image.info["icc_profile"] == srgb_profile()
        assert 0x010F not in image.getexif()


@pytest.mark.parametrize("ending", SAVED_AS)
def test_doing_it_twice_is_doing_it_once(tmp_path, ending):
    path = saved(tmp_path, ending)
    complete(path, CAMERA)
    once = path.read_bytes()
    complete(path, CAMERA)
    assert path.read_bytes() == once


@pytest.mark.parametrize("ending", SAVED_AS)
def test_its_own_profile_stays(tmp_path, ending):
    path = saved(tmp_path, ending, icc_profile=b"its own, of even length.")
    complete(path, CAMERA)
    with Image.open(path) as image:
        assert image.info["icc_profile"] == b"its own, of even length."


@pytest.mark.parametrize("lossless", [True, False])
@pytest.mark.parametrize("channels", [3, 4])
def test_a_webp_of_pixels_alone_is_extended(tmp_path, lossless, channels):
    path = tmp_path / "a.webp"
    Image.fromarray(noise(51, 39, channels)).save(path, lossless=lossless)
    before = np.asarray(Image.open(path))
    complete(path, CAMERA)
    with Image.open(path) as image:
        assert (image.size, image.mode) == ((51, 39), "RGBA" if channels == 4 else "RGB")
        np.testing.assert_array_equal(np.asarray(image), before)
        assert image.getexif()[0x010F] == "Canon"


def deep_pixels() -> np.ndarray:
    return np.random.default_rng(1).integers(0, 65536, (700, 900, 3), dtype=np.uint16)


def test_a_png_gets_sixteen_bits_and_keeps_its_texts(tmp_path):
    pixels = deep_pixels()
    path = saved(tmp_path, "png", (pixels >> 8).astype(np.uint8))
    assert complete(path, CAMERA, pixels) == [path]
    np.testing.assert_array_equal(cv2.imread(str(path), cv2.IMREAD_UNCHANGED)[..., ::-1], pixels)
    with Image.open(path) as image:
        np.testing.assert_array_equal(np.asarray(image), pixels >> 8)
        assert (image.info["parameters"], image.getexif()[0x010F]) == (TEXT, "Canon")


@pytest.mark.parametrize("ending", ["jpg", "webp"])
def test_beside_another_format_there_is_a_png_of_sixteen_bits(tmp_path, ending):
    pixels = deep_pixels()
    path = saved(tmp_path, ending, (pixels >> 8).astype(np.uint8))
    assert complete(path, CAMERA, pixels, TEXT) == [path, tmp_path / "00001-5-16bit.png"]
    np.testing.assert_array_equal(cv2.imread(str(tmp_path / "00001-5-16bit.png"), -1)[..., ::-1], pixels)
    with Image.open(tmp_path / "00001-5-16bit.png") as image:
        image.load()
        assert (image.info["parameters"], image.getexif()[0x010F]) == (TEXT, "Canon")
        assert image.info["icc_profile"] == srgb_profile()


@pytest.mark.parametrize("ending", SAVED_AS)
@pytest.mark.parametrize("cut", [9, 30, 60])
def test_a_damaged_file_stays_as_it_is(tmp_path, ending, cut):
    path = saved(tmp_path, ending)
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises((ValueError, OSError)):
        complete(path, CAMERA)
    assert len(path.read_bytes()) == cut
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def test_another_kind_of_file_is_left_alone(tmp_path):
    path = tmp_path / "a.gif"
    Image.fromarray(noise(8, 8)).save(path)
    before = path.read_bytes()
    with pytest.raises(ValueError, match="PNG, JPEG, WebP, AVIF"):
        complete(path, CAMERA)
    assert path.read_bytes() == before


def test_our_profile_is_srgb():
    from PIL import ImageCms

    profile = ImageCms.ImageCmsProfile(io.BytesIO(srgb_profile()))
    assert ImageCms.getProfileDescription(profile).strip() == "sRGB IEC61966-2.1"
    image = Image.fromarray(noise(64, 64))
    same = ImageCms.profileToProfile(image, profile, ImageCms.createProfile("sRGB"))
    assert np.abs(np.asarray(same).astype(int) - np.asarray(image)).max() <= 1
