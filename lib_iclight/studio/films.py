"""Writes frames as an animated WebP, GIF or MP4 file."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image

from ..errors import ICLightError
from ..files import webp
from ..files.completing import replacing, replacing_path
from ..files.video import pyav

KINDS = (".webp", ".gif", ".mp4")
_WEBP_QUALITY, _MOST_THREADS = 85, 4
_COLOURS = 256
_MP4_QUALITY = "18"  # libx264's: 0 is lossless, 23 its own choice


def can_write(kind: str) -> bool:
    """Whether files of this kind, one of :data:`KINDS`, can be written here: MP4 needs PyAV."""
    return kind in KINDS and (kind != ".mp4" or pyav() is not None)


def check(kind: str) -> None:
    """Check that files of this kind can be written here.

    Raises:
        ICLightError: they cannot; the message says what to do.
    """
    if kind not in KINDS:
        raise ICLightError(f"Films end with {', '.join(KINDS)}, not with {kind!r}.")
    if not can_write(kind):
        raise ICLightError(
            "MP4 needs PyAV, which is not installed. Choose WebP or GIF, or run pip install av in the web UI's Python "
            "environment and restart it."
        )


def write(path: Path, frames: Iterable[np.ndarray], seconds: float, loops: bool = True) -> None:
    """Write frames as a film; it is there at once and whole, or not at all.

    The next frame is made while others are encoded; for GIF Pillow keeps all of them in memory.

    Args:
        path: ends with one of :data:`KINDS`.
        frames: uint8 ``[h, w, 3]`` each, at least one, all of one size.
        seconds: how long each is shown.
        loops: whether the film begins again at its end; MP4 leaves that to the player.

    Raises:
        ICLightError: there are no frames, or files of this kind cannot be written here.
        OSError: the file cannot be written.
    """
    kind = path.suffix.lower()
    check(kind)
    ahead = _ahead(frames)
    first = next(ahead, None)
    if first is None:
        raise ICLightError("A film needs a frame.")
    every = chain([first], ahead)
    if kind == ".mp4":
        replacing_path(path, lambda unfinished: _write_mp4(unfinished, every, seconds))
        return
    write_to = _write_webp if kind == ".webp" else _write_gif
    replacing(path, lambda target: write_to(target, every, (first.shape[1], first.shape[0]), seconds, loops))


def _ahead(frames: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
    """The frames, each of which is made in another thread while the one before is used."""
    waiting = iter(frames)
    with ThreadPoolExecutor(1) as thread:
        coming = thread.submit(next, waiting, None)
        while (frame := coming.result()) is not None:
            coming = thread.submit(next, waiting, None)
            yield frame


def _write_webp(
    target: BinaryIO, frames: Iterable[np.ndarray], size: tuple[int, int], seconds: float, loops: bool
) -> None:
    if max(size) > webp.LONGEST_SIDE:
        raise ICLightError(f"A side of a WebP film has {webp.LONGEST_SIDE:,} pixels at most. Choose MP4.")
    encoded = _in_turn(lambda frame: webp.encoded(frame, _WEBP_QUALITY), frames)
    webp.write(target, encoded, size, seconds, loops)


def _in_turn(work: Callable[[np.ndarray], bytes], frames: Iterable[np.ndarray]) -> Iterator[bytes]:
    """What comes of each frame, in their order; several threads work on as many frames."""
    count = min(os.cpu_count() or 1, _MOST_THREADS)
    with ThreadPoolExecutor(count) as threads:
        waiting: deque[Future[bytes]] = deque()
        for frame in frames:
            waiting.append(threads.submit(work, frame))
            if len(waiting) > count:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _write_gif(
    target: BinaryIO, frames: Iterable[np.ndarray], size: tuple[int, int], seconds: float, loops: bool
) -> None:
    first, *others = _in_shared_colours(Image.fromarray(frame) for frame in frames)
    # Without the entry "loop" a GIF file is shown once.
    options = {"duration": max(1, round(1000 * seconds)), **({"loop": 0} if loops else {})}
    first.save(target, "GIF", save_all=True, append_images=others, optimize=False, disposal=1, **options)


def _in_shared_colours(images: Iterable[Image.Image]) -> list[Image.Image]:
    """All frames in the 256 colours that serve all of them best: with palettes of their own they would flicker."""
    whole = [*images]
    sample = whole[:: max(1, len(whole) // 8)]
    width, height = whole[0].size
    side = min(1.0, 256 / max(width, height))
    small = [image.resize((max(1, round(width * side)), max(1, round(height * side)))) for image in sample]
    sheet = Image.fromarray(np.concatenate([np.asarray(image) for image in small]))
    palette = sheet.quantize(_COLOURS, Image.Quantize.MEDIANCUT)
    return [image.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG) for image in whole]


def _write_mp4(path: Path, frames: Iterable[np.ndarray], seconds: float) -> None:
    """H.264 in the colours of HD television, and labelled so; sides are made even by repeating the last row.

    Source: ITU-T H.273 (1 is BT.709, 13 the transfer function of sRGB).
    """
    av = pyav()
    rate = Fraction(1 / seconds).limit_denominator(1000)
    with av.open(str(path), "w", format="mp4", options={"movflags": "faststart"}) as container:
        stream = container.add_stream("libx264", rate=rate, options={"crf": _MP4_QUALITY, "preset": "veryfast"})
        stream.pix_fmt = "yuv420p"
        about = stream.codec_context
        about.colorspace, about.color_primaries, about.color_trc, about.color_range = 1, 1, 13, 1
        for index, frame in enumerate(frames):
            even = np.pad(frame, [(0, frame.shape[0] % 2), (0, frame.shape[1] % 2), (0, 0)], mode="edge")
            if index == 0:
                stream.height, stream.width = even.shape[:2]
            shown = av.VideoFrame.from_ndarray(even, format="rgb24")
            container.mux(stream.encode(shown.reformat(format="yuv420p", dst_colorspace="ITU709")))
        container.mux(stream.encode())
