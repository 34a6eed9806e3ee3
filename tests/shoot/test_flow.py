"""The motion between two frames: found, followed, and told where it cannot be."""

from __future__ import annotations

import importlib
from types import SimpleNamespace

import numpy as np
import pytest
from moving_cloth import SIDE, cloth

from lib_iclight.errors import ICLightError
from lib_iclight.shoot import flow

INNER = slice(8, -8)


@pytest.fixture(scope="module")
def there():
    """The flow between two frames of which the second has gone 3 to the right and 1 up."""
    return flow.flow(cloth(0, 0), cloth(3, -1))


def test_a_motion_is_found(there):
    assert there.shape == (SIDE, SIDE, 2)
    np.testing.assert_allclose(np.median(there, (0, 1)), (3, -1), atol=0.1)


def test_the_other_frame_is_fetched_to_its_places(there):
    fetched = flow.warp(cloth(3, -1), there)
    assert fetched.dtype == np.uint8
    apart = np.abs(fetched.astype(int) - cloth(0, 0))[INNER, INNER].mean()
    assert apart < 0.2 * np.abs(cloth(3, -1).astype(int) - cloth(0, 0))[INNER, INNER].mean()


@pytest.mark.parametrize("channels", [(), (1,), (3,), (6,)])
def test_values_keep_their_shape(channels):
    values = np.random.default_rng(0).random((SIDE, SIDE, *channels), np.float32)
    np.testing.assert_array_equal(flow.warp(values, np.zeros((SIDE, SIDE, 2), np.float32)), values)


def test_what_the_other_frame_shows_is_not_hidden(there):
    hidden = flow.occluded(there, flow.flow(cloth(3, -1), cloth(0, 0)))
    assert hidden[INNER, INNER].mean() < 0.02


def test_what_something_moves_over_is_hidden():
    """A square goes 6 to the right over a wall that stands still."""
    wall, square = cloth(0, 0), cloth(5, 40)
    first, second = wall.copy(), wall.copy()
    first[20:44, 16:40], second[20:44, 22:46] = square[:24, :24], square[:24, :24]
    hidden = flow.occluded(flow.flow(first, second), flow.flow(second, first))
    assert hidden[24:40, 41:45].mean() > 0.6
    assert hidden[24:40, 20:34].mean() < 0.1
    assert hidden[:, 52:60].mean() < 0.05


def test_what_leaves_the_frame_is_hidden():
    gone = np.full((SIDE, SIDE, 2), (4, 0), np.float32)
    hidden = flow.occluded(gone, -gone)
    assert hidden[:, -4:].all()
    assert not hidden[:, :-5].any()


def test_a_frame_too_small_to_be_searched_has_not_moved():
    tiny = np.random.default_rng(0).integers(0, 256, (5, 9, 3), np.uint8)
    assert not flow.flow(tiny, tiny[:, ::-1]).any()


def test_another_shot_is_told_from_a_pan_and_a_flash():
    red = cloth(40, 30) * np.array([1, 0, 0], np.uint8)
    assert flow.is_cut(cloth(0, 0), red)
    assert not flow.is_cut(cloth(0, 0), cloth(40, 30))
    assert not flow.is_cut(cloth(0, 0), 255 - (255 - cloth(0, 0)) // 4)


@pytest.mark.parametrize(("there", "words"), [(None, "cannot be loaded"), (SimpleNamespace(), "is older")])
def test_without_opencv_it_is_refused_by_name(monkeypatch, there, words):
    def found(name):
        if there is None:
            raise ImportError(name)
        return there

    monkeypatch.setattr(importlib, "import_module", found)
    with pytest.raises(ICLightError, match=f"(?s)OpenCV.*{words}.*steadiness"):
        flow.check()
