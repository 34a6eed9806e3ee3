"""Runs that are shot one after another by the script *IC Light: light set*, as X/Y/Z plot runs its cells."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from typing import Any

import numpy as np
from PIL import Image

from ..relight import Plan
from ..shooting import recipe_of
from ..subject.prepare import Subject
from . import run_context

TITLE = "IC Light: light set"
"""The script's name in the list of scripts, and over the API."""

# What all runs share, of the host's settings.
_SAME = (
    *("prompt", "negative_prompt", "seed", "steps", "cfg_scale", "sampler_name", "width", "height"),
    *("denoising_strength", "enable_hr", "hr_scale"),
)

Take = Callable[[str, Plan, Subject, np.ndarray, "dict[str, Any]", Any], None]
"""Called with a shot's name, plan, subject, painting and recipe, and with the host's result."""


def new_name(p: Any) -> str:
    """A name for what is shot: the job's time and the seed."""
    from modules import shared

    return f"{shared.state.job_timestamp}-{int(p.seed)}"


def shot(p: Any, lights: Sequence[tuple[str, Any]], take: Take, overrides: Mapping[str, Any]) -> list[Any]:
    """Shoot one light after another, each by a copy of the processing object.

    What was interrupted or skipped is a picture half done, and is left out. An error ends it, and is told, unless it is
    that of the first.

    Args:
        p: the host's processing object.
        lights: their names, and values of the request's field.
        take: takes each.
        overrides: fields of the request that are the same for all.

    Returns:
        The host's results of those that are done.
    """
    done: list[Any] = []
    announce(p, len(lights))
    try:
        for processed in _shots(p, lights, take, overrides):
            done.append(processed)
    except Exception as error:
        if not done:
            raise
        p.comment(f"IC Light has shot {len(done)} of {len(lights)} lights. {error}")
    return done


def announce(p: Any, count: int) -> None:
    """One progress bar for all."""
    from modules import shared

    shared.state.job_count = count
    total = getattr(shared, "total_tqdm", None)
    if total is not None:
        second = (getattr(p, "hr_second_pass_steps", 0) or p.steps) if getattr(p, "enable_hr", False) else 0
        total.updateTotal(count * (p.steps + second))


def _shots(p: Any, lights: Sequence[tuple[str, Any]], take: Take, overrides: Mapping[str, Any]) -> Iterator[Any]:
    from modules import shared
    from modules.processing import process_images

    for name, light in lights:
        if shared.state.interrupted or getattr(shared.state, "stopping_generation", False):
            return
        pc, seen = _copy_for(p, {**overrides, "light": light})
        processed = process_images(pc)
        if shared.state.interrupted:
            return
        if seen and not shared.state.skipped:
            plan, subject, painting = seen[0]
            run = {field: getattr(p, field, None) for field in _SAME}
            take(name, plan, subject, painting, recipe_of(plan, run, processed.infotexts[0]), processed)
            yield processed


def _copy_for(p: Any, overrides: Mapping[str, Any]) -> tuple[Any, list[Any]]:
    """A processing object for one picture, and where plan, subject and painting will be."""
    pc = copy(p)
    pc.styles = pc.styles[:]
    pc.n_iter = pc.batch_size = 1
    seen: list[Any] = []
    run_context.override(pc, "enabled", True)
    for name, value in overrides.items():
        run_context.override(pc, name, value)
    run_context.tell(pc, lambda *painted: seen.append(painted))
    return pc, seen


def results(p: Any, done: Sequence[Any], sheet: Image.Image, text: str, shown: Sequence[Any]) -> Any:
    """The host's results: a contact sheet in front of some of the new pictures.

    Args:
        p: the host's processing object.
        done: the host's results of all shots.
        sheet, text: the contact sheet and its generation parameters.
        shown: those of ``done`` whose pictures are shown.
    """
    sheet.info["parameters"] = text  # the API encodes it with the picture
    result = copy(done[0])
    result.images = [sheet, *(processed.images[0] for processed in shown)]
    result.infotexts = [text, *(processed.infotexts[0] for processed in shown)]
    result.info, result.index_of_first_image = text, 1
    for name in ("all_prompts", "all_negative_prompts", "all_seeds", "all_subseeds"):
        setattr(result, name, [getattr(done[0], name)[0]] * len(result.images))
    result.comments = "".join(f"{comment}\n" for comment in dict.fromkeys(_comments(p, done)))
    return result


def _comments(p: Any, done: Sequence[Any]) -> Iterator[str]:
    """What the runs had to say, once each, and what the script says."""
    for processed in done:
        yield from str(getattr(processed, "comments", "")).splitlines()
    yield from map(str, getattr(p, "comments", {}))
