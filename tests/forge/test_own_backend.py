"""Forge Neo's own VAE and patcher: the posterior's mode in every way, and offsets where layers are offloaded."""

from __future__ import annotations

import pytest
from forge import compatibility, hosts_table, server

CLOSE = 1e-5


@pytest.fixture(scope="module")
def found(forge_home):
    if hosts_table.host_of(forge_home).name != "Forge Neo":
        pytest.skip("it is Forge Neo that encodes in tiles and merges offloaded layers at each call")
    return server.told_by(forge_home, "own_backend.py")


@pytest.fixture
def row(request, forge_home):
    made = {"what": request.node.function.__doc__, "figures": "", "result": "failed"}
    yield made
    compatibility.record(forge_home, "VAE and patcher", made)


def test_every_way_of_encoding_gives_the_mode(found, row):
    """the posterior's mode: whole, always in tiles, and when memory has run out"""
    ways = dict(found["encoded"])
    assert ways.pop("a sample") > 0.01
    row["figures"] = f"farthest from the mode: {max(ways.values()):.0e}"
    assert max(ways.values()) < CLOSE
    row["result"] = "passed"


def test_merged_and_offloaded_layers_predict_what_the_summed_weights_do(found, row):
    """offsets in layers that do not fit into the graphics memory"""
    patched = found["patched"]
    relit, lora = (1000 * patched[f"seconds {of}"] for of in ("relit", "of the LoRA"))
    row["figures"] = f"a call takes {relit:.1f} ms, with a LoRA of the same size {lora:.1f} ms"
    assert max(patched["merged"], patched["offloaded"]) < CLOSE
    row["result"] = "passed"


def test_only_other_offsets_or_loras_are_merged_anew(found, row):
    """repeats, other offsets and LoRAs; the weights afterwards"""
    patched = found["patched"]
    assert patched["repeat is kept"]
    assert patched["others are merged"]
    assert patched["with a LoRA it is merged"]
    assert patched["as before"]
    row |= {"figures": "a repeat merges nothing; afterwards equal byte by byte", "result": "passed"}
