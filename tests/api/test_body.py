"""How much of a body is read, and that everything wrong with a body gets a short 4xx answer."""

from __future__ import annotations

import gc
import json
import weakref

import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from routes import posted, run_async, served, with_routes
from samples import encoded, plain

from lib_iclight.api.access import Access
from lib_iclight.api.routes import MAX_TEXT, SMALL_BODY
from lib_iclight.errors import ICLightError

JSON = {"Content-Type": "application/json"}
IMAGE = encoded(plain((1, 2, 3)))
HALF = "\\ud800"


@pytest.fixture
def app(tmp_path):
    return with_routes(FastAPI(), tmp_path)


@pytest.fixture
def client(app):
    return TestClient(app)


class Sender:
    """Sends an endless body in pieces. ``taken`` were read before the answer, ``in_all`` until the end."""

    def __init__(self, piece: int = 1 << 16):
        self.piece = b" " * piece
        self.taken = self.in_all = 0
        self.status: int | None = None

    async def receive(self):
        self.in_all += 1
        return {"type": "http.request", "body": self.piece, "more_body": True}

    async def send(self, message):
        if message["type"] == "http.response.start":
            self.status, self.taken = message["status"], self.in_all

    def post(self, app: FastAPI, path: str, **headers: str) -> int:
        """The status of the answer."""
        scope = posted(path, {name.replace("_", "-"): value for name, value in headers.items()})
        run_async(app(scope, self.receive, self.send))
        return self.status


# How much is read


@pytest.mark.parametrize("path", ["/ic-light/light-map", "/ic-light/foreground", "/ic-light/models/refresh"])
def test_a_stranger_is_answered_before_anything_is_read(tmp_path, path):
    sender = Sender()
    app = with_routes(FastAPI(), tmp_path, Access("anna:secret"))
    assert sender.post(app, path, content_type="application/json") == 401
    assert sender.taken == 0


def test_nothing_is_read_of_a_body_that_is_no_json(app):
    sender = Sender()
    assert sender.post(app, "/ic-light/foreground", content_type="text/plain") == 415
    assert sender.taken == 0


@pytest.mark.parametrize("length", [str(SMALL_BODY + 1), "9" * 40, "-1", "many"])
def test_nothing_is_read_of_a_body_that_says_it_is_too_long(app, length):
    sender = Sender()
    assert sender.post(app, "/ic-light/light-map", content_type="application/json", content_length=length) == 413
    assert sender.taken == 0


@pytest.mark.parametrize(("path", "limit"), [("light-map", SMALL_BODY), ("foreground", MAX_TEXT + SMALL_BODY)])
def test_a_body_without_a_length_is_read_up_to_the_limit(app, path, limit):
    sender = Sender(limit // 16)
    assert sender.post(app, f"/ic-light/{path}", content_type="application/json") == 413
    assert sender.taken == 17


def test_a_refused_client_can_go_on_sending_for_a_while(app):
    sender = Sender(SMALL_BODY // 16)
    assert sender.post(app, "/ic-light/light-map", content_type="text/plain") == 415
    assert sender.in_all == 17


def test_a_client_that_asks_before_it_sends_is_not_told_to_go_on(tmp_path):
    sender = Sender()
    app = with_routes(FastAPI(), tmp_path, Access("anna:secret"))
    assert sender.post(app, "/ic-light/foreground", content_type="application/json", expect="100-continue") == 401
    assert sender.in_all == 0


@pytest.fixture
def address(tmp_path):
    with served(with_routes(FastAPI(), tmp_path, Access("anna:secret"))) as address:
        yield address


def test_a_stranger_with_a_long_body_hears_why(address):
    """Over a real connection, which would break if the server closed it while the client is sending."""
    content = b" " * (20 << 20)
    answer = httpx.post(f"{address}/ic-light/foreground", content=content, headers=JSON, trust_env=False)
    assert answer.status_code == 401
    assert answer.json() == {"detail": "Incorrect username or password"}


# What is wrong with it

BODIES = {
    "cut off": '{"image": ',
    "no JSON": "image",
    "no UTF-8": b'{"image": "\xff"}',
    "UTF-16": '{"image": ""}'.encode("utf-16"),
    "half a character, raw": b'{"image": "\xed\xa0\x80"}',
    "half a character": f'{{"image": "{HALF}"}}',
    "half a character in a name": f'{{"{HALF}": 1}}',
    "half a character deep down": f'{{"image": [[{{"a": "{HALF}"}}]]}}',
    "half a character in a remover": f'{{"image": "{IMAGE}", "matting_model": "{HALF}"}}',
    "a long name": f'{{"{"n" * 10_000_000}": 1}}',
    "a long remover": f'{{"image": "{IMAGE}", "matting_model": "{"m" * 10_000_000}"}}',
    "a long picture": f'{{"image": "{"%" * 10_000_000}"}}',
    "a long number": f'{{"matte_shrink": {"9" * 5000}}}',
    "a long fraction": f'{{"image": "", "matte_shrink": 0.{"9" * 500_000}e999}}',
    "NaN": '{"image": "", "matte_shrink": NaN}',
    "infinity": '{"image": "", "matte_shrink": -Infinity}',
    "deep": '{"image": ' + "[" * 9_000,
    "many values": '{"image": [' + "0," * 1_000_000 + "0]}",
    "many fields": json.dumps({f"field {number}": number for number in range(4000)}),
    "the same field twice": f'{{"image": "{IMAGE}", "image": "{IMAGE}"}}',
    "another shape": "[1, 2]",
    "a text": f'"{"x" * 10_000}"',
    "nothing": "",
    "null": "null",
}


@pytest.mark.parametrize("path", ["foreground", "light-map"])
@pytest.mark.parametrize("content", BODIES.values(), ids=BODIES)
def test_what_is_wrong_with_a_body_is_a_short_client_error(client, path, content):
    answer = client.post(f"/ic-light/{path}", content=content, headers=JSON)
    limit = {"foreground": MAX_TEXT + SMALL_BODY, "light-map": SMALL_BODY}[path]
    assert answer.status_code == (413 if len(content) > limit else 422)
    assert len(answer.content) <= 2000
    assert answer.json()["detail"]


LIGHTS = {
    "a long name": "n" * 50_000,
    "half a character as JSON": '{"version": 1, "lights": [{"angle": 0, "colour": "\\ud800"}]}',
    "a long key": {"version": 1, "lights": [{"k" * 50_000: 1}]},
    "a long colour": {"version": 1, "lights": [{"angle": 0, "colour": "#" + "f" * 50_000}]},
    "an endless number as JSON": '{"version": ' + "9" * 5000 + "}",
    "deep JSON": '{"version": 1, "lights": ' + "[" * 5000,
}


@pytest.mark.parametrize("light", LIGHTS.values(), ids=LIGHTS)
def test_what_is_wrong_with_a_light_is_a_short_client_error(client, light):
    answer = client.post("/ic-light/light-map", json={"light": light})
    assert answer.status_code == 422
    assert len(answer.content) <= 2000
    assert answer.json()["detail"].startswith(("light", "body.light"))


def test_a_field_given_twice_is_named(client):
    content = '{"light": "left", "width": 8, "width": 9}'
    answer = client.post("/ic-light/light-map", content=content, headers=JSON)
    assert answer.json() == {"detail": "The body gives 'width' twice. Send only one of them."}


def test_a_picture_that_is_refused_is_let_go_at_once(tmp_path):
    pictures = []

    def remover(rgb, model):
        pictures.append(weakref.ref(rgb))
        raise ICLightError("The background remover failed.")

    client = TestClient(with_routes(FastAPI(), tmp_path, remover=remover))
    gc.disable()
    try:
        assert client.post("/ic-light/foreground", json={"image": IMAGE}).status_code == 422
        assert [picture() for picture in pictures] == [None]
    finally:
        gc.enable()
