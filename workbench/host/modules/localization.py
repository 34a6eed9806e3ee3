"""Translations of the page; the workbench has none."""

localizations: dict[str, str] = {}


def list_localizations(dirname: str) -> None:
    """Find translations."""


def load_localization(current_localization_name: str) -> dict[str, str]:
    """The texts of one translation."""
    return {}


def localization_js(current_localization_name: str) -> str:
    """The translation as a script for the page's head."""
    return "window.localization = {}"
