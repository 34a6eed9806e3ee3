"""The page's scripts in one piece."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from lib_iclight.api import page_scripts


@pytest.fixture
def client():
    app = FastAPI()
    page_scripts.add_page_scripts(app)
    return TestClient(app)


def test_every_script_is_in_it(client):
    answer = client.get(page_scripts.ROUTE)
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    for path in page_scripts.FOLDER.glob("*.js"):
        assert path.read_bytes() in answer.content


def test_it_is_sent_again_only_when_it_has_changed(client, monkeypatch):
    known = {"If-None-Match": client.get(page_scripts.ROUTE).headers["etag"]}
    assert client.get(page_scripts.ROUTE, headers=known).status_code == 304
    monkeypatch.setattr(page_scripts, "joined", lambda: b"// an update")
    assert client.get(page_scripts.ROUTE, headers=known).content == b"// an update"
