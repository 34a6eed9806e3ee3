"""Our routes are open to whoever passes a real Forge's access checks, and to nobody else."""

from __future__ import annotations

import http.cookiejar
import json
import urllib.error
import urllib.parse
import urllib.request

import pytest
from forge import hosts_table, pictures

ROUTES = (
    ("version", None),
    ("models", None),
    ("lights", None),
    ("models/refresh", {}),
    ("light-map", {"light": "left", "width": 32, "height": 8}),
    ("foreground", {"image": pictures.text(pictures.subject())}),
)
JSON = {"Content-Type": "application/json"}
FROM_PAGE = {"Sec-Fetch-Site": "same-origin"}
BASIC = {"Authorization": "Basic YmVuOnBhc3M="}  # ben:pass
FETCH = "path => fetch(path).then(answer => answer.status)"


class Client:
    """A program with cookies."""

    def __init__(self, url: str):
        self._url = url
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), cookies)

    def send(self, path: str, data: bytes | None, headers: dict[str, str]) -> int:
        """The status of the answer."""
        try:
            with self._opener.open(urllib.request.Request(self._url + path, data, headers)) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code

    def log_in(self, password: str = "secret") -> int:
        """Fill in the page's form."""
        form = urllib.parse.urlencode({"username": "anna", "password": password}).encode()
        return self.send("/login", form, {})

    def statuses(self, **headers: str) -> set[int]:
        """The status of every one of our routes."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        bodies = [(path, None if body is None else json.dumps(body).encode()) for path, body in ROUTES]
        return {self.send(f"/ic-light/{path}", data, JSON | sent) for path, data in bodies}


@pytest.mark.slow
def test_behind_the_pages_login_its_cookie_opens_the_routes(keeper):
    forge = keeper.get_with("login", "--gradio-auth anna:secret")
    client = Client(forge.url)
    assert client.statuses() == {401}
    assert client.statuses(**BASIC) == {401}
    assert client.log_in("wrong") == 400
    assert client.statuses() == {401}
    assert client.log_in() == 200
    assert client.statuses() == {200}


@pytest.mark.slow
def test_behind_the_pages_login_a_page_in_a_browser_uses_the_routes(keeper, browser):
    forge = keeper.get_with("login", "--gradio-auth anna:secret")
    page = browser.new_page()
    page.goto(forge.url)
    assert page.evaluate(FETCH, "/ic-light/lights") == 401
    page.get_by_label("username").fill("anna")
    page.get_by_label("password").fill("secret")
    with page.expect_navigation():  # the page loads itself anew
        page.get_by_role("button", name="Login").click()
    assert page.evaluate(FETCH, "/ic-light/lights") == 200
    page.close()


@pytest.mark.slow
def test_with_both_guards_either_proof_opens_the_routes(keeper):
    forge = keeper.get_with("both", "--gradio-auth anna:secret --api-auth ben:pass")
    client = Client(forge.url)
    assert client.statuses() == {401}
    assert client.statuses(**BASIC) == {200}
    assert client.log_in() == 200
    assert client.statuses() == {200}


@pytest.mark.slow
def test_without_the_api_the_page_alone_uses_the_routes(keeper, browser, monkeypatch):
    flags = tuple(flag for flag in hosts_table.COMMON_FLAGS if flag != "--api")
    monkeypatch.setattr(hosts_table, "COMMON_FLAGS", flags)
    forge = keeper.get("page-alone")
    assert Client(forge.url).statuses() == {403}
    assert Client(forge.url).statuses(**FROM_PAGE) == {200}
    page = browser.new_page()
    page.goto(forge.url)
    assert page.evaluate(FETCH, "/ic-light/lights") == 200
    page.close()
