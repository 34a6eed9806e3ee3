"""Pictures of every kind that users may have."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from refusals import reason_of
from samples import as_base64, encoded, file_bytes, noise, plain
from skimage import data

from lib_iclight.errors import ICLightError
from lib_iclight.picture import arrays, reading


def picture_of(text: str) -> arrays.Picture:
    return reading.from_text(text, "foreground")


def refusal(text: str, name: str = "foreground") -> str:
    return reason_of(lambda: reading.from_text(text, name))


def test_grey_becomes_three_equal_channels():
    picture = picture_of(encoded(Image.fromarray(np.array([[0, 128, 255]], np.uint8))))
    assert picture.rgb.tolist() == [[[0, 0, 0], [128, 128, 128], [255, 255, 255]]]
    assert picture.alpha is None


def test_grey_with_alpha_keeps_its_alpha():
    picture = picture_of(encoded(Image.fromarray(np.array([[[10, 0], [200, 77]]], np.uint8))))
    assert picture.rgb[0, 1].tolist() == [200, 200, 200]
    assert picture.alpha.tolist() == [[0, 77]]


def palette_image() -> Image.Image:
    image = Image.new("P", (3, 1))
    image.putpalette([255, 0, 0, 0, 255, 0, 0, 0, 255])
    image.putdata([2, 0, 1])
    return image


def test_palette_without_transparency_keeps_its_colours():
    picture = picture_of(encoded(palette_image()))
    assert picture.rgb.tolist() == [[[0, 0, 255], [255, 0, 0], [0, 255, 0]]]
    assert picture.alpha is None


@pytest.mark.parametrize(
    ("transparency", "alpha"), [(0, [[255, 0, 255]]), (bytes([255, 128, 0]), [[0, 255, 128]])], ids=["index", "table"]
)
def test_palette_transparency_becomes_alpha(transparency, alpha):
    picture = picture_of(encoded(palette_image(), transparency=transparency))
    assert picture.alpha.tolist() == alpha
    assert picture.rgb.tolist() == [[[0, 0, 255], [255, 0, 0], [0, 255, 0]]]


@pytest.mark.parametrize(
    ("image", "transparent"),
    [(Image.fromarray(np.array([[[9, 8, 7], [1, 2, 3]]], np.uint8)), (9, 8, 7)), (Image.new("L", (2, 1), 5), 5)],
    ids=["rgb", "grey"],
)
def test_a_transparent_colour_becomes_alpha(image, transparent):
    assert picture_of(encoded(image, transparency=transparent)).alpha[0, 0] == 0


def test_one_bit_is_black_and_white():
    image = Image.new("1", (2, 1))
    image.putpixel((1, 0), 1)
    assert picture_of(encoded(image)).rgb.tolist() == [[[0, 0, 0], [255, 255, 255]]]


SIXTEEN_BITS = np.array([[0, 257, 32768, 65535]], np.uint16)


@pytest.mark.parametrize("file_format", ["PNG", "TIFF"])
def test_sixteen_bit_grey_is_scaled_not_clipped(file_format):
    picture = picture_of(encoded(Image.fromarray(SIXTEEN_BITS), file_format))
    assert picture.rgb[0, :, 0].tolist() == [0, 1, 128, 255]


def test_sixteen_bit_values_in_a_32_bit_picture_are_scaled():
    image = Image.fromarray(SIXTEEN_BITS.astype(np.int32))
    assert image.mode == "I"
    assert arrays.to_picture(image).rgb[0, :, 0].tolist() == [0, 1, 128, 255]


def grey_of(values: list[float], dtype: type, kind: str = "TIFF") -> list[int]:
    """The pixels of a grey file with these values."""
    return picture_of(encoded(Image.fromarray(np.array([values], dtype)), kind)).rgb[0, :, 0].tolist()


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([0.0, 0.5, 1.0], [0, 128, 255]),
        ([-0.1, 0.5, 1.02], [0, 128, 255]),
        ([0.0, 0.5, 4.0], [0, 128, 255]),
        ([0.0, 1.0, 2.0, 4.0], [0, 255, 255, 255]),
        ([0.0, 0.1, 0.25, 0.5, 5000.0], [0, 26, 64, 128, 255]),
        ([0.0, 100.4, 300.0], [0, 100, 255]),
        ([2.0, 20.0, 65535.0], [0, 0, 255]),
        ([257.0, 32768.0, 65535.0], [1, 128, 255]),
        ([np.nan, 0.5, np.inf], [0, 128, 255]),
        ([0.0, 0.0, 0.0], [0, 0, 0]),
    ],
    ids="unit beyond light to-four sun 8-bits 16-bits 16-bits-bright not-a-number black".split(),
)
def test_floats_are_scaled_by_what_they_hold(values, expected):
    assert grey_of(values, np.float32) == expected


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([0, 128, 255], [0, 128, 255]),
        ([0, 2048, 4095], [0, 128, 255]),
        ([0, 4096, 16383], [0, 16, 64]),
        ([0, 257, 65535], [0, 1, 255]),
    ],
    ids=["8 bits", "12 bits", "dark", "16 bits"],
)
def test_16_bits_may_hold_fewer(values, expected, kind):
    assert grey_of(values, np.uint16, kind) == expected
    assert grey_of(values, np.int32) == expected


def test_a_transparent_grey_of_16_bits_becomes_alpha():
    picture = picture_of(encoded(Image.fromarray(SIXTEEN_BITS.astype(np.int32)), transparency=257))
    assert picture.alpha.tolist() == [[255, 0, 255, 255]]


def test_cmyk_jpeg_has_its_colour():
    picture = picture_of(encoded(Image.new("CMYK", (16, 16), (0, 255, 255, 0)), "JPEG", quality=95))
    np.testing.assert_allclose(picture.rgb[8, 8], [255, 0, 0], atol=4)


@pytest.mark.parametrize(
    ("mode", "red"),
    [
        ("YCbCr", (76, 85, 255)),
        ("HSV", (0, 255, 255)),
        ("LAB", (140, 211, 204)),
        ("RGBX", (255, 0, 0, 9)),
        ("RGBa", (128, 0, 0, 128)),
        ("PA", (1, 128)),
    ],
)
def test_rare_modes_become_rgb(mode, red):
    image = Image.new(mode, (3, 2))
    if mode == "PA":
        image.putpalette([0, 0, 0, 255, 0, 0] + [0] * 762)
    image.paste(red, (0, 0, 3, 2))
    picture = arrays.to_picture(image)
    np.testing.assert_allclose(picture.rgb, np.broadcast_to([255, 0, 0], (2, 3, 3)), atol=4)
    assert (picture.alpha is None) if mode not in ("RGBa", "PA") else (picture.alpha == 128).all()


def test_a_fully_opaque_alpha_channel_is_dropped():
    assert picture_of(encoded(plain((1, 2, 3, 255)))).alpha is None


STORED = [[10, 20, 30], [40, 50, 60]]
SEEN = {
    1: [[10, 20, 30], [40, 50, 60]],
    2: [[30, 20, 10], [60, 50, 40]],
    3: [[60, 50, 40], [30, 20, 10]],
    4: [[40, 50, 60], [10, 20, 30]],
    5: [[10, 40], [20, 50], [30, 60]],
    6: [[40, 10], [50, 20], [60, 30]],
    7: [[60, 30], [50, 20], [40, 10]],
    8: [[30, 60], [20, 50], [10, 40]],
}


def oriented(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return file_bytes(Image.fromarray(np.array(STORED, np.uint8)), exif=exif.tobytes())


@pytest.mark.parametrize("orientation", SEEN)
def test_a_phone_picture_over_the_api_is_upright(orientation):
    assert picture_of(as_base64(oriented(orientation))).rgb[..., 0].tolist() == SEEN[orientation]


@pytest.mark.parametrize("orientation", SEEN)
def test_a_phone_picture_from_the_page_is_upright(orientation):
    picture = arrays.to_picture(Image.open(io.BytesIO(oriented(orientation))))
    assert picture.rgb[..., 0].tolist() == SEEN[orientation]


def test_a_picture_with_damaged_exif_is_still_read():
    raw = file_bytes(plain((200, 10, 10)), "JPEG", exif=b"Exif\x00\x00XX\x00*\x00\x00\x00\x08\x00\x00")
    np.testing.assert_allclose(picture_of(as_base64(raw)).rgb, np.broadcast_to([200, 10, 10], (16, 16, 3)), atol=4)


def test_more_pixels_than_the_safety_limit_are_refused(monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    message = refusal(encoded(plain((1, 2, 3), 30, 30)), "background")
    assert "background is too large" in message
    assert "Scale it down" in message


@pytest.mark.filterwarnings("error")
def test_a_picture_just_above_the_warning_limit_is_read_quietly(monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    assert picture_of(encoded(plain((1, 2, 3), 12, 12))).size == (12, 12)


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("share", [0.5, 0.9])
def test_a_truncated_picture_is_named(file_format, share):
    raw = file_bytes(Image.fromarray(noise(64, 64)), file_format)
    message = refusal(as_base64(raw[: int(len(raw) * share)]), "light map")
    assert message.startswith("The light map cannot be read")


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "TIFF", "GIF", "BMP", "TGA"])
def test_a_damaged_picture_is_read_or_refused_but_never_crashes(file_format):
    raw = file_bytes(Image.fromarray(noise(24, 16)), file_format)
    random = np.random.default_rng(1)
    refusals = []
    for _ in range(60):
        damaged = bytearray(raw)
        for place in random.integers(0, min(len(raw), 160), 4):
            damaged[place] = random.integers(0, 256)
        try:
            assert picture_of(as_base64(bytes(damaged))).rgb.dtype == np.uint8
        except ICLightError as error:
            refusals.append(str(error))
    assert refusals != []
    assert all(message.startswith("The foreground ") for message in refusals)


def test_bytes_that_are_no_picture_are_refused():
    message = refusal(as_base64(noise(30, 30).tobytes()))
    assert "not a picture in a known format" in message
    assert "PNG" in message


@pytest.mark.parametrize("text", ["", "   \n"])
def test_empty_text_is_refused(text):
    assert refusal(text).startswith("The foreground cannot be read: it is not a picture in a known format")


@pytest.mark.parametrize("text", ["not base64!", "abc", "https://example.org/cat.png", "データ"])
def test_text_that_is_not_base64_is_refused_with_the_way_out(text):
    message = refusal(text)
    assert "not valid base64" in message
    assert "data URL" in message


@pytest.mark.parametrize(
    "start",
    [
        "data:image/png;base64,",
        "data:image/png;charset=utf-8;base64,",
        "data:image/png;name=cat%20in.png;base64,",
        "DATA:IMAGE/PNG;BASE64,",
        "data:application/octet-stream;base64,",
        "data:;base64,",
    ],
)
def test_data_urls_are_read(start):
    assert picture_of(start + encoded(plain((5, 6, 7)))).rgb[0, 0].tolist() == [5, 6, 7]


def test_line_breaks_in_base64_are_read():
    text = encoded(Image.fromarray(noise(8, 8)))
    broken = "\r\n".join(text[start : start + 76] for start in range(0, len(text), 76))
    assert picture_of(f"  {broken}\n").digest == picture_of(text).digest


def test_digests_tell_pictures_apart():
    rgb = noise(4, 6)
    same, other_shape = arrays.make_picture(rgb.copy()), arrays.make_picture(rgb.reshape(4, 6, 3))
    with_alpha = arrays.make_picture(rgb, np.full((6, 4), 255, np.uint8))
    assert same.digest == arrays.make_picture(rgb).digest
    assert len({same.digest, other_shape.digest, with_alpha.digest}) == 3


def test_mirroring_flips_colours_and_transparency():
    picture = arrays.make_picture(np.array([[[1, 1, 1], [2, 2, 2]]], np.uint8), np.array([[0, 255]], np.uint8))
    flipped = arrays.mirrored(picture)
    assert flipped.rgb[0, :, 0].tolist() == [2, 1]
    assert flipped.alpha.tolist() == [[255, 0]]
    assert flipped.digest != picture.digest


def test_on_grey_is_the_references_formula():
    values = np.arange(256, dtype=np.uint8)
    rgb = np.repeat(np.tile(values, (256, 1))[..., None], 3, axis=2)
    alpha = np.tile(values[:, None], (1, 256))
    weight = alpha[..., None].astype(np.float32) / 255
    expected = (127 + (rgb.astype(np.float32) - 127) * weight).clip(0, 255).astype(np.uint8)
    np.testing.assert_array_equal(arrays.on_grey(rgb, alpha), expected)


@pytest.mark.parametrize(
    ("value", "alpha", "expected"), [(255, 255, 255), (255, 0, 127), (0, 128, 63), (200, 64, 145), (0, 255, 0)]
)
def test_on_grey_in_numbers(value, alpha, expected):
    result = arrays.on_grey(np.full((1, 1, 3), value, np.uint8), np.full((1, 1), alpha, np.uint8))
    assert result.tolist() == [[[expected] * 3]]


def test_an_opaque_picture_stays_as_it_is_on_grey():
    pixels = noise(5, 5)
    np.testing.assert_array_equal(arrays.on_grey(pixels, None), pixels)


def on_grey_square(value: int = 127) -> np.ndarray:
    pixels = np.full((20, 20, 3), value, np.uint8)
    pixels[5:, 5:15] = 30
    return pixels


@pytest.mark.parametrize(("value", "known"), [(127, True), (124, True), (130, True), (123, False), (131, False)])
def test_a_subject_on_grey_is_known_within_what_jpeg_leaves(value, known):
    assert arrays.is_on_grey(on_grey_square(value)) is known


def on_grey_astronaut() -> np.ndarray:
    rgb = data.astronaut()
    distance = np.hypot(*((np.mgrid[:512, :512].T - (330, 256)) / (250, 200)).T)
    return arrays.on_grey(rgb, ((1 - distance) * 2000 + 128).clip(0, 255).astype(np.uint8))


@pytest.mark.parametrize(
    ("kind", "quality"),
    [("PNG", 1), ("JPEG", 50), ("JPEG", 75), ("JPEG", 90), ("JPEG", 100), ("WEBP", 50), ("WEBP", 90)],
)
def test_what_was_put_on_grey_is_known_from_its_file(kind, quality):
    assert arrays.is_on_grey(picture_of(encoded(Image.fromarray(on_grey_astronaut()), kind, quality=quality)).rgb)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("channels", [1, 3])
def test_photographed_grey_paper_is_a_photograph(kind, channels):
    rng = np.random.default_rng(0)
    pixels = 127 + rng.integers(-1, 2, (300, 400, channels))
    pixels = np.broadcast_to(pixels, (300, 400, 3)).astype(np.uint8).copy()
    pixels[100:, 120:280] = noise(160, 200)
    text = encoded(Image.fromarray(pixels), kind, **({"lossless": True} if kind == "WEBP" else {"quality": 97}))
    assert not arrays.is_on_grey(picture_of(text).rgb)


@pytest.mark.parametrize("corner", [0, -1])
def test_a_picture_with_a_corner_that_is_not_grey_is_not_on_grey(corner):
    pixels = on_grey_square()
    pixels[0, corner] = 200
    assert not arrays.is_on_grey(pixels)


def test_a_picture_with_mostly_other_edges_is_not_on_grey():
    pixels = on_grey_square()
    pixels[1:, 0] = pixels[-1] = pixels[1:, -1] = 30
    assert not arrays.is_on_grey(pixels)


def test_a_web_ui_that_prints_its_arguments_does_not_print_a_whole_file():
    picture = picture_of(as_base64(oriented(6)))
    kept = replace(picture, origin=replace(picture.origin, file=bytes(10_000)))
    assert len(repr(kept.origin)) < 100
