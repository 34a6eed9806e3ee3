"""Everybody reads and changes light sets of their own over the routes, and no others."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient
from light_sets import ball_set, random_paintings
from studio_pages import SETS, USER, put, said, sent, studio_client, with_studio

from lib_iclight.api.access import Access
from lib_iclight.hosts.login import page_login, user
from lib_iclight.studio.set_file import read

BALL = ball_set()
TRAVERSALS = (
    "../outside",
    "..",
    "../../etc/passwd",
    "a/../b",
    "..\\outside",
    "C:\\x",
    "/etc/passwd",
    "con",
    "\x00",
)


@pytest.fixture
def folder(tmp_path):
    put(tmp_path / "light-sets", {"noise": random_paintings(), "ball": BALL})
    put(tmp_path, {"outside": BALL})
    return tmp_path / "light-sets"


@pytest.fixture
def client(folder):
    return studio_client(folder)


@pytest.mark.parametrize("name", TRAVERSALS)
def test_no_path_leads_out_of_the_folder(client, folder, name):
    outside = read(folder.parent / "outside.safetensors").photograph.tobytes()
    there = quote(name, safe="")
    for answer in (
        client.get(f"{SETS}/{there}"),
        client.get(f"{SETS}/{there}/file"),
        client.get(f"{SETS}/{there}/preview"),
        client.post(f"{SETS}/{there}/mix", json={"mix": {}}),
        client.patch(f"{SETS}/{there}", json={"name": "mine"}),
        client.delete(f"{SETS}/{there}"),
        client.patch(f"{SETS}/ball", json={"name": name}),
        sent(client, (folder / "ball.safetensors").read_bytes(), name),
    ):
        assert answer.status_code in (404, 405, 422), (answer.request.url, answer.text)
        assert outside not in answer.content
    assert (folder.parent / "outside.safetensors").exists()
    assert sorted(path.name for path in folder.iterdir()) == ["ball.safetensors", "noise.safetensors"]


def test_everybody_has_sets_of_their_own(client, folder):
    put(folder, {"mine": BALL}, "anna")
    put(folder, {"theirs": BALL}, "ANNA")
    anna, other = {USER: "anna"}, {USER: "ANNA"}
    for whose, name in ((anna, "mine"), (other, "theirs")):
        assert [each["name"] for each in client.get(SETS, headers=whose).json()["sets"]] == [name]
    for method, path, body in (
        ("get", "mine", None),
        ("get", "mine/file", None),
        ("get", "mine/preview", None),
        ("post", "mine/mix", {"mix": {}}),
        ("patch", "mine", {"name": "taken"}),
        ("delete", "mine", None),
    ):
        for whose in ({}, other):
            answer = client.request(method, f"{SETS}/{path}", json=body, headers=whose)
            assert "no light set named 'mine'" in said(answer)
    assert {each["name"] for each in client.get(SETS).json()["sets"]} == {"ball", "noise"}
    assert client.get(f"{SETS}/mine", headers=anna).status_code == 200
    assert sent(client, (folder / "ball.safetensors").read_bytes(), "ball", **anna).json() == {"name": "ball"}


def test_a_users_name_is_no_path(tmp_path):
    client = studio_client(tmp_path / "light-sets")
    put(tmp_path, {"outside": BALL})
    for name in ("..", "../light-sets", "/etc", "con"):
        assert client.get(SETS, headers={USER: name}).json()["sets"] == []


def test_the_routes_are_guarded(folder):
    client = studio_client(folder, Access("me:secret"))
    for method, path in (("get", SETS), ("get", f"{SETS}/ball/preview"), ("delete", f"{SETS}/ball")):
        assert client.request(method, path).status_code == 401
        page = client.request(method, path, headers={"sec-fetch-site": "same-origin"})
        assert page.status_code == 200


def test_behind_the_pages_login_each_cookie_opens_its_own_sets(tmp_path):
    import gradio as gr
    from gradio.routes import App

    with gr.Blocks() as blocks:
        gr.Markdown("a page")
    blocks.auth, blocks.auth_message = [("anna", "secret"), ("ben", "hidden")], None
    app = App.create_app(blocks)
    with_studio(app, tmp_path / "light-sets", Access(page_login=page_login(app)), lambda request: user(app, request))
    put(tmp_path / "light-sets", {"mine": BALL}, "anna")
    put(tmp_path / "light-sets", {"nobodys": BALL})
    anna, ben, stranger = (TestClient(app) for _ in range(3))
    anna.post("/login", data={"username": "anna", "password": "secret"})
    ben.post("/login", data={"username": "ben", "password": "hidden"})
    assert [each["name"] for each in anna.get(SETS).json()["sets"]] == ["mine"]
    assert ben.get(SETS).json()["sets"] == []
    assert "no light set named 'mine'" in said(ben.get(f"{SETS}/mine/preview"))
    told = anna.post(f"{SETS}/mine/develop", json={"mix": {}}).json()
    assert anna.get(told["url"].removeprefix(".")).status_code == 200
    assert ben.get(told["url"].removeprefix(".")).status_code == 404
    assert stranger.get(SETS).status_code == stranger.get(told["url"].removeprefix(".")).status_code == 401
