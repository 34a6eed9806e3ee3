"""A model folder, and a server to download models from."""

from __future__ import annotations

from pathlib import Path

import pytest
from downloads import CONTENT
from hub_server import hub_in_place


@pytest.fixture
def folder(tmp_path) -> Path:
    """An empty model folder."""
    path = tmp_path / "models" / "ic-light"
    path.mkdir(parents=True)
    return path


@pytest.fixture
def hub(monkeypatch):
    """A server with a small model, used by huggingface_hub."""
    with hub_in_place(CONTENT, monkeypatch) as server:
        yield server
