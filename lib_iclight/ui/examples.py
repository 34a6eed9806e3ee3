"""Worked examples that fill the whole form, from ``presets/examples.json``."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import ROOT
from ..light.description import LightDescription
from ..request import FIELDS, Request
from ..request_input import from_api
from ..subject.placement import Placement

SHIPPED = ROOT / "presets" / "examples.json"

FORM = tuple(name for name, field in FIELDS.items() if field.in_examples and not field.editor)
"""The fields that an example sets, if only to their default, in addition to light and placement. The choice of model
files, and unused drawings in the editor, are left to the user."""

CONTROLS = ("enabled", *FORM, "light", "light_editor", "placement", "placement_editor")
"""The accordion's controls that an example may set, pictures aside."""


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
        """The values of the accordion's controls by name, without pictures; drawings only if they are used."""
        request = self.request
        result = {"enabled": True, **{field: getattr(request, field) for field in FORM}}
        result |= {"light": request.light_name, "placement": request.placement_name}
        if isinstance(request.light, LightDescription):
            result["light_editor"] = request.light.to_json()
        if isinstance(request.placement, Placement):
            result["placement_editor"] = request.placement.to_json()
        return result


def load(path: Path = SHIPPED) -> list[Example]:
    """The examples in a file; their pictures are in the same folder.

    Raises:
        ICLightError: an example is not a valid request.
    """
    return [_example(entry, path.parent) for entry in json.loads(path.read_text(encoding="utf-8"))]


def _example(entry: dict[str, Any], folder: Path) -> Example:
    pictures = {side: folder / entry[side] for side in ("foreground", "background") if side in entry}
    return Example(entry["name"], entry["prompt"], from_api(entry["relight"]), **pictures)
