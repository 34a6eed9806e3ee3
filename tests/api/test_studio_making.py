"""What the light studio's routes make of a set: results, normals, films."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import OpenEXR
import pytest
from light_sets import ball_set, doubled, gains_of, random_paintings
from PIL import Image
from samples import noise
from studio_pages import SETS, USER, pixels_of, put, said, studio_client

from lib_iclight.api import studio_making
from lib_iclight.picture.arrays import GREY
from lib_iclight.studio import films, motion, writing
from lib_iclight.studio.lamps import Lamp
from lib_iclight.studio.mix import Fader, Mix
from lib_iclight.studio.mixing import Desk, developed
from lib_iclight.studio.surface import as_levels, divided, in_convention, normals_of, sides_of

BALL, PAINTINGS = ball_set(), random_paintings()
MIX = Mix({"left": Fader(0.8, kelvin=3200), "right": Fader(0.2)}, exposure=None)


def gains():
    """Gains of a photograph that is larger than the set, by a soft light."""
    photograph, matte = noise(40, 36, seed=4), np.full((36, 40), 255, np.uint8)
    ends = {"left": (0.9, 0.1), "right": (0.1, 0.9)}
    paintings = {
        name: (photograph * np.linspace(*each, 40)[None, :, None]).astype(np.uint8) for name, each in ends.items()
    }
    return gains_of(photograph, paintings, matte)


GAINS = gains()
LARGE = replace(GAINS, full=doubled(GAINS))


@pytest.fixture
def client(tmp_path):
    put(tmp_path / "light-sets", {"ball": BALL, "noise": PAINTINGS, "gains": GAINS, "large": LARGE})
    return studio_client(tmp_path / "light-sets")


def making(client, way: str, name: str = "ball", **body):
    return client.post(f"{SETS}/{name}/{way}", json=body)


# The photograph


@pytest.mark.parametrize(("name", "light_set"), [("gains", GAINS), ("noise", PAINTINGS)])
def test_a_sets_photograph_can_be_had_as_it_came(client, name, light_set):
    assert np.array_equal(pixels_of(client.get(f"{SETS}/{name}/photograph")), light_set.photograph)


def test_a_large_photograph_comes_at_its_own_size(client):
    assert np.array_equal(pixels_of(client.get(f"{SETS}/large/photograph")), LARGE.full.photograph)


def test_a_photograph_that_came_transparent_is_so_again(client, tmp_path):
    matte = np.zeros_like(BALL.matte)
    matte[8:-8, 8:-8] = 255
    on_grey = np.where(matte[..., None] == 255, BALL.photograph, np.uint8(GREY))
    put(tmp_path / "light-sets", {"cut out": replace(BALL, photograph=on_grey, matte=matte)})
    found = pixels_of(client.get(f"{SETS}/cut out/photograph"))
    assert np.array_equal(found, np.dstack([on_grey, matte]))


# Develop


@pytest.mark.parametrize("name", ["ball", "gains"])
def test_at_the_sets_own_size_what_is_developed_is_the_mix(client, name):
    mix = pixels_of(making(client, "mix", name, mix=MIX.to_dict()))
    told = making(client, "develop", name, mix=MIX.to_dict()).json()
    found = pixels_of(client.get(told["url"].removeprefix(".")))
    assert np.abs(found.astype(int) - mix).max() <= (0 if name == "ball" else 1)
    assert (told["width"], told["height"]) == mix.shape[1::-1]


def test_one_light_alone_is_the_relight_byte_for_byte(client):
    told = making(client, "develop", "noise", mix={"lights": {"light 1": {}}}).json()
    np.testing.assert_array_equal(pixels_of(client.get(told["url"].removeprefix("."))), noise(19, 13, seed=1))


def test_a_photograph_is_developed_at_its_own_size(client):
    told = making(client, "develop", "large", mix=MIX.to_dict()).json()
    expected = developed(LARGE, Desk(LARGE).factors(MIX)).picture
    np.testing.assert_array_equal(pixels_of(client.get(told["url"].removeprefix("."))), expected)
    assert (told["width"], told["height"]) == (80, 72)


def test_the_infotext_brings_the_mix_back(client):
    told = making(client, "develop", "noise", mix={"lights": {"light 1": {"strength": 0.5}}, "exposure": "auto"}).json()
    assert told["infotext"].startswith(PAINTINGS.recipe["infotext"])
    found = client.post("/ic-light/studio/read", json={"infotext": told["infotext"]}).json()
    assert found == {
        "name": "noise",
        "mix": {"version": 1, "lights": {"light 1": {"strength": 0.5}}, "exposure": "auto"},
    }
    again = making(client, "develop", "noise", mix=found["mix"]).json()
    assert again["infotext"] == told["infotext"]
    assert "have no mix" in said(client.post("/ic-light/studio/read", json={"infotext": "a cat"}))


def test_lamps_are_developed_and_come_back(client):
    mix = replace(MIX, lamps=(Lamp(0.2, 0.3, 0.4, fader=Fader(kelvin=3000)),))
    seen, without = (pixels_of(making(client, "mix", mix=each.to_dict())) for each in (mix, MIX))
    told = making(client, "develop", mix=mix.to_dict()).json()
    np.testing.assert_array_equal(pixels_of(client.get(told["url"].removeprefix("."))), seen)
    assert np.abs(seen.astype(int) - without).max() > 20
    assert client.post("/ic-light/studio/read", json={"infotext": told["infotext"]}).json()["mix"] == mix.to_dict()


def test_layers_are_written_beside_the_result(client, tmp_path):
    told = making(client, "develop", mix=MIX.to_dict(), layers="both", format="webp").json()
    assert (told["file"], told["layers"]) == ("result.webp", ["result.psd", "result.exr"])
    assert all((tmp_path / name).is_file() for name in (told["file"], *told["layers"]))
    assert str(tmp_path) not in str(told)


def test_a_result_is_only_for_whoever_developed_it(client, tmp_path):
    put(tmp_path / "light-sets", {"mine": BALL}, "anna")
    anna = {USER: "anna"}
    told = client.post(f"{SETS}/mine/develop", json={"mix": {}}, headers=anna).json()
    address = told["url"].removeprefix(".")
    assert client.get(address, headers=anna).status_code == 200
    for whose in ({}, {USER: "eve"}):
        assert "Develop the mix again" in said(client.get(address, headers=whose), 404)
    assert said(client.get("/ic-light/studio/developed/result.png"), 404)


def test_the_oldest_results_are_forgotten(client, monkeypatch):
    monkeypatch.setattr(studio_making, "_MOST_KEPT", 1)
    first, second = (making(client, "develop", mix={}).json()["url"].removeprefix(".") for _ in range(2))
    assert client.get(first).status_code == 404
    assert client.get(second).status_code == 200


# Normals


def levels_of(content: bytes) -> np.ndarray:
    """A PNG's 16-bit pixels, which Pillow reads with 8."""
    import cv2

    return cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED)[..., ::-1]


@pytest.mark.parametrize("convention", ["opengl", "directx", "controlnet"])
def test_normals_are_given_in_a_convention(client, convention):
    answer = making(client, "normals", convention=convention, sigma=1)
    assert answer.headers["content-type"] == "image/png"
    expected = as_levels(in_convention(normals_of(BALL, 1), convention))
    np.testing.assert_array_equal(levels_of(answer.content), expected)


@pytest.mark.parametrize("side", ["left", "right", "bottom", "top"])
def test_so_are_the_divided_pictures(client, side):
    expected = divided(sides_of(BALL))[["left", "right", "bottom", "top"].index(side)]
    np.testing.assert_array_equal(levels_of(making(client, "normals", which=side).content), as_levels(expected))


def test_normals_are_given_as_exr(client, tmp_path):
    path = tmp_path / "a.exr"
    answer = making(client, "normals", format="exr")
    path.write_bytes(answer.content)
    with OpenEXR.File(str(path), separate_channels=True) as file:
        found = np.stack([file.channels()[f"N.{axis}"].pixels for axis in "XYZ"], axis=-1)
    np.testing.assert_allclose(found, normals_of(BALL), atol=1e-3)


def test_normals_need_four_sides(client):
    assert "from left and bottom and top" in said(making(client, "normals", "noise"))


@pytest.mark.parametrize("body", [{"which": "front"}, {"convention": "gl"}, {"sigma": 0}, {"format": "jpg"}, {"x": 1}])
def test_wrong_normals_are_refused(client, body):
    assert next(iter(body)) in said(making(client, "normals", **body))


# Motion


def frames_of(answer) -> list[np.ndarray]:
    assert answer.status_code == 200, answer.text
    film = Image.open(io.BytesIO(answer.content))
    frames = []
    for index in range(film.n_frames):
        film.seek(index)
        frames.append(np.asarray(film.convert("RGB")).astype(int))
    return frames


KEYFRAMES = {
    "keyframes": [
        {"at": 0, "mix": {"lights": {"left": {}}}, "easing": "ease"},
        {"at": 1, "mix": {"lights": {"right": {}}}},
    ],
    "loops": False,
}


def test_keyframes_become_a_film(client):
    answer = making(client, "motion", motion=KEYFRAMES, frames=3, fps=10, format="webp")
    assert answer.headers["content-type"] == "image/webp"
    frames, desk = frames_of(answer), Desk(BALL)
    assert len(frames) == 3
    for frame, lights in zip(
        frames, ({"left": Fader()}, {"left": Fader(0.5), "right": Fader(0.5)}, {"right": Fader()})
    ):
        assert np.abs(frame - desk.picture(desk.factors(Mix(lights)))).mean() < 4


@pytest.mark.parametrize("ready", ["once_around", "day", "candle"])
def test_ready_motions_need_no_keyframes(client, ready):
    assert len(frames_of(making(client, "motion", motion=ready, frames=4, format="gif"))) > 1


def test_no_motion_is_refused_in_plain_words(client):
    expected = "motion must be keyframes or one of once_around, day, candle, not ''."
    assert said(making(client, "motion", motion="")) == expected


def test_a_ready_motion_of_a_set_without_ambient_light_does_without(client):
    put_without = making(client, "motion", "gains", motion="once_around", frames=2)
    assert put_without.status_code == 200


@pytest.mark.parametrize(("size", "shape"), [("preview", (36, 40, 3)), ("full", (72, 80, 3))])
def test_a_film_has_the_previews_or_the_photographs_size(client, size, shape):
    frames = frames_of(making(client, "motion", "large", motion=KEYFRAMES, frames=2, size=size))
    assert [frame.shape for frame in frames] == [shape] * 2


def test_without_pyav_mp4_is_refused(client, monkeypatch):
    monkeypatch.setattr(films, "pyav", lambda: None)
    assert "PyAV" in said(making(client, "motion", motion="day", format="mp4"))
    assert client.get(SETS).json()["films"] == ["webp", "gif"]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"motion": "dance"}, "motion"),
        ({"motion": {"keyframes": []}}, "A motion needs a keyframe"),
        ({"motion": {"keyframes": [{"at": 2, "mix": {}}]}}, "at"),
        ({"motion": {"keyframes": 2 * [{"at": 0, "mix": {}}]}}, "one after another"),
        ({"motion": {"keyframes": [{"at": 0, "mix": {"exposure": 9}}]}}, "motion.keyframes[0].mix.exposure"),
        ({"motion": {"keyframes": [{"at": 0, "mix": {"lights": {"north": {}}}}]}}, "no light 'north'"),
        ({"motion": "day", "frames": 241}, "frames"),
        ({"motion": "day", "fps": 0}, "fps"),
        ({"motion": "day", "format": "avi"}, "format"),
    ],
)
def test_a_wrong_motion_is_refused_by_name(client, body, reason):
    assert reason in said(making(client, "motion", **body))


def test_a_film_that_memory_does_not_hold_is_refused(client, monkeypatch):
    monkeypatch.setitem(writing._MOST, ".webp", 48 * 48 * 10)
    assert "11 frames of 48x48 pixels are too many" in said(making(client, "motion", motion="day", frames=11))
    assert making(client, "motion", motion="day", frames=10).status_code == 200


def test_ready_motions_are_those_of_the_package():
    assert motion.READY["once_around"](1.0) == motion.once_around(ambient=0.1)
