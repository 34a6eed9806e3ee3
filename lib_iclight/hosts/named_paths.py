"""Paths of the web UI's machine that a user, or a program, has named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..errors import ICLightError
from ..support.json_values import shown


def may_be_named() -> bool:
    """Whether paths of this machine may be named, as in img2img's *Batch*."""
    from modules import shared

    return not getattr(shared.cmd_opts, "hide_ui_dir_config", False)


def check_may_be_named() -> None:
    """Check that paths may be named.

    Raises:
        ICLightError: they may not.
    """
    if not may_be_named():
        raise ICLightError(
            "This web UI was started with --hide-ui-dir-config: files and folders of its machine cannot be named. "
            "Upload what is to be relit, and leave paths and folders empty."
        )


def named(text: Any, what: str) -> Path:
    """The path in a text.

    Args:
        text: may have blanks and quotation marks around it, and begin with ``~``.
        what: what messages call it ("The clip").

    Raises:
        ICLightError: it is none.
    """
    if not isinstance(text, str) or "\0" in text:
        raise ICLightError(f"{what} must be a path, not {shown(text)}.")
    try:
        return Path(text.strip().strip('"')).expanduser().absolute()
    except (RuntimeError, OSError) as error:  # there is no such user
        raise ICLightError(f"{what} cannot be found: {shown(text)}. {error}") from error
