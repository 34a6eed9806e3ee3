"""Splitting a picture's rows into strips."""

from __future__ import annotations

import pytest

from lib_iclight.picture.strips import strips


@pytest.mark.parametrize(
    ("height", "rows", "expected"),
    [
        (6, 3, [(0, 3), (3, 6)]),
        (7, 3, [(0, 3), (3, 6), (6, 7)]),
        (2, 9, [(0, 2)]),
        (2, 0, [(0, 1), (1, 2)]),
        (0, 4, []),
    ],
)
def test_all_rows_come_once_in_order(height, rows, expected):
    assert [(strip.start, strip.stop) for strip in strips(height, rows)] == expected
