"""Clips that are relit by the script *IC Light: clip*, in whole runs on the workbench."""

from __future__ import annotations

import base64
import json
import shutil

import numpy as np
import pytest
from clips import folder_of_frames, frame, packets, times, video
from cloths import BODY, encoded, pixels_of
from PIL import Image

from lib_iclight.files.video import frames, survey
from lib_iclight.hosts import light_sets
from workbench.session import images

PHOTOGRAPH = {"result": "photograph", "photograph_background": "original", "remove_background": False}
NAMES = ("video", "path", "steadiness", "attention", "window", "motion", "background", "fps", "preview", "out")
DEFAULTS = dict(zip(NAMES, (None, "", 1, 0, 4, "", "", 25, False, "")))


def asked(host, given=PHOTOGRAPH, way="txt2img", more=None, **values):
    script = {"script_name": "IC Light: clip", "script_args": [*({**DEFAULTS, **values}[name] for name in NAMES)]}
    body = {**BODY, "steps": 1, **(more or {}), **script}
    return getattr(host, way)(**{**body, "alwayson_scripts": {"IC Light": {"args": [given]}}})


def relit(host, *args, **values):
    answer = asked(host, *args, **values)
    assert answer.status_code == 200, answer.text
    return answer


def frames_of(path) -> list[np.ndarray]:
    return [each.astype(float) for each in frames(survey(path, 1 << 20))]


@pytest.fixture
def outputs(host):
    """The folder of the clips, which is empty before."""
    folder = light_sets.clips_folder("")
    shutil.rmtree(folder, ignore_errors=True)
    return folder


@pytest.fixture(scope="module")
def cloth(tmp_path_factory):
    """A clip of six frames with sound."""
    return video(tmp_path_factory.mktemp("clip") / "cloth.mp4", [frame(index) for index in range(6)], sound=True)


@pytest.fixture
def comments(monkeypatch) -> list[str]:
    """What is told of the runs."""
    from modules.processing import StableDiffusionProcessing

    found: list[str] = []
    monkeypatch.setattr(StableDiffusionProcessing, "comment", lambda p, text: found.append(text))
    return found


@pytest.fixture
def interrupt_at(monkeypatch):
    """Presses Interrupt while the window of this number is painted."""
    from modules import processing, shared

    def arrange(number: int) -> None:
        count, process = [0], processing.process_images

        def counted(p):
            count[0] += 1
            if count[0] == number:
                shared.state.interrupt()
            return process(p)

        monkeypatch.setattr(processing, "process_images", counted)

    return arrange


def test_a_clip_keeps_its_sound_its_times_and_its_surroundings(host, outputs, cloth, rembg, comments):
    answer = relit(host, {**PHOTOGRAPH, "remove_background": True}, path=str(cloth))
    (made,) = outputs.glob("*.mp4")
    assert packets(made, "audio") == packets(cloth, "audio")
    assert times(made) == times(cloth)
    before, after = frames_of(cloth), frames_of(made)
    for one, other in zip(before, after, strict=True):
        assert np.abs(one - other)[:8].mean() < 3
    assert max(np.abs(one - other).mean() for one, other in zip(before, after, strict=True)) > 1
    (first,) = images(answer)
    assert np.abs(pixels_of(first) - after[0]).mean() < 3
    told = json.loads(answer.json()["info"])["infotexts"][0]
    assert f"Script: IC Light: clip, IC Light clip: {made.stem}" in told
    assert comments[-1].startswith(f"The clip is saved as {made.name}")


def test_frames_of_a_window_have_one_noise_and_are_painted_as_if_alone(host, outputs, cloth):
    relit(host, {"remove_background": False, "light": "left"}, path=str(cloth), steadiness=0)
    (painting,) = outputs.rglob("paintings/0001/000003.png")
    third = Image.fromarray([*frames(survey(cloth, 1 << 20))][2])
    given = {"enabled": True, "foreground": encoded(third), "remove_background": False, "light": "left"}
    alone = host.txt2img(**{**BODY, "steps": 1}, alwayson_scripts={"IC Light": {"args": [given]}})
    assert np.abs(pixels_of(images(alone)[0]) - pixels_of(Image.open(painting))).max() <= 2


def pictures_in(outputs) -> list[bytes]:
    """The frames of a clip that came as a folder. Encoders of videos are not the same to the bit each time."""
    (folder,) = outputs.glob("*-frames")
    return [path.read_bytes() for path in sorted(folder.iterdir())]


def test_an_interrupted_clip_is_gone_on_with_and_is_then_the_same(host, outputs, tmp_path, interrupt_at, comments):
    walk = str(folder_of_frames(tmp_path / "walk", 6, transparent=False))
    relit(host, path=walk, more={"seed": 7})
    whole = pictures_in(outputs)
    assert len(whole) == 6
    shutil.rmtree(outputs)
    interrupt_at(2)
    assert images(relit(host, path=walk, more={"seed": 7})) == []
    assert "has 4 of 6 frames painted" in comments[-1]
    assert not [*outputs.glob("*.mp4")]
    relit(host, path=walk, more={"seed": -1})
    assert pictures_in(outputs) == whole


def test_a_light_that_moves_over_a_background_that_moves(host, outputs, tmp_path):
    subject, out = folder_of_frames(tmp_path / "walk", 3), tmp_path / "out"
    behind = [np.full((64, 64, 3), (40, 60 * index, 200), np.uint8) for index in range(3)]
    wall = video(tmp_path / "wall.mp4", behind, pixels="yuv444p")
    given = {**PHOTOGRAPH, "mode": "fbc", "photograph_background": "auto", "photograph_shadow": 0}
    relit(host, given, path=str(subject), background=str(wall), motion="once_around", out=str(out), attention=0.5)
    (pictures,) = out.glob("*-frames")
    assert sorted(path.name for path in pictures.iterdir()) == ["frame1.png", "frame2.png", "frame3.png"]
    for index, colour in enumerate(behind):
        made = pixels_of(Image.open(pictures / f"frame{index + 1}.png"))
        assert np.abs(made[:8] - colour[:8]).mean() < 4
    assert len(frames_of(next(out.glob("*.mp4")))) == 3


def test_each_frame_is_cut_out_once_and_a_preview_is_gone_on_with(host, outputs, rembg, tmp_path, comments):
    path = video(tmp_path / "cloth.mp4", [frame(index) for index in range(6)], range(0, 6 * 3200, 3200))
    given = {**PHOTOGRAPH, "remove_background": True}
    relit(host, given, path=str(path), preview=True, window=2)
    (part,) = outputs.glob("*-preview.mp4")
    assert len(frames_of(part)) == 4
    assert "first second" in comments[-1]
    assert len(rembg.runs) == 6
    relit(host, given, path=str(path), window=2, more={"seed": -1})
    assert len(rembg.runs) == 6
    assert len([*outputs.glob("*/paintings/*")]) == 3
    assert sorted(len(frames_of(each)) for each in outputs.glob("*.mp4")) == [4, 6]


def test_a_file_sent_over_the_api(host, outputs, cloth):
    sent = f"data:video/mp4;base64,{base64.b64encode(cloth.read_bytes()).decode()}"
    relit(host, {"remove_background": False}, video=sent, window=8)
    (made,) = outputs.glob("*.mp4")
    assert times(made) == times(cloth)


def test_a_picture_after_a_clip_is_the_one_before_it(host, outputs, cloth):
    plain = {**BODY, "steps": 1}
    before = host.txt2img(**plain).json()["images"]
    relit(host, path=str(cloth), attention=0.5, window=2)
    assert host.txt2img(**plain).json()["images"] == before


@pytest.mark.parametrize(
    ("values", "given", "words"),
    [
        ({}, {}, "There is no clip"),
        ({"path": "/nowhere/a.mp4"}, {}, "There is no clip a.mp4"),
        ({"steadiness": 2}, {}, "steadiness"),
        ({"window": 99}, {}, "frames at once"),
        ({"motion": "sunset"}, {}, "moving light must be"),
        ({"background": True}, {}, "needs the mode fbc"),
        ({"path": True}, {"mode": "fbc"}, "The mode fbc needs a background"),
        ({"fps": "fast"}, {}, "frames a second"),
        ({"out": 5}, {}, "must be a path"),
        ({"video": "data:video/mp4;base64,?"}, {}, "not valid base64"),
    ],
)
def test_what_cannot_be_done_is_refused_with_the_reason(host, outputs, cloth, values, given, words):
    values = {name: str(cloth) if value is True else value for name, value in values.items()}
    if len(values) and "path" not in values and "video" not in values:
        values["path"] = str(cloth)
    answer = asked(host, {**PHOTOGRAPH, **given}, **values)
    assert answer.status_code == 422, answer.text
    assert words.lower() in answer.text.lower()
    assert not outputs.exists()


def test_paths_are_refused_where_the_web_ui_hides_them(host, cloth, monkeypatch):
    from modules import shared

    monkeypatch.setattr(shared.cmd_opts, "hide_ui_dir_config", True, raising=False)
    answer = asked(host, path="/etc/passwd")
    assert answer.status_code == 422
    assert "--hide-ui-dir-config" in answer.text
