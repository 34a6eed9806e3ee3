"""Attribute paths, under the names Forge's backend uses."""

from __future__ import annotations


def get_attr(obj, attr: str):
    """Follow a dotted path of attributes and return what is at its end."""
    for name in attr.split("."):
        obj = getattr(obj, name)
    return obj


def set_attr_raw(obj, attr: str, value) -> None:
    """Set the attribute at a dotted path to exactly ``value``."""
    parent, _, name = attr.rpartition(".")
    setattr(get_attr(obj, parent) if parent else obj, name, value)
