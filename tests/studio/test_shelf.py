"""The sets in a folder."""

from __future__ import annotations

import os
import shutil

import pytest
from light_sets import random_paintings
from refusals import reason_of

from lib_iclight.studio import set_file
from lib_iclight.studio.shelf import delete, listed, path_of, rename, take_in


@pytest.fixture
def folder(tmp_path):
    """Two sets, the second of which is newer and has a contact sheet, and a file beside the folder."""
    folder = tmp_path / "light-sets"
    folder.mkdir()
    for age, name in enumerate(("new", "old")):
        path = folder / f"{name}.safetensors"
        set_file.write(path, random_paintings(ambient=name == "new"))
        os.utime(path, (1000 - age, 1000 - age))
    (folder / "new.png").write_bytes(b"sheet")
    (tmp_path / "outside.safetensors").write_bytes((folder / "new.safetensors").read_bytes())
    return folder


def names(folder) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_sets_are_listed_newest_first_with_their_lights(folder):
    new, old = listed(folder)
    assert (new.name, old.name) == ("new", "old")
    assert new.lights == old.lights == ("light 0", "light 1", "light 2")
    assert (new.has_ambient, old.has_ambient) == (True, False)
    assert (new.width, new.height) == (19, 13)
    assert (new.kind, new.problem, new.changed) == ("paintings", "", 1000)
    assert new.size == (folder / "new.safetensors").stat().st_size


def test_listing_maps_no_file(folder, monkeypatch):
    monkeypatch.setattr("mmap.mmap", None)
    assert len(listed(folder)) == 2


def test_a_damaged_set_is_listed_with_the_reason(folder):
    path = folder / "new.safetensors"
    path.write_bytes(path.read_bytes()[:-5])
    found = {each.name: each for each in listed(folder)}
    assert "is cut off" in found["new"].problem
    assert found["new"].kind == ""
    assert found["old"].problem == ""


def test_links_to_nowhere_and_a_folder_that_is_none_are_no_sets(folder):
    (folder / "gone.safetensors").symlink_to(folder / "nowhere")
    assert [each.name for each in listed(folder)] == ["new", "old"]
    assert listed(folder / "none") == []


def test_a_file_that_no_set_can_be_named_by_is_listed_with_the_reason(folder):
    for name in (b"it's", b"\xff"):
        shutil.copy(folder / "old.safetensors", os.fsencode(folder) + b"/" + name + b".safetensors")
    found = {each.name: each.problem for each in listed(folder)}
    assert found.keys() == {"new", "old", "it's", "\\udcff"}
    assert "cannot be the name of a light set" in found["it's"]


def test_a_set_is_found_by_its_name(folder):
    assert path_of(folder, "old") == folder / "old.safetensors"


def test_a_renamed_set_takes_its_sheet_along(folder):
    rename(folder, "new", "Anna, évening".replace(",", ""))
    assert names(folder) == ["Anna évening.png", "Anna évening.safetensors", "old.safetensors"]


@pytest.mark.parametrize(("given", "name"), [("ball.safetensors", "ball"), ("re\u0301sume\u0301", "r\xe9sum\xe9")])
def test_a_name_is_taken_without_the_ending_and_with_whole_letters(folder, given, name):
    content = (folder / "old.safetensors").read_bytes()
    assert take_in(folder, given, lambda path: path.write_bytes(content)) == name
    assert rename(folder, name, "another") == "another"
    assert rename(folder, "another", given) == name


def test_a_name_that_is_taken_stays_with_its_set(folder):
    before = (folder / "old.safetensors").read_bytes()
    assert "named 'old' already" in reason_of(rename, folder, "new", "old")
    assert (folder / "old.safetensors").read_bytes() == before


def test_a_deleted_set_leaves_nothing(folder):
    delete(folder, "new")
    assert names(folder) == ["old.safetensors"]


def test_what_is_not_there_is_said(folder):
    for call in (path_of, delete):
        assert "no light set named 'gone'" in reason_of(call, folder, "gone")
    assert "no light set named 'gone'" in reason_of(rename, folder, "gone", "new")


OUT = ["../outside", "..", ".", "", "/etc/passwd", "a/b", "a\\b", "C:new", "new:stream", "CON", "nul.txt", "a\0", "a\n"]


@pytest.mark.parametrize("name", [*OUT, "x" * 121, " new", "new ", "new.", "*", "\ud800"], ids=ascii)
def test_no_name_leads_out_of_the_folder(folder, name):
    before = names(folder), names(folder.parent)
    for call in (path_of, delete):
        assert "cannot be the name of a light set" in reason_of(call, folder, name)
    assert "cannot be the name of a light set" in reason_of(rename, folder, "new", name)
    assert (names(folder), names(folder.parent)) == before
