"""A clip's steps, with a painter that flickers in place of a model."""

from __future__ import annotations

import gc
import weakref
from fractions import Fraction

import numpy as np
import pytest
from clips import cut_out, frame

from lib_iclight.errors import ICLightError
from lib_iclight.files.video import Timing
from lib_iclight.picture.arrays import make_picture
from lib_iclight.restore.relighting import Light, relit
from lib_iclight.shoot.clip import ClipRun, InterruptedClipError, Taken
from lib_iclight.shoot.clip_job import UNFINISHED, job_of, unfinished_seed
from lib_iclight.shoot.windows import divided
from lib_iclight.subject.prepare import found_by

SIDE = 32


class Made:
    """A clip whose pictures are made as they are asked for; the most that were alive at once are counted."""

    name, size, digest, source = "made", (SIDE, SIDE), "made", None

    def __init__(self, count: int) -> None:
        self.timing = Timing(tuple(range(count)), Fraction(1, 25), 1)
        self.alive: weakref.WeakSet = weakref.WeakSet()
        self.most = 0

    def pictures(self, first):
        for index in range(first, len(self.timing.ticks)):
            picture = make_picture(frame(index % 4, SIDE, SIDE))
            self.alive.add(picture)
            self.most = max(self.most, len(self.alive))
            yield picture


class Painter:
    """Paints each frame brighter or darker than it should."""

    def __init__(self, stop_at: int | None = None, cuts: bool = True, has_light: bool = True) -> None:
        self.painted, self.cut, self._stop_at, self._cuts = [], 0, stop_at, cuts
        self.has_light, self.is_interrupted = has_light, False

    def removes(self, picture):
        return self._cuts

    def cut_out(self, picture):
        self.cut += 1
        return cut_out(picture.rgb)

    def paint(self, frames):
        if self._stop_at is not None and frames[-1].index >= self._stop_at:
            return None
        self.painted += [each.index for each in frames]
        return [np.full((SIDE, SIDE, 3), 100 + 40 * (each.index % 2), np.uint8) for each in frames]

    def taken(self, frame, painting):
        matte = np.full((SIDE, SIDE), 255, np.uint8) if frame.matte is None else frame.matte
        logs = np.full((3, SIDE, SIDE), (float(painting.mean()) - 120) / 40, np.float32)
        return Taken(frame.picture.rgb, frame.picture.rgb, matte, Light(logs))

    def developed(self, frame, painting, light):
        if light is None:
            return painting
        whole = slice(0, SIDE), slice(0, SIDE)
        return relit(frame.picture.rgb, light, None, *whole)[0]

    def interrupted(self):
        return self.is_interrupted

    def tell(self, done):
        pass


def run(folder, painter, count=9, window=4, together=True, steadiness=1.0, clip=None):
    clip = clip or Made(count)
    job = job_of(folder, "made", "key", 5)
    job.begin()
    return ClipRun(clip, job, divided(count, window, together), painter, steadiness, False)


def result(folder, painter=None, count=9, **options) -> np.ndarray:
    steps = run(folder, painter or Painter(), count, **options)
    steps.paint(count)
    return np.stack([*steps.frames(count)]).astype(float)


def flicker(clip: np.ndarray) -> float:
    """How much the subject's brightness changes from frame to frame."""
    levels = np.array([each[cut_out(frame(index % 4, SIDE, SIDE)) > 0].mean() for index, each in enumerate(clip)])
    return float(np.abs(np.diff(levels)).mean())


def test_steadiness_takes_out_flicker_and_nothing_else(tmp_path):
    one, other = (result(tmp_path / f"{value}", steadiness=value, together=False) for value in (0.0, 1.0))
    assert flicker(other) < flicker(one) / 4
    assert abs(one.mean() - other.mean()) < 8


def test_an_interrupted_clip_goes_on_with_what_is_missing_and_is_then_the_same(tmp_path):
    whole = result(tmp_path / "whole")
    steps = run(tmp_path / "parts", Painter(stop_at=6))
    with pytest.raises(InterruptedClipError):
        steps.paint(9)
    assert steps.painted(9) == 4
    assert unfinished_seed(tmp_path / "parts", "made", "key") == 5
    again = Painter()
    np.testing.assert_array_equal(result(tmp_path / "parts", again), whole)
    assert again.painted == [3, 4, 5, 6, 6, 7, 8]
    assert again.cut == 0


def test_a_finished_clip_is_not_gone_on_with(tmp_path):
    result(tmp_path)
    job_of(tmp_path, "made", "key", 5).finish()
    assert unfinished_seed(tmp_path, "made", "key") is None


def test_a_preview_is_the_beginning_of_the_whole(tmp_path):
    steps = run(tmp_path, Painter())
    steps.paint(3)
    assert len([*steps.frames(3)]) == 3
    np.testing.assert_array_equal(result(tmp_path), result(tmp_path / "whole"))


@pytest.mark.parametrize(("has_light", "steadiness"), [(True, 1.0), (True, 0.0), (False, 1.0)])
def test_interrupt_ends_the_making_of_frames_too_and_leaves_nothing_unfinished(tmp_path, has_light, steadiness):
    painter = Painter(has_light=has_light)
    steps = run(tmp_path, painter, steadiness=steadiness)
    steps.paint(9)
    coming = steps.frames(9)
    next(coming)
    painter.is_interrupted = True
    with pytest.raises(InterruptedClipError):
        next(coming)
    assert {path.name for path in next(tmp_path.iterdir()).iterdir()} <= {
        "clip.json",
        "paintings",
        "mattes",
        "cut-outs",
    }


def test_windows_of_killed_runs_are_painted_anew(tmp_path):
    whole = result(tmp_path / "whole")
    folder = next((tmp_path / "whole").glob("*/paintings"))
    (folder / "0002").rename(folder / "0002.99.part")
    (folder.parent / f"{UNFINISHED}killed").mkdir()
    again = Painter()
    np.testing.assert_array_equal(result(tmp_path / "whole", again), whole)
    assert again.painted == [3, 4, 5, 6]
    assert not [*folder.glob("*.part"), *folder.parent.glob(f"{UNFINISHED}*")]


def test_memory_does_not_grow_with_length(tmp_path):
    most = []
    for count in (12, 36):
        clip = Made(count)
        gc.collect()
        result(tmp_path / f"{count}", Painter(cuts=False), count, clip=clip)
        most.append(clip.most)
    assert most[1] <= most[0] + 1
    assert most[1] <= 12


def test_a_damaged_matte_is_named_and_never_taken_for_none(tmp_path):
    result(tmp_path)
    (matte,) = tmp_path.glob("*/mattes/000004.png")
    matte.write_bytes(b"")
    with pytest.raises(ICLightError, match=r"frame 4\. Delete its file 000004.png in the folder mattes"):
        result(tmp_path)
    matte.unlink()
    result(tmp_path)


def test_a_frame_without_a_subject_is_named(tmp_path):
    painter = Painter()
    painter.cut_out = lambda picture: found_by(lambda rgb, model: np.zeros(rgb.shape[:2], np.uint8), picture, "u2net")
    with pytest.raises(ICLightError, match="Frame 1: The background remover u2net found"):
        result(tmp_path, painter)


def test_one_run_at_a_time_makes_a_clip_and_takes_away_what_a_killed_one_left(tmp_path):
    job, other = (job_of(tmp_path, "made", "key", 5) for _ in range(2))
    with job.held():
        with pytest.raises(ICLightError, match="Another run is making the clip"), other.held():
            pass
        (job.folder / f"{UNFINISHED}x").mkdir()
        job.begin()
    with other.held():
        assert sorted(path.name for path in job.folder.iterdir()) == ["clip.json", "lock"]
