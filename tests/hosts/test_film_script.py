"""Films whose frames are relights, shot by the script *IC Light: light set* in whole runs on the workbench."""

from __future__ import annotations

import json

import numpy as np
import pytest
from cloths import BODY, cut_out_cloth, encoded, pixels_of
from light_sets import ball_set
from PIL import Image, ImageSequence
from studio_pages import put

from lib_iclight.hosts import film_script, light_sets
from lib_iclight.shooting import FILM
from lib_iclight.studio import films, writing
from lib_iclight.studio.mix import Fader, Mix, Turned
from workbench.session import images

CLOTH = cut_out_cloth(0, 160)
LIT = {"left": {}, "top": {"strength": 0.5, "colour": "#ff8000"}}
MOVING = {
    "keyframes": [{"at": 0, "mix": {"lights": LIT}}, {"at": 1, "mix": {"turned": {"angle": 30}}}],
    "loops": False,
}
ASKED = {"set": "ball", "motion": MOVING, "frames": 3, "fps": 5}


def asked(host, film=ASKED, begun="", way="txt2img", fields=None, **body):
    given = {"foreground": encoded(CLOTH), **(fields or {})}
    script = {"script_name": "IC Light: light set", "script_args": [FILM, begun, film]}
    return getattr(host, way)(**{**BODY, **body, **script, "alwayson_scripts": {"IC Light": {"args": [given]}}})


def shot(host, *args, **more) -> list[Image.Image]:
    answer = asked(host, *args, **more)
    assert answer.status_code == 200, answer.text
    return images(answer)


@pytest.fixture
def outputs(host):
    """The folder of the films, which is empty before, beside a set that they can be made of."""
    results = light_sets.results()
    for old in [*results.rglob("light-films/**/*.*"), *results.rglob("light-sets/*")]:
        old.unlink()
    for old in results.glob("light-films/*"):
        old.rmdir()
    put(results / light_sets.FOLDER, {"ball": ball_set()})
    return results / light_sets.FILMS


@pytest.fixture
def after(monkeypatch):
    """Does something when so many pictures were made."""
    from modules import processing

    def arrange(number: int, act) -> None:
        count, process = [0], processing.process_images

        def counted(p):
            count[0] += 1
            if count[0] == number:
                act()
            return process(p)

        monkeypatch.setattr(processing, "process_images", counted)

    return arrange


@pytest.fixture
def comments(monkeypatch) -> list[str]:
    """What is told of the runs."""
    from modules.processing import StableDiffusionProcessing

    found: list[str] = []
    monkeypatch.setattr(StableDiffusionProcessing, "comment", lambda p, text: found.append(text))
    return found


def interrupt() -> None:
    from modules import shared

    shared.state.interrupt()


def relit(host, light: dict) -> np.ndarray:
    given = {"enabled": True, "foreground": encoded(CLOTH), "light": light}
    answer = host.txt2img(**BODY, alwayson_scripts={"IC Light": {"args": [given]}})
    return pixels_of(images(answer)[0])


def named(folder) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_each_frame_is_the_relight_under_its_lights(host, outputs):
    sheet, *pictures = shot(host)
    assert len(pictures) == 3
    film, folder = sorted(outputs.iterdir(), key=lambda path: path.is_dir())
    assert named(folder) == ["0001.png", "0002.png", "0003.png", "film.json"]
    lights = [
        [{"angle": 180}, {"angle": 90, "strength": 0.5, "colour": "#ff8000"}],
        [
            {"angle": 180, "strength": 0.5},
            {"angle": 90, "strength": 0.25, "colour": "#ff8000"},
            {"angle": 30, "strength": 0.5},
        ],
        [{"angle": 30}],
    ]
    for picture, path, expected in zip(pictures, sorted(folder.glob("*.png")), lights):
        np.testing.assert_array_equal(pixels_of(picture), pixels_of(Image.open(path)))
        np.testing.assert_array_equal(pixels_of(picture), relit(host, {"version": 1, "lights": expected}))
    assert film.name == f"{folder.name}.webp"
    played = [np.asarray(frame.convert("RGB")) for frame in ImageSequence.Iterator(Image.open(film))]
    assert len(played) == 3
    for picture, frame in zip(pictures, played):
        assert np.abs(pixels_of(picture).astype(int) - frame).mean() < 8
    assert sheet.width > pictures[0].width


def test_the_sheets_parameters_bring_the_film_back(host, outputs):
    from modules.infotext_utils import parse_generation_parameters

    answer = asked(host, json.dumps(ASKED))
    told = json.loads(answer.json()["info"])
    found = parse_generation_parameters(told["infotexts"][0])
    assert found["Script"] == "IC Light: light set"
    assert json.loads(found[film_script.FILM]) == ASKED
    assert images(answer)[0].info["parameters"] == told["infotexts"][0]
    assert told["all_seeds"] == [5] * 4
    assert found[film_script.NAME] == next(path.stem for path in outputs.glob("*.webp"))


def test_an_interrupted_film_is_gone_on_with_and_is_then_the_same(host, outputs, after, comments):
    after(3, interrupt)
    assert len(shot(host)) == 3
    assert "has 2 of 3 frames" in comments[-1]
    (folder,) = outputs.iterdir()
    begun = (folder / "0001.png").read_bytes()
    assert named(folder) == ["0001.png", "0002.png", "film.json"]
    assert len(shot(host, "", folder.name, seed=-1)) == 2
    assert (folder / "0001.png").read_bytes() == begun
    film = folder.with_name(f"{folder.name}.webp")
    whole = film.read_bytes()
    shot(host)
    assert comments[-1].startswith("The film is saved as")
    (other,) = (path for path in outputs.glob("*.webp") if path != film)
    assert other.read_bytes() == whole


def test_a_frame_that_was_not_written_to_its_end_is_shot_again(host, outputs):
    shot(host)
    (folder,) = (path for path in outputs.iterdir() if path.is_dir())
    frames = [folder / f"{number:04d}.png" for number in (1, 2, 3)]
    before = [pixels_of(Image.open(path)) for path in frames]
    frames[0].write_bytes(b"")
    frames[2].write_bytes(frames[2].read_bytes()[:-20])
    assert len(shot(host, "", folder.name)) == 3
    for path, pixels in zip(frames, before):
        np.testing.assert_array_equal(pixels_of(Image.open(path)), pixels)


def test_what_differs_is_named_when_a_film_is_gone_on_with(host, outputs, after):
    after(2, interrupt)
    shot(host)
    (folder,) = outputs.iterdir()
    refused = {
        "cfg_scale, steps": asked(host, "", folder.name, steps=3, cfg_scale=4),
        "restore_details": asked(host, "", folder.name, fields={"restore_details": 0.5}),
        "subject": asked(host, "", folder.name, fields={"foreground": encoded(cut_out_cloth(2, 160))}),
    }
    for names, answer in refused.items():
        assert answer.status_code == 422
        assert f"begun with other settings: {names}." in answer.text
    assert named(folder) == ["0001.png", "film.json"]


def test_a_photograph_is_filmed_at_its_own_size(host, outputs):
    own = {"result": "photograph", "photograph_size": "photograph"}
    shot(host, ASKED | {"frames": 1, "format": "gif"}, fields=own)
    (film,) = outputs.glob("*.gif")
    with Image.open(film) as image:
        assert image.size == (160, 160)


def test_in_img2img_the_picture_is_the_subject(host, outputs):
    body = {"init_images": [encoded(CLOTH)], "denoising_strength": 0.9}
    shot(host, ASKED | {"frames": 1}, way="img2img", fields={"foreground": None}, **body)
    assert len([*outputs.glob("*.webp")]) == 1


def test_frames_beyond_what_memory_holds_are_in_the_folder_alone(host, outputs, monkeypatch):
    monkeypatch.setattr(film_script, "_MOST_SHOWN", 2 * 64 * 64)
    assert len(shot(host)) == 3
    assert len([*outputs.rglob("0*.png")]) == 3


def test_a_film_that_cannot_be_written_leaves_its_frames_and_says_why(host, outputs, monkeypatch, comments):
    def full(*_):
        raise OSError("no space left")

    monkeypatch.setattr(films, "write", full)
    shot(host)
    assert comments[-1].endswith("could not be written: no space left.")
    assert len([*outputs.rglob("0*.png")]) == 3


def test_frames_too_large_for_a_gif_are_told_when_they_are_there(host, outputs, monkeypatch, comments):
    monkeypatch.setitem(writing._MOST, ".gif", 2 * 64 * 64)
    shot(host, ASKED | {"format": "gif"})
    assert "3 frames of 64x64 pixels are too many for a gif film" in comments[-1]
    assert len([*outputs.rglob("0*.png")]) == 3


def test_what_cannot_be_filmed_is_refused_before_anything_is_shot(host, outputs, monkeypatch):
    monkeypatch.setattr(films, "pyav", lambda: None)
    nine = Mix({"left": Fader()}, turned=Turned(0, Fader(1))).to_dict() | {"lights": {"behind": {}}}
    refused = {
        "There is no film to be shot": asked(host, ""),
        "There is no light set named": asked(host, ASKED | {"set": "gone"}),
        "film.motion must be": asked(host, ASKED | {"motion": 3}),
        "MP4 needs PyAV": asked(host, ASKED | {"format": "mp4"}),
        "has no light 'behind'": asked(host, ASKED | {"motion": {"keyframes": [{"at": 0, "mix": nine}]}}),
        "There is no film named": asked(host, "", "gone"),
        "cannot be the name": asked(host, "", "../ball"),
    }
    for words, answer in refused.items():
        assert answer.status_code == 422, words
        assert words in answer.text
    assert not outputs.exists() or named(outputs) == []


def test_a_film_with_all_of_its_frames_is_not_shot_again(host, outputs):
    shot(host, ASKED | {"frames": 1})
    (folder,) = (path for path in outputs.iterdir() if path.is_dir())
    assert "has all of its frames" in asked(host, "", folder.name).text
    (folder / "film.json").write_text("{}")
    assert "cannot be gone on with" in asked(host, "", folder.name).text
