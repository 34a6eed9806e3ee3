"""The core of relighting on any web UI that ``FORGE_HOME`` names: Forge, reForge, Classic, early Forge."""

from __future__ import annotations

import numpy as np
import pytest
from forge import compatibility, pictures
from forge.client import SECOND_PASS

FOREGROUND = pictures.text(pictures.subject())
FC = {"foreground": FOREGROUND}
CASES = {
    "fc": ("txt2img", FC, {}, {8}),
    "fc, light from the left": ("txt2img", {**FC, "light": "left"}, {}, {8}),
    "fcon": ("txt2img", {**FC, "mode": "fcon"}, {}, {8}),
    "fbc": ("txt2img", {**FC, "mode": "fbc", "light": "left"}, {}, {12}),
    "fc in img2img": ("img2img", {"light": "left"}, {"init_images": [FOREGROUND]}, {8}),
    "fbc in img2img": ("img2img", {"mode": "fbc", "light": "left"}, {"init_images": [FOREGROUND]}, {12}),
    "second pass": ("txt2img", FC, SECOND_PASS, {8}),
    "batch of 2": ("txt2img", FC, {"batch_size": 2}, {8}),
}


@pytest.fixture(scope="module")
def client(forge_home, keeper):
    """The API of this web UI."""
    return keeper.get("other").client


@pytest.fixture(scope="module")
def before(client):
    return client.txt2img()


@pytest.fixture
def row(request, forge_home):
    found = {"what": request.node.callspec.id, "figures": "", "result": "failed"}
    yield found
    compatibility.record(forge_home, "IC Light", found)


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_relights_and_is_off_again(client, before, row, case):
    tab, relight, body, channels = CASES[case]
    lit = getattr(client, tab)(relight, **body)
    plain = getattr(client, tab)(None, **body)
    assert lit.record.channels == channels
    assert plain.record.channels == {4}
    difference = float(np.abs(lit.pixels.astype(int) - plain.pixels).mean())
    row["figures"] = f"d(without IC Light) {difference:.2f}"
    assert difference > 1
    assert client.txt2img().files == before.files
    row["figures"] += "; plain generation afterwards equal byte by byte"
    row["result"] = "passed"


@pytest.mark.slow
def test_repeated_request_gives_the_same_bytes(client, before):
    relight = {**FC, "light": "left"}
    assert client.txt2img(relight).files == client.txt2img(relight).files


@pytest.mark.slow
def test_mistake_is_refused(client, before):
    answer = client.txt2img({"mode": "fc"})
    assert 400 <= answer.status < 500
    assert "foreground" in str(answer.body)
    assert client.txt2img().files == before.files


@pytest.mark.slow
def test_page_has_the_accordion(client, before):
    page = str(client.call("/config")[1])
    for tab in ("txt2img", "img2img"):
        assert f"{tab}_ic_light_foreground" in page


@pytest.mark.slow
def test_the_unrestored_picture_comes_over_the_api(client):
    relight = {**FC, "light": "left", "restore_details": 1.0, "keep_original": True}
    plain, both = client.txt2img({**FC, "light": "left"}), client.txt2img(relight)
    restored, unrestored = both.pictures
    assert np.abs(unrestored.astype(int) - plain.pixels).max() <= 1
    assert (restored != unrestored).any()
