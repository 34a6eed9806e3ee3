"""Sheets of pictures: even gaps, labels, rows."""

import numpy as np
from PIL import Image

from workbench.sheet import Cell, in_rows, sheet


def cell(label="", size=(80, 80), colour=(200, 0, 0)):
    return Cell(label, Image.new("RGB", size, colour))


def columns_and_rows(picture):
    """Where red begins and ends across and down."""
    red = np.asarray(picture)[..., 1] < 100
    return [np.flatnonzero(np.diff(np.pad(red.any(axis), 1).astype(int))).tolist() for axis in (0, 1)]


def test_gaps_are_even_around_and_between():
    across, down = columns_and_rows(sheet([[cell(), cell()], [cell(), cell()]], 80))
    assert across == down == [2, 82, 84, 164]


def test_pictures_of_one_column_are_equally_wide():
    across, down = columns_and_rows(sheet([[cell(size=(40, 20))], [cell(size=(160, 160))]], 80))
    assert across == [2, 82]
    assert down == [2, 42, 44, 124]


def test_a_label_stands_above_its_picture_and_the_row_makes_room():
    bare, labelled = (np.asarray(sheet([[cell(text), cell()]], 80)) for text in ("", "left"))
    room = labelled.shape[0] - bare.shape[0]
    assert room > 10
    strip = labelled[2 : 2 + room].min(axis=(0, 2))
    assert strip[:80].min() < 60, "ink above the first"
    assert strip[84:].min() == 255, "none above the second"


def test_rows_are_as_even_as_they_go():
    assert [len(row) for row in in_rows([cell()] * 5)] == [5]
    assert [len(row) for row in in_rows([cell()] * 6)] == [3, 3]
    assert [len(row) for row in in_rows([cell()] * 8)] == [4, 4]
