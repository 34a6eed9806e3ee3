"""Small clips for tests: a square of grainy cloth that moves."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
from PIL import Image

TICKS = Fraction(1, 12800)


def frame(index: int, width: int = 64, height: int = 64) -> np.ndarray:
    """A bright square on a dark wall, a pixel further right in each frame: uint8 ``[height, width, 3]``."""
    grain = np.random.default_rng(0).integers(-30, 30, (height // 2, width // 2, 1))
    pixels = np.full((height, width, 3), (30, 34, 40), np.uint8)
    left, top = width // 4 - 4 + index, height // 4
    square = (np.array([190, 150, 110]) + grain).clip(0, 255)
    pixels[top : top + height // 2, left : left + width // 2] = square
    return pixels


def cut_out(pixels: np.ndarray) -> np.ndarray:
    """What is bright: uint8 ``[H, W]``."""
    return np.where(pixels.max(-1) > 90, 255, 0).astype(np.uint8)


def folder_of_frames(folder: Path, count: int, *, transparent: bool = True) -> Path:
    """A folder with frames, cut out by their own transparency or not."""
    folder.mkdir(parents=True)
    for index in range(count):
        pixels = frame(index)
        layers = [pixels, cut_out(pixels)] if transparent else [pixels]
        Image.fromarray(np.dstack(layers)).save(folder / f"frame{index + 1}.png")
    return folder


def video(
    path: Path,
    pictures: Sequence[np.ndarray],
    ticks: Sequence[int] | None = None,
    *,
    codec: str = "libx264",
    pixels: str = "yuv420p",
    sound: bool = False,
    **colours: int,
) -> Path:
    """A video of these pictures, 25 a second unless their times are given in ticks of 1 / 12800 s.

    Args:
        path: where it is written.
        pictures: uint8 ``[H, W, 3]``.
        ticks: their times.
        codec, pixels: how they are stored.
        sound: whether it has a tone.
        colours: attributes of the codec's context.
    """
    import av

    ticks = range(0, 512 * len(pictures), 512) if ticks is None else ticks
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=25, options={"crf": "8"})
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt = pixels
        stream.time_base = stream.codec_context.time_base = TICKS
        for name, value in colours.items():
            setattr(stream.codec_context, name, value)
        tone = container.add_stream("aac", rate=8000, layout="mono") if sound else None
        for tick, picture in zip(ticks, pictures, strict=True):
            shown = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24").reformat(format=pixels)
            shown.pts, shown.time_base = tick, TICKS
            container.mux(stream.encode(shown))
        container.mux(stream.encode())
        if tone is not None:
            _hum(av, container, tone, float((ticks[-1] + 512) * TICKS))
    return path


def _hum(av, container, tone, seconds: float) -> None:
    wave = np.sin(np.arange(int(8000 * seconds)) * 0.35).astype(np.float32)[None]
    for start in range(0, wave.shape[1], 1024):
        heard = av.AudioFrame.from_ndarray(wave[:, start : start + 1024], format="fltp", layout="mono")
        heard.sample_rate, heard.pts, heard.time_base = 8000, start, Fraction(1, 8000)
        container.mux(tone.encode(heard))
    container.mux(tone.encode())


def packets(path: Path, kind: str) -> list[tuple[float, bytes]]:
    """The times in seconds and the content of a file's packets of a kind, "video" or "audio", in the order of time."""
    import av

    with av.open(str(path)) as container:
        every = container.demux(*getattr(container.streams, kind))
        return sorted((float(each.pts * each.time_base), bytes(each)) for each in every if each.pts is not None)


def times(path: Path) -> list[float]:
    """When the frames of a video are shown, in seconds."""
    return [time for time, _ in packets(path, "video")]
