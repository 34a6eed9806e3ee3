"""Pictures of 16 bits a channel: no level is lost, and the 8-bit pixels are the same picture."""

from __future__ import annotations

import io
import struct
import zlib

import cv2
import icc
import numpy as np
import pytest
from PIL import Image
from samples import as_base64, encoded, file_bytes

from lib_iclight.picture import reading
from lib_iclight.picture.deep import eight_bits
from lib_iclight.picture.icc import matrix_profile, srgb_profile
from lib_iclight.picture.srgb import linear_to_srgb
from lib_iclight.support.cache import blocks

HALF_A_LEVEL = 65535 / 255 / 2


def levels(*shape: int) -> np.ndarray:
    """uint16 pixels of every brightness."""
    return np.random.default_rng(3).integers(0, 65536, shape, dtype=np.uint16)


def file_of(pixels: np.ndarray, ending: str, *options: int) -> bytes:
    """The file of pixels in RGB or RGBA order, or grey."""
    stored = pixels if pixels.ndim == 2 else np.dstack([pixels[..., 2::-1], pixels[..., 3:]])
    return cv2.imencode(ending, stored, [*options])[1].tobytes()


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def with_chunk(png: bytes, name: bytes, content: bytes) -> bytes:
    """A PNG file with a chunk more, after the header."""
    return png[:33] + chunk(name, content) + png[33:]


def with_profile(png: bytes, profile: bytes) -> bytes:
    return with_chunk(png, b"iCCP", b"test\0\0" + zlib.compress(profile))


def read(raw: bytes, **options: int):
    return reading.from_file(io.BytesIO(raw), "foreground", **options)


def agrees(picture) -> np.ndarray:
    """The deep pixels of a picture, which are its 8-bit ones within half a level."""
    deep = picture.origin.deep()
    assert deep.dtype == np.uint16
    assert np.abs(deep / 65535 * 255 - picture.rgb).max() <= 0.5 + 1e-6
    return deep


@pytest.mark.parametrize("ending", [".png", ".tiff"])
@pytest.mark.parametrize("channels", [3, 4])
def test_every_level_comes_back(ending, channels):
    pixels = levels(37, 53, channels)
    picture = read(file_of(pixels, ending))
    np.testing.assert_array_equal(agrees(picture), pixels[..., :3])
    assert (picture.alpha is None) == (channels == 3)


@pytest.mark.parametrize("ending", [".png", ".tiff"])
@pytest.mark.parametrize("white", [255, 4095, 65535])
def test_a_grey_picture_has_the_white_that_it_has_at_8_bits(ending, white):
    pixels = (levels(24, 31) // (65536 // (white + 1))).astype(np.uint16)
    pixels[0, 0] = white
    raw = file_of(pixels, ending)
    deep = agrees(read(raw))
    assert deep.max() == 65535
    eight = reading.to_picture(Image.open(io.BytesIO(raw)))
    assert np.abs(deep / 257 - eight.rgb).max() <= 1


def test_grey_with_transparency_is_read():
    pixels = levels(20, 30, 2)
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in pixels)
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 30, 20, 16, 4, 0, 0, 0))
    picture = read(b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
    np.testing.assert_array_equal(agrees(picture), np.repeat(pixels[..., :1], 3, axis=2))
    assert picture.alpha is not None


def turned_tiff(pixels: np.ndarray, orientation: int) -> bytes:
    """An uncompressed TIFF file with an orientation, which OpenCV does not write."""
    height, width = pixels.shape[:2]
    entries = [(256, 3, 1, width), (257, 3, 1, height), (258, 3, 3, 146), (259, 3, 1, 1), (262, 3, 1, 2),
               (273, 4, 1, 152), (274, 3, 1, orientation), (277, 3, 1, 3), (278, 3, 1, height),
               (279, 4, 1, pixels.nbytes), (339, 3, 1, 1)]  # fmt: skip
    directory = struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", *entry) for entry in entries) + bytes(4)
    return b"II*\0\x08\0\0\0" + directory + struct.pack("<3H", 16, 16, 16) + pixels.astype("<u2").tobytes()


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("ending", [".png", ".tiff"])
def test_it_is_upright(ending, orientation):
    pixels = levels(12, 20, 3)
    exif = Image.Exif()
    exif[0x0112] = orientation
    if ending == ".png":
        raw = with_chunk(file_of(pixels, ending), b"eXIf", exif.tobytes()[6:])
    else:
        raw = turned_tiff(pixels, orientation)
    eight = reading.to_picture(Image.open(io.BytesIO(raw)))
    deep = agrees(read(raw))
    assert np.abs(deep // 257 - eight.rgb.astype(int)).max() <= 1
    assert deep.shape == ((12, 20, 3) if orientation < 5 else (20, 12, 3))


@pytest.mark.parametrize("primaries", [icc.ADOBE_RGB, icc.DISPLAY_P3], ids=["Adobe RGB", "Display P3"])
def test_colours_are_converted_at_16_bits(primaries):
    pixels = levels(64, 64, 3)
    raw = with_profile(file_of(pixels, ".png"), icc.rgb_profile(primaries))
    deep = agrees(read(raw))
    eight = reading.to_picture(Image.open(io.BytesIO(raw)))
    # Little CMS converts what has been cut to 8 bits: in the dark one of these levels is several of sRGB's.
    apart = np.abs(deep / 257 - eight.rgb)
    assert np.median(apart) < 1
    assert len(np.unique(deep)) > 5000
    exact = linear_to_srgb(((pixels / 65535) ** (563 / 256) @ _to_srgb(primaries).T).clip(0, 1)) * 65535
    assert np.abs(deep - exact).max() <= 1.5


def _to_srgb(primaries) -> np.ndarray:
    from lib_iclight.picture.icc import SRGB_IN_XYZ

    return np.linalg.inv(np.array(SRGB_IN_XYZ)) @ (np.round(np.array(primaries) * 65536) / 65536).T


def test_a_grey_profile_is_followed():
    pixels = levels(16, 16)
    deep = agrees(read(with_profile(file_of(pixels, ".png"), icc.grey_profile(1.0))))
    assert np.abs(deep[..., 0] - linear_to_srgb(pixels / 65535) * 65535).max() <= 1


def test_a_picture_in_our_own_srgb_stays_as_it_is():
    pixels = levels(16, 16, 3)
    np.testing.assert_array_equal(agrees(read(with_profile(file_of(pixels, ".png"), srgb_profile()))), pixels)


@pytest.mark.parametrize(
    ("kind", "values"),
    [(0, (2.2,)), (1, (2.2, 1.0, 0.0)), (3, (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)),
     (4, (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045, 0.0, 0.0))],
)  # fmt: skip
def test_parametric_curves_are_followed(kind, values):
    content = b"para\0\0\0\0" + struct.pack(f">HH{len(values)}i", kind, 0, *(round(v * 65536) for v in values))
    profile = matrix_profile(icc._profile("mntr", "GRAY", "XYZ ", {"kTRC": content}), is_grey=True)
    x = np.linspace(0, 1, 65536)
    expected = x**2.2 if kind < 2 else np.where(x <= 0.04045, x / 12.92, ((x + 0.055) / 1.055) ** 2.4)
    assert np.abs(profile.curves[0] - expected).max() < 1e-4


def test_what_is_not_read_at_16_bits_is_read_at_8():
    table = icc.cmyk_profile().replace(b"prtrCMYKLab ", b"mntrRGB XYZ ", 1)
    assert matrix_profile(table, is_grey=False) is None
    assert read(file_bytes(Image.new("RGB", (8, 8), "red"))).origin.deep() is None
    assert read(file_of(levels(64, 64, 4), ".png"), max_pixels=4100).origin.deep() is None
    assert read(file_of(levels(64, 64, 4), ".png"), max_pixels=5100).origin.deep() is not None


def test_without_opencv_it_is_read_at_8_bits(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "cv2", None)
    picture = read(file_of(levels(8, 8, 3), ".png"))
    assert picture.rgb.shape == (8, 8, 3)
    assert picture.origin.deep() is None


def test_only_its_file_is_kept_and_counted():
    raw = file_of(levels(64, 64, 3), ".png")
    picture = read(raw)
    assert sum(blocks(picture).values()) == picture.rgb.nbytes + len(raw)


def test_eight_bits_are_rounded():
    np.testing.assert_array_equal(eight_bits(np.array([[[0, 128, 129]]], np.uint16)), [[[0, 0, 1]]])


def test_pictures_that_look_the_same_at_8_bits_are_not_mistaken_for_each_other(pipeline):
    pixels = np.full((8, 8, 3), 20000, np.uint16)
    given = [as_base64(file_of(pixels + more, ".png")) for more in (0, 10)]
    found = [pipeline.pictures.picture(text, "foreground") for text in given]
    subjects = [pipeline.pictures.subject(picture, False, "", None) for picture in found]
    assert found[0].digest == found[1].digest
    assert [subject.picture.origin.deep()[0, 0, 0] for subject in subjects] == [20000, 20010]
    assert pipeline.pictures.picture(encoded(Image.fromarray(found[0].rgb)), "foreground").origin.deep() is None
