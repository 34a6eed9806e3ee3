"""An installed Chromium, Chrome or Edge, for the tests of the page and the bench of the pad."""

from __future__ import annotations

import os
import shutil

#: The headless shell first: it opens a page in half the processor time of a whole browser.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
#: Without the network that a browser looks for by itself, and drawing by software.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def executable() -> str | None:
    """The browser's path, None if there is none; ``CHROMIUM`` names one that is not on the search path."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
