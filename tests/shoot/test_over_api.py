"""What a web UI is asked over its API, and what is said of each way in which it can fail."""

from __future__ import annotations

import base64
import json

import pytest
from catalogues import LEFT, picture, stand_in
from refusals import reason_of

from lib_iclight.errors import ICLightError, InterruptedRunError
from lib_iclight.shoot import looks
from lib_iclight.shoot.over_api import body, web_ui
from lib_iclight.shoot.task import StoppedError, Task


def task(look=LEFT):
    return Task("cup.png", look, 1, "k" * 64, 7, "s" * 64, picture(1), (12, 8))


@pytest.fixture
def server():
    with stand_in() as running:
        yield running


def test_txt2img_gets_the_picture_as_foreground(server):
    relit = web_ui(server.address).relight(task())
    (asked,) = server.asked
    given = {"enabled": True, "light": "left", "foreground": base64.b64encode(picture(1)).decode()}
    assert asked["alwayson_scripts"] == {"IC Light": {"args": [given]}}
    assert (asked["tab"], asked["prompt"], asked["seed"], asked["width"]) == ("txt2img", "a cup", 7, 64)
    assert (relit.seed, relit.content[:4]) == (7, b"\x89PNG")


def test_img2img_starts_from_the_picture_and_other_scripts_are_kept(server):
    other = {"ControlNet": {"args": [1]}}
    look = looks.make("i2i", {"light": "top"}, {"denoising_strength": 0.9, "alwayson_scripts": other}, "img2img")
    web_ui(server.address).relight(task(look))
    (asked,) = server.asked
    assert (asked["tab"], asked["init_images"]) == ("img2img", [base64.b64encode(picture(1)).decode()])
    assert asked["alwayson_scripts"] == {**other, "IC Light": {"args": [{"enabled": True, "light": "top"}]}}


def test_a_look_without_a_size_leaves_it_to_the_web_ui():
    assert not {"width", "height"} & {*body(task(looks.make("open", {}, {})))}


@pytest.mark.parametrize(
    ("status", "answer", "kind", "reason"),
    [
        (422, {"detail": "The foreground is fully transparent."}, ICLightError, "The foreground is fully transparent."),
        (422, {"detail": [{"loc": ["body", "steps"], "msg": "not a number"}]}, ICLightError, "steps: not a number"),
        (500, {"detail": "", "errors": "out of memory"}, ICLightError, "failed (status 500): out of memory"),
        (500, b"<html>", ICLightError, "it does not say why"),
        (404, {"detail": "Not Found"}, StoppedError, "Start it with --api, and with this extension"),
        (503, {"detail": "busy"}, StoppedError, "cannot be reached (status 503): busy"),
        (200, b"<html>", StoppedError, "is not a web UI's API"),
        (200, {"images": []}, ICLightError, "answered without a picture"),
        (200, {"images": ["%%%"]}, ICLightError, "not base64"),
    ],
)
def test_each_way_of_failing_is_named(server, status, answer, kind, reason):
    content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    server.before = lambda number: (status, content)
    with pytest.raises(ICLightError) as caught:
        web_ui(server.address).relight(task())
    assert type(caught.value) is kind
    assert reason in str(caught.value)


def test_what_the_user_has_interrupted_there_is_no_result(server):
    server.state["skipped"] = True
    assert "was skipped" in reason_of(web_ui(server.address).relight, task())
    server.state["interrupted"] = True
    with pytest.raises(InterruptedRunError):
        web_ui(server.address).relight(task())


def test_a_login_is_sent_and_shown_nowhere(server):
    server.login = "me:se:cret"
    with pytest.raises(StoppedError, match="Give the name and password of its --api-auth"):
        web_ui(server.address).check()
    asked = web_ui(server.address.replace("//", "//me:se%3Acret@"))
    asked.check()
    web_ui(server.address, "me:se:cret").check()
    assert asked.address == server.address
    assert "cret" not in repr(asked)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_login_goes_nowhere_else(server, status):
    with stand_in() as other:
        server.sends_on = status, other.address
        for ask in (web_ui(server.address, "me:secret").check, lambda: web_ui(server.address).relight(task())):
            with pytest.raises(StoppedError, match="sends us on"):
                ask()
        assert other.paths == []


def test_what_answers_with_endless_lists_is_no_web_ui(server):
    server.before = lambda number: (200, b"[" * 100_000)
    with pytest.raises(StoppedError, match="is not a web UI's API"):
        web_ui(server.address).relight(task())


@pytest.mark.parametrize("gain", ["[NaN, 0, 0]", "[1e999, 0, 0]", "[0]", "{}"])
def test_a_gain_that_is_no_number_is_not_believed(server, gain):
    made = base64.b64encode(picture(1)).decode()
    server.before = lambda number: (200, f'{{"images": ["{made}"], "exposure": {gain}, "image": ""}}'.encode())
    with pytest.raises(ICLightError, match="does not hold a result"):
        web_ui(server.address, keeps_painting=True).relight(task())


def test_a_web_ui_that_is_not_there_is_named():
    with stand_in() as server:
        address = server.address
    with pytest.raises(StoppedError, match=f"The web UI at {address} does not answer") as caught:
        web_ui(address).relight(task())
    assert caught.value.status_code == 422


@pytest.mark.parametrize("address", ["", "ftp://a", "http://", "http://a:port", "http://[::1"])
def test_what_is_no_address_is_refused(address):
    assert "is not a web UI's address" in reason_of(web_ui, address)


def test_an_address_may_be_short():
    assert web_ui("machine:7860/").address == "http://machine:7860"
