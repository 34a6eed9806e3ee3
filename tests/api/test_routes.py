"""The routes under /ic-light, as a client sees them."""

from __future__ import annotations

import io
import json
import re

import numpy as np
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from PIL import Image
from routes import with_routes
from samples import as_base64, encoded, plain
from sd15_layout import iclight_file, safetensors_bytes

from lib_iclight import __version__
from lib_iclight.fields import Kind
from lib_iclight.light import description
from lib_iclight.light.maps import preset, render
from lib_iclight.picture.opening import MAX_PIXELS
from lib_iclight.request import FIELDS, REFINEMENT_FIELDS

TRAVERSALS = ("../../../etc/passwd", "..\\..\\secret", "/etc/passwd", "C:\\windows", "a/../b", "%2e%2e%2f", "\x00", "")


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "models" / "ic-light"
    path.mkdir(parents=True)
    return path


@pytest.fixture
def make(folder):
    def make(*, forbidden: bool = False) -> TestClient:
        return TestClient(with_routes(FastAPI(), folder, forbidden=forbidden))

    return make


@pytest.fixture
def client(make):
    return make()


def picture_of(answer) -> Image.Image:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "image/png"
    return Image.open(io.BytesIO(answer.content))


# Version, lights, models


def test_the_version_is_the_packages(client):
    assert client.get("/ic-light/version").json()["version"] == __version__


def test_each_listed_light_can_be_drawn(client):
    listed = client.get("/ic-light/lights").json()
    assert [light["name"] for light in listed] == ["left", "right", "top", "bottom", "front", "ambient"]
    for light in listed:
        for key, background in (("light_map", False), ("light_background", True)):
            expected = render(preset(light["name"], background), 24, 16)
            named = {"light": light["name"], "background": background}
            for body in (named, {"light": light[key]}):
                answer = client.post("/ic-light/light-map", json={"width": 24, "height": 16, **body})
                assert np.array_equal(picture_of(answer), expected), body


def test_lights_are_described_in_words(client):
    listed = client.get("/ic-light/lights").json()
    assert {light["name"]: light["description"] for light in listed} == {
        "left": "from the left",
        "right": "from the right",
        "top": "from the top",
        "bottom": "from the bottom",
        "front": "from the front",
        "ambient": "even light from all sides",
    }


def test_models_are_listed_with_what_is_wrong(client, folder):
    iclight_file(folder, "iclight_sd15_fc.safetensors")
    (folder / "half.safetensors").write_bytes(safetensors_bytes({"conv_in.weight": (320, 8, 3, 3)})[:-10])
    (folder / "old.ckpt").write_bytes(b"PK\x03\x04")
    answer = client.get("/ic-light/models").json()
    by_name = {item.pop("name"): item for item in answer["models"]}
    assert by_name["iclight_sd15_fc.safetensors"] | {"size": 0} == {
        "size": 0,
        "kind": "fc",
        "modes": ["fc"],
        "key_style": "diffusers",
        "dtype": "F16",
        "usable": True,
        "problem": "",
        "way_out": "",
    }
    assert by_name["half.safetensors"]["problem"].startswith("is cut off: 10 of its")
    assert "Delete it and download it again" in by_name["half.safetensors"]["way_out"]
    assert "not a safetensors file" in by_name["old.ckpt"]["problem"]
    assert not by_name["half.safetensors"]["usable"]
    assert answer["chosen"] == {"fc": "iclight_sd15_fc.safetensors"}
    assert answer["downloads"] == ""


def test_a_new_file_is_there_after_a_refresh(client, folder):
    assert client.get("/ic-light/models").json()["models"] == []
    iclight_file(folder, "relight.safetensors", 12)
    assert client.post("/ic-light/models/refresh", json={}).json()["chosen"] == {"fbc": "relight.safetensors"}


def test_downloads_that_are_off_are_told(make):
    assert "--ic-light-no-download" in make(forbidden=True).get("/ic-light/models").json()["downloads"]


# Light maps


def test_a_light_can_be_drawn_as_a_background_and_flatter(client):
    body = {"light": "left", "width": 16, "height": 8, "background": True}
    expected = render(preset("left", background=True), 16, 8)
    assert np.array_equal(picture_of(client.post("/ic-light/light-map", json=body)), expected)
    flat = picture_of(client.post("/ic-light/light-map", json={**body, "strength": 0}))
    assert np.asarray(flat).min() == np.asarray(flat).max() == 127


def test_a_description_is_drawn_from_an_object_and_from_its_text(client):
    light = {"version": 1, "lights": [{"angle": 200, "colour": "#ff8800"}, {"x": 0.2, "y": -0.5}], "range": [9, 200]}
    expected = render(description.parse(light), 24, 16)
    for given in (light, json.dumps(light)):
        body = {"light": given, "width": 24, "height": 16}
        assert np.array_equal(picture_of(client.post("/ic-light/light-map", json=body)), expected)


def test_what_is_wrong_with_a_description_is_said_by_the_key(client):
    light = {"version": 1, "lights": [{"angle": 200}, {"x": 0.2, "y": 7}]}
    answer = client.post("/ic-light/light-map", json={"light": light})
    assert answer.status_code == 422
    assert answer.json() == {"detail": "light.lights[1].y must be a number from -1 to 2, not 7."}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"light": "north"},
        {"light": {}},
        {"light": "{"},
        {"light": {"version": 1, "lights": [{}]}},
        {"light": "custom"},
        {"light": "left", "width": 0},
        {"light": "left", "width": 10**9},
        {"light": "left", "height": -1},
        {"light": "left", "height": "tall"},
        {"light": "left", "strength": 4},
        {"light": "left", "path": "out.png"},
        {"light": None},
        [],
        "left",
    ],
)
def test_a_light_that_cannot_be_drawn_is_a_client_error(client, body):
    assert client.post("/ic-light/light-map", json=body).status_code == 422


@pytest.mark.parametrize("size", [(1, 1), (4096, 1)])
def test_the_smallest_and_the_longest_light_are_drawn(client, size):
    width, height = size
    answer = client.post("/ic-light/light-map", json={"light": "left", "width": width, "height": height})
    assert picture_of(answer).size == size


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity"])
def test_a_strength_that_is_no_number_is_a_client_error(client, value):
    content = f'{{"light": "left", "strength": {value}}}'
    answer = client.post("/ic-light/light-map", content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422


# Foreground


def test_the_subject_is_cut_out(client):
    image = picture_of(client.post("/ic-light/foreground", json={"image": encoded(plain((200, 10, 20), 8, 4))}))
    pixels = np.asarray(image)
    assert image.mode == "RGBA"
    assert (pixels[..., :3] == (200, 10, 20)).all()
    assert (pixels[:, :4, 3] == 255).all()
    assert (pixels[:, 4:, 3] == 0).all()


def test_the_edge_is_refined_as_in_a_run(client, folder):
    (folder / "mine.onnx").write_bytes(b"")
    body = {"image": encoded(plain((200, 10, 20), 512, 512)), "matting_model": "mine.onnx"}
    for options, edge in (({}, 256), ({"matte_shrink": 6}, 250), ({"matte_shrink": -6, "decontaminate": True}, 262)):
        alpha = np.asarray(picture_of(client.post("/ic-light/foreground", json=body | options)))[..., 3]
        assert (alpha[:, :edge] == 255).all(), options
        assert (alpha[:, edge:] == 0).all(), options


def test_transparency_of_its_own_stays(client):
    image = picture_of(client.post("/ic-light/foreground", json={"image": encoded(plain((1, 2, 3, 90)))}))
    assert (np.asarray(image) == (1, 2, 3, 90)).all()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"image": "@@@"}, "not valid base64"),
        ({"image": as_base64(b"hello")}, "not a picture in a known format"),
        ({"image": encoded(plain((1, 2, 3), 64, 64))[:60]}, "image"),
        ({"image": encoded(plain((1, 2, 3, 0)))}, "fully transparent"),
        ({"image": encoded(plain((1, 2, 3))), "matting_model": "nothing"}, "no background remover named 'nothing'"),
        ({"image": encoded(plain((1, 2, 3))), "matting_model": "mine.onnx"}, "There is no file 'mine.onnx'"),
        ({"image": encoded(plain((1, 2, 3))), "matte_shrink": 17}, "body.matte_shrink: "),
        ({"image": encoded(plain((1, 2, 3))), "decontaminate": 1.5}, "decontaminate must be a number from 0 to 1"),
        ({"image": encoded(plain((1, 2, 3, 90))), "matte_threshold": 0.5}, "Nothing is left of the subject"),
    ],
)
def test_what_cannot_be_cut_out_is_a_client_error_with_the_reason(client, body, said):
    answer = client.post("/ic-light/foreground", json=body)
    assert answer.status_code == 422
    assert said in answer.json()["detail"]


@pytest.mark.parametrize(("wanted", "left", "right"), [(True, 255, 255), (False, 255, 255), ("always", 255, 0)])
def test_a_picture_that_is_cut_out_is_cut_out_again_only_where_that_is_asked_for(client, wanted, left, right):
    rgba = np.full((20, 40, 4), 255, np.uint8)
    rgba[:4, :, 3] = 0
    body = {"image": encoded(Image.fromarray(rgba)), "remove_background": wanted}
    alpha = np.asarray(picture_of(client.post("/ic-light/foreground", json=body)))[..., 3]
    assert (alpha[10, 5], alpha[10, 35], alpha[2, 5]) == (left, right, 0)


def test_rounded_corners_are_no_cut_out(client):
    rgba = np.full((20, 40, 4), 255, np.uint8)
    rgba[0, 0, 3] = 0
    cut = np.asarray(picture_of(client.post("/ic-light/foreground", json={"image": encoded(Image.fromarray(rgba))})))
    assert (cut[10, 5, 3], cut[10, 35, 3], cut[0, 0, 3]) == (255, 0, 0)


def test_a_picture_of_too_many_pixels_is_refused_undecoded(client):
    huge = Image.new("1", (8000, MAX_PIXELS // 8000 + 1))
    answer = client.post("/ic-light/foreground", json={"image": encoded(huge)})
    assert answer.status_code == 422
    assert "too large" in answer.json()["detail"]


@pytest.mark.parametrize("body", [{}, {"image": None}, {"image": 5}, {"image": "", "path": "/etc/passwd"}, []])
def test_a_body_of_another_shape_is_a_client_error(client, body):
    assert client.post("/ic-light/foreground", json=body).status_code == 422


@pytest.mark.parametrize("name", TRAVERSALS[:-1])
def test_a_path_is_no_name(client, name):
    bodies = {"light-map": {"light": name}, "foreground": {"image": encoded(plain((1, 2, 3))), "matting_model": name}}
    for route, body in bodies.items():
        assert client.post(f"/ic-light/{route}", json=body).status_code == 422


# Everywhere


def test_no_answer_names_a_folder_of_the_server(client, folder):
    iclight_file(folder, "iclight_sd15_fc.safetensors")
    (folder / "half.safetensors").write_bytes(b"")
    answers = [client.get(f"/ic-light/{route}") for route in ("version", "models", "lights")]
    answers += [client.post("/ic-light/foreground", json={"image": as_base64(b"x")}), client.get("/openapi.json")]
    for answer in answers:
        assert str(folder.parent.parent) not in answer.text
        assert str(folder.anchor) + "tmp" not in answer.text


def test_the_routes_are_documented_with_their_bodies(client):
    found = client.get("/openapi.json").json()
    routes = {path: set(methods) for path, methods in found["paths"].items()}
    assert routes == {
        "/ic-light/version": {"get"},
        "/ic-light/models": {"get"},
        "/ic-light/models/refresh": {"post"},
        "/ic-light/lights": {"get"},
        "/ic-light/light-map": {"post"},
        "/ic-light/foreground": {"post"},
        "/ic-light/develop": {"post"},
        "/ic-light/comparison": {"post"},
    }
    assert {"LightMapRequest", "ForegroundRequest", "ModelList"} <= set(found["components"]["schemas"])
    assert client.get("/docs").status_code == 200


@pytest.mark.parametrize(
    ("path", "method", "answers"),
    [
        ("version", "get", {200, 401, 403}),
        ("models", "get", {200, 401, 403}),
        ("models/refresh", "post", {200, 401, 403, 413, 415, 422, 503}),
        ("lights", "get", {200, 401, 403}),
        ("light-map", "post", {200, 401, 403, 413, 415, 422, 503}),
        ("foreground", "post", {200, 401, 403, 413, 415, 422, 503}),
        ("develop", "post", {200, 401, 403, 413, 415, 422, 503}),
        ("comparison", "post", {200, 401, 403, 404, 413, 415, 422, 503}),
    ],
)
def test_each_answer_of_a_route_is_documented(client, path, method, answers):
    route = client.get("/openapi.json").json()["paths"][f"/ic-light/{path}"][method]
    assert {int(status) for status in route["responses"]} == answers
    assert route["operationId"].startswith("ic_light_" + re.sub("[-/]", "_", path))
    pictures = {"light-map": "image/png", "foreground": "image/png", "comparison": "image/jpeg"}
    kind = pictures.get(path, "application/json")
    assert set(route["responses"]["200"]["content"]) == {kind}
    assert route["summary"]
    assert not route["summary"].endswith(".")


def test_the_edges_fields_are_documented_as_the_request_has_them(client):
    schema = client.get("/openapi.json").json()["components"]["schemas"]["ForegroundRequest"]["properties"]
    assert list(schema) == ["image", "remove_background", "matting_model", *REFINEMENT_FIELDS]
    for name in REFINEMENT_FIELDS:
        field = FIELDS[name]
        assert schema[name]["default"] == field.default
        assert schema[name]["description"].startswith(field.words)
        if field.kind is Kind.NUMBER:
            assert (schema[name]["minimum"], schema[name]["maximum"]) == field.limits


def test_what_decides_about_the_cut_out_is_documented_in_the_requests_words(client):
    schemas = client.get("/openapi.json").json()["components"]["schemas"]
    schema = schemas["ForegroundRequest"]["properties"]
    for name, default in (("remove_background", FIELDS["remove_background"].default), ("matting_model", None)):
        assert schema[name].get("default") == default
        said = schema[name]["description"]
        assert said.split()[:3] == FIELDS[name].words.replace("`", "").split()[:3]
        assert not set(said) & set("`[]()")
    strength = schemas["LightMapRequest"]["properties"]["strength"]
    field = FIELDS["light_strength"]
    assert (strength["default"], strength["minimum"], strength["maximum"]) == (field.default, *field.limits)
