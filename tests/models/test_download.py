"""Model files are downloaded completely, or not at all."""

from __future__ import annotations

import errno
import functools
import os
import shutil
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest
from downloads import CHUNK, CONTENT, NAME, brought, refusal, whole_chunks
from hub_server import left

from lib_iclight.errors import ICLightError
from lib_iclight.models import download
from lib_iclight.models.download import CancelledError, fetch

ARRIVED = whole_chunks(0.4)


# A whole download


def test_the_file_arrives_whole_and_alone(hub, folder):
    seen = []
    path = brought(folder, progress=lambda *step: seen.append(step))
    assert path == folder / NAME
    assert path.read_bytes() == CONTENT
    assert left(folder) == [NAME]
    assert hub.asked == [None]
    done = [step[0] for step in seen if step[2] == "Downloading"]
    assert done == sorted(done)
    assert (done[0], done[-1]) == (0, len(CONTENT))
    assert {step[1] for step in seen} == {len(CONTENT)}
    assert seen[-1] == (len(CONTENT), len(CONTENT), "Checking")


def test_a_missing_folder_is_created(hub, folder):
    assert brought(folder / "new" / "folder").read_bytes() == CONTENT


def test_a_file_that_is_there_is_not_downloaded_again(hub, folder):
    brought(folder)
    brought(folder)
    assert hub.asked == [None]


@pytest.mark.parametrize("damage", [lambda raw: raw[:-1000], lambda raw: raw[:-1] + b"!", lambda raw: b""])
def test_a_damaged_file_is_replaced(hub, folder, damage):
    (folder / NAME).write_bytes(damage(CONTENT))
    assert brought(folder).read_bytes() == CONTENT
    assert left(folder) == [NAME]


def test_the_users_token_stays_with_the_hub(hub, folder, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    brought(folder)
    assert hub.sent == [None]


@pytest.mark.parametrize("name", ["../evil.safetensors", "/etc/passwd", "other.safetensors", ""])
def test_nothing_else_can_be_asked_for(hub, folder, name):
    with pytest.raises(ICLightError, match="There is no IC-Light model named"):
        fetch(name, folder)
    assert left(folder) == []


# A broken connection


@pytest.mark.parametrize("cuts", [[0.4], [0.4, 0.4, 0.4], [0.4, *[0.1] * 12]])
def test_a_broken_download_goes_on_where_it_was(hub, folder, cuts):
    hub.cuts = list(cuts)
    assert brought(folder).read_bytes() == CONTENT
    assert hub.asked[:2] == [None, f"bytes={ARRIVED}-"]
    assert len(hub.asked) == len(cuts) + 1
    assert left(folder) == [NAME]


def test_a_download_that_breaks_for_good_is_kept_for_the_next_time(hub, folder):
    hub.cuts = [0.4] + [0.0] * 20
    text = refusal(folder)
    assert "the connection broke" in text
    assert "What has been downloaded is kept" in text
    assert (folder / f"{NAME}.part").stat().st_size == ARRIVED
    hub.cuts.clear()
    hub.asked.clear()
    assert brought(folder).read_bytes() == CONTENT
    assert hub.asked == [f"bytes={ARRIVED}-"]
    assert left(folder) == [NAME]


def test_a_server_that_cannot_resume_begins_again(hub, folder):
    hub.cuts, hub.ranges = [0.4], False
    assert brought(folder).read_bytes() == CONTENT
    assert hub.asked == [None, f"bytes={ARRIVED}-"]


@pytest.mark.parametrize("statuses", [[503], [429, 500, 502]])
def test_a_busy_server_is_asked_again(hub, folder, statuses):
    hub.statuses = list(statuses)
    assert brought(folder).read_bytes() == CONTENT
    assert hub.heads == len(statuses) + 1


def test_the_waits_grow_and_end(hub, folder):
    waited = []
    hub.statuses = [503] * 20
    assert "answers with the status 503" in refusal(folder, wait=waited.append)
    assert sum(waited) == 1 + 2 + 4 + 8
    assert left(folder) == []


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_refusal_is_not_repeated(hub, folder, status):
    hub.statuses = [status] * 20
    assert f"answers with the status {status}" in refusal(folder)
    assert len(hub.statuses) == 19


def test_no_connection_is_told(folder, hub, monkeypatch):
    import huggingface_hub

    address = functools.partial(huggingface_hub.hf_hub_url, endpoint="http://127.0.0.1:9")
    monkeypatch.setattr(huggingface_hub, "hf_hub_url", address)
    assert "there is no connection" in refusal(folder)


# Another file than the server states


@pytest.mark.parametrize("difference", [-1000, 1000])
def test_a_wrong_length_is_refused(hub, folder, difference):
    hub.size = len(CONTENT) + difference
    assert f"states {hub.size:,}" in refusal(folder)
    assert left(folder) == []


def test_a_wrong_hash_is_refused(hub, folder):
    hub.sha256 = "0" * 64
    assert "its SHA-256 is not the one" in refusal(folder)
    assert left(folder) == []
    assert hub.asked == [None]


def test_what_is_left_of_another_version_is_thrown_away(hub, folder):
    (folder / f"{NAME}.part").write_bytes(b"another version" * 1000)
    assert brought(folder).read_bytes() == CONTENT
    assert hub.asked == ["bytes=15000-", None]


def test_more_than_the_whole_file_is_thrown_away(hub, folder):
    (folder / f"{NAME}.part").write_bytes(CONTENT + b"more")
    assert brought(folder).read_bytes() == CONTENT


def test_without_a_stated_hash_the_files_header_decides(hub, folder):
    hub.sha256 = None
    assert brought(folder).read_bytes() == CONTENT


def test_a_web_page_in_place_of_the_file_is_refused(hub, folder):
    hub.sha256, hub.content = None, b"<html>Please log in to this network</html>"
    hub.size = len(hub.content)
    assert "is not a safetensors file" in refusal(folder)
    assert left(folder) == []


# The disk


def test_too_little_space_is_told_before_anything_is_written(hub, folder, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=10**6))
    text = refusal(folder)
    assert "it needs 70 MB more on the disk, but only 1 MB are free" in text
    assert hub.asked == []
    assert left(folder) == []


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no device that is always full")
def test_a_disk_that_fills_up_is_told_and_what_arrived_is_removed(hub, folder):
    (folder / f"{NAME}.part").symlink_to("/dev/full")
    assert "the disk is full" in refusal(folder)
    assert left(folder) == []


def test_a_folder_that_cannot_be_made_is_told_by_its_last_names(hub, tmp_path):
    (tmp_path / "models").write_text("a file where a folder should be")
    text = refusal(tmp_path / "models" / "ic-light")
    assert text.startswith(f"{NAME} cannot be written into models/ic-light")


def test_a_folder_that_no_system_can_name_is_told(hub, folder):
    assert "no folder can have this name. Make sure that the web UI may write there" in refusal(folder / "\0")


def test_a_folder_without_permission_is_told(hub, folder, monkeypatch):
    def denied(self, *args, **options):
        raise PermissionError(errno.EACCES, "Permission denied", str(self))

    monkeypatch.setattr(Path, "mkdir", denied)
    assert "Permission denied. Make sure that the web UI may write there" in refusal(folder)


# Stopped


def test_an_interrupted_download_stops_and_goes_on_later(hub, folder):
    done = []
    with pytest.raises(CancelledError, match="was stopped"):
        brought(folder, progress=lambda *step: done.append(step[0]), cancelled=lambda: max(done, default=0) > 1 << 20)
    assert left(folder) == [f"{NAME}.part"]
    kept = (folder / f"{NAME}.part").stat().st_size
    assert kept == (1 << 20) + CHUNK
    assert brought(folder).read_bytes() == CONTENT
    assert hub.asked == [None, f"bytes={kept}-"]


def test_stopping_while_the_server_is_away_ends_at_once(hub, folder):
    hub.statuses = [503] * 20
    waits = []
    with pytest.raises(CancelledError):
        brought(folder, wait=waits.append, cancelled=lambda: bool(waits))
    assert waits == [1]


# Two at once


def test_two_at_once_download_once(hub, folder):
    hub.gate.clear()
    results = {}

    def second_waits(done, total, what):
        if what.startswith("Waiting"):
            hub.gate.set()

    def run(name, **options):
        results[name] = brought(folder, **options)

    first = threading.Thread(target=run, args=("first",))
    first.start()
    while not hub.asked:
        assert first.is_alive()
        first.join(0.01)
    second = threading.Thread(target=run, args=("second",), kwargs={"progress": second_waits})
    second.start()
    first.join(60)
    second.join(60)
    assert results == {"first": folder / NAME, "second": folder / NAME}
    assert hub.asked == [None]
    assert left(folder) == [NAME]


def test_sizes_are_readable():
    assert [download.readable(size) for size in (12, 4_000, 5_600_000, 1_719_144_856)] == [
        "12 bytes",
        "4 kB",
        "6 MB",
        "1.72 GB",
    ]
