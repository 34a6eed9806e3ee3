"""The UNet's inputs and outputs in Forge, compared with the reference recipe."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from forge import compatibility, hosts_table, pictures, server
from forge.client import SECOND_PASS

SIZE = {"width": 128, "height": 128}
CASES = {
    "fc": ("txt2img", {"mode": "fc"}, SIZE),
    "fcon": ("txt2img", {"mode": "fcon"}, SIZE),
    "fbc, light from the left": ("txt2img", {"mode": "fbc", "light": "left"}, SIZE),
    "fbc, flipped background": ("txt2img", {"mode": "fbc", "background": "…", "flip_background": True}, SIZE),
    "fc, 328 x 200": ("txt2img", {"mode": "fc"}, {"width": 328, "height": 200}),
    "fc, second pass": ("txt2img", {"mode": "fc"}, {**SIZE, **SECOND_PASS}),
    "fc in img2img, light from the top": ("img2img", {"mode": "fc", "light": "top"}, SIZE),
    "fc, light from the right": ("txt2img", {"mode": "fc", "light": "right"}, SIZE),
}

LIMITS = {"condition": 1e-3, "output": 1e-4, "start": 1e-3, "added to noise": 1e-3}
"""The largest relative errors."""


@pytest.fixture(scope="module")
def errors(client, forge_home, host, offsets, tmp_path_factory):
    """Relative errors by case, all from one run of the reference; without the sizes that the web UI cannot make."""
    work = tmp_path_factory.mktemp("reference")
    pictures.subject().save(work / "subject.png")
    pictures.coloured(200, 90).save(work / "background.png")
    made = [name for name in CASES if all(side % host.size_step == 0 for side in _size(name))]
    job = {
        "checkpoint": str(server.checkpoint_of(forge_home)),
        "offsets": {mode: str(path) for mode, path in offsets.items()},
        "cases": [_case(client, work, name) for name in made],
    }
    (work / "job.json").write_text(json.dumps(job), encoding="utf-8")
    script = Path(__file__).parent / "reference.py"
    done = subprocess.run([sys.executable, script, work / "job.json"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    for name, values in found.items():
        print(f"{name}: " + ", ".join(f"{what} {value:.1e}" for what, value in values.items()))
    compatibility.record(forge_home, "Weights", _row(found, host))
    return found


def _row(found, host):
    """The largest error of each kind, for the table."""
    stretched = {name for name in found if _has_odd_latents(name) and hosts_table.ODD_LATENTS in host.without}
    tested = {(name, what): error for name, values in found.items() for what, error in values.items()}
    tested = {key: error for key, error in tested.items() if key[0] not in stretched or key[1] != "output"}
    worst = {what: max(error for (_, kind), error in tested.items() if kind == what) for what in LIMITS}
    return {
        "what": f"what the UNet gets and what it predicts, beside the reference on diffusers, in {len(found)} cases",
        "figures": "farthest: " + ", ".join(f"{what} {error:.0e}" for what, error in worst.items()),
        "result": "passed" if all(error < LIMITS[what] for what, error in worst.items()) else "failed",
    }


def _size(name):
    """Width and height of a case."""
    return tuple(CASES[name][2][side] for side in ("width", "height"))


def _has_odd_latents(name):
    return any(side // 8 % 2 for side in _size(name))


def _case(client, work, name):
    """Generate, and return what to compare."""
    tab, relight, body = CASES[name]
    relight = dict(relight)
    if "background" in relight:
        relight["background"] = pictures.text((work / "background.png").read_bytes())
    subject = pictures.text((work / "subject.png").read_bytes())
    given = {"init_images": [subject]} if tab == "img2img" else {}
    if tab == "txt2img":
        relight["foreground"] = subject
    record = client.kept(tab, relight, **given, **body).record
    scale = 1.5 if body.get("enable_hr") else 1
    width, height = int(body["width"] * scale), int(body["height"] * scale)
    case = {
        "name": name,
        "mode": relight["mode"],
        "light": relight.get("light"),
        "flip": relight.get("flip_background", False),
        "width": width,
        "height": height,
        "foreground": str(work / "subject.png"),
        "background": str(work / "background.png") if "background" in relight else None,
        "unet": str(record.folder / f"unet-{width}x{height}.safetensors"),
    }
    if tab == "img2img":
        case["start"] = str(record.folder / "start.safetensors")
    elif relight["mode"] == "fc" and "light" in relight:
        unlit = client.kept(tab, {"mode": "fc", "foreground": subject}, **body).record
        case |= {"lit": case["unet"], "unlit": str(unlit.folder / f"unet-{width}x{height}.safetensors")}
    return case


@pytest.mark.parametrize("name", CASES)
def test_condition_that_reaches_the_unet_is_the_references(errors, host, name):
    host.needs_size(*_size(name))
    assert errors[name]["condition"] < LIMITS["condition"]


@pytest.mark.parametrize("name", CASES)
def test_unet_predicts_what_the_reference_predicts(errors, host, name):
    host.needs_size(*_size(name))
    if _has_odd_latents(name):
        host.needs(hosts_table.ODD_LATENTS)
    assert errors[name]["output"] < LIMITS["output"]


def test_img2img_starts_from_the_references_light(errors):
    assert errors["fc in img2img, light from the top"]["start"] < LIMITS["start"]


def test_txt2img_adds_the_references_light_to_its_noise(errors):
    assert errors["fc, light from the right"]["added to noise"] < LIMITS["added to noise"]
