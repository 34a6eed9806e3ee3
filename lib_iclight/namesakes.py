"""Whether a request asks for IC Light, and whether it reached this extension rather than another of the same title.

Imports nothing of the package: the script also loads it when another extension's package has taken our import name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

TITLE = "IC Light"
"""Our script's title."""


def switch_of(values: Mapping[str, Any]) -> Any:
    """Whether a dict turns IC Light on: its ``enabled`` unchanged if given, else whether any field has a value.

    Empty text counts as a value: a program that sends an empty file must not get a picture that is not relit.
    """
    said = values.get("enabled")
    return any(value is not None for value in values.values()) if said is None else said


def namesakes(scripts: Iterable[Any], own: Any) -> list[str]:
    """The extension folders of other scripts with our title; the host's API tells scripts apart by title alone.

    Args:
        scripts: the host's scripts of one tab.
        own: our script.
    """
    return [_folder(script) for script in _same_title(scripts, own)]


def warning(folders: Iterable[str]) -> str:
    """The warning about other extensions of our title, "" if there are none."""
    names = ", ".join(repr(folder) for folder in dict.fromkeys(folders))
    if not names:
        return ""
    return (
        f"Another extension is titled IC Light too: {names}. Over the API a request may reach that one. "
        "Disable one of them on the Extensions page and restart the web UI."
    )


def misrouted(p: Any, own: Any) -> str:
    """The error if another script of our title has received this request's dict, else "".

    Args:
        p: the host's processing object.
        own: our script.
    """
    if not getattr(p, "is_api", True):
        return ""
    for script in _same_title(getattr(p.scripts, "scripts", ()), own):
        values = p.script_args[script.args_from : script.args_to] if script.args_to else ()
        if values and isinstance(values[0], dict) and switch_of(values[0]):
            return (
                "Two extensions are titled IC Light, and this request has reached the other one, from the extension "
                f"folder {_folder(script)!r}. Disable one of them on the Extensions page and restart the web UI."
            )
    return ""


def _same_title(scripts: Iterable[Any], own: Any) -> list[Any]:
    return [script for script in scripts if script is not own and _title(script).lower() == TITLE.lower()]


def _title(script: Any) -> str:
    try:
        return str(script.title())
    except Exception:  # another extension's code; the web UI tolerates a failing title too
        return ""


def _folder(script: Any) -> str:
    """The name of the extension's folder, whose subfolder ``scripts`` holds the file."""
    return Path(script.filename).parent.parent.name
