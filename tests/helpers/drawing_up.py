"""Makes plans as the script's hooks do: decides which pictures are used, opens them, and cuts out the subject."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from lib_iclight.relight import INIT, MASK, Plan, RelightPipeline, assign_parts
from lib_iclight.request import PICTURES, Request
from lib_iclight.subject.background_removal import BackgroundRemover


def draw_up(
    pipeline: RelightPipeline,
    folders: Sequence[Path],
    matte: BackgroundRemover,
    init: Sequence[Any] | None = None,
    mask: Any = None,
    **wanted: Any,
) -> Plan:
    """The plan for a request whose pictures are given as Pillow images or as base64 text."""
    given = {name: wanted.pop(name, None) for name in PICTURES}
    request = Request(**wanted)
    sources = {name: [picture] for name, picture in {**given, MASK: mask}.items() if picture is not None}
    images = [image for image in init or () if image is not None]
    if images:
        sources[INIT] = images
    parts = assign_parts(request, sources, is_img2img=init is not None)
    model = pipeline.library.select(request.mode, request.model, folders)
    opened = parts.opened(sources, pipeline.pictures.picture)
    request = replace(request, **{name: opened[name][0] for name in PICTURES if name in opened})
    init = None if init is None else opened.get(INIT, [])
    return pipeline.plan(request, model, init, matte, opened.get(MASK, [None])[0])
