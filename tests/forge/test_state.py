"""Whatever happens inside a run, the next plain generation is a fresh web UI's, byte by byte."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from forge import compatibility, pictures
from forge.companions import CompanionClient

TROUBLEMAKER = Path(__file__).resolve().parent / "troublemaker"
NAME = "IC Light Troublemaker"
FOREGROUND = pictures.text(pictures.subject())
MODES = {
    "fc": {"foreground": FOREGROUND, "light": "left"},
    "fbc": {"foreground": FOREGROUND, "mode": "fbc", "light": "left"},
}
HOOKS = (
    "before_process",
    "process",
    "process_batch",
    "process_before_every_sampling",
    "postprocess_image",
    "postprocess",
)
INNER = {"crop": "img2img on a crop, as a detailer does", "copy": "a copy of the processing object"}
TROUBLES = {
    **{f"another extension raises in {hook}": ({"raise_in": hook}, 200) for hook in HOOKS},
    "another extension raises in the UNet": ({"unet": True}, 500),
    "the VAE cannot encode": ({"vae": "error"}, 500),
    "the VAE runs out of memory once": ({"vae": "memory"}, 200),
    "interrupted": ({"interrupt": True}, 200),
    "all models unloaded": ({"unload": True}, 200),
}


@pytest.fixture(scope="module")
def forge(keeper):
    return keeper.get("state", {"zz-ic-light-troublemaker": TROUBLEMAKER})


@pytest.fixture(scope="module")
def client(forge):
    return CompanionClient(forge.url, forge.models.parent / "state")


@pytest.fixture(scope="module")
def fresh(client):
    """A fresh web UI's first generation."""
    return client.txt2img()


@pytest.fixture
def row(request, forge_home):
    found = {"what": request.node.callspec.id, "figures": "", "result": "failed"}
    yield found
    compatibility.record(forge_home, "State", found)


def fresh_subject(name):
    """A subject that was never encoded before."""
    size = 60 + sum(map(ord, name)) % 90
    return {"foreground": pictures.text(pictures.subject(size, 100)), "light": "left"}


@pytest.mark.slow
@pytest.mark.parametrize("trouble", TROUBLES)
def test_plain_generation_after_trouble_is_as_in_a_fresh_web_ui(client, fresh, row, trouble):
    options, status = TROUBLES[trouble]
    answer = client.txt2img(fresh_subject(trouble), companions={NAME: [options]})
    assert answer.status == status, answer.message
    assert client.txt2img().files == fresh.files
    row |= {"figures": f"HTTP {status}; next plain generation equal byte by byte", "result": "passed"}


@pytest.mark.slow
def test_relighting_goes_on_after_trouble(client, fresh):
    relight = MODES["fc"]
    before = client.txt2img(relight)
    for trouble in ({"unet": True}, {"vae": "error"}, {"interrupt": True}):
        client.txt2img(relight, companions={NAME: [trouble]})
        assert client.txt2img(relight).files == before.files


@pytest.mark.slow
def test_vae_that_recovers_from_too_little_memory_gives_the_same_picture(client):
    relight = {"foreground": pictures.text(pictures.subject(71, 90))}
    tight = client.txt2img(relight, companions={NAME: [{"vae": "memory"}]})
    assert tight.record.channels == {8}
    assert np.abs(tight.pixels.astype(int) - client.txt2img(relight).pixels).mean() < 1


@pytest.mark.slow
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("kind", INNER)
def test_run_inside_a_relit_run_is_not_relit_again(client, fresh, row, kind, mode):
    body = {"companions": {NAME: [{"nested": kind}]}, "batch_size": 2, "n_iter": 2}
    answer = client.txt2img(MODES[mode], **body)
    alone = client.txt2img(MODES[mode], batch_size=2, n_iter=2)
    channels = [call["shape"][1] for call in answer.record.report["unet"]]
    outer = {"fc": 8, "fbc": 12}[mode]
    assert channels[0] == outer
    assert channels.count(outer) == len(alone.record.report["unet"]) == 2
    assert channels.count(4) >= 4
    assert "IC Light mode" in answer.infotext
    for found, expected in zip(answer.pictures[-4:], alone.pictures[-4:]):
        around = np.ones((64, 64), bool)
        around[8:56, 8:56] = False
        assert np.array_equal(found[around], expected[around])
        assert not np.array_equal(found, expected)
    assert client.txt2img().files == fresh.files
    row |= {"what": f"a run inside a relit {mode} run: {INNER[kind]}", "result": "passed"}
    row["figures"] = f"outer {outer} channels, inner 4; the picture around it unchanged"
