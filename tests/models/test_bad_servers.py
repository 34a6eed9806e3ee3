"""A misbehaving server neither blocks a download nor fills the disk, and only a model is put in place."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
from downloads import CONTENT, NAME, brought, refusal
from hub_server import hub_in_place, left
from sd15_layout import safetensors_bytes

from lib_iclight.models import download
from lib_iclight.models.download import CancelledError
from lib_iclight.models.jobs import Downloads

# Stopped


@pytest.mark.parametrize(("head", "body"), [("silent", ""), ("", "silent"), ("", "drip")])
def test_a_download_is_cancelled_whatever_the_server_does(hub, folder, head, body):
    hub.gate.clear()
    hub.head, hub.body = head, body
    job = Downloads().start("fc", folder)
    while not (hub.asked or (head and hub.heads)):
        assert not job.wait(0.01)
    job.cancel()
    # The server would go on for half a minute, and the drip for ever.
    assert job.wait(5)
    assert isinstance(job.error, CancelledError)


def test_a_server_that_gives_next_to_nothing_is_given_up(hub, folder, monkeypatch):
    monkeypatch.setattr(download, "_PATIENCE_SECONDS", 0)
    monkeypatch.setattr(download, "_TRIES", 2)
    hub.gate.clear()
    hub.body = "drip"
    assert "it sends next to nothing" in refusal(folder)


# Size


def test_a_file_without_an_end_is_left_at_a_limit(hub, folder, monkeypatch):
    monkeypatch.setattr(download, "_LARGEST", 3 * len(CONTENT))
    hub.size, hub.body = None, "endless"
    assert "sends more than" in refusal(folder)
    assert left(folder) == []


def test_a_file_without_an_end_leaves_room_on_the_disk(hub, folder, monkeypatch):
    free = [10**12, 10**12, 10**6]
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=free.pop(0)))
    hub.size, hub.body = None, "endless"
    assert "1 MB are free" in refusal(folder)
    assert free == []


def test_a_file_that_is_said_to_be_huge_is_not_begun(hub, folder):
    hub.size = 5 << 30
    assert "sends more than 4.29 GB" in refusal(folder)
    assert hub.asked == []


def test_a_file_whose_length_is_not_said_arrives(hub, folder):
    hub.size = None
    assert brought(folder).read_bytes() == CONTENT


# Redirects


def test_a_question_that_is_sent_in_a_circle_is_given_up(hub, folder):
    hub.head = "loop"
    assert "redirects too many times" in refusal(folder)
    assert hub.heads == 6


def test_a_file_that_is_sent_for_in_a_circle_is_given_up(hub, folder):
    hub.body = "loop"
    assert "redirects too many times" in refusal(folder)
    assert len(hub.asked) == 6


class Session:
    """Answers each request with a redirect to the same place."""

    stream = False

    def __init__(self, target: str):
        self.target = target
        self.asked: list[str] = []

    @contextmanager
    def request(self, method: str, url: str, **options):
        self.asked.append(url)
        yield SimpleNamespace(status_code=302, headers={"Location": self.target})


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("file:///etc/passwd", "something that is not a web address"),
        ("ftp://example.org/model", "something that is not a web address"),
        ("http:///model", "something that is not a web address"),
        ("http://[broken/model", "something that is not a web address"),
        ("//[broken/model", "something that is not a web address"),
        ("http://example.org/model", "an address without encryption"),
    ],
)
def test_a_redirect_leads_to_the_web_and_stays_encrypted(folder, monkeypatch, target, reason):
    import huggingface_hub
    from huggingface_hub import constants

    session = Session(target)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(huggingface_hub, "hf_hub_url", lambda repository, name: f"https://example.org/{name}")
    monkeypatch.setattr(huggingface_hub.utils, "get_session", lambda: session)
    assert reason in refusal(folder)
    assert session.asked == [f"https://example.org/{NAME}"]


# Going on in the middle


@pytest.mark.parametrize("ranges", [False, "refused", "elsewhere", "unsaid"])
def test_where_a_server_cannot_go_on_the_download_begins_again(hub, folder, ranges):
    (folder / f"{NAME}.part").write_bytes(CONTENT[:1000])
    hub.ranges = ranges
    assert brought(folder).read_bytes() == CONTENT
    assert hub.asked in (["bytes=1000-"], ["bytes=1000-", None])
    assert left(folder) == [NAME]


def test_a_download_that_breaks_where_the_server_cannot_go_on_begins_again(hub, folder):
    hub.cuts, hub.ranges = [0.4], "refused"
    assert brought(folder).read_bytes() == CONTENT


def test_a_server_that_has_nothing_at_any_place_is_named(hub, folder):
    hub.body = "refused"
    assert "answers with the status 416" in refusal(folder)
    assert left(folder) == []


# What goes in place


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (safetensors_bytes({"x.lora_up.weight": (4, 4)}), "sent is a LoRA, not an IC-Light fc model"),
        (safetensors_bytes({"conv_in.weight": (320, 12, 3, 3)}), "sent is an IC-Light fbc model, not an IC-Light fc"),
        (CONTENT[:-10], "sent is cut off: 10 of its"),
        (b"<html></html>", "sent is not a safetensors file"),
    ],
    ids=["LoRA", "fbc", "cut off", "web page"],
)
def test_only_a_model_of_the_kind_goes_in_place_whatever_its_digest(folder, monkeypatch, content, reason):
    with hub_in_place(content, monkeypatch):
        assert reason in refusal(folder)
        assert left(folder) == []
