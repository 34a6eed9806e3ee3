"""Keeps what belongs to the latest results: the photograph as it was, what the model painted, and the slots' files.

The page asks for one of them with what it knows about a picture in its gallery: the job's time and the picture's
generation parameters. Nothing is listed, and whoever is logged in gets only what belongs to their own runs.
"""

from __future__ import annotations

import io
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

import numpy as np
from PIL import Image

from ..picture import arrays, scaling
from ..picture.arrays import Picture
from ..picture.png import png
from ..subject.frame import Frame
from ..subject.prepare import Subject
from ..support.cache import MEGABYTE, blocks
from . import unrestored

BEFORE, PAINTING, INIT = "before", "painting", "init"
MOST_RESULTS = 24
MOST_BYTES = 96 * MEGABYTE
LONGER_SIDE = 1536
"""The most pixels on the longer side of a picture that is kept."""

_QUALITY = 92
_LONGEST_FILE = 32 * MEGABYTE
_MOST_PIXELS = 16 * MEGABYTE
"""The most bytes of pixels that are kept of a picture without a file."""

_ANY_JOB = "second pass"
"""Stands for the time of the job of a result whose page was told the time of another one."""


@dataclass(frozen=True, eq=False)
class Compared:
    """What one result is compared with.

    Attributes:
        before: uint8 ``[h, w, 3]``, the photograph in the result's frame, under its old light.
        painting: uint8 ``[h, w, 3]``, None if the result is what the model painted.
        user: who is logged in on the page and began the run, "" without a login.
        files: by slot of the page, the file it held, or where that is; of img2img's own picture, its pixels.
    """

    before: np.ndarray
    painting: np.ndarray | None
    user: str = ""
    files: Mapping[str, bytes | Path | Picture] = field(default_factory=dict)


@dataclass(frozen=True)
class Kept:
    """A file that belongs to a result, and its media type."""

    content: bytes
    media_type: str


class Comparisons:
    """What the latest results are compared with, up to a number and a limit in bytes. Thread-safe."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, str], Compared] = OrderedDict()
        # What several results have in common is made once, and is there as long as one of them is.
        self._befores: WeakValueDictionary[tuple, np.ndarray] = WeakValueDictionary()
        self._lock = threading.Lock()

    def compared(
        self,
        p: Any,
        subject: Subject,
        index: int,
        painting: np.ndarray,
        result: np.ndarray,
        frame: Frame | None = None,
        background: Picture | None = None,
        from_init: bool = False,
    ) -> Compared:
        """What a finished picture is compared with; to be kept once its generation parameters are known.

        Args:
            p: the host's processing object.
            subject: the picture's, framed as in the run.
            index: the picture's position among the results.
            painting: uint8 ``[h, w, 3]``, what the model painted.
            result: ``[H, W, 3]``, what became of it; the same array if nothing did.
            frame: the result's, None if it has the run's size.
            background: fbc's background picture, None without one.
            from_init: whether the subject is img2img's own picture.
        """
        whole = result.shape[1], result.shape[0]
        if frame is None and subject.framing.box is None and whole != _fitted(*whole):
            # Placed anew in a smaller frame, what is hardly in this one might lie outside.
            frame = subject.frame(*whole)
        before = self._before(subject, frame, *_fitted(*whole))
        other = None if result is painting else _scaled(painting)
        if getattr(p, "overlay_images", None):
            position = index % p.batch_size
            before, other = (part if part is None else _laid_over(p, part, position) for part in (before, other))
        files = _files({INIT if from_init else "foreground": subject.picture, "background": background})
        return Compared(before, other, str(getattr(p, "user", None) or ""), files)

    def _before(self, subject: Subject, frame: Frame | None, width: int, height: int) -> np.ndarray:
        key = (subject.digest, subject.framing, frame, width, height)
        found = self._befores.get(key)
        if found is None:
            found = self._befores[key] = _as_it_was(subject, frame, width, height)
        return found

    def keep(self, p: Any, processed: Any, compared: Mapping[int, Compared], paintings: Mapping[int, str]) -> None:
        """Keep what a run's results are compared with.

        The web UI's own second pass over one result leaves the page with the time of the job of the first: then the
        parameters alone say which result is meant.

        Args:
            p: the host's processing object.
            processed: the run's result, with the texts of all its pictures.
            compared: what they are compared with, by their position among the results.
            paintings: the texts of those that were also added before anything was done to them.
        """
        first = getattr(processed, "index_of_first_image", 0)
        second = getattr(p, "txt2img_upscale", False)
        job = _ANY_JOB if second else str(getattr(processed, "job_timestamp", ""))
        with self._lock:
            for index, entry in compared.items():
                if index in paintings:
                    self._put((job, paintings[index]), replace(entry, painting=None))
                if first + index < len(processed.infotexts):
                    self._put((job, processed.infotexts[first + index]), entry)
            self._drop_oldest()

    def _put(self, key: tuple[str, str], entry: Compared) -> None:
        self._kept[key] = entry
        self._kept.move_to_end(key)

    def _drop_oldest(self) -> None:
        while len(self._kept) > MOST_RESULTS or sum(blocks([*self._kept.values()]).values()) > MOST_BYTES:
            self._kept.popitem(last=False)

    def file(self, job: str, text: str, kind: str, user: str) -> Kept | None:
        """A picture to compare a result with, or a file that it was made from.

        Args:
            job: when the result's job began, as the host writes it.
            text: the result's generation parameters.
            kind: :data:`BEFORE`, :data:`PAINTING`, the name of a slot, or :data:`INIT` for img2img's own.
            user: who asks, "" without a login.

        Returns:
            None if there is no such file, or not any more, or it is another user's.
        """
        with self._lock:
            entry = self._kept.get((job, text)) or self._kept.get((_ANY_JOB, text))
        if entry is None or entry.user not in ("", user):
            return None
        if kind not in (BEFORE, PAINTING):
            return _as_it_came(entry.files.get(kind))
        pixels = entry.before if kind == BEFORE else entry.painting
        return None if pixels is None else Kept(_jpeg(pixels), "image/jpeg")


def _fitted(width: int, height: int) -> tuple[int, int]:
    """A size with the same proportions and at most :data:`LONGER_SIDE` on the longer side."""
    scale = min(1.0, LONGER_SIDE / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def _scaled(pixels: np.ndarray) -> np.ndarray:
    height, width = pixels.shape[:2]
    size = _fitted(width, height)
    return pixels if size == (width, height) else scaling.resized(pixels, size)


def _as_it_was(subject: Subject, frame: Frame | None, width: int, height: int) -> np.ndarray:
    """The photograph in the result's frame, with its background; on grey where the picture itself is transparent."""

    def shown(pixels: np.ndarray, fill: int) -> np.ndarray:
        if frame is None:
            return subject.framing.apply(pixels, width, height, fill)
        return np.array(frame.show(pixels, fill, (width, height)))

    picture = subject.picture
    pixels = shown(picture.rgb, arrays.GREY)
    return pixels if picture.alpha is None else arrays.on_grey(pixels, shown(picture.alpha, 0))


def _laid_over(p: Any, pixels: np.ndarray, position: int) -> np.ndarray:
    """With the part that the host's mask protects, as the result has it."""
    whole = unrestored.with_overlay(p, Image.fromarray(pixels), position)
    return _scaled(np.asarray(whole.convert("RGB")))


def _jpeg(pixels: np.ndarray) -> bytes:
    file = io.BytesIO()
    # Whole chroma: beside the result, softer colours would look like another light.
    Image.fromarray(pixels).save(file, "JPEG", quality=_QUALITY, subsampling=0)
    return file.getvalue()


def _files(pictures: Mapping[str, Picture | None]) -> dict[str, bytes | Path | Picture]:
    """What to keep of the pictures by slot; one that would leave no room for others is not kept."""
    files = {name: _file_of(name, picture) for name, picture in pictures.items() if picture is not None}
    return {name: file for name, file in files.items() if file is not None}


def _file_of(name: str, picture: Picture) -> bytes | Path | Picture | None:
    file = picture.origin.file
    if isinstance(file, bytes):
        return file if len(file) <= _LONGEST_FILE else None
    if file is None and name == INIT and sum(blocks(picture).values()) <= _MOST_PIXELS:
        return picture
    return file


def _as_it_came(file: bytes | Path | Picture | None) -> Kept | None:
    """A slot's file, None if it is not there any more."""
    if file is None:
        return None
    if isinstance(file, Picture):
        return Kept(png(file.rgb, file.alpha), "image/png")
    try:
        content = file.read_bytes() if isinstance(file, Path) else file
        with Image.open(io.BytesIO(content)) as image:
            return Kept(content, image.get_format_mimetype() or "image/png")
    except OSError:
        return None
