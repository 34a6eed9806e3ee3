"""Relighting over the API of a real Forge."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest
from forge import model_files, pictures, server
from forge.client import SECOND_PASS

FOREGROUND = pictures.text(pictures.subject())
FC = {"foreground": FOREGROUND, "mode": "fc"}
OPAQUE = pictures.text(pictures.coloured(64, 64))
MASK = pictures.text(pictures.half_mask(64, 64))
LIGHTS = {
    "none": {},
    "left": {"light": "left"},
    "right": {"light": "right"},
    "top": {"light": "top"},
    "bottom": {"light": "bottom"},
    "ambient": {"light": "ambient"},
    "custom": {"light": "custom", "light_map": pictures.text(pictures.disc())},
}


@pytest.mark.parametrize(
    ("tab", "relight", "channels"),
    [
        ("txt2img", FC, 8),
        ("txt2img", {**FC, "mode": "fcon"}, 8),
        ("txt2img", {**FC, "mode": "fbc", "light": "left"}, 12),
        ("txt2img", {**FC, "mode": "fbc", "background": OPAQUE}, 12),
        ("img2img", {"mode": "fc", "light": "left"}, 8),
    ],
    ids=["fc", "fcon", "fbc with a light", "fbc with a background", "fc in img2img"],
)
def test_every_unet_call_sees_the_condition(client, untouched, tab, relight, channels):
    given = {"init_images": [FOREGROUND]} if tab == "img2img" else {}
    answer = client.kept(tab, relight, **given)
    assert answer.record.channels == {channels}
    assert answer.pixels.shape == (64, 64, 3)
    assert not np.array_equal(answer.pixels, untouched.pixels)


@pytest.mark.parametrize("upscaler", ["Latent", "Lanczos"])
def test_second_pass_is_conditioned_at_its_own_size(client, host, upscaler):
    host.needs_upscaler(upscaler)
    host.needs_size(96)
    answer = client.txt2img(FC, **{**SECOND_PASS, "hr_upscaler": upscaler})
    assert answer.pixels.shape == (96, 96, 3)
    shapes = {tuple(call["shape"][1:]) for call in answer.record.report["unet"]}
    assert shapes == {(8, 8, 8), (8, 12, 12)}


def test_batches_give_different_pictures_of_the_same_subject(client):
    answer = client.txt2img({**FC, "light": "left"}, batch_size=2, n_iter=2)
    assert answer.record.channels == {8}
    assert len({picture.tobytes() for picture in answer.pictures[-4:]}) == 4
    alone = client.kept("txt2img", {**FC, "light": "left"}).pixels.astype(int)
    assert np.abs(answer.pictures[-4] - alone).max() <= 2


def test_size_that_is_no_multiple_of_64(client):
    answer = client.txt2img(FC, width=328, height=200)
    assert answer.pixels.shape == (200, 328, 3)
    assert {tuple(call["shape"][1:]) for call in answer.record.report["unet"]} == {(8, 25, 41)}


@pytest.mark.parametrize("tab", ["txt2img", "img2img"])
def test_lights_differ(client, tab):
    given = {"init_images": [FOREGROUND]} if tab == "img2img" else {}
    own = {} if tab == "img2img" else FC
    found = {name: client.kept(tab, {**own, **light}, **given).pixels.tobytes() for name, light in LIGHTS.items()}
    assert len(set(found.values())) == len(LIGHTS)


def test_light_without_strength_is_no_light_in_txt2img(client):
    answer = client.txt2img({**FC, "light": "left", "light_strength": 0})
    assert np.array_equal(answer.pixels, client.kept("txt2img", FC).pixels)


def test_img2img_picture_is_the_light_map_where_a_foreground_is_given(client):
    spot = pictures.text(pictures.disc())
    implied = client.img2img(FC, init_images=[spot])
    named = client.img2img({**FC, "light": "custom", "light_map": spot}, init_images=[OPAQUE])
    assert np.array_equal(implied.pixels, named.pixels)


@pytest.mark.parametrize("only_masked", [False, True], ids=["whole picture", "only masked"])
def test_inpainting_relights_inside_the_mask_alone(client, only_masked):
    body = {"init_images": [OPAQUE], "mask": MASK, "mask_blur": 0, "inpainting_fill": 1}
    body |= {"inpaint_full_res": only_masked, "inpaint_full_res_padding": 8}
    opaque = {"mode": "fc", "remove_background": False}
    before = np.asarray(pictures.coloured(64, 64))
    left, right = (client.img2img({**opaque, "light": light}, **body) for light in ("left", "right"))
    assert left.record.channels == {8}
    assert np.array_equal(left.pixels[:, 32:], before[:, 32:])
    assert not np.array_equal(left.pixels[:, :32], before[:, :32])
    assert not np.array_equal(left.pixels[:, :32], right.pixels[:, :32])


def test_off_after_on_gives_the_bytes_of_before(client, untouched):
    client.txt2img({**FC, "light": "left"})
    after = client.txt2img()
    assert after.files == untouched.files
    assert after.record.channels == {4}


def test_same_request_twice_gives_the_same_bytes(client):
    relight = {**FC, "mode": "fbc", "light": "top"}
    assert client.txt2img(relight).files == client.txt2img(relight).files


def test_same_img2img_request_twice_gives_the_same_bytes(client):
    first, second = (client.img2img({"light": "left"}, init_images=[FOREGROUND]) for _ in range(2))
    assert first.files == second.files


def test_model_by_name_is_the_model_found_by_itself(client, offsets):
    named = client.txt2img({**FC, "model": offsets["fc"].name})
    assert named.files == client.kept("txt2img", FC).files


@pytest.mark.slow
def test_file_with_the_web_uis_own_key_names_gives_the_same_picture(client, forge, forge_home, offsets):
    renamed = forge.models / "with-ldm-keys.safetensors"
    model_files.rename_keys(offsets["fc"], server.checkpoint_of(forge_home), renamed)
    try:
        answer = client.txt2img({**FC, "model": renamed.name})
    finally:
        renamed.unlink()
    assert np.array_equal(answer.pixels, client.kept("txt2img", FC).pixels)


def test_prepared_subject_is_shown_among_the_results(client):
    answer = client.txt2img({**FC, "show_subject": True})
    assert len(answer.pictures) == 2
    shown = answer.pictures[1]
    assert shown.shape == (64, 64, 3)
    assert (shown[0, 0] == 127).all()
    assert np.array_equal(answer.pixels, client.kept("txt2img", FC).pixels)


@pytest.mark.parametrize("field", ["restore_details", "keep_colours", "reinforce_foreground"])
def test_strengths_change_the_picture(client, field):
    # The radius counts in pixels of a large picture; this one is an eighth of it.
    answer = client.txt2img({**FC, field: True, "details_radius": 16})
    assert not np.array_equal(answer.pixels, client.kept("txt2img", FC).pixels)


def test_dict_of_the_other_extension_is_understood(client):
    answer = client.txt2img(
        {
            "model_type": "FC",
            "input_fg": FOREGROUND,
            "uploaded_bg": None,
            "bg_source_fc": "Left Light",
            "bg_source_fbc": "Use Background Image",
            "remove_bg": True,
            "reinforce_fg": False,
            "detail_transfer": False,
        }
    )
    assert np.array_equal(answer.pixels, client.kept("txt2img", {**FC, "light": "left"}).pixels)


def test_variation_seeds(client):
    varied = client.txt2img({**FC, "light": "left"}, subseed=5, subseed_strength=0.5)
    assert varied.record.channels == {8}
    assert not np.array_equal(varied.pixels, client.kept("txt2img", {**FC, "light": "left"}).pixels)


@pytest.mark.parametrize("command", ["interrupt", "skip"])
def test_stopped_job_ends_well(client, untouched, command):
    answers = []
    job = threading.Thread(target=lambda: answers.append(client.txt2img(FC, steps=150)))
    job.start()
    _wait_until_sampling(client, job)
    client.call(f"/sdapi/v1/{command}", {})
    job.join()
    assert answers[0].pixels.shape == (64, 64, 3)
    assert len(answers[0].record.report["unet"]) < 150
    assert client.txt2img().files == untouched.files


def _wait_until_sampling(client, job):
    while job.is_alive():
        state = client.call("/sdapi/v1/progress?skip_current_image=true")[1]["state"]
        if state["sampling_step"] >= 2 and state["sampling_steps"] == 150:
            return
        time.sleep(0.1)
    pytest.fail("the job ended before it could be stopped")


def test_settings_are_written_to_png_info(client):
    relight = {**FC, "mode": "fbc", "light": "left", "light_strength": 1.5, "keep_colours": 0.5}
    text = client.txt2img(relight).infotext
    for part in ("IC Light mode: fbc", "IC Light direction: left", "IC Light strength: 1.5", "keep colours: 0.5"):
        assert part in text
    assert "IC Light" not in client.txt2img().infotext


def test_png_info_generates_the_same_picture_again(client):
    relight = {**FC, "light": "left", "light_strength": 1.5}
    first = client.txt2img(relight)
    status, parsed = client.call("/sdapi/v1/png-info", {"image": pictures.text(first.files[0])})
    assert status == 200
    fields = parsed["parameters"]
    assert fields["IC Light direction"] == "left"
    assert float(fields["IC Light strength"]) == 1.5
    assert fields["IC Light foreground"] in first.infotext


def test_script_tells_its_arguments(client):
    scripts = client.call("/sdapi/v1/script-info")[1]
    ours = [script for script in scripts if script["name"] == "ic light"]
    assert {script["is_img2img"] for script in ours} == {False, True}
    assert all(script["is_alwayson"] for script in ours)
