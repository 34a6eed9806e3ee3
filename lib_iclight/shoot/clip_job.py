"""What is kept of a clip while it is made: mattes and paintings in a folder, so that it can be gone on with."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from ..errors import ICLightError
from ..files.completing import replacing
from ..support.file_lock import locked
from ..support.json_values import compact
from .windows import Window

UNFINISHED = "unfinished-"
"""How the names of folders begin that last no longer than a run, unless it is killed."""

_ABOUT, _FORMAT, _VERSION = "clip.json", "ic-light-clip", 1
_MOST_ABOUT = 1 << 20
_KEY_LENGTH = 10
_FAST = 1  # of PNG's compressions
_LOCK = "lock"


class ClipJob:
    """The folder of a clip that is made, or was.

    Args:
        folder: made with the first thing that is kept.
        about: what tells how it is made.
    """

    def __init__(self, folder: Path, about: Mapping[str, Any]) -> None:
        self.folder, self.about = folder, {**about}

    @property
    def name(self) -> str:
        """The clip's."""
        return self.folder.name

    @contextmanager
    def held(self) -> Iterator[None]:
        """Nobody else makes the clip meanwhile.

        Raises:
            ICLightError: somebody does.
            OSError: its folder cannot be written.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        lock = locked(self.folder / _LOCK)
        if lock is None:
            raise ICLightError(f"Another run is making the clip {self.name}. Wait for its end.")
        with lock:
            yield

    def begin(self) -> None:
        """Make the folder, with what tells how the clip is made, and without what a killed run has left half done."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for pattern in ("paintings/*.part", f"{UNFINISHED}*"):
            for unfinished in self.folder.glob(pattern):  # of a run that was killed
                shutil.rmtree(unfinished, ignore_errors=True)
        replacing(self.folder / _ABOUT, lambda target: target.write(compact(self.about).encode()))

    def finish(self) -> None:
        """Note that the whole clip was written."""
        self.about["done"] = True
        self.begin()

    def matte(self, index: int, steadied: bool) -> np.ndarray:
        """A frame's matte, uint8 ``[H, W]``.

        Raises:
            ICLightError: its file is gone or damaged.
        """
        path = self._matte(index, steadied)
        found = _read(path)
        if found is None:
            raise ICLightError(
                f"A matte of the clip {self.name} cannot be read: frame {index + 1}. Delete its file {path.name} in "
                f"the folder {path.parent.name}, and generate again."
            )
        return found

    def has_matte(self, index: int, steadied: bool) -> bool:
        """Whether a frame's matte is kept."""
        return self._matte(index, steadied).is_file()

    def keep_matte(self, index: int, matte: np.ndarray, steadied: bool) -> None:
        """Keep a frame's matte, as it was found or steadied."""
        path = self._matte(index, steadied)
        path.parent.mkdir(parents=True, exist_ok=True)
        _save(path, matte)

    def has(self, window: Window) -> bool:
        """Whether a window is painted."""
        return self._window(window).is_dir()

    def keep(self, window: Window, paintings: Iterable[np.ndarray]) -> None:
        """Keep the paintings of a window, uint8 ``[h, w, 3]`` each; all of them, or none."""
        target = self._window(window)
        unfinished = target.with_name(f"{target.name}.{os.getpid()}.part")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        for index, painting in enumerate(paintings, window.first):
            Image.fromarray(painting).save(unfinished / _file(index), compress_level=_FAST)
        os.rename(unfinished, target)

    def painting(self, window: Window, index: int) -> np.ndarray:
        """A frame's painting, uint8 ``[h, w, 3]``.

        Raises:
            ICLightError: its file is gone or damaged.
        """
        found = _read(self._window(window) / _file(index))
        if found is None:
            raise ICLightError(
                f"A painting of the clip {self.name} cannot be read: frame {index + 1} of window {window.number + 1}. "
                "Delete the window's folder, and generate again."
            )
        return found

    def _matte(self, index: int, steadied: bool) -> Path:
        return self.folder / ("mattes" if steadied else "cut-outs") / _file(index)

    def _window(self, window: Window) -> Path:
        return self.folder / "paintings" / f"{window.number + 1:04d}"


def key_of(about: Mapping[str, Any]) -> str:
    """What tells apart clips that are made otherwise, by all that shapes their paintings but the seed."""
    text = json.dumps(about, sort_keys=True, default=str, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def job_of(root: Path, name: str, key: str, seed: int) -> ClipJob:
    """The job of a clip, begun before or not.

    Args:
        root: the folder of all.
        name: the clip's.
        key: from :func:`key_of`.
        seed: of its run.
    """
    folder = root / f"{name}-{key[:_KEY_LENGTH]}-{seed}"
    return ClipJob(folder, _about(folder) or _new(key, seed))


def unfinished_seed(root: Path, name: str, key: str) -> int | None:
    """The seed of the latest job of a clip that was begun and not finished; None if there is none."""
    folders = [folder for folder in root.glob("*") if folder.name.startswith(f"{name}-{key[:_KEY_LENGTH]}-")]
    for folder in sorted(folders, key=lambda each: each.stat().st_mtime, reverse=True):
        about = _about(folder)
        if about and about.get("key") == key and not about.get("done") and type(about.get("seed")) is int:
            return about["seed"]
    return None


def _new(key: str, seed: int) -> dict[str, Any]:
    return {"format": _FORMAT, "version": _VERSION, "key": key, "seed": seed}


def _about(folder: Path) -> dict[str, Any] | None:
    try:
        with (folder / _ABOUT).open("rb") as source:
            found = json.loads(source.read(_MOST_ABOUT))
    except (OSError, ValueError):
        return None
    is_ours = isinstance(found, dict) and (found.get("format"), found.get("version")) == (_FORMAT, _VERSION)
    return found if is_ours else None


def _file(index: int) -> str:
    return f"{index + 1:06d}.png"


def _read(path: Path) -> np.ndarray | None:
    try:
        with Image.open(path) as image:
            return np.array(image)
    except (OSError, ValueError, SyntaxError):
        return None


def _save(path: Path, pixels: np.ndarray) -> None:
    replacing(path, lambda target: Image.fromarray(pixels).save(target, "PNG", compress_level=_FAST))
