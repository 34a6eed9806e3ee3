"""Where the web UI keeps looks and catalogues, and which folders of its machine may be named."""

from __future__ import annotations

from pathlib import Path

from ..errors import ICLightError
from ..shoot import naming
from ..studio import shelf
from . import light_sets

LOOKS, CATALOGUES = "light-looks", "light-catalogues"
"""In the folder of the results."""

_UPLOADED = "uploaded"


def looks(user: str) -> Path:
    """The folder of a user's looks, those of both tabs.

    Args:
        user: who is logged in on the page, "" without a login.
    """
    return shelf.folder_of(light_sets.results() / LOOKS, user)


def may_be_named() -> bool:
    """Whether folders of this machine may be named, as in img2img's *Batch*."""
    from modules import shared

    return not getattr(shared.cmd_opts, "hide_ui_dir_config", False)


def check_may_be_named() -> None:
    """Check that folders may be named.

    Raises:
        ICLightError: they may not.
    """
    if not may_be_named():
        raise ICLightError(
            "This web UI was started with --hide-ui-dir-config: folders of its machine cannot be named. Upload the "
            "pictures, and leave the folders empty."
        )


def results_of(user: str, pictures: str, out: str) -> Path:
    """The folder of a catalogue's results.

    Args:
        user: who is logged in on the page, "" without a login.
        pictures: the folder of the pictures, "" if they were uploaded.
        out: the folder that was asked for, "" for one of the web UI's.
    """
    if out:
        return Path(out).expanduser().absolute()
    name = naming.safe(Path(pictures).expanduser().absolute().name) if pictures else _UPLOADED
    return shelf.folder_of(light_sets.results() / CATALOGUES, user) / name
