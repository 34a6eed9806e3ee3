"""Whether a request asks for IC Light, and whether it came to us.

It stands alone: the script reads it too where another extension's package has taken this package's name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

TITLE = "IC Light"
"""Our script's title."""


def switch_of(values: Mapping[str, Any]) -> Any:
    """What a dict says about being on: its ``enabled`` as it is, else whether it gives any field a value.

    Empty text counts as one: it is what becomes of an empty file, and no reason for a picture that is not relit.
    """
    said = values.get("enabled")
    return any(value is not None for value in values.values()) if said is None else said


def namesakes(scripts: Iterable[Any], own: Any) -> list[str]:
    """The extension folders of other scripts with our title, by which the host's API tells scripts apart.

    Args:
        scripts: the host's scripts of a tab.
        own: our script.
    """
    return [_folder(script) for script in _same_title(scripts, own)]


def warning(folders: Iterable[str]) -> str:
    """What is wrong with having namesakes, "" without any."""
    names = ", ".join(repr(folder) for folder in dict.fromkeys(folders))
    if not names:
        return ""
    return (
        f"Another extension is titled IC Light too: {names}. Over the API a request may reach that one. "
        "Disable one of them on the Extensions page and restart the web UI."
    )


def gone_astray(p: Any, own: Any) -> str:
    """Why a run is not what its request asks for: a namesake has got the dict. "" where all is well.

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
    except Exception:  # another extension's code; the web UI goes on without a title too
        return ""


def _folder(script: Any) -> str:
    """The name of the extension's folder: the file lies in its folder ``scripts``."""
    return Path(script.filename).parent.parent.name
