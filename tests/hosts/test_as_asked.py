"""A run does what was requested, or it is refused: over the API, on the workbench."""

from __future__ import annotations

import json

import numpy as np
import pytest
from asking import BODY, ask, pixels_of
from PIL import Image
from samples import encoded

from workbench.session import images

INFOTEXT = "a ball\nSteps: 2, Sampler: Euler, CFG scale: 2, Seed: 5, Size: 64x64, "


def cut_out(colour=(200, 90, 30)) -> str:
    """A ball on transparency."""
    pixels = np.zeros((64, 64, 4), np.uint8)
    pixels[np.hypot(*(np.mgrid[:64, :64] - 32)) < 24] = (*colour, 255)
    return encoded(Image.fromarray(pixels))


def assert_refused(host, answer, *words):
    assert answer.status_code == 422, answer.text
    assert [word for word in words if word not in answer.json()["detail"]] == []
    assert host.probe.unet_inputs == []


def test_a_dict_that_asks_for_anything_is_on(host):
    relit = pixels_of(ask(host, {"enabled": True, "foreground": cut_out(), "light": "left"}))
    assert (pixels_of(ask(host, {"foreground": cut_out(), "light": "left"})) == relit).all()
    assert (pixels_of(ask(host, {"enabled": None, "input_fg": cut_out(), "bg_source_fc": "Left Light"})) == relit).all()


@pytest.mark.parametrize("off", [{}, {"enabled": False, "light": "left"}, {"foreground": None}])
def test_a_dict_that_asks_for_nothing_is_off(host, off):
    assert (pixels_of(ask(host, off)) == pixels_of(host.txt2img(**BODY))).all()


@pytest.mark.parametrize("more", [["left"], [{"light": "left"}], [None, "Zm9v"], [False]])
def test_more_than_one_dict_is_refused(host, more):
    answer = ask(host, {"enabled": True, "foreground": cut_out()}, *more)
    assert_refused(host, answer, "one dict", "nothing after it")


@pytest.mark.parametrize("name", ["iclight_tiny", "iclight_tiny_fc.old"])
def test_a_model_that_is_absent_is_refused_by_name(host, name):
    there = host.models_dir / "ic-light" / "iclight_tiny.old.safetensors"
    there.write_bytes(b"")
    try:
        asked = ask(host, {"foreground": cut_out(), "model": name})
        assert_refused(host, asked, f"no IC-Light model named {name!r}", "auto")
        said = INFOTEXT + f"IC Light mode: fc, IC Light model: {name}, IC Light background removal: off"
        script = {"IC Light": {"args": [True, cut_out()]}}
        pasted = host.txt2img(prompt="a ball", infotext=said, alwayson_scripts=script)
        assert_refused(host, pasted, f"no IC-Light model named {name!r}", "auto")
    finally:
        there.unlink()


def test_a_remover_is_named_only_where_it_has_removed_something(host):
    info = ask(host, {"foreground": cut_out(), "matting_model": "u2net"}).json()["info"]
    assert "IC Light foreground" in info
    assert "background removal" not in info


NEWER = '{"version":2,"lights":[]}'


@pytest.mark.parametrize("as_parameters", [False, True], ids=["as the field light", "as generation parameters"])
def test_a_light_of_a_newer_version_is_refused_by_name(host, as_parameters):
    if as_parameters:
        ours = f"IC Light mode: fc, IC Light direction: editor, IC Light lights: {json.dumps(NEWER)}"
        answer = ask(host, infotext=INFOTEXT + ours)
    else:
        answer = ask(host, {"enabled": True, "foreground": cut_out(), "light": NEWER})
    assert_refused(host, answer, "light.version must be 1, not 2. It was made by a newer IC Light")


def chroma(picture: np.ndarray) -> float:
    """How far a picture is from grey."""
    return float((picture.max(axis=2) - picture.min(axis=2)).mean())


def test_colour_correction_does_not_take_the_light_back(host):
    """The host's own setting matches a result's colours to the run's starting picture, here a grey light map."""
    from modules import shared

    relight = {"foreground": cut_out(), "remove_background": False, "keep_original": True, "keep_colours": 0.5}
    body = {"way": "img2img", "init_images": [encoded(Image.new("RGB", (64, 64)))], "denoising_strength": 0.9}
    plain = images(ask(host, relight, **body))
    shared.opts.data["img2img_color_correction"] = True
    corrected = images(ask(host, relight, **body))
    assert len(corrected) == len(plain) == 2
    for one, other in zip(corrected, plain, strict=True):
        assert (np.asarray(one) == np.asarray(other)).all()


def test_colour_correction_is_as_it_was_for_all_other_runs(host):
    from modules import shared

    def plain() -> np.ndarray:
        init = encoded(Image.new("RGB", (64, 64), (90, 90, 90)))
        return pixels_of(host.img2img(**BODY, init_images=[init], denoising_strength=0.9))

    shared.opts.data["img2img_color_correction"] = True
    before = plain()
    assert chroma(before) < 2
    ask(host, {"foreground": cut_out()}, way="img2img", init_images=[cut_out()])
    assert (plain() == before).all()
