"""The manifest is right after a kill at any moment, and one process at a time has it."""

from __future__ import annotations

import csv
from dataclasses import replace

import pytest
from catalogues import picture
from refusals import reason_of

from lib_iclight.errors import ICLightError
from lib_iclight.shoot import manifest as manifests
from lib_iclight.shoot.manifest import BESIDE, LINES, TABLE, Manifest, Row, row_from
from lib_iclight.shoot.results import digest

ROW = Row("cup.png", "left", "k" * 64, seed=7, result="cup-left.png", result_hash=digest(picture(1)))


class Killed(BaseException):
    """Nothing of the process is done after it."""


def killed(*args, **options):
    raise Killed


def put(folder, row=ROW, content=None):
    with Manifest(folder) as manifest:
        manifest.put(row, content or picture(1))


def test_rows_come_back(tmp_path):
    row = replace(ROW, gain=(0.1, -0.2, 0.3), remarks=("cut out roughly",), seconds=1.5, web_ui="http://a:1")
    put(tmp_path, row)
    with Manifest(tmp_path) as manifest:
        assert manifest.rows() == [row]
        assert manifest.done("cup.png", "left", ROW.key) == row
        assert manifest.done("cup.png", "left", "another") is None


def test_killed_before_the_row_was_written_nothing_was_done(tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(Manifest, "add", killed)
        with pytest.raises(Killed):
            put(tmp_path)
    with Manifest(tmp_path) as manifest:
        assert manifest.rows() == []
    assert [path.name for path in (tmp_path / BESIDE).iterdir()] == ["lock"]
    assert not (tmp_path / ROW.result).exists()


def test_killed_before_the_file_had_its_name_it_gets_it(tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(manifests.results, "move", killed)
        with pytest.raises(Killed):
            put(tmp_path)
    assert not (tmp_path / ROW.result).exists()
    with Manifest(tmp_path) as manifest:
        assert manifest.done(*ROW.about, ROW.key) == ROW
    assert (tmp_path / ROW.result).read_bytes() == picture(1)


def test_a_torn_last_line_is_left_out_and_the_next_row_is_not_lost_with_it(tmp_path):
    put(tmp_path)
    lines = tmp_path / LINES
    lines.write_bytes(lines.read_bytes() + lines.read_bytes()[:40])
    other = replace(ROW, look="right", result="cup-right.png")
    put(tmp_path, other)
    with Manifest(tmp_path) as manifest:
        assert (manifest.rows(), manifest.damaged) == ([ROW, other], 1)


def test_a_result_that_was_changed_or_deleted_is_not_done(tmp_path):
    put(tmp_path)
    with Manifest(tmp_path) as manifest:
        (tmp_path / ROW.result).write_bytes(picture(2))
        assert not manifest.is_there(ROW)
        (tmp_path / ROW.result).unlink()
        assert not manifest.is_there(ROW)


def test_no_row_leads_out_of_the_folder(tmp_path):
    (tmp_path / "theirs.png").write_bytes(picture(1))
    outside = replace(ROW, result="../theirs.png")
    with Manifest(tmp_path / "out") as manifest:
        assert not manifest.is_there(outside)
        with pytest.raises(ICLightError, match="outside of the folder"):
            manifest.put(outside, picture(2))
    assert (tmp_path / "theirs.png").read_bytes() == picture(1)


def test_one_at_a_time(tmp_path):
    with Manifest(tmp_path):
        assert "Another run is writing into the folder" in reason_of(Manifest(tmp_path).__enter__)
    with Manifest(tmp_path):
        pass


def test_the_table_has_the_latest_row_of_each(tmp_path):
    put(tmp_path)
    with Manifest(tmp_path) as manifest:
        manifest.add(replace(ROW, look="right", result="", error='it said "no"', result_hash=""))
        manifest.put(replace(ROW, gain=(1.0, 2.0, 3.0), source="cup.png"), picture(1))
        path = manifest.write_table()
    with path.open(encoding="utf-8-sig", newline="") as file:
        left, right = csv.DictReader(file)
    assert (left["result"], left["gain_red"], left["error"]) == ("cup-left.png", "1.0", "")
    assert (right["result"], right["gain_red"], right["error"]) == ("", "", 'it said "no"')


@pytest.mark.parametrize(
    "line", [b"", b"[]", b"{}", b'{"source": 1, "look": "a", "key": "b"}', b"\xff", b'{"source": "a", "loo']
)
def test_what_is_no_row_is_left_out(line):
    assert row_from(line) is None


def test_a_name_that_is_not_unicode_can_be_written(tmp_path):
    row = replace(ROW, source="\udcff.png")
    put(tmp_path, row)
    with Manifest(tmp_path) as manifest:
        assert manifest.rows() == [row]
        manifest.write_table()


@pytest.mark.parametrize("value", ["NaN", "1e999", "1" + "0" * 400, '"x"', "null"])
def test_a_gain_that_is_no_number_counts_for_nothing(value):
    row = row_from(b'{"source": "a", "look": "l", "key": "k", "gain": [%s, 0, 0]}' % value.encode())
    assert row.gain is None


def test_a_damaged_row_hides_no_other(tmp_path):
    put(tmp_path)
    with (tmp_path / LINES).open("a") as lines:
        lines.write('{"source": "x", "look": "l", "key": "k", "seed": [1]}\n')
        lines.write('{"source": "y", "look": "l", "key": "k", "result": "\\u0000.png", "result_hash": "h"}\n')
    with Manifest(tmp_path) as manifest:
        assert [manifest.is_there(row) for row in manifest.rows()] == [True, False]
        assert manifest.damaged == 1


def test_a_table_of_somebody_else_is_not_replaced(tmp_path):
    (tmp_path / TABLE).write_text("article;price\n1;2\n")
    assert "Rename it" in reason_of(Manifest(tmp_path).__enter__)
    (tmp_path / TABLE).write_text("source;look;key\n")  # as a spreadsheet saves it
    put(tmp_path)
