"""The result's file: checked to be writable before the picture is made, and replaced only when it is finished."""

from __future__ import annotations

import io
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image

QUALITY = 95
#: More characters than a host adds to the prompts.
_PARAMETERS = 4000
_EXIF_IFD, _USER_COMMENT = 0x8769, 0x9286
_WITH_EXIF = ("JPEG", "WEBP", "AVIF")


class ResultError(Exception):
    """Why the picture cannot be written there, in one line."""


@contextmanager
def result(path: Path, prompts: str) -> Iterator[Callable[[bytes], None]]:
    """Yield a function that writes a PNG to `path`, in the format of its extension, with generation parameters.

    An existing file stays intact until then, and is left alone if no picture is made.

    Args:
        path: where to write; `.png`, `.jpg`, `.webp` or another extension that Pillow can write.
        prompts: the start of the generation parameters; some formats can hold only a limited amount.

    Raises:
        ResultError: the format, the folder or the file cannot be written.
    """
    target = _writable(path)
    encoded(Image.new("RGB", (64, 64)), path, prompts + " " * _PARAMETERS)
    part = target.with_name(f".{secrets.token_hex(8)}.part")
    try:
        part.open("xb").close()
    except OSError as error:
        raise ResultError(f"nothing can be written into the folder {target.parent}: {error.strerror}") from error

    def put(png: bytes) -> None:
        with Image.open(io.BytesIO(png)) as picture:
            is_png = path.suffix.lower() == ".png"
            content = png if is_png else encoded(picture, path, picture.info.get("parameters"))
        try:
            part.write_bytes(content)
            part.replace(target)
        except OSError as error:
            raise ResultError(f"{path} cannot be written: {error.strerror}") from error

    try:
        yield put
    finally:
        part.unlink(missing_ok=True)


def _writable(path: Path) -> Path:
    """Return the file that `path` resolves to, after checking that it can be written."""
    folder = path.absolute().parent
    if not folder.is_dir():
        raise ResultError(f"there is no folder {folder} to put the result in")
    try:
        target = path.resolve()
        is_folder, is_there = target.is_dir(), target.exists()
    except (OSError, RuntimeError) as error:
        raise ResultError(f"{path} cannot be written: {getattr(error, 'strerror', error)}") from error
    if is_folder:
        raise ResultError(f"{path} is a folder: name a file in it")
    if is_there and not os.access(target, os.W_OK):
        raise ResultError(f"{path} is there and may not be replaced")
    return target


def encoded(picture: Image.Image, path: Path, parameters: str | None) -> bytes:
    """Return the picture in the format of `path`'s extension, with generation parameters as Forge writes them.

    Raises:
        ResultError: Pillow cannot write that.
    """
    # Once Pillow has written a SPIDER file into memory, no ending at all counts as that kind's.
    kind = Image.registered_extensions().get(path.suffix.lower()) if path.suffix else None
    if kind is None or kind not in Image.SAVE:
        raise ResultError(f"{path} has no ending that says what kind of picture to make; take .png, .jpg or .webp")
    options = {"quality": QUALITY}
    if parameters and kind in _WITH_EXIF:
        options["exif"] = _exif(parameters)
    elif parameters and kind == "GIF":
        options["comment"] = parameters.encode()
    buffer = io.BytesIO()
    try:
        picture.convert("RGB").save(buffer, kind, **options)
    except (OSError, ValueError, KeyError) as error:
        raise ResultError(f"Pillow cannot write {path.name}: {' '.join(str(error).split())}; take .png") from error
    return buffer.getvalue()


def _exif(parameters: str) -> Image.Exif:
    exif = Image.Exif()
    exif[_EXIF_IFD] = {_USER_COMMENT: b"UNICODE\0" + parameters.encode("utf_16_be")}
    return exif
