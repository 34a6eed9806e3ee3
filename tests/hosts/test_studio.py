"""The light studio in the web UI: sets that were shot are listed, and what is developed is saved like any result."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from cloths import BODY, cut_out_cloth, encoded
from light_sets import ball_set
from PIL import Image
from studio_pages import SETS, pixels_of, put, said

from lib_iclight.hosts import studio
from lib_iclight.shooting import FOUR
from lib_iclight.studio.light_set import GAINS, FullSize
from lib_iclight.studio.mix import Fader, Mix, alone
from lib_iclight.studio.mixing import Desk
from lib_iclight.studio.set_file import read
from lib_iclight.studio.told import MIX
from workbench.session import images

CLOTH = cut_out_cloth(0, 160)
WARM = Mix({"left": Fader(0.8, kelvin=3200), "top": Fader(0.25)}, ambient=Fader(0.5), exposure=None)


@pytest.fixture
def outputs(host) -> Path:
    folder = host.settings.data_dir / "outputs"
    for old in [*folder.rglob("*.safetensors"), *folder.rglob("*-mix.*")]:
        old.unlink()
    return folder


def shoot(host, way: str = "txt2img", **fields):
    scripts = {"IC Light": {"args": [{"foreground": encoded(CLOTH), **fields}]}}
    script = {"script_name": "IC Light: light set", "script_args": [FOUR, ""], "alwayson_scripts": scripts}
    more = {"init_images": [encoded(CLOTH)]} if way == "img2img" else {}
    answer = getattr(host, way)(**BODY, **more, **script)
    assert answer.status_code == 200, answer.text
    return answer


def listed(host, **options) -> list[str]:
    return [each["name"] for each in host.api.get(SETS, **options).json()["sets"]]


def develop(host, name: str, mix: Mix = WARM, **body) -> dict:
    answer = host.api.post(f"{SETS}/{name}/develop", json={"mix": mix.to_dict(), **body})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_sets_of_both_tabs_are_listed(host, outputs):
    shoot(host)
    (first,) = listed(host)
    shoot(host, "img2img")
    assert first in listed(host)
    assert len(listed(host)) == 2


def test_a_light_alone_is_the_picture_that_the_run_gave(host, outputs):
    pictures = images(shoot(host))
    (name,) = listed(host)
    found = pixels_of(host.api.post(f"{SETS}/{name}/mix", json={"mix": {"lights": {"right": {}}}}))
    np.testing.assert_array_equal(found, np.asarray(pictures[2].convert("RGB")))


def test_a_mix_is_saved_like_any_result_with_its_infotext(host, outputs):
    from modules.infotext_utils import parse_generation_parameters

    shoot(host)
    (name,) = listed(host)
    told = develop(host, name)
    (path,) = outputs.rglob("*-mix.png")
    assert path.name == told["file"]
    assert path.parent.parent.name == "txt2img-images"
    with Image.open(path) as saved:
        assert saved.text["parameters"] == told["infotext"]
        assert saved.info["icc_profile"]
        light_set = read(next(outputs.rglob(f"{name}.safetensors")))
        desk = Desk(light_set)
        np.testing.assert_array_equal(np.asarray(saved), desk.picture(desk.factors(WARM)))
    found = parse_generation_parameters(told["infotext"])
    assert (found["Seed"], found["IC Light set"]) == ("5", name)
    assert json.loads(found[MIX]) == WARM.to_dict()
    np.testing.assert_array_equal(pixels_of(host.api.get(told["url"].removeprefix("."))), np.asarray(Image.open(path)))
    assert str(outputs.parent) not in json.dumps(told)


def test_the_web_uis_format_is_taken_unless_another_is_asked_for(host, outputs, monkeypatch):
    from modules import shared

    shoot(host)
    (name,) = listed(host)
    monkeypatch.setitem(shared.opts.data, "samples_format", "webp")
    assert develop(host, name)["file"].endswith("-mix.webp")
    assert develop(host, name, format="jpg")["file"].endswith("-mix.jpg")


def test_a_photograph_is_developed_at_its_own_size_with_layers_beside_it(host, outputs):
    shoot(host, result="photograph", photograph_size="photograph")
    (name,) = listed(host)
    told = develop(host, name, layers="both")
    assert (told["width"], told["height"], told["remarks"]) == (160, 160, [])
    beside = sorted(path.suffix for path in outputs.rglob("*-mix.*"))
    assert beside == [".exr", ".png", ".psd"]


def test_layers_that_cannot_be_written_are_told_and_the_picture_is_there(host, outputs, monkeypatch):
    from lib_iclight.files import psd

    monkeypatch.setattr(psd, "LONGEST_SIDE", 10)
    shoot(host)
    (name,) = listed(host)
    told = develop(host, name, layers="psd")
    assert told["layers"] == []
    assert "could not be written as psd" in told["remarks"][0]
    assert len([*outputs.rglob("*-mix.png")]) == 1


def test_whoever_is_logged_in_has_the_sets_that_they_shot(host, outputs, monkeypatch):
    from modules.processing import StableDiffusionProcessing

    monkeypatch.setattr(studio, "user", lambda app, request: request.headers.get("x-user", ""))
    for name in ("anna", "ben"):
        monkeypatch.setattr(StableDiffusionProcessing, "user", name, raising=False)
        shoot(host)
    (hers,), (his,) = (listed(host, headers={"x-user": name}) for name in ("anna", "ben"))
    assert listed(host) == listed(host, headers={"x-user": "eve"}) == []
    if hers != his:
        assert "no light set named" in said(host.api.get(f"{SETS}/{hers}", headers={"x-user": "ben"}))
    assert len([*outputs.rglob("*.safetensors")]) == 2


def test_a_photograph_of_16_bits_keeps_them(host, outputs):
    import cv2

    photograph = np.repeat(np.arange(20000, 20040, dtype=np.uint16)[None, :, None], 40, axis=0).repeat(3, axis=2)
    small = replace(ball_set(), kind=GAINS)
    shots = [replace(shot, values=0 * shot.values, slope=0 * shot.values[..., 0]) for shot in small.shots]
    along = (48 / 40, 0.0)
    full = FullSize(photograph, np.full((40, 40), 255, np.uint8), along, along)
    deep = replace(small, lights=(*shots[:4],), ambient=shots[4], full=full)
    put(outputs / "txt2img-images" / "light-sets", {"deep": deep})
    told = develop(host, "deep", alone("left"))
    found = cv2.imread(str(next(outputs.rglob(told["file"]))), cv2.IMREAD_UNCHANGED)
    np.testing.assert_array_equal(found, photograph)
