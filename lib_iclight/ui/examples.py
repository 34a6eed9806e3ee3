"""Worked examples: whole forms to begin with, from ``presets/examples.json``."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import ROOT
from ..light.description import LightDescription
from ..request import FIELDS, Request, from_api
from ..subject.placement import Placement

SHIPPED = ROOT / "presets" / "examples.json"

FORM = tuple(name for name, field in FIELDS.items() if field.in_examples and not field.editor)
"""The fields that an example decides, be it by their default, beside light and placement. Whose files do the work, and
what is drawn in the editor but not used, stays the user's."""

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
        """The values of the accordion's controls by name, pictures aside; what is drawn only where it is used."""
        request = self.request
        result = {"enabled": True, **{field: getattr(request, field) for field in FORM}}
        result |= {"light": request.light_name, "placement": request.placement_name}
        if isinstance(request.light, LightDescription):
            result["light_editor"] = request.light.to_json()
        if isinstance(request.placement, Placement):
            result["placement_editor"] = request.placement.to_json()
        return result


def load(path: Path = SHIPPED) -> list[Example]:
    """The examples in a file, their pictures beside it.

    Raises:
        ICLightError: an example asks for something that cannot be.
    """
    return [_example(entry, path.parent) for entry in json.loads(path.read_text(encoding="utf-8"))]


def _example(entry: dict[str, Any], folder: Path) -> Example:
    pictures = {side: folder / entry[side] for side in ("foreground", "background") if side in entry}
    return Example(entry["name"], entry["prompt"], from_api(entry["relight"]), **pictures)
