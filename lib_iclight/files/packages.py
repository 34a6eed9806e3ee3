"""The optional packages that layers are written by."""

from __future__ import annotations

import importlib

PACKAGES = {"psd": ("psd_tools", "psd-tools"), "exr": ("OpenEXR", "OpenEXR")}
"""Import name and name of the package, by kind of file."""


def absent(kinds: tuple[str, ...]) -> list[str]:
    """The packages that these kinds of files need and that cannot be loaded."""
    return [package for kind in kinds for module, package in [PACKAGES[kind]] if not _loads(module)]


def _loads(module: str) -> bool:
    try:
        importlib.import_module(module)
    except ImportError:
        return False
    return True
