"""Downloads in the background and on first use, allowed or not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from downloads import CONTENT, NAME, whole_chunks
from hub_server import left
from refusals import reason_of

from lib_iclight.errors import ICLightError
from lib_iclight.models import manager
from lib_iclight.models.download import CancelledError, fetch
from lib_iclight.models.jobs import Downloads
from lib_iclight.models.library import ModelLibrary
from lib_iclight.models.manager import Models
from lib_iclight.settings import Settings

ROOT = Path(__file__).resolve().parents[2]


# In the background


def test_a_second_request_joins_the_download_under_way(hub, folder):
    hub.gate.clear()
    jobs = Downloads()
    first = jobs.start("fc", folder)
    assert jobs.start("fc", folder) is first
    assert jobs.running("fc") is first
    hub.gate.set()
    assert first.wait(60)
    assert (first.error, first.done, first.total) == (None, len(CONTENT), len(CONTENT))
    assert jobs.running("fc") is None
    assert hub.asked == [None]


def test_a_background_download_ends_with_its_reason(hub, folder):
    hub.sha256 = "0" * 64
    job = Downloads().start("fc", folder)
    assert job.wait(60)
    assert "SHA-256" in str(job.error)


def test_who_waits_for_another_download_can_stop(hub, folder):
    hub.gate.clear()
    jobs = Downloads()
    first = jobs.start("fc", folder)
    while not hub.asked:
        assert not first.wait(0.01)
    waiting = []
    with pytest.raises(CancelledError):
        fetch(NAME, folder, progress=lambda *step: waiting.append(step), cancelled=lambda: bool(waiting))
    hub.gate.set()
    assert first.wait(60)
    assert first.error is None


# Allowed or not


def models(folder: Path, *, forbidden: bool = False, **settings) -> Models:
    return Models(ModelLibrary(), lambda: [folder], lambda: Settings(**settings), lambda: forbidden)


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (lambda folder: models(folder, forbidden=True), "turned off by --ic-light-no-download"),
        (lambda folder: models(folder, download=False), "turned off in the settings"),
    ],
)
def test_turned_off_nothing_is_downloaded_and_the_way_by_hand_is_told(hub, folder, found, reason):
    said = reason_of(found(folder).start, "fc", lambda: False)
    assert reason in said
    assert said.endswith("put it into models/ic-light.")
    assert hub.asked == []
    assert left(folder) == []


def test_a_model_arrives_when_it_is_first_used_where_that_is_set(hub, folder):
    found = models(folder, download_on_first_use=True)
    assert found.on_first_use
    found.fetch("fc", lambda: False, lambda text: None)
    assert found.report().chosen["fc"] == NAME


def test_who_waits_for_a_download_is_told_how_far_it_is(hub, folder, monkeypatch):
    monkeypatch.setattr(manager, "_POLL_SECONDS", 0.01)
    hub.open_until = 0.5
    hub.gate.clear()
    half = f"Downloading {NAME} {100 * whole_chunks(0.5) // len(CONTENT)} %"
    said = []

    def tell(text):
        said.append(text)
        if text == half:
            hub.gate.set()

    models(folder).fetch("fc", lambda: False, tell)
    assert half in said


def test_a_model_that_does_not_arrive_says_why(hub, folder):
    hub.statuses = [404]
    with pytest.raises(ICLightError, match="status 404"):
        models(folder).fetch("fc", lambda: False, lambda text: None)


@pytest.mark.parametrize("settings", [{}, {"download_on_first_use": True, "download": False}])
def test_by_default_and_without_downloads_a_run_fetches_nothing(folder, settings):
    assert not models(folder, **settings).on_first_use


# The hub's own settings


def run_apart(folder: Path, **environment: str) -> str:
    code = (
        "import sys, pathlib\n"
        "from lib_iclight.models.download import fetch\n"
        "from lib_iclight.errors import ICLightError\n"
        f"try: print(fetch({NAME!r}, pathlib.Path(sys.argv[1]), wait=lambda seconds: None).name)\n"
        "except ICLightError as error: print(error)\n"
    )
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("HF_", "TRANSFORMERS_"))}
    command = [sys.executable, "-c", code, str(folder)]
    return subprocess.run(
        command, cwd=ROOT, env={**clean, **environment}, capture_output=True, text=True, check=True
    ).stdout.strip()


def test_a_mirror_is_asked_in_place_of_the_hub(hub, folder):
    assert run_apart(folder, HF_ENDPOINT=hub.url) == NAME
    assert (folder / NAME).read_bytes() == CONTENT


def test_in_offline_mode_nobody_is_asked(hub, folder):
    text = run_apart(folder, HF_ENDPOINT=hub.url, HF_HUB_OFFLINE="1")
    assert "offline mode is on. Unset HF_HUB_OFFLINE" in text
    assert hub.asked == []


def test_a_mirrors_password_is_not_shown(folder):
    text = run_apart(folder, HF_ENDPOINT="http://user:secret@127.0.0.1:9")
    assert "127.0.0.1" in text
    assert "secret" not in text
