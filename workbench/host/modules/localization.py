"""Translations of the page: JSON files from English to another language, by the names of the files."""

from __future__ import annotations

import json
import os

from modules import errors, scripts

localizations: dict[str, list[str]] = {}


def list_localizations(dirname: str) -> None:
    """Find translations in a folder and in those of the extensions; files of one name make up one translation."""
    localizations.clear()
    names = sorted(os.listdir(dirname)) if os.path.isdir(dirname) else []
    files = [(name, os.path.join(dirname, name)) for name in names]
    files += [(file.filename, file.path) for file in scripts.list_scripts("localizations", ".json")]
    for name, path in files:
        stem, suffix = os.path.splitext(name)
        if suffix.lower() == ".json":
            localizations.setdefault(stem, []).append(path)


def localization_js(current_localization_name: str) -> str:
    """The translation as a script for the page's head."""
    data: dict = {}
    for path in localizations.get(current_localization_name, []):
        try:
            with open(path, encoding="utf8") as file:
                data.update(json.load(file))
        except Exception:
            errors.report(f"Error loading localization from {path}", exc_info=True)
    return f"window.localization = {json.dumps(data)}"
