"""What repeated relighting costs in a real Forge. Times are printed, not tested."""

from __future__ import annotations

from statistics import median

import psutil
import pytest
from forge import pictures
from forge.client import SECOND_PASS

FC = {"foreground": pictures.text(pictures.subject()), "light": "left"}
FLAT_MIB = 100


def report(name, record):
    """Print what a generation cost."""
    print(
        f"{name}: {record.hook_seconds * 1000:.1f} ms in our hooks, {len(record.own_encodes)} encodes, "
        f"{len(record.report['opened'])} weight files opened"
    )


@pytest.mark.parametrize("second_pass", [False, True], ids=["one pass", "second pass"])
@pytest.mark.parametrize("mode", ["fc", "fbc"])
def test_repeated_generation_reads_and_encodes_nothing(client, mode, second_pass):
    relight, body = {**FC, "mode": mode}, SECOND_PASS if second_pass else {}
    first, again = client.txt2img(relight, **body).record, client.txt2img(relight, **body).record
    report(f"{mode} first", first)
    report(f"{mode} again", again)
    assert again.own_encodes == []
    assert again.report["opened"] == []
    assert again.report["opened_in_hooks"] == []
    assert again.channels == {12 if mode == "fbc" else 8}


def test_second_pass_encodes_each_picture_once_per_size(client, host):
    fresh = pictures.text(pictures.subject(90, 70))
    record = client.txt2img({"foreground": fresh}, **SECOND_PASS).record
    assert record.own_encodes == [(64, 64), host.made(96, 96)]


def test_img2img_encodes_subject_and_light_once(client, host):
    fresh = pictures.text(pictures.subject(77, 99))
    body = {"init_images": [fresh], "width": 72, "height": 80, "batch_size": 2, "n_iter": 2}
    first, again = (client.img2img({"light": "bottom"}, **body).record for _ in range(2))
    report("img2img, batch of 2 x 2, first", first)
    report("img2img, batch of 2 x 2, again", again)
    assert first.own_encodes == [host.made(72, 80)] * 2
    assert again.own_encodes == []


def test_changed_weights_are_noticed(client, forge, offsets):
    model = forge.models / "changing.safetensors"
    model.symlink_to(offsets["fc"])
    try:
        client.txt2img({**FC, "model": model.name})
        model.unlink()
        model.symlink_to(offsets["fcon"])
        changed = client.txt2img({**FC, "model": model.name})
    finally:
        model.unlink()
    fcon = client.txt2img({**FC, "mode": "fcon", "model": offsets["fcon"].name})
    assert changed.pixels.tobytes() == fcon.pixels.tobytes()


@pytest.mark.slow
def test_memory_stays_flat_when_switched_on_and_off(client, forge):
    process = psutil.Process(forge.process.pid)
    sizes = []
    for _ in range(20):
        client.txt2img(FC)
        client.txt2img()
        sizes.append(process.memory_info().rss >> 20)
    print("resident memory in MiB after each pair:", *sizes)
    # Medians: what one generation has not given back yet is no leak.
    assert median(sizes[10:]) - median(sizes[:10]) < FLAT_MIB
