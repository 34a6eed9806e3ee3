"""The hooks of a run, without a web UI."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from samples import no_remover

from lib_iclight.hosts.script_hooks import ScriptHooks


@pytest.fixture
def opened(pipeline, monkeypatch):
    """What each picture that is opened is to the user, in order."""
    names, right = [], pipeline.pictures.picture

    def picture(source, name):
        names.append(name)
        return right(source, name)

    monkeypatch.setattr(pipeline.pictures, "picture", picture)
    return names


@pytest.fixture
def hooks(pipeline, folders, opened):
    host = SimpleNamespace(checkpoint=None, model_folders=lambda: folders)
    removers = SimpleNamespace(remove_in_run=no_remover)
    return ScriptHooks(host, pipeline, SimpleNamespace(on_first_use=False), removers, checkpoints=None)
