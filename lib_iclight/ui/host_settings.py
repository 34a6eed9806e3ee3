"""The web UI's own controls that the buttons *Use recommended settings* and *Match size* set."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import gradio as gr

from .panel import QUIET, allowed
from .recommend import prompts, recommended, second_pass

_ANY_SIZE = (512, 512)


def connect_recommended(button: Any, controls: dict[str, Any], tab: str, host_control: Callable[[str], Any]) -> None:
    """Make the button set sampler, steps, CFG, strength, second pass and prompts.

    Args:
        button: what is clicked.
        controls: the accordion's controls, by field of the request.
        tab: "txt2img" or "img2img".
        host_control: returns a control of the web UI by its ``elem_id``, or None if the page has none.
    """
    is_img2img = tab == "img2img"
    own_schedule = host_control(f"{tab}_scheduler") is not None
    texts, sides = [f"{tab}_prompt", f"{tab}_neg_prompt"], [f"{tab}_width", f"{tab}_height"]
    present = _present([*texts, *recommended("fc", is_img2img, own_schedule, size=_ANY_SIZE)], host_control)
    read = _present([*texts, *sides], host_control)
    if not present:
        return

    def recommend(mode: str, light: str, *values: Any) -> list[Any]:
        given = dict(zip(read, values, strict=True))
        size = tuple(int(given[side]) for side in sides) if set(sides) <= set(given) else None
        wanted = recommended(mode, is_img2img, own_schedule, light != "none", size)
        wanted |= zip(texts, prompts(*(given.get(text) or "" for text in texts)), strict=True)
        return [allowed(control, wanted.get(elem_id, gr.update())) for elem_id, control in present.items()]

    inputs = [controls["mode"], controls["light"], *read.values()]
    button.click(recommend, inputs, list(present.values()), **QUIET)


def connect_second_pass(matched: Any, host_control: Callable[[str], Any]) -> None:
    """Adapt the second pass to a matched size, in txt2img of web UIs that let its size be set.

    Args:
        matched: the event that has set width and height.
        host_control: as in :func:`connect_recommended`.
    """
    names = [f"txt2img_{name}" for name in ("width", "height", "hr_scale")]
    read = _present(names, host_control)
    targets = _present(second_pass(*_ANY_SIZE), host_control)
    if len(read) < len(names) or not targets:
        return

    def follow(width: int, height: int, scale: float) -> list[int]:
        sizes = second_pass(int(width), int(height), float(scale))
        return [sizes[elem_id] for elem_id in targets]

    matched.then(follow, list(read.values()), list(targets.values()), **QUIET)


def _present(names: Iterable[str], host_control: Callable[[str], Any]) -> dict[str, Any]:
    found = {name: host_control(name) for name in names}
    return {name: control for name, control in found.items() if control is not None}
