"""The routes are protected like the web UI: by the API's password, the page's login, both, or nothing."""

from __future__ import annotations

import base64
import json

import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient
from routes import with_routes
from samples import encoded, plain

from lib_iclight.api.access import Access
from lib_iclight.hosts.login import page_login, user

ROUTES = (
    ("GET", "version", None),
    ("GET", "models", None),
    ("POST", "models/refresh", {}),
    ("GET", "lights", None),
    ("POST", "light-map", {"light": "left", "width": 8, "height": 8}),
    ("POST", "foreground", {"image": encoded(plain((1, 2, 3)))}),
)
COMPARISON = {"job_timestamp": "20260101120000", "infotext": "a text"}
PAGE = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def page():
    """gradio's server with a page behind a login, as a web UI launches it."""
    import gradio as gr
    from gradio.routes import App

    with gr.Blocks() as blocks:
        gr.Markdown("a page")
    blocks.auth, blocks.auth_message = [("anna", "secret")], None
    return App.create_app(blocks)


@pytest.fixture
def client(tmp_path):
    def client(app: FastAPI, **access) -> TestClient:
        return TestClient(with_routes(app, tmp_path, Access(page_login=page_login(app), **access)))

    return client


def statuses(client: TestClient, **sent) -> set[int]:
    """The status of every route's answer."""
    return {client.request(method, f"/ic-light/{path}", json=body, **sent).status_code for method, path, body in ROUTES}


def log_in(client: TestClient, password: str = "secret") -> None:
    client.post("/login", data={"username": "anna", "password": password})


# The API's password


def test_behind_a_password_no_route_is_open(client):
    guarded = client(FastAPI(), credentials="anna:secret,ben:pass:word")
    assert statuses(guarded, auth=("anna", "secret")) == {200}
    assert statuses(guarded, auth=("ben", "pass:word")) == {200}
    for stranger in (None, ("anna", "wrong"), ("carl", "secret"), ("anna", ""), ("", ""), ("anna:secret,ben", "x")):
        assert statuses(guarded, auth=stranger) == {401}, stranger


@pytest.mark.parametrize("header", ["Basic", "Basic %%%", "Basic bm9jb2xvbg==", "Bearer YW5uYTpzZWNyZXQ=", "anna"])
def test_what_is_no_password_is_none(client, header):
    guarded = client(FastAPI(), credentials="anna:secret")
    answer = guarded.get("/ic-light/version", headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Basic"


def test_a_password_need_not_be_ascii(client):
    guarded = client(FastAPI(), credentials="änna:sécret")
    for raw, status in (("änna:sécret", 200), ("anna:sécret", 401), ("änna:secret", 401)):
        header = "Basic " + base64.b64encode(raw.encode()).decode()
        assert guarded.get("/ic-light/version", headers={"Authorization": header}).status_code == status


@pytest.mark.parametrize("credentials", ["nocolon", ",", "anna"])
def test_a_setting_that_names_no_account_lets_nobody_in(client, credentials):
    assert statuses(client(FastAPI(), credentials=credentials), auth=("anna", "")) == {401}


# The page's login


def test_behind_the_pages_login_strangers_get_in_nowhere(client, page):
    guarded = client(page)
    assert statuses(guarded) == {401}
    assert statuses(guarded, auth=("anna", "secret")) == {401}
    log_in(guarded, "wrong")
    assert statuses(guarded) == {401}


def test_whoever_is_logged_in_on_the_page_gets_in_until_the_login_ends(client, page):
    guarded = client(page)
    log_in(guarded)
    assert statuses(guarded) == {200}
    page.tokens.clear()
    assert statuses(guarded) == {401}


def test_with_both_guards_either_proof_is_enough(client, page):
    guarded = client(page, credentials="ben:pass")
    assert statuses(guarded) == {401}
    assert statuses(guarded, auth=("ben", "pass")) == {200}
    log_in(guarded)
    assert statuses(guarded) == {200}


def test_a_login_whose_route_is_gone_lets_nobody_in(client, page):
    page.router.routes = [route for route in page.routes if getattr(route, "path", "") != "/user"]
    guarded = client(page)
    log_in(guarded)
    assert statuses(guarded) == {401}


# Without --api


def test_without_the_api_a_program_is_told_to_turn_it_on(client):
    answer = client(FastAPI(), programs=False).get("/ic-light/version")
    assert answer.status_code == 403
    assert "Start the web UI with --api" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (PAGE, 200),
        ({"Origin": "http://testserver"}, 200),
        ({"Referer": "http://testserver/?__theme=dark"}, 200),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"Origin": "http://elsewhere"}, 403),
        ({"Origin": "http://testserver:81"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://elsewhere", "Referer": "http://testserver/"}, 403),
        ({"Referer": "http://[broken"}, 403),
        ({}, 403),
    ],
)
def test_without_the_api_the_page_alone_is_answered(client, headers, status):
    assert statuses(client(FastAPI(), programs=False), headers=headers) == {status}


def test_without_the_api_the_page_must_be_logged_in_where_it_has_a_login(client, page):
    guarded = client(page, programs=False)
    assert statuses(guarded, headers=PAGE) == {401}
    log_in(guarded)
    assert statuses(guarded, headers=PAGE) == {200}
    assert statuses(guarded, headers={"Sec-Fetch-Site": "cross-site"}) == {403}


# What a result is compared with


def comparison(client: TestClient, **sent) -> int:
    """The status of the answer: 404 for whoever gets in, because nothing is kept."""
    return client.post("/ic-light/comparison", json=COMPARISON, **sent).status_code


def test_a_page_without_a_login_gets_comparisons_without_the_apis_password(client):
    guarded = client(FastAPI(), credentials="anna:secret")
    assert comparison(guarded) == 401
    assert comparison(guarded, headers={"Sec-Fetch-Site": "cross-site"}) == 401
    assert comparison(guarded, auth=("anna", "secret")) == 404
    assert comparison(guarded, headers=PAGE) == 404


def test_a_page_with_a_login_gets_comparisons_only_when_logged_in(client, page):
    guarded = client(page, credentials="ben:pass")
    assert comparison(guarded, headers=PAGE) == 401
    log_in(guarded)
    assert comparison(guarded, headers=PAGE) == 404


def test_without_the_api_the_page_alone_gets_comparisons(client):
    guarded = client(FastAPI(), programs=False)
    assert comparison(guarded) == 403
    assert comparison(guarded, headers=PAGE) == 404


def test_who_is_logged_in_is_known(page):
    found = []

    @page.get("/who")
    def who(request: Request):
        found.append(user(page, request))

    guarded = TestClient(page)
    guarded.get("/who")
    log_in(guarded)
    guarded.get("/who")
    assert found == ["", "anna"]


# What is asked first


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
@pytest.mark.parametrize(("path", "body"), [(path, body) for method, path, body in ROUTES if method == "POST"])
def test_a_post_that_is_no_json_is_refused(client, path, body, kind):
    headers = {"Content-Type": kind} if kind else {}
    answer = client(FastAPI()).post(f"/ic-light/{path}", content=json.dumps(body), headers=headers)
    assert answer.status_code == 415
    assert "application/json" in answer.json()["detail"]


def test_json_may_say_its_encoding(client):
    headers = {"Content-Type": "Application/JSON; charset=utf-8"}
    body = json.dumps({"light": "left", "width": 8, "height": 8})
    assert client(FastAPI()).post("/ic-light/light-map", content=body, headers=headers).status_code == 200
