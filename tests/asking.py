"""Requests a small picture from a workbench, and inspects its answer and its page."""

from __future__ import annotations

import numpy as np

from workbench.session import images

BODY = {"prompt": "a ball", "steps": 2, "width": 64, "height": 64, "seed": 5, "cfg_scale": 2, "sampler_name": "Euler"}


def ask(host, asked, way="txt2img", **body):
    return getattr(host, way)(**BODY, **body, alwayson_scripts={"IC Light": {"args": [asked]}})


def pixels_of(answer) -> np.ndarray:
    assert answer.status_code == 200, answer.text
    return np.asarray(images(answer)[0])


def shown(host) -> str:
    """All HTML of the page."""
    from modules import shared

    components = shared.demo.get_config_file()["components"]
    return " ".join(str(one["props"].get("value")) for one in components if one["type"] == "html")
