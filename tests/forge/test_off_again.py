"""Off again on any web UI that ``FORGE_HOME`` names: the next plain picture is the one from before, byte for byte."""

from __future__ import annotations

from pathlib import Path

import pytest
from forge import compatibility, pictures, server
from forge.companion_files import NAME as SECOND
from forge.companion_files import made
from forge.companions import CompanionClient

TROUBLEMAKER = Path(__file__).resolve().parent / "troublemaker"
SCRIPT = "IC Light Troublemaker"
RELIGHT = {"foreground": pictures.text(pictures.subject()), "light": "left"}
CHANNELS = {"fc": 8, "fbc": 12}
ENDS = {
    "a whole run": ({}, 200),
    "an exception in the middle": ({"unet": True}, 500),
    "an interrupt": ({"interrupt": True}, 200),
}
CHANGED = "another checkpoint, relit there too, and back"


@pytest.fixture(scope="module")
def client(keeper, forge_home):
    """A web UI with a troublemaker and another checkpoint."""
    with made(forge_home / "models", server.checkpoint_of(forge_home)):
        forge = keeper.get("off-again", {"zz-ic-light-troublemaker": TROUBLEMAKER})
        client = CompanionClient(forge.url, forge.models.parent / "off-again", forge.host)
        client.call("/sdapi/v1/refresh-checkpoints", {})
        yield client
    client.call("/sdapi/v1/refresh-checkpoints", {})


@pytest.fixture(scope="module")
def before(client):
    """The first plain picture, before anything was relit."""
    return client.txt2img()


@pytest.fixture(scope="module")
def other(client, before):
    """The other checkpoint's first plain picture."""
    first = chosen(client)
    choose(client, SECOND)
    made_with_other = client.txt2img()
    choose(client, first)
    assert made_with_other.files != before.files
    return made_with_other


@pytest.fixture
def row(request, forge_home):
    mode, what = request.node.callspec.params["mode"], request.node.callspec.params.get("end", CHANGED)
    found = {"what": f"{mode}, {what}", "figures": "", "result": "failed"}
    yield found
    compatibility.record(forge_home, "Off again", found)


def chosen(client):
    return client.call("/sdapi/v1/options")[1]["sd_model_checkpoint"]


def choose(client, title):
    status, answer = client.call("/sdapi/v1/options", {"sd_model_checkpoint": title})
    assert status == 200, answer


@pytest.mark.slow
@pytest.mark.parametrize("mode", CHANNELS)
@pytest.mark.parametrize("end", ENDS)
def test_plain_picture_after_a_relit_run_is_the_one_from_before(client, before, row, end, mode):
    trouble, status = ENDS[end]
    answer = client.txt2img({**RELIGHT, "mode": mode}, companions={SCRIPT: [trouble]})
    assert answer.status == status, answer.message
    assert client.txt2img().files == before.files
    row |= {"figures": "next plain generation equal byte by byte", "result": "passed"}


@pytest.mark.slow
@pytest.mark.parametrize("mode", CHANNELS)
def test_plain_pictures_of_two_checkpoints_stay_what_they_were(client, before, other, row, mode):
    relight, first = {**RELIGHT, "mode": mode}, chosen(client)
    assert client.txt2img(relight).record.channels == {CHANNELS[mode]}
    choose(client, SECOND)
    lit, plain = client.txt2img(relight), client.txt2img()
    choose(client, first)
    assert lit.record.channels == {CHANNELS[mode]}
    assert plain.files == other.files
    assert client.txt2img().files == before.files
    row |= {"figures": "plain generations of both equal byte by byte", "result": "passed"}
