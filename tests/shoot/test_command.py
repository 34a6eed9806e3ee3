"""The command, killed in the middle and given again."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from catalogues import LEFT, RIGHT, put_pictures, result_files, rows, stand_in

from lib_iclight.shoot import looks
from lib_iclight.shoot.command import FAILED, INTERRUPTED, REFUSED, STOPPED, WHOLE, main
from lib_iclight.shoot.job import duration

ROOT = Path(__file__).resolve().parents[2]
NAMES = [f"{folder}p{number}.png" for folder in ("", "shoes/") for number in range(5)]


@pytest.fixture
def server():
    with stand_in() as running:
        yield running


@pytest.fixture
def options(tmp_path, server):
    """The options of a catalogue of ten pictures under two looks, and where its results go."""
    put_pictures(tmp_path / "in", *NAMES)
    files = [str(looks.save(tmp_path / "looks", look)) for look in (LEFT, RIGHT)]
    out = tmp_path / "out"
    asked = ["--pictures", str(tmp_path / "in"), "--looks", *files, "--out", str(out), "--web-ui", server.address]
    return asked, out


def test_killed_twice_and_given_again_it_has_every_result_once(options, server):
    asked, out = options
    (out.parent / "in" / "broken.png").write_bytes(b"no picture")
    running = []

    def kill(number):
        if number in (7, 13):
            running[-1].kill()

    server.before = kill
    statuses = []
    for _ in range(3):
        command = [sys.executable, "-m", "lib_iclight.shoot", *asked]
        running.append(subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE))
        told = running[-1].communicate()
        statuses.append(running[-1].returncode)
    assert statuses[2] == FAILED, told
    assert 0 not in statuses[:2]
    assert "failed: broken.png" in told[1].decode()
    assert told[0].decode().strip() == str(out / "catalogue.jsonl")
    found = rows(out)
    done = [row for row in found.values() if not row.error]
    assert sorted(row.result for row in done) == result_files(out)
    assert len(done) == len({row.result for row in done}) == 20
    assert {row.source for row in found.values() if row.error} == {"broken.png"}
    assert len(server.asked) == 22, "what was done was not asked for again"


def test_what_it_says_and_how_it_ends(options, server, capsys, monkeypatch):
    asked, _out = options
    server.before = lambda number: server.state.update(interrupted=True) if number == 3 else None
    assert main(asked) == INTERRUPTED
    server.state["interrupted"] = False
    assert "2 made, 0 there already, 0 failed, 18 left, of 20" in capsys.readouterr().err
    assert main(asked) == WHOLE
    said = capsys.readouterr().err
    assert "[20/20] shoes/p4-right.png" in said
    assert "18 made, 2 there already, 0 failed, 0 left" in said
    assert main([*asked, "--names", "[what]"]) == REFUSED
    assert "which is unknown" in capsys.readouterr().err


def test_without_a_web_ui_nothing_is_begun(options, server, capsys):
    asked, out = options
    server.login = "me:secret"
    assert main(asked) == STOPPED
    assert "Give the name and password" in capsys.readouterr().err
    assert not out.exists()


def test_the_login_comes_from_the_environment(options, server, monkeypatch):
    asked, _ = options
    server.login = "me:secret"
    monkeypatch.setenv("IC_LIGHT_LOGIN", "me:secret")
    assert main(asked) == WHOLE


@pytest.mark.parametrize(("seconds", "text"), [(9.4, "9 s"), (600, "10 min"), (9000, "2.5 h")])
def test_times_are_said_as_people_say_them(seconds, text):
    assert duration(seconds) == text
