"""Pictures of 16 bits a channel, which Pillow reads as 8: read by OpenCV, where it is installed."""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np
from PIL import Image

from .icc import MatrixProfile, matrix_profile
from .opening import BYTES_PER_PIXEL, orientation
from .pixels import is_converted
from .strips import strips

_STRIP_PIXELS = 1 << 18
_WHITES = (255, 4095)
_PNG_CHANNELS = {0: 1, 2: 3, 4: 4, 6: 4}  # OpenCV gives grey with transparency as colours
_ORIENTATION = 0x0112
_BITS, _PHOTOMETRIC, _EXTRA, _FORMAT = 258, 262, 338, 339
_DARK_IS_ZERO, _COLOURS, _NOT_MULTIPLIED = 1, 2, (0, 2)


@dataclass(frozen=True, eq=False)
class DeepPixels:
    """The pixels of a file with 16 bits a channel; they are decoded anew at each call.

    Attributes:
        data: the file.
        orientation: how it has to be turned, an EXIF orientation.
        profile: what its colours have to be converted from, None if they are sRGB.
    """

    data: bytes
    orientation: int = 1
    profile: MatrixProfile | None = None

    def __call__(self) -> np.ndarray | None:
        """uint16 ``[H, W, 3]``, upright sRGB; None if OpenCV is absent or cannot read the file."""
        pixels = _decoded(self.data)
        if pixels is None:
            return None
        white = _white(pixels) if pixels.ndim == 2 else 65535
        result = np.empty((*pixels.shape[:2], 3), np.uint16)
        for rows in strips(pixels.shape[0], _STRIP_PIXELS // pixels.shape[1]):
            strip = pixels[rows]
            strip = np.repeat(strip[..., None], 3, axis=2) if strip.ndim == 2 else strip[..., 2::-1]
            if white != 65535:
                strip = np.rint(strip * np.float32(65535 / white)).astype(np.uint16)
            result[rows] = strip if self.profile is None else self.profile.to_srgb(strip)
        return _upright(result, self.orientation)


def deep_pixels(data: bytes | memoryview, image: Image.Image, max_pixels: int) -> DeepPixels | None:
    """What reads the 16-bit pixels of a file.

    Args:
        data: the file.
        image: the same as Pillow has opened it, not turned yet.
        max_pixels: see :func:`lib_iclight.picture.opening.read`.

    Returns:
        None if it has 8 bits or is of a kind that is read as 8 bits: not a PNG or TIFF of grey or RGB values, with a
        profile that consists of tables, or so large that reading it would take more memory than the limit allows.
    """
    channels = _channels(data, image)
    # The 16-bit pixels as they are decoded and the 8-bit ones, the largest that are held at once.
    if not channels or image.width * image.height * (2 * channels + 3) > max_pixels * BYTES_PER_PIXEL:
        return None
    profile = None
    if is_converted(image):
        profile = matrix_profile(image.info["icc_profile"], channels == 1 or image.mode == "LA")
        if profile is None:
            return None
    if image.format == "PNG":
        return DeepPixels(bytes(data), orientation(image), profile)
    return DeepPixels(*_not_turned(data), profile)


def eight_bits(pixels: np.ndarray) -> np.ndarray:
    """uint16 pixels as uint8, rounded."""
    result = np.empty(pixels.shape, np.uint8)
    for rows in strips(pixels.shape[0], _STRIP_PIXELS // pixels.shape[1]):
        result[rows] = (pixels[rows].astype(np.uint32) * 255 + 32767) // 65535
    return result


def _channels(data: bytes | memoryview, image: Image.Image) -> int:
    """How many channels OpenCV decodes, 0 if the file is not one of those with 16 bits that it is used for."""
    if image.format == "PNG":
        depth, kind = data[24:26]
        return _PNG_CHANNELS.get(kind, 0) if depth == 16 and "transparency" not in image.info else 0
    if image.format != "TIFF" or data[2:4] not in (b"*\0", b"\0*"):
        return 0
    tags = image.tag_v2
    bits, kind = tags.get(_BITS, ()), tags.get(_PHOTOMETRIC)
    plain = {*bits} == {16} and {*tags.get(_FORMAT, (1,))} == {1}
    if not plain or any(extra not in _NOT_MULTIPLIED for extra in tags.get(_EXTRA, ())):
        return 0
    return len(bits) if (kind, len(bits)) in {(_DARK_IS_ZERO, 1), (_COLOURS, 3), (_COLOURS, 4)} else 0


def _decoded(data: bytes) -> np.ndarray | None:
    try:
        import cv2
    except ImportError:
        return None
    try:
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error:
        return None
    return pixels if pixels is not None and pixels.dtype == np.uint16 else None


def _white(pixels: np.ndarray) -> int:
    """The value of white, guessed as :func:`lib_iclight.picture.pixels.to_arrays` does it for 8 bits."""
    brightest = int(pixels.max(initial=0))
    return next((white for white in _WHITES if brightest <= white), 65535)


def _not_turned(data: bytes | memoryview) -> tuple[bytes, int]:
    """A TIFF file without its orientation, and the orientation: versions of OpenCV differ in what they turn."""
    order = "<" if data[:2] == b"II" else ">"
    place = struct.unpack_from(order + "I", data, 4)[0]
    for start in range(place + 2, place + 2 + 12 * struct.unpack_from(order + "H", data, place)[0], 12):
        tag, _, _, value = struct.unpack_from(order + "HHIH", data, start)
        if tag == _ORIENTATION and value != 1:
            changed = bytearray(data)
            struct.pack_into(order + "H", changed, start + 8, 1)
            return bytes(changed), value if value in range(1, 9) else 1
    return bytes(data), 1


def _upright(pixels: np.ndarray, orientation: int) -> np.ndarray:
    """Turn pixels ``[H, W, ...]`` by an EXIF orientation."""
    if orientation in (5, 6, 7, 8):
        pixels = pixels.swapaxes(0, 1)
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    return np.ascontiguousarray(pixels)
