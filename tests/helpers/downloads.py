"""Helpers for downloads from a server on this machine: its content, the results, and error messages."""

from __future__ import annotations

from pathlib import Path

from hub_server import SECRET
from refusals import reason_of
from sd15_layout import safetensors_bytes

from lib_iclight.models.download import fetch
from lib_iclight.models.hub import NAMES, SOURCE

NAME = NAMES["fc"]
CONTENT = safetensors_bytes({"conv_in.weight": (320, 8, 3, 3), "filler": (1600, 1000)})
CHUNK = 1 << 16
"""How much of a file is read, and kept or lost, at a time."""


def whole_chunks(share: float) -> int:
    """How many bytes are kept of a download that breaks off after a fraction of the file."""
    return int(len(CONTENT) * share) // CHUNK * CHUNK


def brought(folder: Path, **options) -> Path:
    """Download without waiting between attempts."""
    return fetch(NAME, folder, **{"wait": lambda seconds: None, **options})


def refusal(folder: Path, **options) -> str:
    """Why nothing came: in few words that name neither folders of this machine nor signed addresses."""
    text = reason_of(brought, folder, **options)
    assert len(text) <= 300
    assert str(folder.parent.parent) not in text
    assert SECRET not in text
    assert "://" not in text.replace(SOURCE, "")
    assert not (folder / NAME).exists()
    return text
