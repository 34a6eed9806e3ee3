"""Opens what a clip is made of, and writes what it becomes."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
from PIL import Image

from ..files import video_writing
from ..files.video import pyav
from . import clip_frames, naming
from .clip_frames import Clip, FolderClip


def opened(path: Path, fps: float, max_pixels: int) -> Clip:
    """A clip whose result can be written; see :func:`lib_iclight.shoot.clip_frames.opened`.

    Raises:
        ICLightError: it cannot be read, or its sound cannot be copied.
    """
    clip = clip_frames.opened(path, fps, max_pixels)
    if clip.source is not None:
        video_writing.check_sound(clip.source)
    return clip


def write(folder: Path, name: str, frames: Iterator[np.ndarray], clip: Clip, end: int) -> Path:
    """Write the first frames of a result: as a video, and those of a folder as a folder, too.

    Args:
        folder: made if it is not there.
        name: of the file and the folder; a number is added where it is taken.
        frames: uint8 ``[H, W, 3]`` each.
        clip: what they were.
        end: how many there are.

    Returns:
        What was written; without PyAV a folder.

    Raises:
        OSError: it cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    timing = clip.timing.first(end)
    path = _free(folder, name, video_writing.ENDING)
    if not isinstance(clip, FolderClip):
        video_writing.write(path, frames, timing, clip.source)
        return path
    pictures = _free(folder, f"{name}-frames", "")
    _write_folder(pictures, frames, clip)
    if pyav() is None:
        return pictures
    video_writing.write(path, (_read(pictures / each) for each in _names(clip)[:end]), timing)
    return path


def _write_folder(target: Path, frames: Iterator[np.ndarray], clip: FolderClip) -> None:
    """A PNG for each frame, with the name of the one that it was; all of them, or none."""
    unfinished = Path(mkdtemp(dir=target.parent, prefix=".frames-"))
    try:
        for name, frame in zip(_names(clip), frames, strict=False):
            Image.fromarray(frame).save(unfinished / name)
        unfinished.chmod(0o755)
        unfinished.rename(target)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise


def _names(clip: FolderClip) -> list[str]:
    """The frames' names; numbers where two differ in their endings only."""
    names = [f"{file.stem}.png" for file in clip.files]
    is_unique = len({name.casefold() for name in names}) == len(names)
    return names if is_unique else [f"{number:06d}.png" for number in range(1, len(names) + 1)]


def _read(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        return np.array(image)


def _free(folder: Path, name: str, ending: str) -> Path:
    """A path that nothing has; with a number where the name is taken."""
    return folder / naming.free(name, ending, lambda taken: (folder / taken).exists())
