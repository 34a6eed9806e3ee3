"""Whatever happens in a run, the next plain generation equals a fresh web UI's, byte for byte."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from forge import compatibility, hosts_table, pictures, server
from forge.client import SECOND_PASS
from forge.companion_files import NAME as SECOND
from forge.companion_files import made
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
INNER = {
    "crop": ("txt2img", "img2img on a crop, as a detailer does"),
    "copy": ("txt2img", "a copy of the processing object"),
    "copy of a crop": ("img2img", "a copy of img2img's processing object that works on a crop"),
}
OTHER_CHECKPOINT = {
    "a refiner took over": {"steps": 2, "refiner_checkpoint": SECOND, "refiner_switch_at": 0.5},
    "hires fix with another checkpoint": {**SECOND_PASS, "hr_checkpoint_name": SECOND},
}
SHORT_OF_MEMORY = "the VAE runs out of memory once"
TROUBLES = {
    **{f"another extension raises in {hook}": ({"raise_in": hook}, 200) for hook in HOOKS},
    "another extension raises in the UNet": ({"unet": True}, 500),
    "the VAE cannot encode": ({"vae": "error"}, 500),
    SHORT_OF_MEMORY: ({"vae": "memory"}, 200),
    "interrupted": ({"interrupt": True}, 200),
    "all models unloaded": ({"unload": True}, 200),
}


@pytest.fixture(scope="module")
def forge(keeper):
    return keeper.get("state", {"zz-ic-light-troublemaker": TROUBLEMAKER})


@pytest.fixture(scope="module")
def client(forge):
    return CompanionClient(forge.url, forge.models.parent / "state", forge.host)


@pytest.fixture(scope="module")
def fresh(client):
    """A fresh web UI's first generation."""
    return client.txt2img()


@pytest.fixture(scope="module")
def second_checkpoint(client, fresh, forge_home):
    """The name of another checkpoint."""
    with made(forge_home / "models", server.checkpoint_of(forge_home)):
        client.call("/sdapi/v1/refresh-checkpoints", {})
        yield SECOND
    client.call("/sdapi/v1/refresh-checkpoints", {})


@pytest.fixture
def row(request, forge_home, host):
    if request.node.callspec.params.get("trouble") == SHORT_OF_MEMORY:
        host.needs(hosts_table.TILED_ENCODING)  # before there is a row: what cannot be tried has not failed
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
        # What is not encoded yet, or the VAE's trouble would wait for a later run.
        client.txt2img(fresh_subject(f"going on after {trouble}"), companions={NAME: [trouble]})
        assert client.txt2img(relight).files == before.files


@pytest.mark.slow
def test_vae_that_recovers_from_too_little_memory_gives_the_same_picture(client, host):
    host.needs(hosts_table.TILED_ENCODING)
    relight = {"foreground": pictures.text(pictures.subject(71, 90))}
    tight = client.txt2img(relight, companions={NAME: [{"vae": "memory"}]})
    assert tight.record.channels == {8}
    assert np.abs(tight.pixels.astype(int) - client.txt2img(relight).pixels).mean() < 1


@pytest.mark.slow
@pytest.mark.parametrize("case", OTHER_CHECKPOINT)
def test_plain_generation_after_another_checkpoint_is_as_in_a_fresh_web_ui(client, fresh, second_checkpoint, row, case):
    answer = client.txt2img(MODES["fc"], **OTHER_CHECKPOINT[case])
    assert answer.status == 200, answer.message
    assert answer.record.channels == {8}
    assert client.txt2img().files == fresh.files
    row |= {"figures": "next plain generation equal byte by byte", "result": "passed"}


@pytest.mark.slow
@pytest.mark.parametrize("what", ["another checkpoint is chosen in the middle"])
def test_run_in_which_another_checkpoint_is_chosen_keeps_its_own(client, fresh, second_checkpoint, row, what):
    chosen = client.call("/sdapi/v1/options")[1]["sd_model_checkpoint"]
    before = client.txt2img(MODES["fc"])
    during = client.txt2img(MODES["fc"], companions={NAME: [{"switch": second_checkpoint}]})
    after = client.txt2img(MODES["fc"])
    assert client.call("/sdapi/v1/options", {"sd_model_checkpoint": chosen})[0] == 200
    assert during.files == before.files
    assert after.record.channels == {8}
    assert after.files != before.files
    assert client.txt2img().files == fresh.files
    row["figures"] = "the run as without; the next relights the new one; back again: plain equal byte by byte"
    row["result"] = "passed"


@pytest.mark.slow
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("kind", INNER)
def test_run_inside_a_relit_run_is_not_relit_again(client, fresh, row, kind, mode):
    tab, words = INNER[kind]
    row["what"] = f"a run inside a relit {mode} run: {words}"
    generate = {"txt2img": client.txt2img, "img2img": client.img2img}[tab]
    body = {"batch_size": 2, "n_iter": 2, **({"init_images": [FOREGROUND]} if tab == "img2img" else {})}
    relight = MODES[mode] if tab == "txt2img" else {**MODES[mode], "foreground": None}
    answer = generate(relight, **body, companions={NAME: [{"nested": kind}]})
    alone = generate(relight, **body)
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
    row["figures"] = f"outer {outer} channels, inner 4; the picture around it unchanged"
    row["result"] = "passed"
