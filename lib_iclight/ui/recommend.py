"""The reference's sampling settings, and sizes that suit a picture."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any

from ..picture.proportions import LARGEST, match_size, to_step

_SAMPLERS = ("DPM++ 2M SDE", "DPM++ SDE", "Euler a")
"""The reference's, then the nearest to it: a web UI may lack one."""
_KEEPING_SAMPLERS = ("DPM++ 2M", "Euler")
"""For txt2img with fc and fcon. They add no noise, and so keep as much of the light as the reference, which starts from
less noise: see docs/lights.md. A light may be chosen after the settings, so they do not wait for one."""
_SCHEDULE = "Karras"
_UPSCALERS = ("Lanczos", "None")
"""The reference's. Forge Neo has no *Lanczos*, but resizes by Lanczos where its upscaler is *None*."""
_SCALE = 1.5
_ADDED = "best quality"
_NEGATIVE = "lowres, bad anatomy, bad hands, cropped, worst quality"
CFG = {"fc": 2.0, "fcon": 2.0, "fbc": 7.0}
STRENGTH = 0.9
"""img2img's denoising strength: what begins as light becomes a picture."""
_STEPS = {"fc": 25, "fcon": 25, "fbc": 20}
_SIZE, _LARGEST_AREA = (512, 640), 768 * 768
"""The size that the reference paints, and the largest in which Stable Diffusion 1.5 paints one subject rather than two.
A web UI set up for a larger family begins with more."""

Offered = Callable[[str], Sequence[str]]
"""Returns what a web UI's control has to choose from, by its ``elem_id``; empty if it takes anything."""


def recommended(
    mode: str,
    is_img2img: bool,
    own_schedule: bool = True,
    size: tuple[int, int] | None = None,
    second: bool = False,
    offered: Offered = lambda elem_id: (),
) -> dict[str, Any]:
    """The reference's defaults, by the ``elem_id`` of the web UI's control; without what the web UI has no choice for.

    Source: lllyasviel/IC-Light, ``gradio_demo.py`` and ``gradio_demo_bg.py``: DPM++ 2M SDE Karras, strength 0.9 from
    the light's latents, a second pass at 1.5 times the size and strength 0.5 after a Lanczos upscale.

    Args:
        mode: "fc", "fcon" or "fbc".
        is_img2img: which tab.
        own_schedule: whether the schedule is a control of its own; if not, the sampler's name includes it.
        size: width and height of the first pass, None if they are not known.
        second: whether txt2img's second pass (Hires fix) is switched on too; otherwise it is left as it is. Only a
            painting gains by it: the light that is put on a photograph is smooth, and the photograph brings its own
            resolution.
        offered: what the web UI has.
    """
    tab = "img2img" if is_img2img else "txt2img"
    samplers = _SAMPLERS if is_img2img or mode == "fbc" else _KEEPING_SAMPLERS
    result: dict[str, Any] = {
        **_sampling(tab, samplers, own_schedule, offered),
        f"{tab}_steps": _STEPS[mode],
        f"{tab}_cfg_scale": CFG[mode],
    }
    if is_img2img:
        return result | {"img2img_denoising_strength": STRENGTH}
    if not second:
        return result
    return result | {
        "txt2img_hr-checkbox": True,
        **_choice("txt2img_hr_upscaler", _UPSCALERS, offered),
        "txt2img_hr_scale": _SCALE,
        "txt2img_hr_cfg": CFG[mode],
        "txt2img_denoising_strength": 0.5,
        **(second_pass(*size) if size else {}),
    }


def _sampling(tab: str, samplers: Sequence[str], own_schedule: bool, offered: Offered) -> dict[str, str]:
    """Sampler and schedule, as far as the web UI has them."""
    if own_schedule:
        schedule = _choice(f"{tab}_scheduler", [_SCHEDULE], offered)
        return _choice(f"{tab}_sampling", samplers, offered) | schedule
    return _choice(f"{tab}_sampling", [f"{sampler} {_SCHEDULE}" for sampler in samplers], offered)


def _choice(elem_id: str, names: Sequence[str], offered: Offered) -> dict[str, str]:
    """The first of the names that the control offers, by its ``elem_id``; empty if it offers none of them."""
    there = offered(elem_id)
    found = next((name for name in names if not there or name in there), None)
    return {} if found is None else {elem_id: found}


def second_pass(width: int, height: int, scale: float = _SCALE) -> dict[str, int]:
    """The size of a second pass, by the ``elem_id`` of the web UI's control: to the nearest 64, as in the reference.

    A side halfway between two multiples takes the one that keeps the proportions better: the web UI crops the rest.

    Args:
        width, height: of the first pass.
        scale: the second pass's enlargement; reduced if a side would exceed 2048.
    """
    scale = min(scale, LARGEST / max(width, height))
    nearest = [sorted({to_step(side * scale - 0.5), to_step(side * scale + 0.5)}) for side in (width, height)]
    x, y = min(itertools.product(*nearest), key=lambda size: abs(math.log(size[0] / size[1] / (width / height))))
    return {"txt2img_hr_resize_x": x, "txt2img_hr_resize_y": y}


def prompts(prompt: str, negative: str) -> tuple[str, str]:
    """The prompt with what the reference adds to every prompt, and its negative prompt if none is given."""
    if _ADDED not in prompt:
        prompt = ", ".join(filter(None, [prompt.strip().rstrip(","), _ADDED]))
    return prompt, negative if negative.strip() else _NEGATIVE


def working_size(picture: tuple[int, int], width: int, height: int) -> tuple[int, int]:
    """A size with the picture's proportions that Stable Diffusion 1.5 paints well.

    It has about the current area, or the reference's if the current one is too large. For a photograph too: the light
    that is put on it at its own size is smooth.

    Args:
        picture, width, height: as for :func:`match_size`.
    """
    if width * height > _LARGEST_AREA:
        width, height = _SIZE
    return match_size(picture, width, height)
