"""AUTOMATIC1111's backend and a small model that it has loaded."""

from __future__ import annotations

import pytest
from ldm_models import Loaded, offered, offsets_for

from lib_iclight.hosts.a1111 import A1111Host


@pytest.fixture
def modules(monkeypatch):
    return offered(monkeypatch)


@pytest.fixture
def host(modules):
    return A1111Host()


@pytest.fixture
def model():
    return Loaded()


@pytest.fixture
def offsets(model):
    return offsets_for(model)
