"""Where the web UI keeps looks and catalogues."""

from __future__ import annotations

import hashlib
from pathlib import Path

from ..shoot import naming
from ..studio import shelf
from . import light_sets
from .named_paths import named

LOOKS, CATALOGUES = "light-looks", "light-catalogues"
"""In the folder of the results."""

_UPLOADED = "uploaded"
_DIGITS = 6


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
    name = _UPLOADED
    if pictures:
        # Another folder of the same name is another catalogue, each of which can be gone on with.
        folder = named(pictures, "The folder of pictures")
        digest = hashlib.sha256(str(folder).encode("utf-8", "surrogatepass")).hexdigest()
        name = f"{naming.safe(folder.name)}-{digest[:_DIGITS]}"
    return shelf.folder_of(light_sets.results() / CATALOGUES, user) / name
