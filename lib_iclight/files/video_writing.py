"""Writes frames as an H.264 video with the times and the sound of the clip that they come from, by PyAV."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from ..errors import ICLightError, escaped
from .completing import replacing_path
from .video import Colours, Timing, Video, container_of, needed

ENDING = ".mp4"
# Of libx264: 0 is lossless, 23 its own choice; so few frames are kept that large ones take little memory.
_QUALITY = {"crf": "16", "preset": "medium", "rc-lookahead": "10"}
_LIMITED = 1
_SRGB = Colours(1, 1, 13)


def check_sound(video: Video) -> None:
    """Check that a clip's sound can be put into an MP4 file as it is.

    Raises:
        ICLightError: it cannot; the message names its codec.
    """
    av = needed()
    with TemporaryDirectory() as folder:
        try:
            with (
                container_of(av, video.path) as source,
                av.open(str(Path(folder) / f"sound{ENDING}"), "w", format="mp4") as target,
            ):
                for sound in source.streams.audio:
                    target.add_stream_from_template(sound)
                if source.streams.audio:
                    target.start_encoding()
        except (av.FFmpegError, OSError, ValueError):
            raise ICLightError(
                f"The sound of the clip {escaped(video.path.name)} ({', '.join(video.sounds)}) cannot be put into an "
                "MP4 file. Convert it to AAC first, or take the sound out."
            ) from None


def write(path: Path, pictures: Iterable[np.ndarray], timing: Timing, video: Video | None = None) -> None:
    """Write a clip; it is there at once and whole, or not at all.

    Colours are written as 4:2:0, which every player shows. Such a video has even sides: a clip with an odd one keeps
    its size as 4:4:4, which some players do not show; it is the only way, as H.264 can crop 4:2:0 by two pixels only.

    Args:
        path: the file.
        pictures: uint8 ``[H, W, 3]`` each, all of one size.
        timing: when they are shown.
        video: the clip whose sound is copied, and whose colours and shape of pixels are kept; None for sRGB without
            sound.

    Raises:
        ICLightError: PyAV is not here, or there are no pictures.
        OSError: the file cannot be written.
    """
    av = needed()
    try:
        replacing_path(path, lambda unfinished: _write(av, unfinished, iter(pictures), timing, video))
    except av.FFmpegError as error:
        raise OSError(error.errno, error.strerror) from error


def _write(av: Any, path: Path, pictures: Iterator[np.ndarray], timing: Timing, video: Video | None) -> None:
    first = next(pictures, None)
    if first is None:
        raise ICLightError("A clip needs a frame.")
    with av.open(str(path), "w", format="mp4", options={"movflags": "faststart"}) as target:
        stream = _stream(av, target, first.shape, timing, video)
        with _Sound(av, target, video, timing) as sound:
            for index, tick in enumerate(timing.ticks):
                picture = first if index == 0 else next(pictures, None)
                if picture is None:
                    raise ICLightError(f"The clip has {len(timing.ticks)} frames, but only {index} were made.")
                sound.until(tick)
                target.mux(stream.encode(_frame(av, picture, stream.pix_fmt, timing, index, video)))
            target.mux(stream.encode())
            sound.until(None)


def _stream(av: Any, target: Any, shape: tuple[int, ...], timing: Timing, video: Video | None) -> Any:
    colours = _SRGB if video is None else video.colours
    stream = target.add_stream("libx264", rate=_rate(timing), options=_QUALITY)
    stream.height, stream.width = shape[:2]
    stream.pix_fmt = "yuv444p" if any(side % 2 for side in shape[:2]) else "yuv420p"
    stream.time_base = stream.codec_context.time_base = timing.base
    about = stream.codec_context
    about.colorspace, about.color_primaries, about.color_trc = colours.matrix, colours.primaries, colours.transfer
    about.color_range = _LIMITED
    if video is not None and video.pixel != 1:
        about.sample_aspect_ratio = video.pixel
    return stream


def _frame(av: Any, picture: np.ndarray, kind: str, timing: Timing, index: int, video: Video | None) -> Any:
    matrix = (_SRGB if video is None else video.colours).matrix
    frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
    frame = frame.reformat(format=kind, dst_colorspace=5 if matrix in (5, 6) else matrix, dst_color_range=_LIMITED)
    frame.pts, frame.time_base = timing.ticks[index] + _later(timing), timing.base
    following = timing.ticks[index + 1] if index + 1 < len(timing.ticks) else timing.ticks[index] + timing.last
    frame.duration = following - timing.ticks[index]
    return frame


def _later(timing: Timing) -> int:
    """For how many ticks all is put off: players leave out what comes before time 0."""
    return max(-timing.ticks[0], 0)


def _rate(timing: Timing) -> Fraction:
    """The mean frames a second, which players are told; the times themselves are exact."""
    ticks = timing.ticks[-1] - timing.ticks[0] + timing.last
    return Fraction(len(timing.ticks), 1) / (ticks * timing.base)


class _Sound:
    """A clip's sound streams, whose packets are copied as they are, in step with the frames.

    Args:
        av: PyAV.
        target: where they go.
        video: the clip; None for none.
        timing: of the frames: what is heard after the last one of a part of the clip is left out.
    """

    def __init__(self, av: Any, target: Any, video: Video | None, timing: Timing) -> None:
        self._target = target
        self._source = container_of(av, video.path) if video is not None and video.sounds else None
        self._base, self._later = timing.base, _later(timing) * timing.base
        is_part = video is not None and len(timing.ticks) < len(video.timing.ticks)
        self._end = (timing.ticks[-1] + timing.last) * timing.base if is_part else None
        self._streams = {}
        if self._source is not None:
            sounds = self._source.streams.audio
            self._streams = {sound.index: target.add_stream_from_template(sound) for sound in sounds}
            self._packets = self._source.demux(*sounds)
            self._waiting = next(self._packets, None)

    def __enter__(self) -> _Sound:
        return self

    def __exit__(self, *_: Any) -> None:
        if self._source is not None:
            self._source.close()

    def until(self, tick: int | None) -> None:
        """Copy what is heard up to a moment of the frames, None for all that is left."""
        if self._source is None:
            return
        end = self._end if tick is None else tick * self._base
        while self._waiting is not None:
            packet = self._waiting
            if packet.dts is not None:
                if end is not None and packet.dts * packet.time_base >= end:
                    return
                later = round(self._later / packet.time_base)
                packet.dts += later
                if packet.pts is not None:
                    packet.pts += later
                packet.stream = self._streams[packet.stream.index]
                self._target.mux(packet)
            self._waiting = next(self._packets, None)
