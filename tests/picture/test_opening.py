"""Which files are opened, and how large they may be."""

from __future__ import annotations

import base64
import io
import json
import os
import subprocess
import sys
import tracemalloc
from importlib.util import find_spec

import many_files
import numpy as np
import pytest
from caches import subject_cache
from PIL import EpsImagePlugin, Image, ImageFile, TiffImagePlugin
from refusals import reason_of
from samples import as_base64, encoded, file_bytes, noise, plain

from lib_iclight.hosts import masks
from lib_iclight.picture import arrays, jpeg, opening, reading


def refusal(read, *args) -> str:
    message = reason_of(read, *args)
    assert len(message) <= 300
    return message


def decoded(raw: bytes) -> arrays.Picture:
    return subject_cache().picture(as_base64(raw), "foreground")


# A picture is no program


@pytest.fixture
def ghostscript(monkeypatch):
    """Counts calls of Ghostscript."""
    runs = []

    def run(*args, **kwargs):
        runs.append(args)
        return Image.new("RGB", (64, 64)).im

    monkeypatch.setattr(EpsImagePlugin, "Ghostscript", run)
    Image.init()
    return runs


WAYS_IN = {
    "field": decoded,
    "file": lambda raw: arrays.to_picture(opening.read(io.BytesIO(raw), "foreground")),
    "opened by the host": lambda raw: subject_cache().picture(Image.open(io.BytesIO(raw)), "foreground"),
    "mask": lambda raw: masks.as_light(type("p", (), {"image_mask": Image.open(io.BytesIO(raw))}), opening.MAX_PIXELS),
}


@pytest.mark.parametrize("way", WAYS_IN)
def test_a_drawing_is_refused_and_never_run(ghostscript, way):
    message = refusal(WAYS_IN[way], many_files.EPS)
    assert "cannot be read" in message
    assert "PNG" in message
    assert ghostscript == []


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF"])
def test_a_damaged_file_that_the_host_has_opened_is_refused_too(kind):
    raw = file_bytes(Image.fromarray(noise(64, 64)), kind)
    message = refusal(
        subject_cache().picture,
        Image.open(io.BytesIO(raw[: len(raw) // 2] if kind != "TIFF" else raw[:-9000])),
        "foreground",
    )
    assert message.startswith("The foreground cannot be read: the file is damaged or cut off.")


def test_a_picture_of_the_hosts_for_which_memory_is_short_is_refused_as_that(monkeypatch):
    image = Image.open(io.BytesIO(file_bytes(plain((1, 2, 3)), "PNG")))

    def load():
        raise MemoryError

    monkeypatch.setattr(image, "load", load)
    assert "not enough memory" in refusal(subject_cache().picture, image, "foreground")


@pytest.mark.parametrize("kind", ["ICO", "PPM", "TGA", "PCX", "SGI", "DDS", "JPEG2000", "IM", "ICNS"])
def test_what_no_photograph_comes_as_is_refused(kind):
    assert "not a picture in a known format" in refusal(decoded, file_bytes(plain((1, 2, 3), 32, 32), kind))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "MPO", "WEBP", "GIF", "BMP", "TIFF"])
def test_what_a_photograph_comes_as_is_read(kind):
    np.testing.assert_allclose(decoded(file_bytes(plain((200, 60, 30)), kind)).rgb[8, 8], [200, 60, 30], atol=4)


def test_a_phones_jpeg_with_a_second_picture_shows_the_first():
    raw = file_bytes(plain((200, 60, 30)), "MPO", save_all=True, append_images=[plain((1, 2, 3))])
    np.testing.assert_allclose(decoded(raw).rgb[8, 8], [200, 60, 30], atol=4)


def test_the_first_of_many_pictures_counts():
    raw = file_bytes(plain((200, 60, 30)), "GIF", save_all=True, append_images=[plain((1, 2, 3))])
    np.testing.assert_allclose(decoded(raw).rgb[8, 8], [200, 60, 30], atol=4)


class Registered(ImageFile.ImageFile):
    """A reader registered by a host: for files that start with ``heic`` and are grey."""

    format = "HEIF"

    def _open(self):
        self._size, self.tile = (4, 2), []
        setattr(self, "_mode" if hasattr(Image.Image(), "_mode") else "mode", "L")

    def load(self):
        self.im = Image.new("L", (4, 2), 77).im
        return Image.Image.load(self)


@pytest.mark.skipif(find_spec("PIL.AvifImagePlugin") is None, reason="Pillow reads AVIF from 11.3 on")
def test_pillows_own_reader_of_avif_is_used_before_anything_else_has_loaded_it(tmp_path):
    plain((200, 60, 30), 64, 64).save(tmp_path / "picture.avif")
    code = "import sys; from lib_iclight.picture.opening import read; print(read(open(sys.argv[1], 'rb'), 'a').size)"
    command = [sys.executable, "-c", code, str(tmp_path / "picture.avif")]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip() == "(64, 64)"


@pytest.mark.parametrize("kind", ["AVIF", "HEIF", "JXL"])
def test_a_format_is_read_where_the_host_has_registered_a_reader(monkeypatch, kind):
    raw = b"\0\0\0\x18ftypheic" + bytes(40)
    Image.init()
    for name in ("AVIF", "HEIF", "JXL"):
        monkeypatch.delitem(Image.OPEN, name, raising=False)
    assert "not a picture in a known format" in refusal(decoded, raw)
    monkeypatch.setattr(Registered, "format", kind)
    monkeypatch.setitem(Image.OPEN, kind, (Registered, lambda start: start[4:12] == b"ftypheic"))
    assert decoded(raw).rgb[0, 0].tolist() == [77, 77, 77]


# Kilobytes stay kilobytes


@pytest.fixture
def undecoded(monkeypatch):
    """Fails if anything is decoded."""

    def fail(*args, **kwargs):
        raise AssertionError("it was decoded")

    monkeypatch.setattr(ImageFile.ImageFile, "load", fail)


@pytest.mark.usefixtures("undecoded")
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF"])
def test_more_pixels_than_the_limit_are_refused_by_the_header_with_both_numbers(kind):
    raw = file_bytes(Image.new("L", (2000, 1000)), kind)
    message = refusal(reading.from_text, as_base64(raw), "light map", 1_500_000)
    assert message.startswith(
        "The light map is too large: 2,000 x 1,000 pixels are 2.0 megapixels, but at most 1.5 are allowed."
    )


@pytest.mark.usefixtures("undecoded")
@pytest.mark.parametrize(
    "size", [(178_000_000, 1), (1, 100_000_001), (11_400, 11_400), (20_000, 20_000), (2**31 - 1, 2**31 - 1)], ids=str
)
def test_a_claimed_size_is_refused_without_a_pixel(size):
    message = refusal(decoded, many_files.png(*size))
    assert "too large" in message
    assert "at most" in message


def test_the_limit_is_the_settings():
    small, pictures = plain((1, 2, 3), 1000, 1000), subject_cache(max_pixels=lambda: 999_999)
    for source in (encoded(small), small, np.asarray(small)):
        assert "1.0 megapixels" in refusal(pictures.picture, source, "background")
    assert subject_cache(max_pixels=lambda: 1_000_000).picture(small, "background").size == (1000, 1000)


def test_a_tile_far_larger_than_its_picture_is_refused_unopened(monkeypatch):
    monkeypatch.setattr(TiffImagePlugin.TiffImageFile, "load", lambda self: pytest.fail("it was decoded"))
    assert "damaged" in refusal(decoded, many_files.hostile()["TIFF with a tile of 30,000 squared"])


def test_a_jpeg_of_very_many_scans_is_refused():
    assert "1009 scans, but at most 24 are allowed" in refusal(
        decoded, many_files.hostile()["JPEG of a thousand scans"]
    )
    raw = file_bytes(Image.fromarray(noise(64, 64)), "JPEG", progressive=True)
    assert jpeg.count_scans(raw) == 10, "as libjpeg makes a progressive picture in colour"
    assert jpeg.count_scans(raw + b"\xff\xd9" + b"\xff\xda" * 1000) == jpeg.count_scans(raw)
    assert decoded(raw + b"\xff\xda" * 1000).size == (64, 64)


def test_text_is_measured_before_it_is_decoded(monkeypatch):
    monkeypatch.setattr(base64, "b64decode", None)
    message = refusal(reading.from_text, "A" * 4_000_000, "foreground", 1_000_000)
    assert "3 MB, but at most 2 MB are allowed" in message


@pytest.mark.parametrize(
    "text", [" " * (24 << 20), encoded(plain((1, 2, 3))) + "\n" * (24 << 20)], ids=["blank", "png"]
)
def test_blanks_in_a_text_are_not_copied(text):
    tracemalloc.start()
    try:
        refusal_or_picture = (
            subject_cache().picture if text.strip() else lambda *args: refusal(reading.from_text, *args)
        )
        refusal_or_picture(text, "foreground")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < len(text)


@pytest.mark.parametrize(
    "text", ["AAAA=AAA", "AA==AAAA", "=AAA", "\ud800AAA", "AAAA" * 300_000 + "AA==" + "AAAA" * 300_000]
)
def test_text_that_ends_before_its_end_is_refused(text):
    assert "not valid base64" in refusal(reading.from_text, text, "foreground")


MEASURED = """
import io, json, re, sys
sys.path[:0] = ["tests/helpers"]
import numpy as np
from PIL import Image
import samples
from lib_iclight.picture import arrays, opening
side = 2400
levels = np.broadcast_to(np.linspace(0, 255, side), (side, side))
grey = Image.fromarray(levels.astype(np.uint8))
rgb = Image.merge("RGB", (grey, grey, grey))
rgba = Image.merge("RGBA", (grey, grey, grey, grey))
turned = Image.Exif()
turned[0x0112] = 6
fast = {"compress_level": 1}
files = {
    "L": (grey, "PNG", fast), "LA": (Image.merge("LA", (grey, grey)), "PNG", fast),
    "P": (grey.convert("P"), "PNG", fast), "P, transparent": (grey.convert("P"), "PNG", {**fast, "transparency": 3}),
    "RGB": (rgb, "PNG", fast), "RGBA": (rgba, "PNG", fast), "CMYK": (rgb.convert("CMYK"), "JPEG", {}),
    "turned": (rgb, "JPEG", {"exif": turned}), "WebP": (rgb, "WEBP", {"quality": 1, "method": 0}),
    "LAB": (Image.merge("LAB", (grey, grey, grey)), "TIFF", {}), "YCbCr": (rgb.convert("YCbCr"), "JPEG", {}),
    "I;16": (Image.fromarray((levels * 257).astype(np.uint16)), "PNG", fast),
    "I": (Image.fromarray((levels * 257).astype(np.int32)), "TIFF", {}),
    "F": (Image.fromarray(levels.astype(np.float32)), "TIFF", {}),
    "F, packed": (Image.fromarray(levels.astype(np.float32)), "TIFF", {"compression": "tiff_adobe_deflate"}),
}
files = {name: samples.file_bytes(image, kind, **options) for name, (image, kind, options) in files.items()}
del levels, grey, rgb, rgba
def memory(field):
    return int(re.search(field + r":\\s+(\\d+)", open("/proc/self/status").read())[1]) * 1024
arrays.to_picture(opening.read(io.BytesIO(samples.encoded(Image.new("LAB", (9, 9)), "TIFF") and files["L"]), "x"))
found = {}
for name, content in files.items():
    open("/proc/self/clear_refs", "w").write("5")
    rest = memory("VmRSS")
    arrays.to_picture(opening.read(io.BytesIO(content), "x"))
    found[name] = (memory("VmHWM") - rest) / side**2
print(json.dumps(found))
"""


@pytest.mark.skipif(not os.access("/proc/self/clear_refs", os.W_OK), reason="Linux tells a process's peak")
def test_reading_takes_nine_bytes_a_pixel_at_most():
    done = subprocess.run([sys.executable, "-c", MEASURED], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    # Little things and the allocator's rounding come on top of what is proportional to the picture.
    assert {name: value for name, value in found.items() if value > 9.3} == {}
