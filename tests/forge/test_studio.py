"""The light studio over the API of a real web UI: sets are shot, gone on with, developed, measured and moved."""

from __future__ import annotations

import io
import json
import threading
import time

import numpy as np
import pytest
from forge import compatibility, pictures, server, studio
from forge.companions import Companion, CompanionClient, plotted
from PIL import Image

from lib_iclight.studio.light_set import GAINS, PAINTINGS
from lib_iclight.studio.mix import alone
from lib_iclight.studio.mixing import Desk

pytestmark = pytest.mark.slow

NAMES = ["left", "right", "bottom", "top"]
SUBJECT = {"foreground": pictures.text(pictures.subject())}
PHOTOGRAPH = {**SUBJECT, "result": "photograph", "photograph_size": "photograph"}
PLOT = plotted(1, "7, 8")  # along the seed
MIX = {"lights": {"left": {"strength": 1.5, "kelvin": 3200}, "top": {"strength": 0.5}}, "exposure": "auto"}

# Under random weights all lights are nearly the same, and WebP writes equal frames as one.
FADING = {"keyframes": [{"at": at, "mix": {"lights": {"left": {"strength": at}}}} for at in (0.2, 1)]}


@pytest.fixture(scope="module")
def without_us(forge_home, keeper, tmp_path_factory):
    """The pictures of an X/Y/Z plot, made by a web UI that lacks this extension."""
    keeper.stop()
    with server.running(forge_home, tmp_path_factory.mktemp("without"), with_checkout=False) as forge:
        return plot(CompanionClient(forge.url, forge.models.parent / "without", forge.host))


@pytest.fixture(scope="module")
def forge(without_us, keeper):
    return keeper.get("studio")


@pytest.fixture(scope="module")
def client(forge):
    return CompanionClient(forge.url, forge.models.parent / "studio", forge.host)


@pytest.fixture(scope="module")
def untouched(client):
    """A generation from before IC-Light was ever on, and an X/Y/Z plot."""
    return {"plain": client.txt2img().files, "plot": plot(client)}


@pytest.fixture(scope="module")
def shot(client, untouched):
    """Sets of the four sides, shot once: the host's answer by kind."""
    return {
        PAINTINGS: studio.shoot(client, SUBJECT, studio.FOUR),
        GAINS: studio.shoot(client, PHOTOGRAPH, studio.FOUR, save_images=True),
    }


@pytest.fixture(autouse=True)
def _row(request, forge_home):
    """This test's result, which goes into the table whether it passes or not."""
    failed = request.session.testsfailed
    yield
    what = request.node.name.removeprefix("test_").replace("_", " ").replace("[", " (").replace("]", ")")
    result = "passed" if request.session.testsfailed == failed else "failed"
    compatibility.record(forge_home, "Light studio", {"what": what, "figures": "", "result": result})


def plot(client):
    return client.txt2img(**PLOT, companions={}).files


def pixels_of(content):
    return np.asarray(Image.open(io.BytesIO(content)))


@pytest.mark.parametrize("kind", [PAINTINGS, GAINS])
def test_a_set_is_shot_and_its_file_lies_among_the_results(client, forge, shot, kind):
    sheet, *lights = shot[kind].pictures
    name = studio.named(shot[kind].infotext)
    found = studio.read(forge, name)
    assert (found.kind, [one.name for one in found.shots]) == (kind, [*NAMES, "ambient"])
    assert len({light.tobytes() for light in lights}) == 5
    beside = Image.open(studio.folder_of(forge) / f"{name}.png")
    assert studio.named(beside.info["parameters"]) == name
    np.testing.assert_array_equal(np.asarray(beside.convert("RGB")), sheet)
    assert sheet.size > lights[0].size
    assert studio.listed(client)[name]["lights"] == NAMES
    if kind == PAINTINGS:
        desk = Desk(found)
        for light, pixels in zip(NAMES, lights):
            np.testing.assert_array_equal(desk.picture(desk.factors(alone(light))), pixels)
    else:
        assert found.full.photograph.shape == (150, 150, 3), "the photograph's own pixels in the run's frame"


def test_a_light_of_a_set_is_the_relight_by_itself(client, shot):
    own = client.txt2img({**SUBJECT, "light": "left"})
    np.testing.assert_array_equal(shot[PAINTINGS].pictures[1], own.pixels)


def test_a_set_is_shot_in_img2img(client, forge, untouched):
    picture = {"init_images": [SUBJECT["foreground"]], "denoising_strength": 0.9}
    answer = studio.shoot(client, {"light": studio.LAMPS}, studio.EACH, tab="img2img", **picture)
    found = studio.read(forge, studio.named(answer.infotext))
    assert [one.name for one in found.shots] == ["light 1", "light 2", "light 3"]


def test_interrupt_keeps_the_lights_that_are_done_and_the_set_is_gone_on_with(client, forge, untouched):
    given = {**PHOTOGRAPH, "light": studio.LAMPS}
    answers = []
    job = threading.Thread(target=lambda: answers.append(studio.shoot(client, given, studio.EACH, steps=4)))
    job.start()
    assert _interrupted_in_the_second_light(client, job) == 3, "one progress bar for all lights"
    job.join()
    name = studio.named(answers[0].infotext)
    begun = studio.read(forge, name)
    assert [one.name for one in begun.shots] == ["light 1"]
    gone_on = studio.shoot(client, given, studio.EACH, name, steps=4, seed=-1)
    assert studio.named(gone_on.infotext) == name
    at_once = studio.shoot(client, given, studio.EACH, steps=4)
    found, expected = (studio.read(forge, studio.named(answer.infotext)) for answer in (gone_on, at_once))
    assert [one.name for one in found.shots] == ["light 1", "light 2", "light 3"]
    for one, other in zip(found.shots, expected.shots):
        np.testing.assert_array_equal(one.values, other.values)
        np.testing.assert_array_equal(one.slope, other.slope)
    np.testing.assert_array_equal(found.full.photograph, expected.full.photograph)


def _interrupted_in_the_second_light(client, job):
    """Interrupt; the number of jobs that the progress bar is for."""
    while job.is_alive():
        state = client.call("/sdapi/v1/progress?skip_current_image=true")[1]["state"]
        if state["job_no"] == 1 and state["sampling_step"] >= 1:
            client.call("/sdapi/v1/interrupt", {})
            return state["job_count"]
        time.sleep(0.05)
    pytest.fail("all lights were shot before they could be interrupted")


@pytest.mark.parametrize("kind", [PAINTINGS, GAINS])
def test_a_mix_is_developed_saved_and_read_again(client, forge, shot, kind):
    name = studio.named(shot[kind].infotext)
    status, told = client.call(studio.at(name, "/develop"), {"mix": MIX})
    assert status == 200, told
    developed = client.picture(told["url"].removeprefix("."))
    side = {PAINTINGS: 64, GAINS: 150}[kind]
    assert developed.shape == (side, side, 3) == (told["height"], told["width"], 3)
    (saved,) = (forge.models.parent / "outputs").rglob(told["file"])
    with Image.open(saved) as picture:
        assert picture.info["parameters"] == told["infotext"]
        np.testing.assert_array_equal(np.asarray(picture.convert("RGB")), developed)
    parsed = client.call("/sdapi/v1/png-info", {"image": pictures.text(saved.read_bytes())})[1]["parameters"]
    assert (parsed["IC Light set"], parsed["Seed"]) == (name, "7")
    assert client.call(f"{studio.ROUTE}/read", {"infotext": told["infotext"]})[1]["name"] == name
    if kind == PAINTINGS:
        np.testing.assert_array_equal(client.picture(studio.at(name, "/mix"), {"mix": MIX}), developed)


def test_normals_and_a_film_are_made_of_a_set(client, shot):
    name = studio.named(shot[PAINTINGS].infotext)
    normals = pixels_of(client.content(studio.at(name, "/normals"), {"sigma": 1}))
    assert normals.shape == (64, 64, 3)
    assert normals.std() > 0
    film = client.content(studio.at(name, "/motion"), {"motion": FADING, "frames": 5, "fps": 5})
    assert Image.open(io.BytesIO(film)).n_frames == 5


def test_damaged_and_foreign_files_are_refused_by_name(client, forge, shot):
    folder, name = studio.folder_of(forge), studio.named(shot[PAINTINGS].infotext)
    whole = (folder / f"{name}.safetensors").read_bytes()
    bad = {"cut off": whole[: len(whole) // 2], "a checkpoint": _safetensors(), "no tensors": b"<html>", "empty": b""}
    for one, content in bad.items():
        (folder / f"{one}.safetensors").write_bytes(content)
    try:
        sets = studio.listed(client)
        for one in bad:
            assert one in sets[one]["problem"]
            for path, body in (("", None), ("/preview", None), ("/mix", {"mix": MIX}), ("/develop", {"mix": MIX})):
                status, answer = client.call(studio.at(one, path), body)
                assert status == 422
                assert one in answer["detail"]
                assert str(forge.models.parent) not in json.dumps(answer)
            begun = studio.shoot(client, SUBJECT, studio.FOUR, one)
            assert (begun.status, one in begun.message) == (422, True)
    finally:
        for one in bad:
            (folder / f"{one}.safetensors").unlink()
    assert not sets[name]["problem"]


def _safetensors():
    from safetensors.numpy import save

    return save({"model.diffusion_model.out.2.bias": np.zeros(4, np.float16)})


def test_an_xyz_plot_is_as_without_this_extension_before_and_after_a_set(client, without_us, untouched, shot):
    assert untouched["plot"] == without_us
    assert plot(client) == without_us


def test_an_xyz_plot_of_lights_works_after_a_set(client, shot):
    scripts = client.call("/sdapi/v1/script-info")[1]
    xyz = next(script for script in scripts if script["name"] == "x/y/z plot" and not script["is_img2img"])
    axis = xyz["args"][0]["choices"].index("[IC Light] Light")
    cells = client.run("txt2img", "fc", Companion(body=plotted(axis, "right, left"))).pictures[1:3]
    assert not np.array_equal(*cells)
    np.testing.assert_array_equal(cells[1], client.run("txt2img", "fc").pixels)


def test_a_plain_picture_afterwards_is_as_before_byte_by_byte(client, untouched, shot):
    assert client.txt2img().files == untouched["plain"]
