"""Which pictures a catalogue takes."""

from __future__ import annotations

import os
from pathlib import Path

from catalogues import put_pictures
from refusals import reason_of

from lib_iclight.shoot.sources import Source, found


def test_a_folder_gives_its_pictures_with_their_sub_folders(tmp_path):
    put_pictures(tmp_path / "in", "b.PNG", "a.jpg", "shoes/red/1.webp", "notes.txt", ".hidden.png", ".git/x.png")
    sources = found([tmp_path / "in"])
    assert [source.name for source in sources] == ["a.jpg", "b.PNG", "shoes/red/1.webp"]
    assert [(source.folder, source.stem) for source in sources] == [("", "a"), ("", "b"), ("shoes/red", "1")]


def test_results_inside_the_pictures_folder_are_not_relit_again(tmp_path):
    put_pictures(tmp_path, "a.png", "out/a-left.png", "sub/out/b.png")
    assert [source.name for source in found([tmp_path], without=tmp_path / "out")] == ["a.png", "sub/out/b.png"]


def test_files_are_taken_as_they_are_given(tmp_path):
    put_pictures(tmp_path, "b.png", "x/a.png", "more/c.png")
    sources = found([tmp_path / "b.png", tmp_path / "x" / "a.png", tmp_path / "more", tmp_path / "b.png"])
    assert [source.name for source in sources] == ["b.png", "a.png", "c.png"]


def test_what_cannot_be_a_catalogue_is_refused(tmp_path):
    put_pictures(tmp_path, "x/a.png", "y/a.png")
    (tmp_path / "empty").mkdir()
    assert "Two pictures are called 'a.png'" in reason_of(found, [tmp_path / "x", tmp_path / "y"])
    assert "There are no pictures" in reason_of(found, [tmp_path / "empty"])
    assert "There is no folder or file" in reason_of(found, [tmp_path / "gone"])
    assert "'gone.png' cannot be read" in reason_of(Source("gone.png", tmp_path / "gone.png").content)


def test_what_cannot_be_read_is_said(tmp_path, monkeypatch):
    put_pictures(tmp_path / "in", "a.png")
    os.mkfifo(tmp_path / "in" / "b.png")
    assert "'b.png' cannot be read" in reason_of(found([tmp_path / "in"])[1].content)
    assert "File name too long" in reason_of(found, [Path("x" * 5000)])

    def refused(folder):
        raise PermissionError(13, "Permission denied", str(folder))

    monkeypatch.setattr(os, "scandir", refused)
    assert "in' cannot be read: Permission denied" in reason_of(found, [tmp_path / "in"])
