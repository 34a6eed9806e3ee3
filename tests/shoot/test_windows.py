"""How a clip is divided into frames that are painted together."""

from __future__ import annotations

import pytest

from lib_iclight.errors import ICLightError
from lib_iclight.shoot.windows import divided


@pytest.mark.parametrize("together", [False, True])
@pytest.mark.parametrize("length", [1, 2, 3, 8, 32])
@pytest.mark.parametrize("count", [1, 2, 9, 40])
def test_every_frame_is_painted_and_counts_once(count, length, together):
    windows = divided(count, length, together)
    every = windows.all(count)
    assert {index for window in every for index in range(window.first, window.end)} == {*range(count)}
    assert all(0 < window.end - window.first <= length for window in every)
    for index in range(count):
        shares = windows.shares(index)
        assert sum(share for _, share in shares) == pytest.approx(1)
        assert all(window in every and window.first <= index < window.end for window, _ in shares)


def test_windows_that_change_one_another_are_crossfaded():
    shares = [windows[-1][1] for windows in map(divided(14, 8, True).shares, range(14))]
    assert shares == pytest.approx([1, 1, 1, 1, 1, 1, 1 / 3, 2 / 3, 1, 1, 1, 1, 1, 1])
    assert divided(14, 8, False).overlap == 0


def test_a_previews_windows_are_the_first_of_the_whole():
    windows = divided(40, 8, True)
    preview = windows.all(10)
    assert preview == windows.all(40)[: len(preview)]
    assert preview[-1].end >= 10


def test_a_length_out_of_range_is_refused():
    with pytest.raises(ICLightError, match="1 to 32 frames, not 33"):
        divided(40, 33, False)
