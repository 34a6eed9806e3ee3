"""Settings and flags for how a web UI keeps the UNet's weights: relit under each, and plain again byte for byte."""

from __future__ import annotations

from contextlib import contextmanager

import numpy as np
import pytest
from forge import compatibility, hosts_table, pictures, server
from forge.companion_files import NAME, made

RELIGHT = {"foreground": pictures.text(pictures.subject()), "light": "left"}
CHANNELS = {"fc": 8, "fbc": 12}
LORA = {"prompt": f"a cup <lora:{NAME}:1>"}
RUNS = {mode + words: (mode, body) for mode in CHANNELS for words, body in {"": {}, " with a LoRA": LORA}.items()}
SETTINGS = [words for host in hosts_table.HOSTS for words in host.weight_settings]
FLAGS = [flag for host in hosts_table.HOSTS for flag in host.weight_flags]


@pytest.fixture(scope="module")
def models(forge_home):
    """A LoRA among the web UI's models."""
    with made(forge_home / "models", server.checkpoint_of(forge_home)):
        yield


@pytest.fixture(scope="module")
def usual(models, keeper, host):
    """The API, and its plain and relit pictures under the settings that a web UI comes with."""
    if not host.weight_settings and not host.weight_flags:
        pytest.skip(f"{host.name} has none of these settings")
    client = keeper.get("usual").client
    return client, _pictures(client)


@pytest.fixture
def row(request, forge_home, host):
    (what,) = request.node.callspec.params.values()
    if what not in (*host.weight_settings, *host.weight_flags):
        pytest.skip(f"{host.name} has no {what}")
    found = {"what": what, "figures": "", "result": "failed"}
    yield found
    compatibility.record(forge_home, "How weights are kept", found)


def _pictures(client):
    """A plain picture, and relit ones by name; the plain ones made in between are the same byte for byte."""
    plain, with_lora = client.txt2img(), client.txt2img(**LORA)
    relit = {}
    for name, (mode, body) in RUNS.items():
        relit[name] = client.txt2img({**RELIGHT, "mode": mode}, **body)
        assert relit[name].record.channels == {CHANNELS[mode]}
        assert client.txt2img(**body).files == (with_lora if body else plain).files
    return plain, relit


def _check(found, usual, row):
    """Each picture is nearer to the same one under the usual settings than to a plain one."""
    far = {name: _difference(found[1][name], usual[1][name]) for name in RUNS}
    row["figures"] = f"d(relit as usual) {max(far.values()):.2f}; plain generations between equal byte by byte"
    for name, difference in far.items():
        assert difference < _difference(found[1][name], found[0]) / 2, name
    row["result"] = "passed"


def _difference(one, other):
    return float(np.abs(one.pixels.astype(int) - other.pixels).mean())


@contextmanager
def _under(client, chosen):
    """Settings inside the ``with`` block."""
    # AUTOMATIC1111 tells nothing of extensions' settings; those here are on until a test turns them off.
    before = dict.fromkeys(chosen, True) | client.call("/sdapi/v1/options")[1]
    try:
        assert client.call("/sdapi/v1/options", dict(chosen))[0] == 200
        yield
    finally:
        client.call("/sdapi/v1/options", {name: before[name] for name in chosen})


@pytest.mark.slow
@pytest.mark.parametrize("setting", SETTINGS)
def test_relit_under_a_setting_and_plain_as_before(usual, host, row, setting):
    client, pictures = usual
    chosen = host.weight_settings[setting]
    with _under(client, chosen):
        client.txt2img()
    # With FP8 weights in between, AUTOMATIC1111's own plain pictures are others afterwards.
    plain = client.txt2img()
    with _under(client, chosen):
        found = _pictures(client)
    _check(found, pictures, row)
    assert client.txt2img().files == plain.files


@pytest.mark.slow
@pytest.mark.parametrize("flag", FLAGS)
def test_relit_with_a_flag_and_plain_as_before(usual, keeper, row, flag):
    found = _pictures(keeper.get_with(flag, flag).client)
    _check(found, usual[1], row)
    assert found[0].files == usual[1][0].files
