"""How much of the light is in the first latents, with every sampler and schedule that the web UI lists.

What the UNet is first called with is the noise, scaled, with the light in it. The share is what the light adds there,
in the noise level's own scale, against the light's latents: 1 is the whole. On a real Forge the shares are written
into docs/first-latents.md.
"""

from __future__ import annotations

import math
import os
from contextlib import contextmanager
from pathlib import Path

import pytest
from forge import pictures

FOREGROUND = pictures.text(pictures.subject())
LIT = {"foreground": FOREGROUND, "remove_background": False, "light": "left"}
PLAIN = {"foreground": FOREGROUND, "remove_background": False}
STEPS = 25
TAKE_NO_SCHEDULE = ("DDIM", "DDIM CFG++", "PLMS", "UniPC")
"""These count in time steps of their own."""
DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "first-latents.md"
INTRODUCTION = f"""# The light's share in the first latents

In txt2img the light is added to the noise that sampling begins with. Each cell is the share of the light that is in the
latents the UNet is first called with, at {STEPS} steps on Stable Diffusion WebUI Forge; 1.000 is the whole light.

The row *begins at* gives the noise level each schedule begins with. The model's largest is 14.6; if the light were
divided by that instead of by the level itself, a share of level / 14.6 would be left. DDIM, DDIM CFG++, PLMS and UniPC
take no schedule.

*Written by `tests/forge/test_first_latents.py`.*
"""


@pytest.fixture(scope="module")
def start(client):
    """The light's latents."""
    (tensor,) = client.kept("img2img", {"light": "left"}, init_images=[FOREGROUND]).record.tensors("start").values()
    return tensor.float()


DEFAULTS = {
    "use_old_karras_scheduler_sigmas": False,
    "sigma_max": 0.0,
    "sgm_noise_multiplier": False,
    "sd_noise_schedule": "Default",
}


@contextmanager
def settings(client, **changed):
    """Change the web UI's settings temporarily: Forge restores an overridden setting only if it was set before."""
    assert client.call("/sdapi/v1/options", {**DEFAULTS, **changed})[0] == 200
    try:
        yield
    finally:
        assert client.call("/sdapi/v1/options", DEFAULTS)[0] == 200


def begun(client, start, relight=LIT, **body):
    """The light's share in the first latents, and their noise level."""
    answer = client.txt2img(relight, {"first_call": True}, steps=STEPS, **body)
    assert answer.status == 200, answer.message
    seen, noise = answer.record.tensors("unet-64x64"), answer.record.tensors("noise")
    level = float(seen["sigmas"][0])
    first = seen["x"][:1, :4].float() * math.hypot(1, level)
    before, after = noise["before"].float(), noise["after"].float()
    scale = float((first * after).sum() / (after**2).sum())
    assert float((first - scale * after).abs().max()) < 1e-2 * scale, "the first latents are the scaled noise"
    light = scale * (after - before)
    return float((light * start).sum() / (start**2).sum()), level


def names(client, path, key):
    status, found = client.call(f"/sdapi/v1/{path}")
    assert status == 200
    return [entry[key] for entry in found]


@pytest.mark.slow
def test_the_light_is_whole_with_every_sampler_and_schedule(client, start):
    samplers, schedules = names(client, "samplers", "name"), names(client, "schedulers", "label")
    found = {}
    for sampler in samplers:
        for schedule in schedules[:1] if sampler in TAKE_NO_SCHEDULE else schedules:
            found[sampler, schedule] = begun(client, start, sampler_name=sampler, scheduler=schedule)
    table = as_table(samplers, schedules, found)
    print(table)
    wrong = {pair: share for pair, (share, _) in found.items() if share != pytest.approx(1, abs=5e-3)}
    assert wrong == {}
    if os.environ.get("FORGE_HOME") != "workbench":
        DOCUMENT.write_text(f"{INTRODUCTION}\n{table}\n", encoding="utf-8")


def as_table(samplers, schedules, found):
    """One row per sampler, one column per schedule."""
    lines = [["sampler", *schedules], ["---"] * (len(schedules) + 1), ["*begins at*", *levels(schedules, found)]]
    for sampler in samplers:
        cells = [found.get((sampler, schedule)) for schedule in schedules]
        lines.append([sampler, *("" if cell is None else f"{cell[0]:.3f}" for cell in cells)])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def levels(schedules, found):
    """The initial noise levels of each schedule, over all samplers."""
    for schedule in schedules:
        of_schedule = [level for (_, name), (_, level) in found.items() if name == schedule]
        low, high = min(of_schedule), max(of_schedule)
        yield f"{low:.1f}" if high - low < 0.05 else f"{low:.1f} to {high:.1f}"


@pytest.mark.parametrize(
    ("changed", "first"),
    [({"use_old_karras_scheduler_sigmas": True}, 10), ({"sigma_max": 5.0}, 5), ({"sgm_noise_multiplier": True}, 14.61)],
    ids=str,
)
def test_the_light_is_whole_whatever_the_settings_make_of_the_schedule(client, start, changed, first):
    with settings(client, **changed):
        share, level = begun(client, start, sampler_name="DPM++ 2M", scheduler="Karras")
    assert level == pytest.approx(first, abs=0.01)
    assert share == pytest.approx(1, abs=5e-3)


def test_a_light_that_cannot_show_is_refused_and_leaves_no_trace(client, start):
    plain = client.kept("txt2img", PLAIN).pixels
    with settings(client, sd_noise_schedule="Zero Terminal SNR"):
        answers = [
            client.txt2img(LIT, scheduler="Karras"),
            client.img2img({"light": "left"}, scheduler="Karras", init_images=[FOREGROUND], steps=STEPS),
        ]
    for answer in answers:
        assert answer.status == 422
        assert "The light cannot show" in answer.message
        assert not answer.record.report["unet"]
    again = client.txt2img(PLAIN)
    assert (again.pixels == plain).all()


def test_half_a_light_in_img2img_lies_halfway_to_grey(client):
    def begins(strength, light="left"):
        relight = {"light": light, "light_strength": strength}
        (tensor,) = client.kept("img2img", relight, init_images=[FOREGROUND]).record.tensors("start").values()
        return tensor.float()

    grey, full, half = begins(0), begins(1), begins(0.5)
    assert float((half - (grey + full) / 2).abs().max()) < 1e-3
    assert float((grey - begins(1, "ambient")).abs().max()) < 1e-3
