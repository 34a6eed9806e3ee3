"""The reference's sampling settings, and sizes that suit a picture."""

from __future__ import annotations

import itertools
import math
from typing import Any

_STEP = 64
_SMALLEST, _LARGEST = 64, 2048
_SAMPLER, _SCHEDULE = "DPM++ 2M SDE", "Karras"
_KEEPING_SAMPLER = "DPM++ 2M"
"""For a light in txt2img. It adds no noise, and so keeps as much of the light as the reference, which starts from less
noise. See docs/lights.md."""
_SCALE = 1.5
_ADDED = "best quality"
_NEGATIVE = "lowres, bad anatomy, bad hands, cropped, worst quality"
_CFG = {"fc": 2.0, "fcon": 2.0, "fbc": 7.0}
_STEPS = {"fc": 25, "fcon": 25, "fbc": 20}


def recommended(
    mode: str, is_img2img: bool, own_schedule: bool = True, lit: bool = False, size: tuple[int, int] | None = None
) -> dict[str, Any]:
    """The reference's defaults, by the ``elem_id`` of the web UI's control.

    Source: lllyasviel/IC-Light, ``gradio_demo.py`` and ``gradio_demo_bg.py``: DPM++ 2M SDE Karras, strength 0.9 from
    the light's latents, a second pass at 1.5 times the size and strength 0.5 after a Lanczos upscale.

    Args:
        mode: "fc", "fcon" or "fbc".
        is_img2img: which tab.
        own_schedule: whether the schedule is a control of its own; if not, the sampler's name includes it.
        lit: whether a light is chosen.
        size: width and height of the first pass, None if they are not known.
    """
    tab = "img2img" if is_img2img else "txt2img"
    sampling, schedule = f"{tab}_sampling", f"{tab}_scheduler"
    sampler = _KEEPING_SAMPLER if lit and mode != "fbc" and not is_img2img else _SAMPLER
    result: dict[str, Any] = {
        **({sampling: sampler, schedule: _SCHEDULE} if own_schedule else {sampling: f"{sampler} {_SCHEDULE}"}),
        f"{tab}_steps": _STEPS[mode],
        f"{tab}_cfg_scale": _CFG[mode],
    }
    if is_img2img:
        return result | {"img2img_denoising_strength": 0.9}
    return result | {
        "txt2img_hr-checkbox": True,
        "txt2img_hr_upscaler": "Lanczos",
        "txt2img_hr_scale": _SCALE,
        "txt2img_hr_cfg": _CFG[mode],
        "txt2img_denoising_strength": 0.5,
        **(second_pass(*size) if size else {}),
    }


def second_pass(width: int, height: int, scale: float = _SCALE) -> dict[str, int]:
    """The size of a second pass, by the ``elem_id`` of the web UI's control: to the nearest 64, as in the reference.

    A side halfway between two multiples takes the one that keeps the proportions better: the web UI crops the rest.

    Args:
        width, height: of the first pass.
        scale: the second pass's enlargement; reduced if a side would exceed 2048.
    """
    scale = min(scale, _LARGEST / max(width, height))
    nearest = [sorted({_to_step(side * scale - 0.5), _to_step(side * scale + 0.5)}) for side in (width, height)]
    x, y = min(itertools.product(*nearest), key=lambda size: abs(math.log(size[0] / size[1] / (width / height))))
    return {"txt2img_hr_resize_x": x, "txt2img_hr_resize_y": y}


def prompts(prompt: str, negative: str) -> tuple[str, str]:
    """The prompt with what the reference adds to every prompt, and its negative prompt if none is given."""
    if _ADDED not in prompt:
        prompt = ", ".join(filter(None, [prompt.strip().rstrip(","), _ADDED]))
    return prompt, negative if negative.strip() else _NEGATIVE


def match_size(picture: tuple[int, int], width: int, height: int) -> tuple[int, int]:
    """A size with the picture's proportions and about the area of ``width x height``.

    Both sides are multiples of 64, which the UNet's levels divide evenly, from 64 to 2048.

    Args:
        picture: its ``(width, height)``.
        width, height: the current setting.
    """
    ratio, area = picture[0] / picture[1], width * height
    ideal = math.sqrt(area * ratio)

    def misfit(size: tuple[int, int]) -> float:
        return abs(math.log(size[0] / size[1] / ratio)) + 0.25 * abs(math.log(size[0] * size[1] / area))

    around = {_to_step(ideal + offset * _STEP) for offset in (-1, 0, 1)}
    sizes = {(w, _to_step(w / ratio + offset * _STEP)) for w in around for offset in (-1, 0, 1)}
    return min(sorted(sizes), key=misfit)


def _to_step(side: float) -> int:
    return max(_SMALLEST, min(_LARGEST, round(side / _STEP) * _STEP))
