"""A real Forge says what is wrong with model files and checkpoints, and otherwise works as usual."""

from __future__ import annotations

import base64
import io
import json
import urllib.error
import urllib.request

import numpy as np
import pytest
from browsers import chromium
from forge import model_files, pictures
from PIL import Image

SUBJECT = pictures.text(pictures.subject())
FC = {"foreground": SUBJECT}
OTHER = "ic-light-test-sdxl"
NAMED = {
    "cut-off.safetensors": "is cut off: ",
    "cut-off-header.safetensors": "is cut off inside its header",
    "empty.safetensors": "is empty",
    "web-page.safetensors": "is not a safetensors file",
    "renamed-pickle.safetensors": "but a pickled one",
    "pickled.ckpt": "never opened because they can run code",
    "lora.safetensors": "is a LoRA",
    "controlnet.safetensors": "is a ControlNet",
    "checkpoint.safetensors": "is a Stable Diffusion checkpoint",
    "plain-unet.safetensors": "is a UNet with 4 input channels",
    "sdxl-unet.safetensors": "is an SDXL model",
}


@pytest.fixture(scope="module")
def before(client):
    """A generation before the files were there."""
    return client.txt2img(FC)


@pytest.fixture(scope="module")
def wrong(forge, before):
    """Files that are not IC-Light offsets, in the model folder."""
    files = model_files.damaged_and_foreign()
    for name, content in files.items():
        forge.models.joinpath(name).write_bytes(content)
    yield files
    for name in files:
        forge.models.joinpath(name).unlink()


@pytest.fixture(scope="module")
def other(forge):
    """An SDXL checkpoint, or what its header looks like, among Forge's."""
    path = forge.home / "models" / "Stable-diffusion" / f"{OTHER}.safetensors"
    shapes = {"conditioner.embedders.0.x": [1], "model.diffusion_model.label_emb.0.0.weight": [1, 1]}
    path.write_bytes(model_files.content(shapes))
    forge.client.call("/sdapi/v1/refresh-checkpoints", {})
    yield OTHER
    path.unlink()
    forge.client.call("/sdapi/v1/refresh-checkpoints", {})


def models(client):
    status, answer = client.call("/ic-light/models")
    assert status == 200
    return answer


# Files


def test_each_wrong_file_is_named_with_the_reason_and_a_way_out(client, wrong):
    listed = {item["name"]: item for item in models(client)["models"]}
    for name, problem in NAMED.items():
        assert problem in listed[name]["problem"]
        assert listed[name]["way_out"]
        assert not listed[name]["usable"]
    assert set(NAMED) == set(wrong)


def test_no_wrong_file_is_chosen_or_offered(client, wrong):
    assert not set(models(client)["chosen"].values()) & set(wrong)
    _, page = client.call("/config")
    offered = [
        choice[0]
        for component in page["components"]
        if component["props"].get("elem_id") == "txt2img_ic_light_model"
        for choice in component["props"]["choices"]
    ]
    assert "auto" in offered
    assert not set(offered) & set(wrong)


def test_generation_goes_on_as_usual(client, before, wrong):
    after = client.txt2img(FC)
    assert after.files == before.files
    assert not set(wrong) & {path.replace("\\", "/").rsplit("/", 1)[-1] for path in after.record.report["opened"]}


def test_a_file_of_a_wrong_kind_is_never_loaded(client, wrong):
    for name in wrong:
        answer = client.txt2img({**FC, "model": name})
        assert answer.status == 422
        assert not answer.record.sampled


# Checkpoints


def test_a_hires_checkpoint_of_another_family_is_refused(client, other):
    answer = client.txt2img(FC, enable_hr=True, hr_checkpoint_name=other, denoising_strength=0.5)
    assert answer.status == 422
    assert f"the hires-fix checkpoint {other} is SDXL" in answer.message
    assert not answer.record.sampled


def test_a_refiner_of_another_family_is_refused(client, other):
    answer = client.txt2img(FC, refiner_checkpoint=other, refiner_switch_at=0.5)
    assert answer.status == 422
    assert f"the refiner {other} is SDXL" in answer.message
    assert not answer.record.sampled


def test_without_ic_light_nobody_minds(client, other):
    assert client.txt2img(enable_hr=False, hr_checkpoint_name=other).status == 200


# Routes


def raw(client, path, body=None):
    request = urllib.request.Request(
        client.url + path, None if body is None else json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as answer:
            return answer.status, answer.headers["Content-Type"], answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers["Content-Type"], error.read()


def test_the_routes_answer_and_are_documented(client):
    assert client.call("/ic-light/version")[1]["name"]
    assert [light["name"] for light in client.call("/ic-light/lights")[1]][:2] == ["left", "right"]
    status, kind, content = raw(client, "/ic-light/light-map", {"light": "left", "width": 32, "height": 8})
    assert (status, kind) == (200, "image/png")
    assert Image.open(io.BytesIO(content)).size == (32, 8)
    status, _, content = raw(client, "/ic-light/foreground", {"image": SUBJECT})
    assert status == 200
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(content))), np.asarray(pictures.subject()))
    assert client.call("/ic-light/models/refresh", {})[0] == 200
    _, document = client.call("/openapi.json")
    assert {"/ic-light/models", "/ic-light/foreground", "/ic-light/light-map"} <= set(document["paths"])
    assert raw(client, "/docs")[0] == 200


@pytest.mark.parametrize("name", ["../../secret", "/etc/passwd", "..\\..\\secret"])
def test_a_path_is_no_name(client, name):
    assert client.call("/ic-light/light-map", {"light": name})[0] == 422
    assert client.call("/ic-light/foreground", {"image": SUBJECT, "matting_model": name})[0] == 422
    assert client.txt2img({**FC, "model": name}).status == 422
    opaque = pictures.text(pictures.coloured(64, 64))
    assert client.txt2img({"foreground": opaque, "matting_model": name}).status == 422


def test_no_answer_names_a_folder_of_the_server(forge, client, wrong):
    answers = [raw(client, f"/ic-light/{path}")[2] for path in ("version", "models", "lights")]
    answers.append(raw(client, "/ic-light/foreground", {"image": base64.b64encode(b"x" * 99).decode()})[2])
    answers += [client.txt2img({**FC, "model": name}).message.encode() for name in ("nowhere", *wrong)]
    for answer in answers:
        assert str(forge.home).encode() not in answer
        assert str(forge.models.parent).encode() not in answer


# The page


@pytest.mark.browser
def test_the_accordion_names_wrong_files_and_a_checkpoint_that_does_not_suit(forge, wrong, other):
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1500, "height": 1400})
        page.route("**/*", lambda route: route.continue_() if forge.url in route.request.url else route.abort())
        page.goto(forge.url, wait_until="domcontentloaded", timeout=120_000)
        page.locator("#txt2img_ic_light_enabled .label-wrap").first.click(timeout=120_000)
        page.locator("#txt2img_ic_light_refresh").click()
        listing = page.locator("#txt2img_ic_light_models")
        listing.get_by_text("empty.safetensors").wait_for()
        for name, problem in NAMED.items():
            assert problem in listing.locator("li", has_text=name).first.inner_text()
        notice = page.locator("#txt2img_ic_light_notice")
        assert not notice.is_visible()
        checkpoint = page.locator(".model_selection input").first
        chosen = checkpoint.input_value()
        choose(page, checkpoint, other)
        notice.get_by_text(f"The checkpoint {other} is SDXL").wait_for()
        choose(page, checkpoint, chosen)
        notice.wait_for(state="hidden")


def choose(page, field, text):
    """Choose an entry of a dropdown."""
    field.click()
    field.fill(text.split(" [")[0])
    page.locator("ul[role=listbox] li", has_text=text.split(" [")[0]).first.click()
