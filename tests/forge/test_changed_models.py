"""Replacing, damaging or adding odd model files while Forge runs neither crashes it nor changes a picture."""

from __future__ import annotations

import os
import shutil
import sys
import threading

import numpy as np
import pytest
from forge import model_files, pictures
from forge.client import SECOND_PASS

SUBJECT = pictures.text(pictures.subject())
OWN = "IC-Light/own_fc.safetensors"


@pytest.fixture(scope="module")
def own(forge, offsets):
    """A copy of the offsets for fc in a subfolder of a model folder."""
    path = forge.models / OWN
    path.parent.mkdir()
    shutil.copy(offsets["fc"], path)
    yield path
    shutil.rmtree(path.parent)


def relit(client, name=OWN, **body):
    return client.txt2img({"foreground": SUBJECT, "model": name}, **body)


def without_weights(path):
    """Overwrite the weights with zeros and restore length and time, as a broken copy does."""
    stat = path.stat()
    start = path.stat().st_size - data_length(path)
    os.truncate(path, start)
    os.truncate(path, stat.st_size)
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def data_length(path):
    return max(entry["data_offsets"][1] for key, entry in model_files.header(path).items() if key != "__metadata__")


def test_a_model_in_a_folder_below_is_listed_and_written_into_the_picture(client, own):
    status, answer = client.call("/ic-light/models")
    assert status == 200
    assert {item["name"]: item["usable"] for item in answer["models"]}[OWN]
    for name in (OWN, "own_fc"):
        assert "IC Light model: IC-Light/own_fc," in relit(client, name).infotext


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not tell of it")
def test_offsets_that_are_exchanged_in_place_are_read_anew(client, own, offsets):
    before = relit(client).pixels
    assert np.array_equal(before, relit(client).pixels)
    without_weights(own)
    own.with_name("empty_fc.safetensors").symlink_to(own)
    wanted = relit(client, "IC-Light/empty_fc.safetensors").pixels
    assert not np.array_equal(wanted, before)
    assert np.array_equal(relit(client).pixels, wanted)
    own.with_name("empty_fc.safetensors").unlink()
    shutil.copyfile(offsets["fc"], own)
    assert np.array_equal(relit(client).pixels, before)


def test_offsets_that_are_cut_off_in_the_middle_of_a_run_do_not_end_the_host(client, own, offsets):
    before = relit(client, **SECOND_PASS).pixels
    client.txt2img()  # the host has taken the offsets out again
    answers = []
    run = threading.Thread(target=lambda: answers.append(relit(client, **SECOND_PASS)))
    run.start()
    while run.is_alive() and not client.call("/sdapi/v1/progress")[1]["state"]["job_count"]:
        run.join(0.01)
    os.truncate(own, 1000)
    run.join()
    (answer,) = answers
    # Either it had read the file before, or it says what is wrong with it.
    assert answer.status in (200, 422)
    assert answer.status == 422 or np.array_equal(answer.pixels, before)
    refused = relit(client)
    assert (refused.status, refused.record.sampled) == (422, False)
    assert "cut off" in refused.message
    assert client.txt2img().status == 200
    shutil.copyfile(offsets["fc"], own)
    assert np.array_equal(relit(client, **SECOND_PASS).pixels, before)


@pytest.fixture
def odd(forge):
    """Entries among the models that cannot be read, and the messages about them."""
    if sys.platform != "linux":
        pytest.skip("needs links, pipes and names that other systems do not have")
    folder = forge.models
    links = {"gone.safetensors": "nowhere", "circle.safetensors": "circle.safetensors", "long.safetensors": "x" * 300}
    for name, target in links.items():
        (folder / name).symlink_to(target)
    os.mkfifo(folder / "pipe.safetensors")
    named = os.fsdecode(b"br\xfccke\n.safetensors")
    (folder / named).write_bytes(b"")
    yield {
        "gone.safetensors": "is a link to something that does not exist",
        "circle.safetensors": "is a link that leads back to itself",
        "long.safetensors": "cannot be opened (File name too long)",
        "pipe.safetensors": "is a pipe or a device",
        "br\\udcfccke\\n.safetensors": "is empty",
    }
    for name in (*links, "pipe.safetensors", named):
        (folder / name).unlink()


def test_what_cannot_be_looked_at_is_a_row_and_the_page_and_the_runs_work(client, forge, odd):
    status, answer = client.call("/ic-light/models/refresh", {})
    assert status == 200
    said = {item["name"]: item for item in answer["models"]}
    for name, problem in odd.items():
        assert problem in said[name]["problem"]
        assert said[name]["way_out"]
        assert not said[name]["usable"]
    assert str(forge.models.parent) not in str(answer)
    _, page = client.call("/config")
    controls = {component["props"].get("elem_id") for component in page["components"]}
    assert {"txt2img_ic_light_model", "txt2img_ic_light_light", "txt2img_ic_light_models"} <= controls
    assert client.txt2img({"foreground": SUBJECT}).status == 200
    for name in odd:
        refused = relit(client, name)
        assert refused.status == 422
        assert str(forge.models.parent) not in refused.message
