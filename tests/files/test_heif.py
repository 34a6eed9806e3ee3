"""The photograph's data in AVIF files, whose items are listed in tables of places."""

from __future__ import annotations

import base64
import io
import struct
from importlib.util import find_spec

import numpy as np
import pytest
from PIL import Image

from lib_iclight.files import containers, heif
from lib_iclight.picture import exif

COMMENT = b"UNICODE\0" + "a ball\nSteps: 2".encode("utf_16_be")
CAMERA = exif.write({
    exif.MAIN: {0x010F: (2, b"Canon\0"), 0x0112: (3, b"\0\1")},
    exif.EXIF: {0x829A: (5, b"\0\0\0\1\0\0\0\x7d")},
})  # fmt: skip
# 8 x 8 pixels of one colour, as Pillow's plug-in writes them: with generation parameters, and without.
WITH_PARAMETERS = """
AAAAIGZ0eXBhdmlmAAAAAGF2aWZtaWYxbWlhZk1BMUIAAAEzbWV0YQAAAAAAAAAoaGRscgAAAAAAAAAAcGljdAAAAAAAAAAAAAAAAGxpYmF2aW
YAAAAADnBpdG0AAAAAAAEAAAAsaWxvYwAAAABEAAACAAEAAAABAAABtwAAAB8AAgAAAAEAAAFbAAAAXAAAAEFpaW5mAAAAAAACAAAAGmluZmUC
AAAAAAEAAGF2MDFDb2xvcgAAAAAZaW5mZQIAAAAAAgAARXhpZkV4aWYAAAAAGmlyZWYAAAAAAAAADmNkc2MAAgABAAEAAABqaXBycAAAAEtpcG
NvAAAAFGlzcGUAAAAAAAAACAAAAAgAAAAQcGl4aQAAAAADCAgIAAAADGF2MUOBAAwAAAAAE2NvbHJuY2x4AAEADQAGgAAAABdpcG1hAAAAAAAA
AAEAAQQBAoMEAAAAg21kYXQAAAAGRXhpZgAATU0AKgAAAAgAAYdpAAQAAAABAAAAGgAAAAAAAZKGAAEAAAAmAAAALAAAAABVTklDT0RFAABhAC
AAYgBhAGwAbAAKAFMAdABlAHAAcwA6ACAAMhIACggYCL9ggIaDQjIRFAADDDDEAAB5RD8IXvZd7RA=
"""
WITHOUT = """
AAAAIGZ0eXBhdmlmAAAAAGF2aWZtaWYxbWlhZk1BMUIAAADybWV0YQAAAAAAAAAoaGRscgAAAAAAAAAAcGljdAAAAAAAAAAAAAAAAGxpYmF2aW
YAAAAADnBpdG0AAAAAAAEAAAAeaWxvYwAAAABEAAABAAEAAAABAAABGgAAAB8AAAAoaWluZgAAAAAAAQAAABppbmZlAgAAAAABAABhdjAxQ29s
b3IAAAAAamlwcnAAAABLaXBjbwAAABRpc3BlAAAAAAAAAAgAAAAIAAAAEHBpeGkAAAAAAwgICAAAAAxhdjFDgQAMAAAAABNjb2xybmNseAABAA
0ABoAAAAAXaXBtYQAAAAAAAAABAAEEAQKDBAAAACdtZGF0EgAKCBgIv2CAhoNCMhEUAAMMMMQAAHlEPwhe9l3tEA==
"""
SAVED = {"with parameters": base64.b64decode(WITH_PARAMETERS), "without": base64.b64decode(WITHOUT)}


def boxes(data: bytes) -> dict[bytes, bytes]:
    """The content of each box; of several of one name, the last."""
    found, at = {}, 0
    while at < len(data):
        size, name = struct.unpack_from(">I4s", data, at)
        found[name] = data[at + 8 : at + size]
        at += size
    assert at == len(data)
    return found


def items(data: bytes) -> dict[str, bytes]:
    """The content of each item by its kind, in a file whose tables have numbers of two and places of four bytes."""
    meta = boxes(boxes(data)[b"meta"][4:])
    (count,) = struct.unpack_from(">H", meta[b"iloc"], 6)
    places = {}
    for entry in range(count):
        number, _, parts, place, length = struct.unpack_from(">HHHII", meta[b"iloc"], 8 + 14 * entry)
        assert parts == 1
        places[number] = data[place : place + length]
    found, at = {}, 6
    while at < len(meta[b"iinf"]):
        size, _, number, _, kind = struct.unpack_from(">I8sHH4s", meta[b"iinf"], at)
        found[kind.decode()] = places[number]
        at += size
    assert len(found) == count == struct.unpack_from(">H", meta[b"iinf"], 4)[0]
    return found


def rewritten(data: bytes, block: bytes = CAMERA) -> bytes:
    target = io.BytesIO()
    containers.rewrite(io.BytesIO(data), target, block, b"a profile")
    return target.getvalue()


def read(data: bytes) -> exif.Directories:
    payload = items(data)["Exif"]
    assert payload[:4] == bytes(4)
    return exif.read(payload[4:])


@pytest.mark.parametrize("kind", SAVED)
def test_the_cameras_data_is_in_it_and_the_pixels_stay(kind):
    made = rewritten(SAVED[kind])
    found = read(made)
    assert found[exif.MAIN][0x010F] == (2, b"Canon\0")
    assert found[exif.EXIF][0x829A] == (5, b"\0\0\0\1\0\0\0\x7d")
    assert items(made)["av01"] == items(SAVED[kind])["av01"]


def test_the_parameters_stay():
    assert read(rewritten(SAVED["with parameters"]))[exif.EXIF][0x9286][1] == COMMENT


def test_the_block_is_said_to_describe_the_picture():
    references = boxes(boxes(rewritten(SAVED["without"]))[b"meta"][4:])[b"iref"]
    assert boxes(references[4:]) == {b"cdsc": struct.pack(">HHH", 2, 1, 1)}


@pytest.mark.parametrize("kind", SAVED)
def test_it_can_be_done_again(kind):
    once = rewritten(SAVED[kind])
    assert read(rewritten(once)) == read(once)
    assert items(rewritten(once))["av01"] == items(once)["av01"]


@pytest.mark.parametrize("kind", SAVED)
def test_without_data_of_a_camera_nothing_changes(kind):
    assert rewritten(SAVED[kind], b"") == SAVED[kind]


@pytest.mark.parametrize("kind", SAVED)
def test_a_file_that_is_cut_off_or_open_at_its_end_is_refused(kind):
    data = SAVED[kind]
    for end in range(12, len(data)):
        with pytest.raises(ValueError, match="unusual way"):
            rewritten(data[:end])
    mdat = data.index(b"mdat") - 4
    with pytest.raises(heif.UnknownLayoutError):
        rewritten(data[:mdat] + bytes(4) + data[mdat + 4 :])


@pytest.mark.skipif(find_spec("PIL.AvifImagePlugin") is None, reason="Pillow reads AVIF from 11.3 on")
@pytest.mark.parametrize("kind", SAVED)
def test_pillow_reads_the_same_picture_and_the_data(kind):
    before, after = (Image.open(io.BytesIO(data)) for data in (SAVED[kind], rewritten(SAVED[kind])))
    np.testing.assert_array_equal(np.asarray(before), np.asarray(after))
    assert after.getexif()[0x010F] == "Canon"
