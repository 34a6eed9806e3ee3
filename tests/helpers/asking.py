"""Requests a small picture from a workbench, and inspects its answer and its page."""

from __future__ import annotations

import numpy as np

from workbench.session import images

BODY = {"prompt": "a ball", "steps": 2, "width": 64, "height": 64, "seed": 5, "cfg_scale": 2, "sampler_name": "Euler"}


def ask(host, *args, way="txt2img", **body):
    """The answer to a request with these arguments for IC Light's script."""
    return getattr(host, way)(**{**BODY, **body, "alwayson_scripts": {"IC Light": {"args": list(args)}}})


def all_pixels_of(answer) -> list[np.ndarray]:
    """An answer's pictures, ``[H, W, 3]`` each, as whole numbers that can be subtracted."""
    assert answer.status_code == 200, answer.text
    return [np.asarray(image.convert("RGB")).astype(int) for image in images(answer)]


def pixels_of(answer) -> np.ndarray:
    """The first of an answer's pictures."""
    return all_pixels_of(answer)[0]


def shown(host) -> str:
    """All HTML of the page."""
    from modules import shared

    components = shared.demo.get_config_file()["components"]
    return " ".join(str(one["props"].get("value")) for one in components if one["type"] == "html")
