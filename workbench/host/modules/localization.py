"""Translations of the page: JSON files from English to another language, by the names of the files."""

from __future__ import annotations

import json
import os

from modules import errors, scripts

localizations: dict[str, list[str]] = {}


def list_localizations() -> None:
    """Find translations in the folders of the extensions; files of one name make up one translation."""
    localizations.clear()
    for file in scripts.list_scripts("localizations", ".json"):
        localizations.setdefault(os.path.splitext(file.filename)[0], []).append(file.path)


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
