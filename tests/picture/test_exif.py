"""What a camera wrote into a photograph is kept, and nothing that would be wrong in its result."""

from __future__ import annotations

import io
import struct

import numpy as np
import pytest
from PIL import Image
from samples import as_base64, file_bytes

from lib_iclight.picture import exif, reading

WRITTEN = {0x010F: "Canon", 0x0110: "EOS 5D", 0x0132: "2020:01:02 03:04:05", 0x013B: "Zoë", 0x8298: "(c) Zoë",
           0x0112: 6}  # fmt: skip
IN_EXIF = {0x9003: "2020:01:02 03:04:05", 0x829A: (1, 125), 0x8827: 400, 0xA434: "50mm", 0x927C: b"Nikon\0" * 40,
           0x9286: b"ASCII\0\0\0a note", 0xA001: 65535, 0xA002: 6000, 0xA003: 4000}  # fmt: skip
IN_GPS = {1: "N", 2: ((52, 1), (30, 1), (0, 1))}


def camera() -> bytes:
    """A camera's block, little-endian, with a thumbnail."""
    pieces = [_directory(WRITTEN | {0x8769: 0, 0x8825: 0}, 8)]
    places = [8]
    for values in (IN_EXIF, IN_GPS, {0x0103: 6, 0x0201: 0, 0x0202: 4}):
        places.append(8 + sum(map(len, pieces)))
        pieces.append(_directory(values, places[-1]))
    main = _directory(WRITTEN | {0x8769: places[1], 0x8825: places[2]}, 8, places[3])
    return b"II*\0\x08\0\0\0" + main + b"".join(pieces[1:])


def _directory(values: dict, place: int, following: int = 0) -> bytes:
    entries, long, end = b"", b"", place + 6 + 12 * len(values)
    for tag, value in sorted(values.items()):
        if isinstance(value, int):
            kind, count, raw = 4, 1, struct.pack("<I", value)
        elif isinstance(value, (str, bytes)):
            raw = value + b"" if isinstance(value, bytes) else value.encode() + b"\0"
            kind, count = (7 if isinstance(value, bytes) else 2), len(raw)
        else:
            pairs = value if isinstance(value[0], tuple) else (value,)
            kind, count, raw = 5, len(pairs), b"".join(struct.pack("<II", *pair) for pair in pairs)
        if len(raw) > 4:
            entries += struct.pack("<HHII", tag, kind, count, end + len(long))
            long += raw + b"\0" * (len(raw) % 2)
        else:
            entries += struct.pack("<HHI", tag, kind, count) + raw.ljust(4, b"\0")
    return struct.pack("<H", len(values)) + entries + struct.pack("<I", following) + long


def values_of(block: bytes) -> tuple[dict, dict, dict]:
    """The three directories as Pillow reads them."""
    found = Image.Exif()
    found.load(exif.HEADER + block)
    return dict(found), found.get_ifd(exif.EXIF), found.get_ifd(exif.GPS)


def test_camera_date_place_and_copyright_are_kept_and_the_orientation_is_reset():
    main, inner, gps = values_of(exif.kept(camera()))
    assert main[0x0110] == "EOS 5D"
    assert main[0x0112] == 1
    assert main[0x8298].encode("latin-1").decode() == "(c) Zoë"
    assert inner[0x9003] == "2020:01:02 03:04:05"
    assert (inner[0x829A], inner[0x8827], inner[0xA001]) == (1 / 125, 400, 1)
    assert gps[1] == "N"
    assert gps[2] == (52, 30, 0)


def test_thumbnail_makers_notes_size_and_comment_are_left_out():
    _, inner, _ = values_of(exif.kept(camera()))
    assert not {0x927C, 0x9286, 0xA002, 0xA003} & {*inner}
    assert b"Nikon" not in exif.kept(camera())
    assert len(exif.kept(camera())) < len(camera())


def test_what_is_kept_stays_the_same_when_it_is_kept_again():
    assert exif.kept(exif.HEADER + exif.kept(camera())) == exif.kept(camera())


@pytest.mark.parametrize("cut", [*range(0, 60), 200, 300])
def test_a_damaged_block_is_no_error(cut):
    block = camera()
    exif.kept(block[:cut])
    exif.kept(block[:cut] + b"\xff" * 40 + block[cut + 40 :])


def test_a_huge_block_is_left_out():
    many = dict.fromkeys(range(0xC000, 0xC020), (2, b"x" * 4000))
    assert exif.kept(exif.write({exif.EXIF: many})) == b""
    one = exif.write({exif.MAIN: {0x8298: (2, b"(c)\0")}, exif.EXIF: {0xC000: (7, bytes(60000))}})
    assert exif.read(exif.kept(one)) == {exif.MAIN: {0x8298: (2, b"(c)\0")}}


def test_a_files_own_comment_joins_the_photographs_block():
    own = Image.Exif()
    own[exif.EXIF] = {0x9286: b"UNICODE\0" + "steps".encode("utf_16_be")}
    main, inner, _ = values_of(exif.combined(exif.kept(camera()), own.tobytes()[6:]))
    assert inner[0x9286] == b"UNICODE\0" + "steps".encode("utf_16_be")
    assert (main[0x010F], inner[0xA434]) == ("Canon", "50mm")
    assert exif.combined(exif.kept(camera()), b"") == exif.kept(camera())


def test_what_does_not_fit_together_is_said():
    long = exif.write({exif.EXIF: {0x9286: (7, bytes(65300))}})
    with pytest.raises(ValueError, match="no room"):
        exif.combined(exif.kept(camera()), long)
    with pytest.raises(ValueError, match="damaged"):
        exif.combined(exif.kept(camera()), b"nothing")


def photograph() -> Image.Image:
    return Image.fromarray(np.random.default_rng(0).integers(0, 256, (12, 20, 3), dtype=np.uint8))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_pictures_block_comes_along_and_the_picture_is_upright(kind):
    raw = file_bytes(photograph(), kind, exif=exif.HEADER + camera())
    picture = reading.from_file(io.BytesIO(raw), "foreground")
    assert picture.origin.exif == exif.kept(camera())
    assert picture.size == (12, 20)


def test_a_tiffs_camera_comes_along_without_how_it_stores_its_pixels():
    raw = file_bytes(photograph(), "TIFF", tiffinfo={0x010F: "Canon", 0x8298: "(c) Zoe"})
    found = exif.read(reading.from_file(io.BytesIO(raw), "foreground").origin.exif)
    assert found[exif.MAIN] == {0x010F: (2, b"Canon\0"), 0x8298: (2, b"(c) Zoe\0")}


def test_img2imgs_own_picture_brings_it_along_too(pipeline):
    image = Image.open(io.BytesIO(file_bytes(photograph(), "JPEG", exif=exif.HEADER + camera())))
    assert pipeline.pictures.picture(image, "img2img picture").origin.exif == exif.kept(camera())


def test_pictures_of_equal_pixels_keep_their_own(pipeline):
    plain, ours = (file_bytes(photograph(), "PNG", exif=block) for block in (b"", exif.HEADER + camera()))
    found = [pipeline.pictures.picture(as_base64(raw), "foreground") for raw in (plain, ours)]
    found[0] = reading.from_file(io.BytesIO(file_bytes(photograph().rotate(-90, expand=True))), "foreground")
    assert found[0].digest == found[1].digest
    subjects = [pipeline.pictures.subject(picture, False, "", None) for picture in found]
    assert [bool(subject.picture.origin.exif) for subject in subjects] == [False, True]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_with_a_damaged_block_is_read(kind):
    raw = file_bytes(photograph(), kind, exif=exif.HEADER + camera()[:50] + b"\xff" * 90)
    assert reading.from_file(io.BytesIO(raw), "foreground").rgb.size == 720
