"""A checkpoint in fp8 on a real Forge: offsets added at each call lose nothing, merged ones are rounded."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from forge import pictures, server

SIZE = {"width": 64, "height": 64}
KINDS = {"added": "float8-e4m3fn (fp16 LoRA)", "merged": "float8-e4m3fn"}


def keep_as(client, kind):
    """Set *Diffusion in Low Bits*; Forge applies it when a memory setting changes."""
    for place in ("Shared", "CPU"):
        status, _ = client.call(
            "/sdapi/v1/options", {"forge_unet_storage_dtype": kind, "forge_pin_shared_memory": place}
        )
        assert status == 200


@pytest.fixture(scope="module")
def answers(client, forge_home):
    """Two generations each, with the offsets added and merged."""
    relight = {"mode": "fc", "foreground": pictures.text(pictures.subject())}
    try:
        found = {}
        for name, kind in KINDS.items():
            keep_as(client, kind)
            found[name] = [client.txt2img(relight, **SIZE) for _ in range(2)]
        return found
    finally:
        keep_as(client, "Automatic")


@pytest.fixture(scope="module")
def errors(answers, forge_home, offsets, tmp_path_factory):
    """How far the UNet's outputs are from those of rounded weights with exact offsets."""
    work = tmp_path_factory.mktemp("reference")
    pictures.subject().save(work / "subject.png")
    cases = [
        {
            "name": name,
            "mode": "fc",
            **SIZE,
            "foreground": str(work / "subject.png"),
            "unet": str(answers[name][0].record.folder / "unet-64x64.safetensors"),
        }
        for name in KINDS
    ]
    job = {
        "checkpoint": str(server.checkpoint_of(forge_home)),
        "offsets": {"fc": str(offsets["fc"])},
        "cases": cases,
        "kept_as": "float8_e4m3fn",
    }
    (work / "job.json").write_text(json.dumps(job), encoding="utf-8")
    script = Path(__file__).parent / "reference.py"
    done = subprocess.run([sys.executable, script, work / "job.json"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found = {name: values["output"] for name, values in json.loads(done.stdout).items()}
    print(", ".join(f"{name} {error:.1e}" for name, error in found.items()))
    return found


def test_offsets_added_at_each_call_are_whole(errors):
    assert errors["added"] < 1e-3


def test_offsets_that_are_merged_are_not(errors):
    """Why the page says so."""
    assert errors["merged"] > 10 * errors["added"]


def test_the_wider_first_layer_gets_subject_and_noise(answers):
    for name in KINDS:
        assert answers[name][0].record.channels == {8}, name


def test_a_repeated_generation_gives_the_same_picture(answers):
    for name in KINDS:
        first, second = answers[name]
        assert (first.pixels == second.pixels).all(), name


def test_plain_generation_afterwards_is_as_ever(answers, client, untouched):
    assert (client.txt2img().pixels == untouched.pixels).all()
