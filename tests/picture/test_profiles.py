"""A picture's colours follow its embedded profile."""

from __future__ import annotations

import io
import subprocess
import sys

import icc
import numpy as np
import pytest
from caches import subject_cache
from PIL import Image, ImageCms
from samples import as_base64, encoded, file_bytes, noise

from lib_iclight.picture import arrays, profiles, reading
from lib_iclight.picture.arrays import Picture
from lib_iclight.picture.srgb import linear_to_srgb

ADOBE_GAMMA = 563 / 256
FROM_XYZ = np.array([[3.1338561, -1.6168667, -0.4906146], [-0.9787684, 1.9161415, 0.0334540],
                     [0.0719453, -0.2289914, 1.4052427]])  # fmt: skip


def picture_of(image: Image.Image, kind: str = "PNG", **options) -> Picture:
    return reading.from_text(encoded(image, kind, **options), "foreground")


def as_srgb(rgb: np.ndarray, primaries, gamma: float) -> np.ndarray:
    """The formula: linear light, XYZ under D50, sRGB (IEC 61966-2-1, Bradford-adapted to D50)."""
    linear = (rgb / 255.0) ** gamma @ np.array(primaries) @ FROM_XYZ.T
    linear = linear.clip(0, 1)
    return 255 * linear_to_srgb(linear)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "TIFF"])
@pytest.mark.parametrize(
    ("primaries", "gamma"), [(icc.ADOBE_RGB, ADOBE_GAMMA), (icc.DISPLAY_P3, 2.2)], ids=["Adobe RGB", "Display P3"]
)
def test_a_wide_rgb_becomes_srgb(kind, primaries, gamma):
    colours = np.array([[200, 60, 60], [60, 160, 60], [70, 80, 190], [128, 128, 128]], np.uint8)
    image = Image.fromarray(np.repeat(np.repeat(colours[None], 16, axis=0), 16, axis=1))
    exact = {"JPEG": {"quality": 100, "subsampling": 0}, "WEBP": {"lossless": True}}.get(kind, {})
    found = picture_of(image, kind, icc_profile=icc.rgb_profile(primaries, gamma), **exact).rgb[8, 8::16]
    expected = as_srgb(colours, primaries, gamma)
    np.testing.assert_allclose(found, expected, atol=3 if kind == "JPEG" else 1.5)
    assert np.abs(expected - colours).max() > 15


def test_a_picture_of_many_strips_is_what_pillows_own_conversion_gives():
    rgba, profile = noise(1300, 1700, 4), icc.rgb_profile(icc.ADOBE_RGB)
    found = picture_of(Image.fromarray(rgba), icc_profile=profile, compress_level=0)
    plain = Image.fromarray(np.ascontiguousarray(rgba[..., :3]))
    expected = ImageCms.profileToProfile(plain, io.BytesIO(profile), ImageCms.createProfile("sRGB"), outputMode="RGB")
    np.testing.assert_array_equal(found.rgb, np.asarray(expected))
    np.testing.assert_array_equal(found.alpha, rgba[..., 3])


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_a_press_profile_is_followed(kind):
    profile, inks = icc.cmyk_profile(), Image.new("CMYK", (16, 16), (255, 0, 0, 0))
    expected = ImageCms.profileToProfile(
        inks, io.BytesIO(profile), ImageCms.createProfile("sRGB"), outputMode="RGB"
    ).getpixel((8, 8))
    assert max(abs(a - b) for a, b in zip(expected, (0, 255, 255))) > 40
    found = picture_of(inks, kind, icc_profile=profile).rgb[8, 8]
    np.testing.assert_allclose(found, expected, atol=3)


@pytest.mark.parametrize("mode", ["L", "LA", "I;16"])
def test_a_grey_profile_is_followed(mode):
    values = np.array([[0, 64, 128, 255]], np.uint8)
    image = Image.fromarray(values.astype(np.uint16) * 257) if mode == "I;16" else Image.fromarray(values).convert(mode)
    found = picture_of(image, icc_profile=icc.grey_profile(1.0)).rgb[0, :, 0]
    np.testing.assert_allclose(found, [0, 137, 188, 255], atol=1)


def test_the_colours_of_a_palette_follow_the_profile():
    image = Image.new("RGB", (4, 4), (200, 60, 60))
    profile = icc.rgb_profile(icc.ADOBE_RGB)
    expected = picture_of(image, icc_profile=profile).rgb[0, 0]
    found = picture_of(image.convert("P", palette=Image.Palette.ADAPTIVE), icc_profile=profile).rgb[0, 0]
    np.testing.assert_array_equal(found, expected)
    assert expected[0] > 205


DAMAGED = {
    "cut off": icc.rgb_profile(icc.ADOBE_RGB)[:200],
    "noise": noise(20, 20).tobytes(),
    "for ink": icc.cmyk_profile(),
    "for greys": icc.grey_profile(1.0),
}


@pytest.mark.parametrize("profile", DAMAGED.values(), ids=DAMAGED)
def test_a_profile_that_is_damaged_or_another_pictures_is_ignored(profile):
    rgb = noise(16, 8)
    np.testing.assert_array_equal(picture_of(Image.fromarray(rgb), icc_profile=profile).rgb, rgb)


def test_an_srgb_profile_changes_nothing_and_is_looked_at_once(monkeypatch):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    rgb, text = noise(16, 8), encoded(Image.fromarray(noise(16, 8)), icc_profile=profile)
    reading.from_text(text, "foreground")

    def fail(*args, **kwargs):
        raise AssertionError("the colours were converted")

    monkeypatch.setattr(ImageCms, "applyTransform", fail)
    monkeypatch.setattr(ImageCms, "buildTransform", fail)
    np.testing.assert_array_equal(reading.from_text(text, "foreground").rgb, rgb)


def test_a_picture_that_is_given_again_is_not_converted_again(monkeypatch):
    image, pictures = Image.fromarray(noise(16, 8)), subject_cache()
    image.info["icc_profile"] = icc.rgb_profile(icc.ADOBE_RGB)
    first = pictures.picture(image, "img2img picture")
    monkeypatch.setattr(ImageCms, "applyTransform", None)
    assert pictures.picture(image.copy(), "img2img picture") is first


@pytest.mark.parametrize("change", ["a pixel", "the profile", "transparency"])
def test_a_picture_that_has_changed_is_converted_anew(change):
    image, pictures = Image.fromarray(noise(16, 8)), subject_cache()
    image.info["icc_profile"] = icc.rgb_profile(icc.ADOBE_RGB)
    first = pictures.picture(image, "img2img picture")
    if change == "a pixel":
        image.putpixel((3, 2), tuple(255 - value for value in image.getpixel((3, 2))))
    elif change == "the profile":
        image.info["icc_profile"] = icc.rgb_profile(icc.DISPLAY_P3)
    else:
        image.info["transparency"] = image.getpixel((3, 2))
    assert pictures.picture(image, "img2img picture").digest != first.digest


def test_a_profile_of_many_megabytes_is_not_kept():
    small, large = bytes(1000), bytes(5 << 20)
    held = sys.getrefcount(small), sys.getrefcount(large)
    assert [profiles.to_srgb(profile, "RGB") for profile in (small, large)] == [None, None]
    assert (sys.getrefcount(small) > held[0], sys.getrefcount(large) > held[1]) == (True, False)


def test_a_pillow_without_little_cms_reads_the_colours_as_they_are():
    code = (
        "import sys; sys.modules['PIL._imagingcms'] = None\n"
        "from lib_iclight.picture import reading\n"
        "print(reading.from_text(sys.stdin.read(), 'foreground').rgb[0, 0].tolist())"
    )
    text = encoded(Image.new("RGB", (2, 2), (200, 60, 60)), icc_profile=icc.rgb_profile(icc.ADOBE_RGB))
    done = subprocess.run([sys.executable, "-c", code], input=text, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[200, 60, 60]"


ORIENTED = {6: [[40, 10], [50, 20], [60, 30]], 3: [[60, 50, 40], [30, 20, 10]], 2: [[30, 20, 10], [60, 50, 40]]}


@pytest.mark.parametrize("compression", ["raw", "tiff_lzw"])
@pytest.mark.parametrize("orientation", ORIENTED)
def test_a_tiff_is_turned_once(orientation, compression):
    image = Image.fromarray(np.array([[10, 20, 30], [40, 50, 60]], np.uint8))
    raw = file_bytes(image, "TIFF", tiffinfo={274: orientation}, compression=compression)
    for picture in (
        reading.from_text(as_base64(raw), "foreground"),
        arrays.to_picture(Image.open(io.BytesIO(raw))),
    ):
        assert picture.rgb[..., 0].tolist() == ORIENTED[orientation]


def test_a_profile_is_followed_whatever_its_size():
    def filled_up(size: int) -> bytes:
        return size.to_bytes(4, "big") + icc.rgb_profile(icc.ADOBE_RGB)[4:].ljust(size - 4, b"\0")

    assert profiles.to_srgb(filled_up(3 << 20), "RGB") is not None
    assert profiles.to_srgb(filled_up(5 << 20), "RGB") is not None


def test_profiles_without_anything_to_do_are_none():
    assert profiles.to_srgb(None, "RGB") is None
    assert profiles.to_srgb(b"", "RGB") is None
