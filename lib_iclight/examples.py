"""Worked examples: whole forms to begin with, from ``presets/examples.json``."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .prompts import ROOT
from .request import Request, from_mapping

SHIPPED = ROOT / "presets" / "examples.json"

FORM = (
    "mode",
    "light",
    "light_strength",
    "flip_background",
    "remove_background",
    "reinforce_foreground",
    "restore_details",
    "details_radius",
    "keep_colours",
)
"""The request's fields that an example decides, be it by their default. Which files do the work stays the user's."""


@dataclass(frozen=True)
class Example:
    """One example.

    Attributes:
        name: what its button says.
        prompt: replaces the tab's prompt.
        request: holds the fields of :data:`FORM`.
        foreground, background: pictures for the accordion; None keeps what is there.
    """

    name: str
    prompt: str
    request: Request
    foreground: Path | None = None
    background: Path | None = None

    def values(self) -> dict[str, Any]:
        """The accordion's controls by the field that each sets, pictures aside."""
        return {"enabled": True, **{field: getattr(self.request, field) for field in FORM}}


def load(path: Path = SHIPPED) -> list[Example]:
    """The examples in a file, their pictures beside it.

    Raises:
        ICLightError: an example asks for something that cannot be.
    """
    return [_example(entry, path.parent) for entry in json.loads(path.read_text(encoding="utf-8"))]


def _example(entry: dict[str, Any], folder: Path) -> Example:
    pictures = {side: folder / entry[side] for side in ("foreground", "background") if side in entry}
    return Example(entry["name"], entry["prompt"], from_mapping(entry["relight"]), **pictures)
