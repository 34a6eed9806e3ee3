"""Access to attributes by path, under the names that Forge's backend uses."""

from __future__ import annotations


def get_attr(obj, attr: str):
    """Return the attribute at a dotted path."""
    for name in attr.split("."):
        obj = getattr(obj, name)
    return obj


def set_attr_raw(obj, attr: str, value) -> None:
    """Set the attribute at a dotted path to exactly ``value``."""
    parent, _, name = attr.rpartition(".")
    setattr(get_attr(obj, parent) if parent else obj, name, value)
