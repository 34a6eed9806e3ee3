"""Clips over the API of a real web UI: relit, interrupted, gone on with, and nothing is left of it afterwards."""

from __future__ import annotations

import shutil
import threading
import time

import numpy as np
import pytest
from clips import folder_of_frames, frame, packets, times, video
from forge import compatibility, hosts_table

from lib_iclight.files.video import frames, survey
from lib_iclight.hosts import light_sets

pytestmark = pytest.mark.slow

FRAMES, WINDOW = 8, 3
PHOTOGRAPH = {"result": "photograph", "photograph_background": "relit", "remove_background": False}


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    """A clip of eight frames with sound."""
    return video(tmp_path_factory.mktemp("clip") / "walk.mp4", [*map(frame, range(FRAMES))], sound=True)


@pytest.fixture(scope="module")
def untouched(client):
    """The pictures of a generation from before IC-Light was ever on."""
    return client.kept("txt2img").files


@pytest.fixture(autouse=True)
def _row(request, host):
    """This test's result, which goes into the table of a real web UI whether it passes or not."""
    failed = request.session.testsfailed
    yield
    what = request.node.name.removeprefix("test_").replace("_", " ").replace("[", " (").replace("]", ")")
    result = "passed" if request.session.testsfailed == failed else "failed"
    if host is not hosts_table.WORKBENCH:
        home = request.getfixturevalue("forge_home")
        compatibility.record(home, "Clips", {"what": what, "figures": "", "result": result})


def relit(client, clip, attention=0.0, motion="", **body):
    args = [None, str(clip), 1.0, attention, WINDOW, motion, "", 24, False, ""]
    return client.txt2img(PHOTOGRAPH, script_name="IC Light: clip", script_args=args, **body)


def made(forge):
    """The folder of the clips, and the clips in it, the oldest first."""
    folder = next(forge.models.parent.rglob(light_sets.CLIPS))
    return folder, sorted(folder.glob("*.mp4"), key=lambda path: path.stat().st_mtime_ns)


def frames_in(folder):
    """The frames of a clip that came as a folder. Encoders of videos are not the same to the bit each time."""
    return [path.read_bytes() for path in sorted(folder.glob("*-frames/*.png"))]


def test_interrupt_keeps_the_windows_that_are_done_and_the_clip_is_gone_on_with(client, forge, untouched, tmp_path):
    walk, answers = folder_of_frames(tmp_path / "walk", FRAMES, transparent=False), []
    job = threading.Thread(target=lambda: answers.append(relit(client, walk, seed=7, steps=2)))
    job.start()
    _interrupt_after_the_first_window(client, forge, job)
    job.join()
    assert answers[0].status == 200, answers[0].message
    folder, clips = made(forge)
    assert clips == []
    done = [*folder.glob("*/paintings/*")]
    assert 1 <= len(done) < 3
    first = (done[0] / "000001.png").stat().st_mtime_ns
    assert relit(client, walk, seed=-1, steps=2).status == 200
    assert (done[0] / "000001.png").stat().st_mtime_ns == first
    gone_on = frames_in(folder)
    assert len(gone_on) == FRAMES
    shutil.rmtree(folder)
    assert relit(client, walk, seed=7, steps=2).status == 200
    assert frames_in(folder) == gone_on


def _interrupt_after_the_first_window(client, forge, job):
    while job.is_alive():
        if [*forge.models.parent.rglob(f"{light_sets.CLIPS}/*/paintings/0001")]:
            client.call("/sdapi/v1/interrupt", {})
            return
        time.sleep(0.02)
    pytest.fail("all frames were painted before they could be interrupted")


def test_a_clip_keeps_its_frames_its_times_and_its_sound(client, forge, clip, untouched):
    answer = relit(client, clip, attention=0.5, motion="once_around")
    assert len(answer.pictures) == 1
    assert "Script: IC Light: clip" in answer.infotext
    path = made(forge)[1][-1]
    assert packets(path, "audio") == packets(clip, "audio")
    assert times(path) == times(clip)
    after = [*frames(survey(path, 1 << 20))]
    assert len(after) == FRAMES
    assert any(np.abs(one.astype(int) - other).mean() > 1 for one, other in zip(map(frame, range(FRAMES)), after))


def test_what_cannot_be_done_is_refused_with_the_reason(client, tmp_path):
    answer = relit(client, tmp_path / "nothing.mp4")
    assert answer.status == 422
    assert "There is no clip nothing.mp4" in answer.message


def test_off_again_a_picture_is_the_one_from_before(client, untouched):
    assert client.txt2img().files == untouched
