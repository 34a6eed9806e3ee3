"""Videos as people have them: read frame by frame and written again, or refused by name."""

from __future__ import annotations

import struct
from fractions import Fraction

import numpy as np
import pytest
from clips import TICKS, frame, packets, times, video

from lib_iclight.errors import ICLightError
from lib_iclight.files import video as reading
from lib_iclight.files import video_writing
from lib_iclight.files.video import Timing, frames, survey

MOST = 1 << 20
SMOOTH = np.stack(np.meshgrid(np.linspace(40, 200, 64), np.linspace(30, 220, 48)), -1)
SMOOTH = np.rint(np.dstack([SMOOTH, SMOOTH.mean(-1)])).astype(np.uint8)
"""A picture that survives any subsampling of its colours, uint8 ``[48, 64, 3]``."""


def written_again(path, tmp_path):
    found = survey(path, MOST)
    target = tmp_path / "again.mp4"
    video_writing.write(target, frames(found), found.timing, found)
    return found, target


def apart(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.abs(one.astype(float) - other).mean())


def turned(path, matrix):
    """The same MP4 file, whose picture is shown through a matrix (ISO/IEC 14496-12, the box tkhd)."""
    content = bytearray(path.read_bytes())
    place = content.index(b"tkhd") + 44
    content[place : place + 36] = struct.pack(">9i", *matrix)
    path.write_bytes(content)
    return path


def test_sound_and_times_survive_as_they_are(tmp_path):
    path = video(tmp_path / "a.mp4", [frame(index) for index in range(4)], sound=True)
    _, again = written_again(path, tmp_path)
    assert packets(again, "audio") == packets(path, "audio")
    assert times(again) == times(path)
    assert survey(again, MOST).timing.last * survey(again, MOST).timing.base == Fraction(1, 25)


def test_a_variable_rate_is_kept_to_the_tick(tmp_path):
    ticks = [0, 512, 2048, 2200, 4000]
    found, again = written_again(video(tmp_path / "a.mp4", [frame(index) for index in range(5)], ticks), tmp_path)
    assert [tick * found.timing.base for tick in found.timing.ticks] == [tick * TICKS for tick in ticks]
    assert times(again) == [float(tick * TICKS) for tick in ticks]


def test_the_first_frames_of_a_clip_have_their_sound_only(tmp_path):
    path = video(tmp_path / "a.mp4", [frame(0)] * 8, sound=True)
    found, part = survey(path, MOST), tmp_path / "part.mp4"
    video_writing.write(part, [frame(0)] * 4, found.timing.first(4), found)
    every, heard = packets(path, "audio"), packets(part, "audio")
    assert heard == every[: len(heard)]
    assert 0 < len(heard) < len(every)


@pytest.mark.parametrize("size", [(64, 48), (61, 47), (64, 47)], ids=str)
def test_any_size_is_kept(size, tmp_path):
    pixels = "yuv420p" if size == (64, 48) else "yuv444p"
    pictures = [SMOOTH[: size[1], : size[0]]] * 2
    _, again = written_again(video(tmp_path / "a.mp4", pictures, pixels=pixels), tmp_path)
    found = survey(again, MOST)
    assert found.size == size
    assert apart(next(frames(found)), pictures[0]) < 4


def test_one_frame_without_sound(tmp_path):
    found, again = written_again(video(tmp_path / "a.mp4", [SMOOTH]), tmp_path)
    assert found.sounds == ()
    assert len([*frames(survey(again, MOST))]) == 1


def test_ten_bits_and_full_range_are_read_right(tmp_path):
    ten = survey(video(tmp_path / "ten.mp4", [SMOOTH], pixels="yuv420p10le"), MOST)
    full = survey(video(tmp_path / "full.mp4", [SMOOTH], pixels="yuvj420p"), MOST)
    assert apart(next(frames(ten)), SMOOTH) < 4
    assert apart(next(frames(full)), SMOOTH) < 4


@pytest.mark.parametrize("matrix", [1, 6], ids=["BT.709", "BT.601"])
def test_colours_survive_in_either_matrix(matrix, tmp_path):
    path = tmp_path / "a.mp4"
    video_writing.write(path, [SMOOTH] * 2, Timing((0, 512), TICKS, 512), _video(path, reading.Colours(matrix, 1, 1)))
    found, again = written_again(path, tmp_path)
    assert found.colours.matrix == matrix
    assert apart(next(frames(found)), SMOOTH) < 4
    assert survey(again, MOST).colours == found.colours


def _video(path, colours):
    return reading.Video(path, (64, 48), Timing((0, 512), TICKS, 512), reading.Turn(), colours, Fraction(1), ())


ONE = 1 << 16


@pytest.mark.parametrize(
    ("matrix", "turn"),
    [
        ((0, ONE, 0, -ONE, 0, 0, 48 * ONE, 0, 1 << 30), lambda pixels: np.rot90(pixels, -1)),
        ((0, -ONE, 0, ONE, 0, 0, 0, 64 * ONE, 1 << 30), np.rot90),
        ((-ONE, 0, 0, 0, -ONE, 0, 64 * ONE, 48 * ONE, 1 << 30), lambda pixels: np.rot90(pixels, 2)),
    ],
    ids=["a quarter right", "a quarter left", "upside down"],
)
def test_a_turned_clip_is_read_as_it_is_shown(matrix, turn, tmp_path):
    path = turned(video(tmp_path / "a.mp4", [SMOOTH]), matrix)
    shown = turn(SMOOTH)
    found, again = written_again(path, tmp_path)
    assert found.size == shown.shape[1::-1]
    assert apart(next(frames(found)), shown) < 4
    assert survey(again, MOST).turn == reading.Turn()


def _cut(path):
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * 2 // 3])


def _cut_behind_its_index(path):
    found = survey(path, MOST)
    video_writing.write(path, [*frames(found)], found.timing, found)
    _cut(path)


REFUSED = {
    "not a video": (lambda path: path.write_bytes(b"hello" * 99), "cannot be read: it is damaged or not a video"),
    "cut off": (_cut, "damaged"),
    "cut off behind its index": (_cut_behind_its_index, "cut off: frames that its index names are not in the file"),
    "too large": (lambda path: video(path, [frame(0, 2048, 1024)]), "too large: 2048 x 1024"),
    "HDR": (lambda path: video(path, [SMOOTH], color_trc=16, color_primaries=9, colorspace=9), "HDR .PQ."),
    "aslant": (lambda path: turned(path, (ONE // 2, ONE // 2, 0, -ONE // 2, ONE // 2, 0, 0, 0, 1 << 30)), "quarter"),
}


@pytest.mark.parametrize("kind", [*REFUSED])
def test_what_cannot_be_read_is_refused_by_name(kind, tmp_path):
    path = video(tmp_path / "mine.mp4", [SMOOTH] * 3)
    make, words = REFUSED[kind]
    make(path)
    with pytest.raises(ICLightError, match=words) as refused:
        survey(path, MOST)
    assert "mine.mp4" in str(refused.value)


def test_a_clip_that_is_too_long_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "MOST_FRAMES", 3)
    with pytest.raises(ICLightError, match="too long: it may have 3 frames"):
        survey(video(tmp_path / "a.mp4", [frame(0)] * 4), MOST)


def test_without_pyav_the_way_out_is_named(tmp_path, monkeypatch):
    path = video(tmp_path / "a.mp4", [frame(0)])
    monkeypatch.setattr(reading, "pyav", lambda: None)
    with pytest.raises(ICLightError, match=r"pip install av .* or give a folder of frames"):
        survey(path, MOST)


@pytest.mark.parametrize("text", ["ffconcat version 1.0\nfile a.mp4\n", "#EXTM3U\n#EXTINF:1,\na.mp4\n#EXT-X-ENDLIST\n"])
def test_a_list_of_other_files_is_no_video(tmp_path, text):
    video(tmp_path / "a.mp4", [frame(0)])
    for name in ("list.mp4", "list.m3u8"):
        (tmp_path / name).write_text(text)
        with pytest.raises(ICLightError, match="not a video"):
            survey(tmp_path / name, MOST)


def test_times_before_zero_lose_no_frame_and_keep_their_sound_beside_them(tmp_path):
    found = survey(video(tmp_path / "a.mp4", [frame(index) for index in range(4)], sound=True), MOST)
    timing = Timing(tuple(tick - 1024 for tick in found.timing.ticks), found.timing.base, found.timing.last)
    video_writing.write(tmp_path / "early.mp4", frames(found), timing, found)
    assert len(survey(tmp_path / "early.mp4", MOST).timing.ticks) == 4
    later = packets(tmp_path / "early.mp4", "audio")[0][0] - packets(tmp_path / "a.mp4", "audio")[0][0]
    assert later == pytest.approx(1024 * TICKS, abs=1 / 8000)


def test_what_cannot_be_encoded_is_an_error_of_the_disk_and_leaves_nothing(tmp_path):
    with pytest.raises(OSError, match="FFmpeg"):
        video_writing.write(tmp_path / "a.mp4", [frame(0)] * 3, Timing((0, 10**9, 2 * 10**9), Fraction(1, 90000), 1))
    assert [*tmp_path.iterdir()] == []


# The picture's kind (ISO/IEC 14496-12), and the sound's (ISO/IEC 14496-1, of AAC).
@pytest.mark.parametrize(
    ("coding", "reason"), [(b"avc1", "coded in a way that is not known"), (b"\x40\x15", r"\(unknown\) cannot be put")]
)
def test_what_nothing_here_can_decode_is_refused_and_ends_no_process(tmp_path, coding, reason):
    path = video(tmp_path / "a.mp4", [frame(0)] * 2, sound=True)
    content = path.read_bytes().replace(b"mp4a", b"zzzz")
    path.write_bytes(content.replace(coding, b"zzzz"[: len(coding)]))
    with pytest.raises(ICLightError, match=reason):
        video_writing.check_sound(survey(path, MOST))
