"""Replaces functions of other libraries, and restores them."""

from __future__ import annotations

from collections import defaultdict

originals: dict[str, dict] = defaultdict(dict)


def patch(key: str, obj, field: str, replacement):
    """Replace ``obj.field`` and return the original. Raises RuntimeError if ``key`` has replaced it already."""
    if (obj, field) in originals[key]:
        raise RuntimeError(f"patch for {field} is already applied")
    originals[key][(obj, field)] = getattr(obj, field)
    setattr(obj, field, replacement)
    return originals[key][(obj, field)]


def undo(key: str, obj, field: str) -> None:
    """Restore what ``key`` replaced. Raises KeyError if it replaced nothing."""
    setattr(obj, field, originals[key].pop((obj, field)))


def original(key: str, obj, field: str):
    """What ``key`` replaced, or None."""
    return originals[key].get((obj, field))


def undo_all() -> None:
    """Restore everything, the latest first."""
    for key, replaced in originals.items():
        for obj, field in reversed(list(replaced)):
            undo(key, obj, field)
