"""Finds the folders that are extensions."""

from __future__ import annotations

import os
from dataclasses import dataclass

from modules.paths import extensions_dir
from workbench import settings


@dataclass(frozen=True)
class Extension:
    """A folder with ``scripts``, ``javascript`` and whatever else an extension has."""

    name: str
    path: str


extensions: list[Extension] = []


def list_extensions() -> None:
    """Find the extensions: those in the host's folder by name, then those given to the workbench."""
    names = sorted(os.listdir(extensions_dir)) if os.path.isdir(extensions_dir) else []
    found = [*(os.path.join(extensions_dir, name) for name in names), *map(str, settings.current.extension_dirs)]
    extensions[:] = [Extension(os.path.basename(path), path) for path in found if os.path.isdir(path)]


def active() -> list[Extension]:
    """The extensions to load."""
    return list(extensions)
