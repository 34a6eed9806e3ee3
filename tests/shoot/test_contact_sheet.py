"""All results of a catalogue on one sheet, without an empty place."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from lib_iclight.shoot.contact_sheet import MOST, is_sheet, save, sheet


def put(folder, sizes: list[tuple[int, int]]):
    paths = [folder / f"{number}.png" for number in range(len(sizes))]
    for path, size in zip(paths, sizes, strict=True):
        Image.new("RGB", size, (200, 40, 40)).save(path)
    return paths


def paper(found: Image.Image) -> float:
    """The share of the sheet that is left white."""
    return float((np.asarray(found) == 255).all(axis=-1).mean())


@pytest.mark.parametrize("count", [1, 2, 5, 7, 11])
def test_every_row_is_full_whatever_the_pictures_shapes(tmp_path, count):
    sizes = [[(40, 60), (60, 40), (50, 50)][number % 3] for number in range(count)]
    found = sheet([[path] for path in put(tmp_path, sizes)])
    assert paper(found) < 0.12
    assert found.width <= 4096
    assert not (np.asarray(found)[:, -1] == 255).all()


def test_the_looks_of_a_picture_stay_side_by_side(tmp_path):
    paths = put(tmp_path, [(40, 40)] * 12)
    for number, path in enumerate(paths):
        Image.new("RGB", (40, 40), (20 * (number // 3), 0, 0)).save(path)
    found = np.asarray(sheet([paths[start : start + 3] for start in range(0, 12, 3)]))
    rows = {tuple(sorted({int(red) for red in row[::9, 0] if red != 255})) for row in found[60::246]}
    groups = [group for row in rows for group in row]
    assert sorted(groups) == [0, 20, 40, 60]


def test_what_cannot_be_opened_is_left_out_and_no_more_are_shown_than_there_is_room_for(tmp_path):
    paths = put(tmp_path, [(8, 8)] * 3)
    paths[1].write_bytes(b"no picture")
    assert sheet([[path] for path in paths]).size == sheet([[paths[0]], [paths[2]]]).size
    assert sheet([[paths[1]]]) is None
    assert sheet([[paths[0]]] * (MOST + 5)).size == sheet([[paths[0]]] * MOST).size


def test_slivers_and_single_pixels_make_no_sheet_of_kilometres(tmp_path):
    found = sheet([[path] for path in put(tmp_path, [(2, 900), (900, 2), (900, 2), (1, 1)])])
    assert found.width * found.height < 1 << 25
    assert min(sheet([put(tmp_path, [(1, 1000)])]).size) > 0


def test_a_sheet_replaces_the_one_before_and_nothing_else(tmp_path):
    found = sheet([put(tmp_path, [(8, 8)])])
    theirs = tmp_path / "catalogue.png"
    found.save(theirs)
    before = theirs.read_bytes()
    assert {save(found, tmp_path).name for _ in range(2)} == {"catalogue-2.png"}
    assert theirs.read_bytes() == before
    assert [is_sheet(theirs), is_sheet(tmp_path / "catalogue-2.png")] == [False, True]
