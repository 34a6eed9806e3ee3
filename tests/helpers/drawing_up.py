"""Makes plans of pictures that are given as a test has them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from lib_iclight.models.library import ModelFile
from lib_iclight.relight import INIT, MASK, Plan, RelightPipeline
from lib_iclight.request import PICTURES, Request
from lib_iclight.subject.background_removal import BackgroundRemover


def draw_up(
    pipeline: RelightPipeline,
    folders: Sequence[Path],
    remover: BackgroundRemover,
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

    def find_model(request: Request) -> Callable[[], ModelFile]:
        found = pipeline.library.select(request.mode, request.model, folders)
        return lambda: found

    return pipeline.plan(request, sources, init is not None, find_model, remover)
