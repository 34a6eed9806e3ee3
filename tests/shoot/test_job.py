"""Pictures times looks: each once, gone on with after anything, and one bad picture stops nothing."""

from __future__ import annotations

import errno

import pytest
from catalogues import LEFT, RIGHT, painted, put_pictures, result_files, rows, shoot
from PIL import Image
from refusals import reason_of

from lib_iclight.errors import ICLightError, InterruptedRunError
from lib_iclight.shoot import looks
from lib_iclight.shoot import manifest as manifests
from lib_iclight.shoot.task import Relit, StoppedError

NAMES = ("a.png", "shoes/b.png")
RESULTS = ["a-left.png", "a-right.png", "shoes/b-left.png", "shoes/b-right.png"]


@pytest.fixture
def pictures(tmp_path):
    return put_pictures(tmp_path / "in", *NAMES)


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out"


def only(*asked):
    """Relights the tasks with these numbers, counted from 1, and is interrupted at the first other one."""
    seen = []

    def relight(task):
        seen.append(task.about)
        if len(seen) not in asked:
            raise InterruptedRunError
        return painted(task)

    return relight, seen


def test_every_picture_under_every_look_has_one_result(pictures, out):
    summary = shoot(pictures, out)
    assert summary.is_whole
    assert (summary.progress.total, summary.progress.done, summary.progress.left) == (4, 4, 0)
    assert result_files(out) == RESULTS
    assert {row.result for row in rows(out).values()} == {*RESULTS}


def test_what_is_done_is_skipped_and_the_rest_is_gone_on_with(pictures, out):
    relight, _ = only(1, 2, 3)
    first = shoot(pictures, out, relight=relight)
    assert (first.interrupted, first.progress.done, first.progress.left) == (True, 3, 1)
    again, seen = only(1)
    second = shoot(pictures, out, relight=again)
    assert seen == [("shoes/b.png", "right")]
    assert (second.is_whole, second.progress.skipped, second.progress.done) == (True, 3, 1)
    assert result_files(out) == RESULTS


def test_what_has_changed_is_made_anew_beside_what_was_there(pictures, out):
    shoot(pictures, out)
    before = (out / "a-left.png").read_bytes()
    put_pictures(pictures, "x.png", "a.png")  # a.png is another picture now
    (pictures / "x.png").unlink()
    summary = shoot(pictures, out)
    assert (summary.progress.done, summary.progress.skipped) == (2, 2)
    assert (out / "a-left.png").read_bytes() == before
    assert rows(out)["a.png", "left"].result == "a-left-2.png"


def test_what_has_changed_replaces_its_result_if_that_is_asked_for(pictures, out):
    shoot(pictures, out)
    before = (out / "a-left.png").read_bytes()
    left = looks.make("left", {"light": "left"}, {"seed": 99})
    assert shoot(pictures, out, [left, RIGHT], overwrite=True).progress.done == 2
    assert result_files(out) == RESULTS
    assert (out / "a-left.png").read_bytes() != before


def test_a_result_that_was_deleted_is_made_again_and_one_that_was_retouched_is_kept(pictures, out):
    shoot(pictures, out)
    (out / "a-left.png").unlink()
    (out / "a-right.png").write_bytes(b"retouched")
    assert shoot(pictures, out).progress.done == 2
    assert (out / "a-right.png").read_bytes() == b"retouched"
    assert result_files(out) == sorted([*RESULTS, "a-right-2.png"])


def test_pictures_of_one_name_keep_apart(tmp_path, out):
    pictures = put_pictures(tmp_path / "in", "a.png", "a.webp", "b/a.png")
    for _ in range(2):
        shoot(pictures, out, [LEFT], pattern="[source]", overwrite=True)
        assert {about[0]: row.result for about, row in rows(out).items()} == {
            "a.png": "a.png",
            "a.webp": "a-2.png",
            "b/a.png": "a-3.png",
        }


def test_no_file_of_the_users_own_is_replaced(pictures, out):
    out.mkdir()
    (out / "a-left.png").write_bytes(b"mine")
    shoot(pictures, out)
    assert (out / "a-left.png").read_bytes() == b"mine"
    assert rows(out)["a.png", "left"].result == "a-left-2.png"


def test_a_bad_picture_is_a_row_with_its_reason_and_the_rest_go_on(pictures, out):
    (pictures / "aa.png").write_bytes((pictures / "a.png").read_bytes()[:60])
    summary = shoot(pictures, out)
    assert {row.source for row in summary.failed} == {"aa.png"}
    assert "The picture 'aa.png' cannot be read" in rows(out)["aa.png", "left"].error
    assert (summary.progress.done, summary.progress.failed, summary.is_whole) == (4, 2, False)
    put_pictures(pictures, "aa.png")
    assert shoot(pictures, out).is_whole
    assert rows(out)["aa.png", "left"].error == ""


@pytest.mark.parametrize("error", [ICLightError("Nothing is left of the subject."), ValueError("Nothing is left.")])
def test_a_run_that_fails_is_a_row_too_and_is_tried_again(pictures, out, error):
    def failing(task):
        if task.source == "a.png":
            raise error
        return painted(task)

    summary = shoot(pictures, out, relight=failing)
    assert (summary.progress.done, summary.progress.failed) == (2, 2)
    assert "Nothing is left" in rows(out)["a.png", "left"].error
    assert shoot(pictures, out).is_whole


def test_an_answer_that_is_no_picture_is_a_row(pictures, out):
    summary = shoot(pictures, out, relight=lambda task: Relit(b"<html>"))
    assert summary.progress.failed == 4
    assert result_files(out) == []


def test_without_a_web_ui_it_stops_and_says_why(pictures, out):
    def gone(task):
        raise StoppedError("The web UI does not answer.")

    summary = shoot(pictures, out, relight=gone)
    assert (summary.stopped, summary.progress.left, summary.failed) == ("The web UI does not answer.", 4, ())


def test_interrupt_ends_it_before_the_next_picture(pictures, out):
    asked = iter([False, True])
    summary = shoot(pictures, out, interrupted=lambda: next(asked))
    assert (summary.interrupted, summary.progress.done) == (True, 1)


def test_a_random_seed_is_the_pictures_own_and_stays(pictures, out, tmp_path):
    random = looks.make("random", {}, {"seed": -1})
    shoot(pictures, out, [random])
    shoot(pictures, tmp_path / "other", [random])
    seeds = [row.seed for row in rows(out).values()]
    assert len({*seeds}) == 2
    assert [row.seed for row in rows(tmp_path / "other").values()] == seeds


def test_a_run_has_the_pictures_proportions_if_the_look_says_so(pictures, out):
    sizes = []

    def relight(task):
        sizes.append(task.run_size())
        return painted(task)

    def sized(match):
        return looks.make("sized", {}, {"width": 512, "height": 512}, match_size=match)

    shoot(pictures, out, [sized(False)], relight)
    shoot(pictures, out, [sized(True)], relight)
    assert sizes == [(512, 512)] * 2 + [(576, 384)] * 2


def test_camera_data_are_kept_unless_they_are_not_wanted(tmp_path):
    exif = Image.Exif()
    exif[0x8298], exif[0x0112] = "(c) Zoe", 6
    (tmp_path / "in").mkdir()
    Image.new("RGB", (8, 6)).save(tmp_path / "in" / "a.jpg", exif=exif)
    shoot(tmp_path / "in", tmp_path / "with", [LEFT])
    shoot(tmp_path / "in", tmp_path / "without", [LEFT], camera_data=False)
    with Image.open(tmp_path / "with" / "a-left.png") as kept:
        assert (kept.getexif()[0x8298], kept.getexif()[0x0112]) == ("(c) Zoe", 1)
    with Image.open(tmp_path / "without" / "a-left.png") as left_out:
        assert 0x8298 not in left_out.getexif()


def test_what_is_told_adds_up(pictures, out):
    from lib_iclight.shoot.job import Job
    from lib_iclight.shoot.manifest import Manifest
    from lib_iclight.shoot.sources import found
    from lib_iclight.shoot.task import one_by_one

    told = []
    with Manifest(out) as manifest:
        Job(found([pictures]), [LEFT], manifest).run(one_by_one(painted), lambda now, row: told.append((now, row)))
    assert [(now.done, now.left, row.result) for now, row in told] == [
        (1, 1, "a-left.png"),
        (2, 0, "shoes/b-left.png"),
    ]
    assert told[0][0].seconds_left >= 0


def test_two_looks_of_one_name_are_refused(pictures, out):
    other = looks.make("LEFT", {}, {})
    assert "Two looks are called 'LEFT'" in reason_of(shoot, pictures, out, [LEFT, other])
    assert "There are no looks" in reason_of(shoot, pictures, out, [])


def test_results_among_the_pictures_are_not_relit_again(tmp_path):
    put_pictures(tmp_path, "a.png", "b.png")
    assert shoot(tmp_path, tmp_path).progress.done == 4
    again = shoot(tmp_path, tmp_path).progress
    assert (again.total, again.skipped) == (4, 4)


def test_no_result_ever_replaces_a_picture(tmp_path):
    put_pictures(tmp_path, "a.png")
    before = (tmp_path / "a.png").read_bytes()
    assert shoot(tmp_path, tmp_path, [LEFT], pattern="[source]", overwrite=True).is_whole
    assert (tmp_path / "a.png").read_bytes() == before
    assert rows(tmp_path)["a.png", "left"].result == "a-2.png"


def test_a_result_without_a_place_is_a_row_and_the_others_go_on(pictures, out):
    (out / "a-left.png").mkdir(parents=True)  # a folder has its name,
    (out / "shoes").write_bytes(b"")  # and a file that of a folder
    for _ in range(2):
        summary = shoot(pictures, out, overwrite=True)
        assert (summary.progress.failed, summary.stopped) == (3, "")
        assert all("There is no place" in row.error for row in summary.failed)
    assert rows(out)["a.png", "right"].result == "a-right.png"


def test_a_full_disk_stops_the_job_and_nothing_half_done_counts(pictures, out, monkeypatch):
    def full(target):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(manifests.os, "fsync", full)
        summary = shoot(pictures, out)
        assert ("No space left" in summary.stopped, summary.progress.done) == (True, 0)
        assert not [*out.rglob("*.part")]
    with monkeypatch.context() as patch:
        patch.setattr(manifests, "replacing", lambda path, write: full(path))
        assert "table cannot be written" in shoot(pictures, out).stopped
    assert shoot(pictures, out).is_whole
