"""Where the script *IC Light: clip* gets its files from, and what it may read."""

from __future__ import annotations

import base64
import binascii
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..errors import ICLightError
from ..picture.pixels import fingerprint
from ..support.json_values import shown
from .app_context import app_context
from .named_paths import check_may_be_named, named

_DATA_URL = re.compile(r"data:[\w.+/-]*;base64,")
_UNSAFE = re.compile(r"[^\w.()-]+")
_LONGEST = 120  # bytes, of the 255 that file systems allow


@contextmanager
def given(video: Any, path: str) -> Iterator[Path]:
    """The path of the clip: what was uploaded, or else what the path names.

    Args:
        video: what the page's slot has, a path, or the file as a data URL; None for nothing.
        path: of a video or a folder.

    Raises:
        ICLightError: there is neither, or it may not be read.
    """
    upload = getattr(video, "name", video) or ""
    if not isinstance(upload, str) or not isinstance(path or "", str):
        raise ICLightError("The clip must be a path or a data URL. Send one of them as a text.")
    head = _DATA_URL.match(upload)
    if head is None:
        if not (upload or (path or "").strip()):
            raise ICLightError("There is no clip. Drop a video into 'Clip', or give the path of one.")
        is_uploaded = upload and type(video) is not str
        yield named(upload, "The clip") if is_uploaded else allowed(upload or path, "The clip")
        return
    with tempfile.TemporaryDirectory(prefix="ic-light-clip-") as folder:
        file = Path(folder) / "clip.video"
        try:
            file.write_bytes(base64.b64decode(upload[head.end() :], validate=True))
        except (binascii.Error, ValueError):
            raise ICLightError("The clip is not valid base64. Send the file's bytes as a data URL.") from None
        yield file


def folder_of_results(text: Any) -> Path:
    """The folder that a clip is to be written to, which is made if it is not there.

    Raises:
        ICLightError: it may not be named, or cannot be made or written.
    """
    folder = allowed(text, "The folder of the clip")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise ICLightError(f"The folder {shown(str(folder))} cannot be used: {error.strerror or error}.") from error
    return folder


def allowed(text: Any, what: str) -> Path:
    """A path that was given as text.

    Raises:
        ICLightError: it is none, or the web UI was started with --hide-ui-dir-config.
    """
    check_may_be_named()
    return named(text, what)


def safe_name(name: str) -> str:
    """A clip's name as the name of a folder in any system."""
    safe = _UNSAFE.sub("_", name).strip("._").encode()[:_LONGEST].decode(errors="ignore")
    return safe or "clip"


def digests(pictures: Mapping[str, Any], p: Any, is_img2img: bool) -> dict[str, Any]:
    """What tells apart the pictures that shape a run beside the frames: the light map, and those of img2img."""
    found: dict[str, Any] = {}
    if "light_map" in pictures:
        found["light_map"] = app_context().hooks.pipeline.pictures.picture(pictures["light_map"], "light map").digest
    if is_img2img:
        images = [image for image in getattr(p, "init_images", None) or () if image is not None]
        found["init"] = [fingerprint(image.convert("RGB")).hex() for image in images]
    return found
