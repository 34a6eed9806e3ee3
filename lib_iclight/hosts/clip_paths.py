"""Where the script *IC Light: clip* gets its files from, and what it may read."""

from __future__ import annotations

import base64
import binascii
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..errors import ICLightError
from ..picture.pixels import fingerprint
from .app_context import app_context

_DATA_URL = re.compile(r"data:[\w.+/-]*;base64,")
_UNSAFE = re.compile(r"[^\w.()-]+")
_LONGEST = 60


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
        yield allowed(upload or path)
        return
    with tempfile.TemporaryDirectory(prefix="ic-light-clip-") as folder:
        file = Path(folder) / "clip.video"
        try:
            file.write_bytes(base64.b64decode(upload[head.end() :], validate=True))
        except (binascii.Error, ValueError):
            raise ICLightError("The clip is not valid base64. Send the file's bytes as a data URL.") from None
        yield file


def given_or_none(text: Any) -> Path | None:
    """The path that a text names, None for an empty one; see :func:`allowed`."""
    is_empty = text is None or (isinstance(text, str) and not text.strip())
    return None if is_empty else allowed(text)


def allowed(text: Any) -> Path:
    """A path that was given as text.

    Raises:
        ICLightError: the web UI was started with --hide-ui-dir-config, and it is no upload.
    """
    from modules import shared

    if not isinstance(text, str) or "\0" in text:
        raise ICLightError("A path of a clip must be a text.")
    path = Path(text.strip().strip('"')).expanduser()
    uploads = {
        Path(folder).resolve() for folder in (tempfile.gettempdir(), os.environ.get("GRADIO_TEMP_DIR")) if folder
    }
    if getattr(shared.cmd_opts, "hide_ui_dir_config", False) and not uploads & {*path.resolve().parents}:
        raise ICLightError(
            "This web UI was started with --hide-ui-dir-config, so paths cannot be given. Drop the video into 'Clip'."
        )
    return path


def safe_name(name: str) -> str:
    """A clip's name as the name of a folder in any system."""
    return _UNSAFE.sub("_", name).strip("._")[:_LONGEST] or "clip"


def digests(pictures: Mapping[str, Any], p: Any, is_img2img: bool) -> dict[str, Any]:
    """What tells apart the pictures that shape a run beside the frames: the light map, and those of img2img."""
    found: dict[str, Any] = {}
    if "light_map" in pictures:
        found["light_map"] = app_context().hooks.pipeline.pictures.picture(pictures["light_map"], "light map").digest
    if is_img2img:
        images = [image for image in getattr(p, "init_images", None) or () if image is not None]
        found["init"] = [fingerprint(image.convert("RGB")).hex() for image in images]
    return found
