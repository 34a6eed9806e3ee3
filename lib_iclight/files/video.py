"""Reads the frames of a video file one after another, upright and in sRGB's order of channels, by PyAV."""

from __future__ import annotations

import importlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import ICLightError, escaped

MOST_FRAMES = 3000
"""The frames that a clip may have: two minutes at 25 a second."""

_OLDEST = 14
_UNIT = 1 << 16
_SMALLEST_HD = 720
_BT709, _BT601, _BT2020 = 1, 6, 9
# ITU-T H.273: the transfer functions of HDR.
_HDR = {16: "PQ", 18: "HLG"}
_UNSPECIFIED = 2
# Of FFmpeg's kinds of files those that hold a video themselves.
_KINDS = (
    "mov,matroska,avi,mpegts,mpeg,mpegvideo,flv,ogg,asf,mxf,gxf,nut,dv,rm,wtv,ivf,swf,gif,apng,m4v,h264,hevc,av1,obu,"
    "mjpeg,yuv4mpegpipe,png_pipe,jpeg_pipe,webp_pipe,mp3,wav,flac,aac"
)


@dataclass(frozen=True)
class Turn:
    """How the stored frames are turned to be shown: first across the diagonal, then mirrored."""

    transposed: bool = False
    flipped: bool = False
    mirrored: bool = False

    def apply(self, pixels: np.ndarray) -> np.ndarray:
        """Stored pixels ``[h, w, 3]`` as they are shown, contiguous."""
        if self.transposed:
            pixels = pixels.transpose(1, 0, 2)
        if self.flipped:
            pixels = pixels[::-1]
        return np.ascontiguousarray(pixels[:, ::-1] if self.mirrored else pixels)


@dataclass(frozen=True)
class Colours:
    """How a video's numbers mean colours, as ITU-T H.273 counts: 1 is BT.709, 6 BT.601, 2 says nothing."""

    matrix: int
    primaries: int
    transfer: int


@dataclass(frozen=True)
class Timing:
    """When the frames are shown.

    Attributes:
        ticks: the moments of the frames, each later than the one before it.
        base: the seconds of a tick.
        last: for how many ticks the last frame is shown.
    """

    ticks: tuple[int, ...]
    base: Fraction
    last: int

    @property
    def shares(self) -> np.ndarray:
        """The frames' moments as shares of the whole length: float64 ``[N]`` from 0, below 1."""
        ticks = np.array(self.ticks, np.float64) - self.ticks[0]
        return ticks / (ticks[-1] + max(self.last, 1))

    def until(self, seconds: float) -> int:
        """How many frames begin within so many seconds; at least one."""
        end = self.ticks[0] + seconds / self.base
        return max(sum(tick < end for tick in self.ticks), 1)

    def first(self, count: int) -> Timing:
        """That of the first frames."""
        last = self.ticks[count] - self.ticks[count - 1] if count < len(self.ticks) else self.last
        return Timing(self.ticks[:count], self.base, last)


@dataclass(frozen=True)
class Video:
    """What a video file holds.

    Attributes:
        path: the file.
        size: width and height of the frames as they are shown.
        timing: when they are shown.
        turn: how they are turned.
        colours: what their numbers mean.
        pixel: width by height of a pixel.
        sounds: the names of its sound streams' codecs.
    """

    path: Path
    size: tuple[int, int]
    timing: Timing
    turn: Turn
    colours: Colours
    pixel: Fraction
    sounds: tuple[str, ...]


def pyav() -> Any:
    """PyAV, None if it is not installed or cannot be loaded."""
    try:
        return importlib.import_module("av")
    except (ImportError, OSError):
        return None


def needed() -> Any:
    """PyAV.

    Raises:
        ICLightError: it is not here, or too old.
    """
    av = pyav()
    way_out = "Run pip install av in the web UI's Python environment and restart it, or give a folder of frames."
    if av is None:
        raise ICLightError(f"A video needs PyAV, which is not installed. {way_out}")
    if int(av.__version__.split(".")[0]) < _OLDEST:
        raise ICLightError(f"A video needs PyAV {_OLDEST} or newer; here is {av.__version__}. {way_out}")
    return av


def survey(path: Path, max_pixels: int) -> Video:
    """Decode all frames of a video once, to know that each can be read, and when it is shown.

    Args:
        path: the file.
        max_pixels: the most pixels that a frame may have.

    Raises:
        ICLightError: PyAV is not here; the file cannot be read, is damaged, or has no frames, too many or too large
            ones, frames of several sizes or without order in time; or its colours are HDR.
    """
    av, name = needed(), escaped(path.name)
    ticks: list[int] = []
    seen: dict[str, Any] = {}
    with _opened(av, path) as container:
        stream = container.streams.video[0]
        _check_whole(stream, path)
        base, step = stream.time_base, _step(stream)
        for frame in _decoded(av, container, stream, name):
            tick = frame.pts if frame.pts is not None else (ticks[-1] + step if ticks else 0)
            _check(name, frame, seen, len(ticks) + 1, max_pixels)
            if ticks and tick <= ticks[-1]:
                raise ICLightError(
                    f"The times of the clip {name} are out of order at frame {len(ticks) + 1}. Convert it to MP4 first."
                )
            ticks.append(tick)
            last = frame.duration or (ticks[-1] - ticks[-2] if len(ticks) > 1 else step)
        if not ticks:
            raise ICLightError(f"The clip {name} has no frames that can be read. Choose another file.")
        sounds = tuple(_coding(sound) for sound in container.streams.audio)
        pixel = stream.codec_context.sample_aspect_ratio or Fraction(1)
    width, height = seen["size"][::-1] if seen["turn"].transposed else seen["size"]
    pixel = 1 / pixel if seen["turn"].transposed else pixel
    timing = Timing(tuple(ticks), base, max(last, 1))
    return Video(path, (width, height), timing, seen["turn"], seen["colours"], pixel, sounds)


def frames(video: Video, first: int = 0, end: int | None = None) -> Iterator[np.ndarray]:
    """The frames of a video as they are shown, uint8 ``[H, W, 3]`` each.

    Args:
        video: from :func:`survey`.
        first: where to begin; what lies before it is decoded and dropped.
        end: before which frame to end; None for all.

    Raises:
        ICLightError: the file is not what it was.
    """
    av, name = needed(), escaped(video.path.name)
    end = len(video.timing.ticks) if end is None else end
    with _opened(av, video.path) as container:
        stream, index = container.streams.video[0], -1
        for index, frame in enumerate(_decoded(av, container, stream, name)):
            if index >= end:
                return
            if index >= first:
                # swscale knows BT.2020 by the frame itself; where nothing is said it would always take BT.601.
                matrix = video.colours.matrix
                source = None if matrix == _BT2020 else av.video.reformatter.Colorspace(5 if matrix in (5, 6) else 1)
                yield video.turn.apply(frame.reformat(format="rgb24", src_colorspace=source).to_ndarray())
    if index + 1 < end:
        raise ICLightError(f"The clip {name} has fewer frames than before. It was changed while it was read.")


def container_of(av: Any, path: Path) -> Any:
    """Open a video file, and no other that it names: of a list of files, or of addresses, nothing is read.

    Raises:
        av.FFmpegError, OSError, ValueError: it cannot be read.
    """
    return av.open(str(path.absolute()), options={"format_whitelist": _KINDS, "protocol_whitelist": "file"})


def _opened(av: Any, path: Path) -> Any:
    try:
        container = container_of(av, path)
    except (av.FFmpegError, OSError, ValueError) as error:
        raise ICLightError(
            f"The clip {escaped(path.name)} cannot be read: it is damaged or not a video ({error.__class__.__name__}). "
            "Choose another file, or convert it to MP4 first."
        ) from None
    if not container.streams.video:
        container.close()
        raise ICLightError(
            f"The clip {escaped(path.name)} has no picture: it holds only sound, or is damaged. Choose another file."
        )
    if container.streams.video[0].codec_context is None:  # PyAV would crash the process
        container.close()
        raise ICLightError(
            f"The pictures of the clip {escaped(path.name)} are coded in a way that is not known here, or it is "
            "damaged. Convert it to MP4 first."
        )
    return container


def _check_whole(stream: Any, path: Path) -> None:
    """Check that the file reaches as far as its own index says, if it has one."""
    ends = [entry.pos + entry.size for entry in getattr(stream, "index_entries", None) or ()]
    if ends and max(ends) > path.stat().st_size:
        raise ICLightError(
            f"The clip {escaped(path.name)} is cut off: frames that its index names are not in the file. Copy or "
            "download it again."
        )


def _decoded(av: Any, container: Any, stream: Any, name: str) -> Iterator[Any]:
    stream.thread_type = "AUTO"
    done = 0
    try:
        for frame in container.decode(stream):
            if frame.is_corrupt:
                raise ValueError
            yield frame
            done += 1
    except (av.FFmpegError, ValueError):
        raise ICLightError(
            f"The clip {name} is damaged: it cannot be read beyond frame {done}. Cut it there, or repair it first."
        ) from None


def _check(name: str, frame: Any, seen: dict[str, Any], number: int, max_pixels: int) -> None:
    """Check that a frame is of one kind with those before it, which ``seen`` tells."""
    size = frame.width, frame.height
    if number > MOST_FRAMES:
        raise ICLightError(f"The clip {name} is too long: it may have {MOST_FRAMES:,} frames. Cut it into parts.")
    if not seen:
        if size[0] * size[1] > max_pixels:
            raise ICLightError(
                f"The frames of the clip {name} are too large: {size[0]} x {size[1]} pixels. Scale it down, or raise "
                "the largest picture in megapixels in the settings."
            )
        if frame.color_trc in _HDR:
            raise ICLightError(
                f"The colours of the clip {name} are HDR ({_HDR[frame.color_trc]}), which is not supported. Convert it "
                "to SDR (BT.709) first."
            )
        seen.update(size=size, turn=_turn(name, frame), colours=_colours(frame))
    elif size != seen["size"]:
        raise ICLightError(
            f"The frames of the clip {name} have several sizes: frame {number} has another one than those before it. "
            "Convert it to one size first."
        )


def _colours(frame: Any) -> Colours:
    """What the numbers mean; where the matrix is not said it is that of players: BT.709 from 720 rows on."""
    matrix = int(frame.colorspace)
    if matrix in (0, _UNSPECIFIED):
        matrix = _BT709 if min(frame.width, frame.height) >= _SMALLEST_HD else _BT601
    return Colours(matrix, int(frame.color_primaries), int(frame.color_trc))


def _turn(name: str, frame: Any) -> Turn:
    """How a frame is turned, from its display matrix, nine numbers of which the first is 1 for 65536.

    Source: ISO/IEC 14496-12, the matrix of a track: ``x' = a x + c y``, ``y' = b x + d y``.
    """
    found = frame.side_data.get("DISPLAYMATRIX")
    if found is None:
        return Turn()
    a, b, _, c, d = struct.unpack("=5i", bytes(found)[:20])
    if abs(a) == abs(d) == _UNIT and b == c == 0:
        return Turn(False, d < 0, a < 0)
    if abs(b) == abs(c) == _UNIT and a == d == 0:
        return Turn(True, b < 0, c < 0)
    raise ICLightError(
        f"The clip {name} is turned by an angle that is not a quarter of a turn. Turn its pixels themselves first."
    )


def _coding(sound: Any) -> str:
    return sound.codec_context.name if sound.codec_context is not None else "unknown"


def _step(stream: Any) -> int:
    """How many ticks lie between two frames."""
    rate = stream.average_rate or Fraction(25)
    return max(round(1 / (rate * stream.time_base)), 1)
