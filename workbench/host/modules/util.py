"""Files and names."""

from __future__ import annotations

import os
import re

from modules.paths_internal import cwd


def natural_sort_key(s: str) -> list:
    """A key that sorts numbers inside names by value."""
    return [int(part) if part.isdigit() else part.lower() for part in re.split(r"(\d+)", s)]


def listfiles(dirname: str) -> list[str]:
    """Visible files of a folder."""
    names = sorted(os.listdir(dirname), key=natural_sort_key)
    paths = [os.path.join(dirname, name) for name in names if not name.startswith(".")]
    return [path for path in paths if os.path.isfile(path)]


def walk_files(path: str, allowed_extensions=None):
    """Files below a folder whose suffix is among those allowed."""
    for root, _, files in sorted(os.walk(path), key=lambda item: natural_sort_key(item[0])):
        for name in sorted(files, key=natural_sort_key):
            if allowed_extensions is None or os.path.splitext(name)[1].lower() in allowed_extensions:
                yield os.path.join(root, name)


def truncate_path(target_path: str, base_path: str = cwd) -> str:
    """A path relative to ``base_path`` when it lies below it, else absolute."""
    target, base = os.path.abspath(target_path), os.path.abspath(base_path)
    inside = os.path.splitdrive(target)[0] == os.path.splitdrive(base)[0] and os.path.commonpath([target, base]) == base
    return os.path.relpath(target, base) if inside else target
