"""The light studio's routes, as a client sees them."""

from __future__ import annotations

import asyncio
import json
import os
import re
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pytest
from light_sets import ball_set, random_paintings
from routes import posted, run_async
from safetensors.numpy import load
from samples import noise
from studio_pages import OCTETS, SETS, pixels_of, put, said, sent, studio_client

from lib_iclight.api import studio_routes
from lib_iclight.studio.mix import Fader, Mix, Turned
from lib_iclight.studio.mixing import Desk

PAINTINGS, BALL = random_paintings(), ball_set()
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "light-sets"
    put(folder, {"noise": PAINTINGS, "ball": BALL})
    for age, name in enumerate(("noise", "ball")):
        os.utime(folder / f"{name}.safetensors", (1000 - age, 1000 - age))
    put(tmp_path, {"outside": BALL})
    return folder


@pytest.fixture
def client(folder):
    return studio_client(folder)


def mixed(client, mix: Mix | dict, name: str = "noise", **more) -> np.ndarray:
    given = mix.to_dict() if isinstance(mix, Mix) else mix
    return pixels_of(client.post(f"{SETS}/{name}/mix", json={"mix": given, **more}))


# Listed and opened


def test_sets_are_listed_newest_first(client):
    new, old = client.get(SETS).json()["sets"]
    assert new == {
        "name": "noise",
        "kind": "paintings",
        "width": 19,
        "height": 13,
        "lights": ["light 0", "light 1", "light 2"],
        "has_ambient": True,
        "made": "1970-01-01T00:16:40+00:00",
        "size": new["size"],
        "problem": "",
    }
    assert old["name"] == "ball"


def test_a_damaged_set_is_listed_with_the_reason(client, folder):
    path = folder / "noise.safetensors"
    path.write_bytes(path.read_bytes()[:-5])
    found = {each["name"]: each for each in client.get(SETS).json()["sets"]}
    assert "is cut off" in found["noise"]["problem"]
    assert "is cut off" in said(client.get(f"{SETS}/noise"))


def test_a_set_says_what_it_holds(client):
    found = client.get(f"{SETS}/ball").json()
    assert (found["width"], found["height"], found["kind"]) == (48, 48, "paintings")
    assert [(light["name"], light["angle"]) for light in found["lights"]] == [
        ("right", 0),
        ("top", 90),
        ("left", 180),
        ("bottom", 270),
    ]
    assert parse_light(found["lights"][1]["light"]) == 90
    assert (found["has_ambient"], found["normals"], found["full"]) == (True, True, None)
    assert client.get(f"{SETS}/noise").json()["recipe"] == PAINTINGS.recipe


def parse_light(light: dict) -> float:
    return light["lights"][0]["angle"]


def test_the_weights_of_a_turned_light_are_those_of_the_mix(client):
    weights = np.array(client.get(f"{SETS}/ball").json()["weights"])
    assert weights.shape == (360, 4)
    desk = Desk(BALL)
    for angle in (0, 45, 90.5, 133.3, 359.5):
        before, share = int(angle), angle % 1
        found = weights[before] * (1 - share) + weights[(before + 1) % 360] * share
        exact = desk.factors(Mix(turned=Turned(angle)))[:4, 0]
        np.testing.assert_allclose(found, exact, atol=2e-3)


# Preview and mix


def test_the_preview_holds_the_relights_in_linear_light(client):
    answer = client.get(f"{SETS}/noise/preview")
    assert answer.headers["content-type"] == "application/octet-stream"
    found = load(answer.content)
    assert {*found} == {"photograph", "matte", "light.0", "light.1", "light.2", "ambient"}
    np.testing.assert_array_equal(found["photograph"], PAINTINGS.photograph)
    np.testing.assert_array_equal(found["matte"], PAINTINGS.matte)
    for index, shot in enumerate(PAINTINGS.lights):
        np.testing.assert_array_equal(found[f"light.{index}"], shot.values)
    np.testing.assert_array_equal(found["ambient"], PAINTINGS.ambient.values)


def test_a_preview_has_the_side_that_is_asked_for(client):
    found = load(client.get(f"{SETS}/ball/preview?side=64").content)
    assert found["light.0"].shape == (48, 48, 3)
    assert "side" in said(client.get(f"{SETS}/ball/preview?side=8"))


def test_the_previews_metadata_give_the_automatic_exposure(client):
    content = client.get(f"{SETS}/ball/preview").content
    header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    told = json.loads(header["__metadata__"]["brightness"])
    desk = Desk(BALL)
    np.testing.assert_allclose(told["means"], desk.brightness.means, rtol=1e-5)
    assert told["photograph"] == pytest.approx(desk.brightness.own)


def test_the_surface_holds_what_lamps_need(client):
    surface = Desk(BALL).brightness.surface
    found = load(client.get(f"{SETS}/ball/surface").content)
    np.testing.assert_array_equal(found["normals"], surface.normals)
    np.testing.assert_array_equal(found["samples.normals"], surface.samples.normals)
    np.testing.assert_array_equal(found["samples.reflected"], surface.samples.reflected)
    assert load(client.get(f"{SETS}/ball/surface?side=64").content)["normals"].shape == (48, 48, 3)
    assert "Shoot the author's four." in said(client.get(f"{SETS}/noise/surface"))


@pytest.mark.parametrize("index", range(3))
def test_one_light_alone_is_the_relight_byte_for_byte(client, index):
    found = mixed(client, {"version": 1, "lights": {f"light {index}": {}}})
    np.testing.assert_array_equal(found, noise(19, 13, seed=index))


def test_a_mix_is_what_the_package_makes_of_it(client):
    mix = Mix(
        {"left": Fader(1.5, kelvin=3200), "top": Fader(0.4, "#ff8800"), "right": Fader(2, muted=True)},
        ambient=Fader(0.1),
        turned=Turned(30, Fader(0.3)),
        exposure=None,
    )
    desk = Desk(BALL)
    np.testing.assert_array_equal(mixed(client, mix, "ball"), desk.picture(desk.factors(mix)))


@pytest.mark.parametrize("exposure", ["auto", None])
def test_the_automatic_exposure_may_be_left_to_null(client, exposure):
    lights = {"left": {"strength": 0.3, "colour": None, "kelvin": None}}
    desk = Desk(BALL)
    expected = desk.picture(desk.factors(Mix({"left": Fader(0.3)}, exposure=None)))
    given = {"lights": lights, "ambient": None, "turned": None, "exposure": exposure}
    np.testing.assert_array_equal(mixed(client, given, "ball"), expected)


@pytest.mark.parametrize(
    ("mix", "reason"),
    [
        ({"lights": {"north": {}}}, "has no light 'north'. Its lights are: 'light 0'"),
        ({"lights": {"light 0": {"strength": 5}}}, "strength"),
        ({"lights": {"light 0": {"strength": "bright"}}}, "strength"),
        ({"lights": {"light 0": {"weight": 1}}}, "weight"),
        ({"lights": {"light 0": {"colour": "red"}}}, "mix.lights.light 0.colour must be a colour like #ffcc00"),
        ({"lights": {"light 0": {"kelvin": 4000, "colour": "#ffffff"}}}, "both colour and kelvin"),
        ({"lights": {"light 0": {"muted": 1}}}, "muted"),
        ({"turned": {}}, "angle"),
        ({"exposure": 7}, "mix.exposure must be a number from -6 to 6"),
        ({"version": 2}, "mix.version must be 1"),
        ({"lamps": [{"x": 0, "y": 0}]}, "Normals need light from the left"),
        ({"lamps": [{"x": 0, "y": 0}] * 5}, "mix.lamps has 5 lamps; 4 at most."),
        ({"lamps": [{"x": 0, "y": 0, "height": 9}]}, "height"),
        ({"lights": []}, "lights"),
        ([], "mix"),
    ],
)
def test_a_wrong_mix_is_refused_by_name(client, mix, reason):
    assert reason in said(client.post(f"{SETS}/noise/mix", json={"mix": mix}))


@pytest.mark.parametrize("value", ["NaN", "Infinity", "1e999"])
def test_a_strength_that_is_no_number_is_refused(client, value):
    content = f'{{"mix": {{"lights": {{"light 0": {{"strength": {value}}}}}}}}}'
    said(client.post(f"{SETS}/noise/mix", content=content, headers={"Content-Type": "application/json"}))


# Taken in, renamed, deleted


def pieces(parts: list[bytes]):
    """A body that is sent without its length."""
    yield from parts


def test_a_set_is_taken_in_as_the_file_that_it_is(client, folder):
    content = client.get(f"{SETS}/noise/file").content
    assert sent(client, content, "noise.safetensors").json() == {"name": "noise-2"}
    assert (folder / "noise-2.safetensors").read_bytes() == content
    np.testing.assert_array_equal(mixed(client, {"lights": {"light 0": {}}}, "noise-2"), noise(19, 13, seed=0))


def test_what_is_no_set_is_refused_and_leaves_nothing(client, folder):
    whole, before = (folder / "noise.safetensors").read_bytes(), sorted(folder.iterdir())
    foreign = b"\x02\0\0\0\0\0\0\0{}"
    infinite = bytearray(whole)
    start = 8 + int.from_bytes(whole[:8], "little")
    infinite[start : start + 2] = b"\x00\x7c"
    for content, reason in (
        (b"", "is empty"),
        (whole[:-7], "is cut off"),
        (whole + b"\0", "longer than its header says"),
        (foreign, "is no light set but another kind of file"),
        (b"GIF89a" + bytes(99), "is not a safetensors file"),
        (bytes(infinite), "values that are no paintings"),
        (whole.replace(b'"photograph":{', b'"photogramm":{', 1), "lacks the part photograph"),
        (whole.replace(b'"version":"1"', b'"version":"2"', 1), "made by a newer IC Light"),
        (whole.replace(b"[13,19,3]", b"[1,247,3]", 1), "has a part light.0 of F16 [1, 247, 3]"),
    ):
        told = said(sent(client, content))
        assert reason in told
        assert "'new.safetensors'" in told
        assert str(folder) not in told
    assert sorted(folder.iterdir()) == before


def test_a_file_that_is_too_long_is_refused(client, folder, monkeypatch):
    assert "bytes" in said(sent(client, b"", **{"Content-Length": str(studio_routes.MOST_UPLOADED + 1)}), 413)
    monkeypatch.setattr(studio_routes, "MOST_UPLOADED", 4096)
    client = studio_client(folder)
    assert "bytes" in said(
        client.post(SETS, params={"name": "new"}, content=pieces(9 * [bytes(1000)]), headers=OCTETS), 413
    )
    assert sorted(path.name for path in folder.iterdir()) == ["ball.safetensors", "noise.safetensors"]


def test_of_a_client_that_stops_sending_nothing_is_left(client, folder, monkeypatch):
    monkeypatch.setattr("lib_iclight.api.body.SECONDS_TO_ARRIVE", 0.05)
    answered, parts = [], [{"type": "http.request", "body": b"a part", "more_body": True}]

    async def receive():
        return parts.pop() if parts else await asyncio.Event().wait()

    async def send(message):
        answered.append(message)

    run_async(
        client.app(
            posted(SETS, {"content-type": OCTETS["Content-Type"]}) | {"query_string": b"name=new"}, receive, send
        )
    )
    assert answered[0]["status"] == 408
    assert b"did not go on" in answered[1]["body"]
    assert sorted(path.name for path in folder.iterdir()) == ["ball.safetensors", "noise.safetensors"]


def test_a_page_of_another_site_cannot_send_a_set(client):
    """Browsers ask before they send this type elsewhere, and before they send any PATCH or DELETE."""
    assert said(sent(client, b"", **{"Content-Type": "text/plain"}), 415)


def test_a_set_is_renamed_and_deleted(client, folder):
    (folder / "noise.png").write_bytes(b"sheet")
    assert client.patch(f"{SETS}/noise", json={"name": "a cat (2)"}).json() == {"name": "a cat (2)"}
    assert [each["name"] for each in client.get(SETS).json()["sets"]] == ["a cat (2)", "ball"]
    assert "already" in said(client.patch(f"{SETS}/ball", json={"name": "a cat (2)"}))
    assert client.delete(f"{SETS}/{quote('a cat (2)')}").json() == {"name": "a cat (2)"}
    assert sorted(path.name for path in folder.iterdir()) == ["ball.safetensors"]
    assert "no light set named 'noise'" in said(client.delete(f"{SETS}/noise"))


@pytest.mark.parametrize("part", ["", "/file", "/preview"])
def test_a_name_that_the_disk_has_no_room_for_is_refused(client, part):
    assert "cannot be opened: [Errno" in said(client.get(f"{SETS}/{quote('光' * 100)}{part}"))


def test_a_changed_set_is_shown_as_it_is_now(client, folder):
    mixed(client, {"lights": {"light 0": {}}})
    put(folder, {"noise": random_paintings(30, 20)})
    assert mixed(client, {"lights": {"light 0": {}}}).shape == (20, 30, 3)


# Documented


def test_the_bodies_are_documented(client):
    found = client.get("/openapi.json").json()
    schemas = found["components"]["schemas"]
    assert schemas["Fader"]["properties"]["strength"]["maximum"] == 4
    assert {"lights", "ambient", "turned", "exposure"} <= {*schemas["MixBody"]["properties"]}
    for path, methods in found["paths"].items():
        for method, route in methods.items():
            assert route["summary"], path
            assert route["operationId"].startswith("ic_light_studio_"), (path, method)
            assert {"401", "403", "422"} <= {*route["responses"]}
    sent_in = found["paths"][SETS]["post"]["requestBody"]["content"]
    assert [*sent_in] == ["application/octet-stream"]
    assert client.get("/docs").status_code == 200


def test_every_route_is_in_the_documents_and_no_other(client):
    text = (ROOT / "docs" / "routes.md").read_text(encoding="utf-8").partition("## The light studio")[2]
    told = re.findall(r"^\| `([A-Z]+) (/[^`?]*)", text.partition("## Access")[0], re.MULTILINE)
    paths = client.get("/openapi.json").json()["paths"]
    there = {(method.upper(), path) for path, methods in paths.items() for method in methods}
    assert {(method, f"/ic-light/studio{path}") for method, path in told} == there
