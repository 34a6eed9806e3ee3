"""A clip's frames by their numbers, from a video or a folder."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from clips import folder_of_frames, frame, video
from PIL import Image

from lib_iclight.errors import ICLightError
from lib_iclight.files.video import Timing
from lib_iclight.shoot.clip_frames import Reader, opened, shown_at

MOST = 1 << 20


def test_the_frames_of_a_folder_come_in_the_order_of_their_numbers(tmp_path):
    clip = opened(folder_of_frames(tmp_path / "walk", 11, transparent=False), 10, MOST)
    assert clip.name == "walk"
    assert clip.timing.base == Fraction(1, 10)
    for index, picture in enumerate(clip.pictures(0)):
        np.testing.assert_array_equal(picture.rgb, frame(index))
    assert index == 10


def test_numbers_that_are_no_digits_are_names_too(tmp_path):
    folder = folder_of_frames(tmp_path / "walk", 2)
    (folder / "frame2.png").rename(folder / "\u00b2.png")
    assert [path.name for path in opened(folder, 10, MOST).files] == ["frame1.png", "\u00b2.png"]


def test_a_reader_goes_on_and_back(tmp_path):
    clip = opened(
        video(tmp_path / "a.mp4", [np.full((48, 64, 3), 20 * index, np.uint8) for index in range(8)]), 1, MOST
    )
    reader = Reader(clip, 2)
    for index in (0, 3, 2, 5, 1, 7, 6):
        assert abs(int(reader[index].rgb.mean()) - 20 * index) < 3


def test_a_changed_input_is_another_one(tmp_path):
    folder = folder_of_frames(tmp_path / "walk", 2)
    before = opened(folder, 10, MOST).digest
    assert opened(folder, 12, MOST).digest != before
    Image.fromarray(frame(9)).save(folder / "frame1.png")
    assert opened(folder, 10, MOST).digest != before
    path = video(tmp_path / "a.mp4", [frame(0)])
    before = opened(path, 1, MOST).digest
    assert opened(path.rename(tmp_path / "b.mp4"), 1, MOST).digest == before
    assert opened(video(tmp_path / "c.mp4", [frame(1)]), 1, MOST).digest != before


def _another_size(folder):
    Image.fromarray(frame(0, 32, 32)).save(folder / "frame2.png")


def _damaged(folder):
    (folder / "frame2.png").write_bytes((folder / "frame2.png").read_bytes()[:200])


@pytest.mark.parametrize(
    ("spoil", "words"),
    [(_another_size, "frame2.png has 32 x 32 pixels, and those before it 64 x 64"), (_damaged, "frame2.png")],
)
def test_a_frame_that_does_not_fit_is_named(spoil, words, tmp_path):
    folder = folder_of_frames(tmp_path / "walk", 3)
    spoil(folder)
    with pytest.raises(ICLightError, match=words):
        [*opened(folder, 10, MOST).pictures(0)]


def test_what_is_not_there_is_refused(tmp_path):
    with pytest.raises(ICLightError, match=r"no clip nothing\.mp4"):
        opened(tmp_path / "nothing.mp4", 10, MOST)
    with pytest.raises(ICLightError, match="holds no pictures"):
        opened(tmp_path, 10, MOST)


def test_a_shorter_background_begins_again():
    half = Timing((0, 1), Fraction(1, 4), 1)
    assert [shown_at(half, share, 1.0) for share in (0, 0.25, 0.5, 0.75)] == [0, 1, 0, 1]


def test_digits_of_other_kinds_are_letters_of_a_name(tmp_path):
    for name in ("²1.png", "٣.png", "10.png", "9.png"):
        Image.fromarray(frame(0)).save(tmp_path / name)
    assert [file.name for file in opened(tmp_path, 25, 1 << 20).files] == ["9.png", "10.png", "²1.png", "٣.png"]
