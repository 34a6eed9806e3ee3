"""The author's settings, and sizes that suit a picture."""

from __future__ import annotations

import math
from typing import Any

_STEP = 64
_SMALLEST, _LARGEST = 64, 2048
_SAMPLER, _SCHEDULE = "DPM++ 2M SDE", "Karras"
_CFG = {"fc": 2.0, "fcon": 2.0, "fbc": 7.0}
_STEPS = {"fc": 25, "fcon": 25, "fbc": 20}


def recommended(mode: str, is_img2img: bool, own_schedule: bool = True) -> dict[str, Any]:
    """The reference's defaults, by the ``elem_id`` of the web UI's control.

    Source: lllyasviel/IC-Light, ``gradio_demo.py`` and ``gradio_demo_bg.py``: DPM++ 2M SDE Karras, strength 0.9 from
    the light's latents, a second pass at 1.5 times the size and strength 0.5 after a Lanczos upscale.

    Args:
        mode: "fc", "fcon" or "fbc".
        is_img2img: which tab.
        own_schedule: whether the schedule is a control of its own; else the sampler's name says it.
    """
    tab = "img2img" if is_img2img else "txt2img"
    sampling, schedule = f"{tab}_sampling", f"{tab}_scheduler"
    result: dict[str, Any] = {
        **({sampling: _SAMPLER, schedule: _SCHEDULE} if own_schedule else {sampling: f"{_SAMPLER} {_SCHEDULE}"}),
        f"{tab}_steps": _STEPS[mode],
        f"{tab}_cfg_scale": _CFG[mode],
    }
    if is_img2img:
        return result | {"img2img_denoising_strength": 0.9}
    return result | {
        "txt2img_hr-checkbox": True,
        "txt2img_hr_upscaler": "Lanczos",
        "txt2img_hr_scale": 1.5,
        "txt2img_hr_cfg": _CFG[mode],
        "txt2img_denoising_strength": 0.5,
    }


def match_size(picture: tuple[int, int], width: int, height: int) -> tuple[int, int]:
    """A size with the picture's proportions and about the area of ``width x height``.

    Both sides are multiples of 64, which the UNet's levels divide evenly, from 64 to 2048.

    Args:
        picture: its ``(width, height)``.
        width, height: what is set now.
    """
    ratio, area = picture[0] / picture[1], width * height
    ideal = math.sqrt(area * ratio)

    def misfit(size: tuple[int, int]) -> float:
        return abs(math.log(size[0] / size[1] / ratio)) + 0.25 * abs(math.log(size[0] * size[1] / area))

    around = {_sound(ideal + offset * _STEP) for offset in (-1, 0, 1)}
    sizes = {(w, _sound(w / ratio + offset * _STEP)) for w in around for offset in (-1, 0, 1)}
    return min(sorted(sizes), key=misfit)


def _sound(side: float) -> int:
    return max(_SMALLEST, min(_LARGEST, round(side / _STEP) * _STEP))
