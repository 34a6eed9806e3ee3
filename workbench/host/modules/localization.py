"""Translations of the page; the workbench has none."""

localizations: dict[str, str] = {}


def list_localizations(dirname: str) -> None:
    """Find translations."""


def localization_js(current_localization_name: str) -> str:
    """The translation as a script for the page's head."""
    return "window.localization = {}"
