"""How sets and films were shot: compared, when one is gone on with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def different(recipe: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """What two recipes say differently of the host's settings and of the request: the names."""
    pairs = [(_part(recipe, name), _part(other, name)) for name in ("run", "request")]
    return [name for one, two in pairs for name in sorted({*one, *two}) if one.get(name) != two.get(name)]


def _part(recipe: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A part of a recipe; a file from elsewhere may hold anything there, which counts as nothing."""
    found = recipe.get(name)
    return found if isinstance(found, Mapping) else {}
