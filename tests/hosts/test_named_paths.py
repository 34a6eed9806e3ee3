"""Files and folders of the web UI's machine, named by whoever asks for a catalogue or a clip."""

from __future__ import annotations

import base64

import pytest
from clips import folder_of_frames, frame, video
from cloths import BODY, cut_out_cloth

CLIP = ("video", "path", "steadiness", "attention", "window", "motion", "background", "fps", "preview", "out")
CATALOGUE = ("pictures", "files", "chosen", "out", "names", "equal", "overwrite", "sheet")
DEFAULTS = {"steadiness": 0, "attention": 0, "window": 4, "fps": 25, "preview": False, "equal": 0}


def ask(host, kind, order, **values):
    args = [values.get(name, DEFAULTS.get(name)) for name in order]
    given = {"result": "photograph", "photograph_background": "original", "remove_background": False}
    scripts = {"IC Light": {"args": [given]}}
    return host.txt2img(
        **{**BODY, "steps": 1}, script_name=f"IC Light: {kind}", script_args=args, alwayson_scripts=scripts
    )


def clip(host, **values):
    return ask(host, "clip", CLIP, **{"path": "", "motion": "", "background": "", "out": "", **values})


def catalogue(host, **values):
    return ask(host, "catalogue", CATALOGUE, **{"pictures": "", "out": "", "names": "", **values})


@pytest.fixture
def frames(tmp_path):
    return folder_of_frames(tmp_path / "frames", 2)


@pytest.fixture
def hidden(monkeypatch):
    """A web UI whose users name no folders."""
    from modules import shared

    monkeypatch.setattr(shared.cmd_opts, "hide_ui_dir_config", True, raising=False)


def test_no_path_can_be_named_where_the_web_ui_hides_them_be_it_of_uploads_or_of_results(host, hidden, frames):
    file = video(frames.parent / "a.mp4", [frame(0)])
    upload = "data:video/mp4;base64," + base64.b64encode(file.read_bytes()).decode()
    for given in (
        {"video": None, "path": str(frames)},
        {"video": str(file)},
        {"out": str(frames)},
        {"background": str(frames)},
    ):
        answer = clip(host, **{"video": upload, **given})
        assert (answer.status_code, "--hide-ui-dir-config" in answer.text) == (422, True), given
    for given in ({"pictures": str(frames)}, {"files": [str(frames / "frame1.png")]}, {"out": str(frames)}):
        answer = catalogue(host, **given)
        assert (answer.status_code, "--hide-ui-dir-config" in answer.text) == (422, True), given
    assert clip(host, video=upload).status_code == 200


@pytest.mark.parametrize("path", ["~nobody-of-this-name/x", "a\0b", "A" * 5000], ids=["home", "null", "long"])
def test_what_cannot_be_a_path_is_refused_by_name(host, path):
    asked = [clip(host, path=path), clip(host, video=path), catalogue(host, pictures=path)]
    for answer in asked:
        assert (answer.status_code, len(answer.text) < 2000) == (422, True), answer.text


def test_what_is_no_list_is_not_taken_letter_by_letter(host):
    for given in ({"files": "/"}, {"files": {"name": "/"}}, {"files": [{"name": "/"}]}, {"files": [1]}):
        answer = catalogue(host, **given)
        assert (answer.status_code, "must be a" in answer.text) == (422, True), given
    answer = catalogue(host, files=["/nowhere.png"], chosen="left")
    assert (answer.status_code, "Looks must be a list" in answer.text) == (422, True)


def test_a_folder_that_cannot_be_written_is_refused_before_anything_is_painted(host, frames):
    answer = clip(host, path=str(frames), out=str(frames / "frame1.png"))
    assert (answer.status_code, "cannot be used: " in answer.text) == (422, True), answer.text
    assert "The folder '" in answer.text


def test_folders_of_one_name_are_catalogues_of_their_own(host, tmp_path):
    from lib_iclight.hosts import catalogue_folders

    one, other = (catalogue_folders.results_of("", str(tmp_path / name / "photos"), "") for name in "ab")
    assert one != other
    assert one == catalogue_folders.results_of("", f"{tmp_path}/a/photos/", "")


def test_an_emptied_number_is_refused_by_name(host, frames):
    answer = clip(host, path=str(frames), fps=None)
    assert (answer.status_code, "The frames a second must be a number" in answer.text) == (422, True), answer.text


def test_a_look_sets_fields_of_a_run_and_nothing_else(host, tmp_path):
    from lib_iclight.hosts import catalogue_folders
    from lib_iclight.shoot import looks

    cut_out_cloth(0, 96).save(tmp_path / "a.png")
    for field in ("__dict__", "sample", "_ad_disabled"):
        looks.save(catalogue_folders.looks(""), looks.make("sly", {}, {field: {}}), overwrite=True)
        answer = catalogue(host, pictures=str(tmp_path), out=str(tmp_path / "out"), chosen=["sly"])
        assert (answer.status_code, f"run.{field}, which this web UI lacks" in answer.text) == (422, True)
    looks.delete(catalogue_folders.looks(""), "sly")
