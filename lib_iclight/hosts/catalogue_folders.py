"""Where the web UI keeps looks and catalogues."""

from __future__ import annotations

from pathlib import Path

from ..shoot import naming
from ..studio import shelf
from . import light_sets
from .named_paths import named

LOOKS, CATALOGUES = "light-looks", "light-catalogues"
"""In the folder of the results."""

_UPLOADED = "uploaded"


def looks(user: str) -> Path:
    """The folder of a user's looks, those of both tabs.

    Args:
        user: who is logged in on the page, "" without a login.
    """
    return shelf.folder_of(light_sets.results() / LOOKS, user)


def results_of(user: str, pictures: str, out: str) -> Path:
    """The folder of a catalogue's results.

    Args:
        user: who is logged in on the page, "" without a login.
        pictures: the folder of the pictures, "" if they were uploaded.
        out: the folder that was asked for, "" for one of the web UI's.
    """
    if out:
        return named(out, "The folder of the results")
    name = naming.safe(named(pictures, "The folder of pictures").name) if pictures else _UPLOADED
    return shelf.folder_of(light_sets.results() / CATALOGUES, user) / name
