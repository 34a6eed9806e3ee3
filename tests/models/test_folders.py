"""Models are found in subfolders, and one bad entry does not hide the others."""

from __future__ import annotations

import errno
import json
import os
import socket
import sys
from pathlib import Path

import pytest
from refusals import reason_of
from sd15_layout import iclight_file, safetensors_bytes

from lib_iclight.errors import escaped
from lib_iclight.models.folders import listing
from lib_iclight.models.library import ModelLibrary
from lib_iclight.models.report import report
from lib_iclight.ui.models_html import as_html

GOOD = "iclight_sd15_fc.safetensors"


@pytest.fixture
def models(tmp_path) -> Path:
    path = tmp_path / "models"
    for name in ("ic-light", "unet", "diffusion_models"):
        (path / name).mkdir(parents=True)
    return path


def folders(models: Path) -> list[Path]:
    return [models / name for name in ("ic-light", "unet", "diffusion_models")]


def chosen(models: Path, model: str = "auto", mode: str = "fc") -> Path:
    return ModelLibrary().select(mode, model, folders(models)).path


def refusal(models: Path, model: str) -> str:
    text = reason_of(chosen, models, model)
    assert str(models.parent) not in text
    assert len(text) <= 300
    return text


def rows(*searched: Path) -> dict[str, str]:
    """The problems by name, checking that the report is printable, valid JSON, and reveals no folder."""
    found = report(ModelLibrary(), searched)
    text = as_html(found) + json.dumps(
        [[file.name, file.problem, file.way_out] for file in found.files], ensure_ascii=False
    )
    text.encode("utf-8")
    assert str(searched[0].parent) not in text
    return {file.name: file.problem for file in found.files}


# Folders below


@pytest.mark.parametrize("place", ["unet/IC-Light", "diffusion_models", "ic-light/mine", "unet/sd15/a/b"])
def test_a_model_is_found_wherever_its_users_put_it(models, place):
    path = iclight_file(models / place, GOOD)
    assert chosen(models) == path
    name = path.relative_to(models).as_posix().partition("/")[2]
    found = report(ModelLibrary(), folders(models))
    assert [file.name for file in found.files] == [name]
    assert found.chosen["fc"] == name
    assert {chosen(models, asked) for asked in (name, name.removesuffix(".safetensors"), GOOD)} == {path}


def test_a_model_too_far_below_is_not_looked_for(models):
    iclight_file(models / "ic-light/a/b/c/d", GOOD)
    assert rows(*folders(models)) == {}


def test_an_ending_in_capitals_is_an_ending(models):
    path = iclight_file(models / "unet", "ICLIGHT_FC.SAFETENSORS")
    assert chosen(models) == path
    assert {chosen(models, name) for name in ("ICLIGHT_FC", "ICLIGHT_FC.safetensors", "ICLIGHT_FC.SAFETENSORS")} == {
        path
    }
    assert report(ModelLibrary(), folders(models)).chosen["fc"] == "ICLIGHT_FC.SAFETENSORS"


def test_a_folders_name_does_not_make_a_model_one_for_fcon(models):
    path = iclight_file(models / "unet/IC-Light fc and fcon", GOOD)
    assert chosen(models) == path


def test_a_bare_name_that_several_have_is_not_guessed(models):
    first, second = (iclight_file(models / "unet" / name, GOOD) for name in ("a", "b"))
    text = refusal(models, "iclight_sd15_fc")
    assert "Several IC-Light models are named 'iclight_sd15_fc'" in text
    assert f"a/{GOOD}; b/{GOOD}" in text
    assert chosen(models, f"a/{GOOD}") == first
    assert chosen(models, f"b/{GOOD}") == second


def test_a_file_at_the_top_needs_no_folder(models):
    path = iclight_file(models / "unet", GOOD)
    iclight_file(models / "unet" / "a", GOOD)
    assert chosen(models, GOOD) == path
    assert ModelLibrary().select("fc", GOOD, folders(models)).short_name == "iclight_sd15_fc"


def test_in_shared_folders_only_iclights_files_count(models):
    (models / "unet/flux").mkdir()
    (models / "unet/flux/flux.safetensors").write_bytes(safetensors_bytes({"double_blocks.0.x": (1,)}))
    (models / "diffusion_models/other.ckpt").write_bytes(b"x")
    (models / "unet/IC-Light").mkdir()
    (models / "unet/IC-Light/half.safetensors").write_bytes(safetensors_bytes({"conv_in.weight": (4, 8, 3, 3)})[:-1])
    assert list(rows(*folders(models))) == ["IC-Light/half.safetensors"]


def test_a_model_folder_inside_of_another_lists_its_files_once(models):
    iclight_file(models / "ic-light", GOOD)
    iclight_file(models / "Lora", "iclight_fcon.safetensors")
    assert set(rows(models, models / "ic-light")) == {GOOD, "Lora/iclight_fcon.safetensors"}


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")
def test_links_in_a_circle_end(models):
    iclight_file(models / "unet/IC-Light", GOOD)
    (models / "unet/IC-Light/again").symlink_to(models / "unet", target_is_directory=True)
    (models / "unet/parent").symlink_to(models, target_is_directory=True)
    assert list(rows(*folders(models))) == [f"IC-Light/{GOOD}"]


def test_many_folders_have_an_end(models, monkeypatch):
    for number in range(300):
        (models / "ic-light" / f"{number:03}").mkdir()
    iclight_file(models / "ic-light/000", GOOD)
    looked = []
    scan = os.scandir
    monkeypatch.setattr(os, "scandir", lambda path: looked.append(path) or scan(path))
    assert list(rows(models / "ic-light")) == [f"000/{GOOD}"]
    assert len(looked) == 200


# What cannot be looked at


def denied(monkeypatch, folder: Path, code: int = errno.EACCES) -> None:
    """Make listing a folder fail, even for root."""
    scan = os.scandir

    def refuse(path):
        if str(path) == str(folder):
            raise OSError(code, os.strerror(code), str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse)


def test_a_folder_that_may_not_be_read_is_a_row_and_the_others_work(models, monkeypatch):
    path = iclight_file(models / "unet", GOOD)
    denied(monkeypatch, models / "ic-light")
    assert rows(*folders(models)) == {"models/ic-light": "cannot be listed (Permission denied)", GOOD: ""}
    assert chosen(models) == path


def test_a_folder_below_that_may_not_be_read_is_a_row(models, monkeypatch):
    (models / "unet/IC-Light").mkdir()
    denied(monkeypatch, models / "unet/IC-Light")
    assert rows(*folders(models)) == {"IC-Light": "cannot be listed (Permission denied)"}


def test_where_no_model_is_found_the_folder_that_may_not_be_read_is_named(models, monkeypatch):
    denied(monkeypatch, models / "ic-light")
    assert "models/ic-light cannot be listed (Permission denied)" in refusal(models, "auto")


@pytest.mark.skipif(sys.platform == "win32", reason="names are longer on Windows")
def test_a_folder_whose_name_is_too_long_is_a_row_with_a_short_name(models):
    iclight_file(models / "unet", GOOD)
    found = rows(models / ("x" * 300), models / "unet")
    (name,) = set(found) - {GOOD}
    assert len(name) < 120
    assert found[name] == "cannot be listed (File name too long)"


def test_a_folder_that_no_system_can_name_is_a_row(models):
    assert "cannot be listed" in rows(models / "\0")["models/\\x00"]


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")
def test_links_that_lead_nowhere_are_rows(models):
    iclight_file(models / "ic-light", GOOD)
    for name, target in {
        "gone.safetensors": models / "nowhere",
        "circle.safetensors": models / "ic-light/circle.safetensors",
        "long.safetensors": models / ("x" * 300),
        "IC-Light": models / "nowhere",
    }.items():
        (models / "ic-light" / name).symlink_to(target)
    assert rows(*folders(models)) == {
        "IC-Light": "is a link to something that does not exist",
        "circle.safetensors": "is a link that leads back to itself",
        "gone.safetensors": "is a link to something that does not exist",
        GOOD: "",
        "long.safetensors": "cannot be opened (File name too long)",
    }
    assert "is a link to something that does not exist. Delete it" in refusal(models, "gone")
    assert chosen(models).name == GOOD


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes among its files")
def test_pipes_and_sockets_are_rows_and_nobody_waits_for_them(models):
    os.mkfifo(models / "ic-light/pipe.safetensors")
    with socket.socket(socket.AF_UNIX) as listener:
        here = os.getcwd()
        os.chdir(models / "ic-light")  # the whole path may be too long for a socket
        listener.bind("socket.safetensors")
        os.chdir(here)
    assert set(rows(*folders(models)).values()) == {"is a pipe or a device, not a file"}


def test_a_file_that_may_not_be_opened_is_a_row_with_what_to_do(models, monkeypatch):
    iclight_file(models / "ic-light", GOOD)

    def refuse(self, *args, **options):
        raise PermissionError(errno.EACCES, "Permission denied", str(self))

    monkeypatch.setattr(Path, "open", refuse)
    (file,) = report(ModelLibrary(), folders(models)).files
    assert (file.problem, file.way_out) == (
        "cannot be opened (Permission denied)",
        "Make sure that the web UI may read it.",
    )
    assert "cannot be opened (Permission denied). Make sure that the web UI may read it." in refusal(models, GOOD)


def test_a_file_that_vanishes_under_the_look_is_not_there(models, monkeypatch):
    path = iclight_file(models / "ic-light", GOOD)
    stat = os.stat

    def vanishing(asked, *args, **options):
        if str(asked) == str(path):
            path.unlink()
        return stat(asked, *args, **options)

    monkeypatch.setattr(os, "stat", vanishing)
    assert rows(*folders(models)) == {}


# Names


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
@pytest.mark.parametrize(
    ("name", "told"),
    [
        (b"br\xfccke_fc.safetensors", "br\\udcfccke_fc.safetensors"),
        (b"two\nlines.safetensors", "two\\nlines.safetensors"),
        (b"\xe2\x80\xaesrotnetefas.safetensors", "\\u202esrotnetefas.safetensors"),
        ("\u5149\u3000\u00e9 (1).safetensors".encode(), "\u5149\u3000\u00e9 (1).safetensors"),
    ],
    ids=["no text", "two lines", "backwards", "text"],
)
def test_a_name_is_told_so_that_a_page_can_hold_it_and_a_request_can_name_it(models, name, told):
    path = iclight_file(models / "ic-light", GOOD)
    renamed = path.with_name(os.fsdecode(name))
    path.rename(renamed)
    assert rows(*folders(models)) == {told: ""}
    assert chosen(models, told) == renamed
    assert chosen(models, told.removesuffix(".safetensors")) == renamed


def test_usual_names_are_told_as_they_are():
    assert escaped("IC-Light/iclight (fc) 1.5_\u5149.safetensors") == "IC-Light/iclight (fc) 1.5_\u5149.safetensors"


def test_a_listing_opens_nothing(models, monkeypatch):
    iclight_file(models / "ic-light", GOOD)
    monkeypatch.setattr(Path, "open", None)
    assert [entry.name for entry in listing(folders(models))] == [GOOD]
