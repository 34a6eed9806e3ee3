"""Opens users' picture files: only some formats, and only up to a size."""

from __future__ import annotations

import base64
import binascii
import io
import re
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, BinaryIO

from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

from ..errors import ICLightError
from . import jpeg

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
"""The usual formats of photographs. Pillow reads many more, some of which are programs: Ghostscript runs EPS files."""

REGISTERED_FORMATS = ("AVIF", "HEIF", "JXL")
"""Opened too if a reader for them is registered with Pillow."""

MAX_PIXELS = 128_000_000
MAX_SIDE = 100_000
BYTES_PER_PIXEL = 9
"""The peak memory that reading may take, for each pixel of the limit."""

_ALIASES = {"MPO": "JPEG"}  # a phone's JPEG with a second picture after the first
_BYTES_PER_PIXEL_OF_A_FILE = 2
_DATA_URL = re.compile(r"\s*data:[^,]{0,1000};base64,", re.IGNORECASE)
_LARGEST_PADDING = 1 << 24
_BLANKS = b" \t\r\n\v\f"
_CHUNK = 1 << 20
_ORIENTATION = 0x0112
_BYTES_STORED = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16B": 2}
_WIDTH, _LENGTH, _BITS, _SAMPLES, _ROWS_PER_STRIP, _TILE_WIDTH, _TILE_LENGTH = 256, 257, 258, 277, 278, 322, 323


def endings() -> frozenset[str]:
    """What names of picture files that can be read end with: ``{".png", ".jpg", ...}``, in lower case."""
    formats = {*_formats()}
    return frozenset(
        ending for ending, name in Image.registered_extensions().items() if _ALIASES.get(name, name) in formats
    )


def decoded(data: str, name: str, max_pixels: int = MAX_PIXELS) -> io.BytesIO:
    """The file in base64 text or a ``data:`` URL.

    Args:
        data: the text.
        name: what messages call the picture ("foreground").
        max_pixels: see :func:`read`.

    Raises:
        ICLightError: the text is too long or not base64.
    """
    most = max_pixels * _BYTES_PER_PIXEL_OF_A_FILE
    if len(data) * 3 // 4 > most:
        raise ICLightError(
            f"The {name} is too large: its text holds {len(data) * 3 // 4 / 1e6:,.0f} MB, but at most "
            f"{most / 1e6:,.0f} MB are allowed. Send a smaller or a compressed picture."
        )
    try:
        return _decoded(data)
    except (binascii.Error, ValueError) as error:
        raise ICLightError(
            f"The {name} is not a picture: its text is not valid base64. "
            "Send the file's bytes as base64 or as a data URL."
        ) from error


def read(file: BinaryIO, name: str, max_pixels: int = MAX_PIXELS) -> Image.Image:
    """:func:`load`, rotated according to the EXIF or TIFF orientation."""
    return upright(load(file, name, max_pixels))


def load(file: BinaryIO, name: str, max_pixels: int = MAX_PIXELS) -> Image.Image:
    """Open and decode a picture file, as its pixels are stored; Pillow turns TIFF files upright as it reads them.

    The size is checked in the header first, so that nothing of a picture that is too large is decoded.

    Args:
        file: a seekable file.
        name: what messages call the picture ("foreground").
        max_pixels: the most pixels that a picture may have. Reading one takes at most :data:`BYTES_PER_PIXEL` times
            as many bytes: a picture that needs more per pixel, such as a progressive JPEG, may have fewer pixels.

    Raises:
        ICLightError: the file is not a picture in a supported format, is damaged, or is too large.
    """
    with _explained(name, max_pixels), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        image = Image.open(file, formats=_formats())
        _check_size(image, name, max_pixels)
        _check_memory(image, file, name, max_pixels)
        return _loaded(image, file)


@contextmanager
def _explained(name: str, max_pixels: int) -> Iterator[None]:
    """Turn Pillow's exceptions into an ICLightError that names the picture, the reason and the remedy."""
    try:
        yield
    except ICLightError:
        raise
    except UnidentifiedImageError as error:
        raise ICLightError(
            f"The {name} cannot be read: it is not a picture in a known format, or its header is damaged. "
            "Use PNG, JPEG or WebP."
        ) from error
    except Image.DecompressionBombError as error:
        raise _too_many_pixels(name, _number_in(error), max_pixels) from error
    except jpeg.TooManyScansError as error:
        raise ICLightError(
            f"The {name} cannot be read: it is a JPEG with {error} scans, but at most {jpeg.MAX_SCANS} are allowed. "
            "Save it again as PNG."
        ) from error
    except MemoryError as error:
        raise ICLightError(f"The {name} cannot be read: there is not enough memory for it. Scale it down.") from error
    except Exception as error:  # on damaged files Pillow's decoders raise errors of many kinds
        raise ICLightError(
            f"The {name} cannot be read: the file is damaged or cut off. Save it again as PNG, JPEG or WebP and retry."
        ) from error


def check_given(image: Image.Image, name: str, max_pixels: int = MAX_PIXELS) -> None:
    """Check a picture that somebody else has opened, and load it, which Pillow puts off until its pixels are used.

    Raises:
        ICLightError: its format is not supported, it is damaged, or it is too large.
    """
    kind = (image.format or "").upper()
    if isinstance(image, ImageFile.ImageFile) and _ALIASES.get(kind, kind) not in _formats():
        raise ICLightError(f"The {name} cannot be read: {kind} files are not supported. Use PNG, JPEG or WebP.")
    _check_size(image, name, max_pixels)
    with _explained(name, max_pixels):
        image.load()


def _check_size(image: Image.Image, name: str, max_pixels: int) -> None:
    """Check that a picture does not have too many pixels.

    Raises:
        ICLightError: it does; the message says how many there are and how many there may be.
    """
    if image.width * image.height > max_pixels:
        raise _too_many_pixels(name, image.width * image.height, max_pixels, f"{image.width:,} x {image.height:,}")
    if max(image.size) > MAX_SIDE:
        raise ICLightError(
            f"The {name} is too large: {image.width:,} x {image.height:,} pixels, but a side may have at most "
            f"{MAX_SIDE:,}. Scale it down first."
        )


def upright(image: Image.Image) -> Image.Image:
    """Rotate a picture according to its EXIF orientation; a damaged EXIF block is ignored.

    Pillow rotates TIFF files itself when it reads the pixels, but some of its versions leave the EXIF entry in place.
    """
    try:
        if isinstance(image, ImageFile.ImageFile) and image.format == "TIFF":
            image.load()
            return image
        return ImageOps.exif_transpose(image) if orientation(image) != 1 else image
    except Exception:  # on damaged blocks Pillow's EXIF writer raises errors of many kinds
        return image


def orientation(image: Image.Image) -> int:
    """How a picture has to be turned, an EXIF orientation from 1 to 8; 1 if its EXIF block is damaged."""
    try:
        found = image.getexif().get(_ORIENTATION, 1)
    except Exception:  # on damaged blocks Pillow's EXIF reader raises errors of many kinds
        return 1
    return found if found in range(1, 9) else 1


def _formats() -> list[str]:
    Image.preinit()
    # Image.preinit does not register these. Pillow reads AVIF itself since 11.3.
    from PIL import TiffImagePlugin, WebPImagePlugin  # noqa: F401

    with suppress(ImportError):
        from PIL import AvifImagePlugin  # noqa: F401

    return [name for name in (*FORMATS, *REGISTERED_FORMATS) if name in Image.OPEN]


def _decoded(data: str) -> io.BytesIO:
    """Decode base64 text piece by piece, without copying the text."""
    match = _DATA_URL.match(data)
    file, rest, ended = io.BytesIO(), b"", False
    for start in range(match.end() if match else 0, len(data), _CHUNK):
        piece = rest + data[start : start + _CHUNK].encode("ascii").translate(None, _BLANKS)
        if ended and piece:
            raise ValueError("text after its end")
        whole = len(piece) // 4 * 4
        file.write(base64.b64decode(piece[:whole], validate=True))
        rest, ended = piece[whole:], piece[:whole].endswith(b"=")
    if rest:
        raise ValueError("a part is missing")
    file.seek(0)
    return file


def _loaded(image: Image.Image, file: BinaryIO) -> Image.Image:
    if _decodes_still_webp(image):
        return _still_webp(image, file)
    image.load()
    return image


def _decodes_still_webp(image: Image.Image) -> bool:
    """Whether WebP's decoder for still pictures can be used; the one for animations takes twice the memory."""
    from PIL import _webp

    return image.format == "WEBP" and getattr(image, "n_frames", 1) == 1 and hasattr(_webp, "WebPDecode")


def _still_webp(image: Image.Image, file: BinaryIO) -> Image.Image:
    from PIL import _webp

    found = _webp.WebPDecode(_bytes_of(file))
    if found is None:
        raise ValueError("WebP")
    pixels, width, height, mode = found[:4]
    result = Image.frombuffer(mode, (width, height), pixels, "raw", mode, 0, 1)
    result.info = image.info
    return result


def _check_memory(image: Image.Image, file: BinaryIO, name: str, max_pixels: int) -> None:
    """Check that decoding needs no more memory than the limit allows; the estimates are for Pillow's decoders."""
    needed, most = _memory(image, file), max_pixels * BYTES_PER_PIXEL
    if needed > most:
        raise ICLightError(
            f"The {name} is too large: {image.width:,} x {image.height:,} pixels take {needed / 1e6:,.0f} MB to read "
            f"from this kind of file, but at most {most / 1e6:,.0f} MB are allowed. Scale it down, or save it as PNG."
        )


def _memory(image: Image.Image, file: BinaryIO) -> float:
    """Peak memory of decoding, in bytes.

    Raises:
        ValueError: the header has values that no encoder writes.
    """
    pixels, stored = image.width * image.height, _BYTES_STORED.get(image.mode, 4)
    if image.format in ("JPEG", "MPO"):
        return pixels * (stored + jpeg.coefficient_bytes(_bytes_of(file), getattr(image, "layer", ())))
    if image.format == "WEBP":
        return pixels * (8 if _decodes_still_webp(image) else 16)
    if image.format == "TIFF":
        piece = 0 if image.info.get("compression") == "raw" else _largest_piece(image.tag_v2)
        if piece > 8 * pixels + _LARGEST_PADDING:
            raise ValueError("a tile that is larger than its picture")
        return pixels * stored + piece
    return pixels * (stored if image.format in FORMATS else 16)


def _bytes_of(file: BinaryIO) -> bytes:
    place = file.tell()
    file.seek(0)
    try:
        return file.read()
    finally:
        file.seek(place)


def _largest_piece(tags: Mapping[int, Any]) -> float:
    """Bytes of a TIFF's largest tile or strip, each of which is unpacked as a whole."""
    bits = tags.get(_BITS, (8,))
    depth = bits[0] * max(len(bits), tags.get(_SAMPLES, 1)) / 8
    if _TILE_WIDTH in tags:
        return tags[_TILE_WIDTH] * tags.get(_TILE_LENGTH, 1) * depth
    return tags[_WIDTH] * min(tags.get(_ROWS_PER_STRIP, tags[_LENGTH]), tags[_LENGTH]) * depth


def _too_many_pixels(name: str, pixels: int, most: int, sides: str = "") -> ICLightError:
    named = f"{sides} pixels are {pixels / 1e6:,.1f}" if sides else f"{pixels / 1e6:,.1f}"
    return ICLightError(
        f"The {name} is too large: {named} megapixels, but at most {most / 1e6:,.1f} are allowed. Scale it down first, "
        "or raise the limit in Settings > IC Light."
    )


def _number_in(error: Exception) -> int:
    """The number of pixels that Pillow found: the first number in its message."""
    found = re.search(r"\d+", str(error))
    return int(found[0]) if found else 2 * (Image.MAX_IMAGE_PIXELS or 0)
