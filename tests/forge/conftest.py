"""Tests against a real Stable Diffusion WebUI Forge.

``FORGE_HOME`` names its folder, which holds a Stable Diffusion 1.5 checkpoint and the IC-Light offsets.
``FORGE_PYTHON`` (its interpreter, else its own virtual environment's), ``FORGE_ARGS`` (more arguments) and
``FORGE_PORT`` (else a free port) are optional.
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path

import pytest
from forge import model_files, server


def pytest_configure(config):
    config.addinivalue_line("markers", "slow: takes minutes")


def pytest_collection_modifyitems(config, items):
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.forge)


class Keeper:
    """Runs one Forge at a time: a real one takes several gigabytes."""

    def __init__(self, home, make_folder):
        self._home, self._make_folder = home, make_folder
        self._stack, self._name, self._forge = ExitStack(), None, None

    def get(self, name, extensions=None):
        """The Forge of this name; another one is stopped first."""
        if self._name != name:
            self.stop()
            self._forge = self._stack.enter_context(server.running(self._home, self._make_folder(name), extensions))
            self._name = name
        return self._forge

    def stop(self):
        self._name = None
        self._stack.close()


@pytest.fixture(scope="session")
def forge_home():
    home = os.environ.get("FORGE_HOME")
    if not home:
        pytest.skip("FORGE_HOME does not name a real Stable Diffusion WebUI Forge")
    home = Path(home).resolve()
    lacking = {"fc", "fcon", "fbc"} - set(model_files.offsets(home / "models"))
    if lacking:
        pytest.fail(f"{home} lacks IC-Light offsets for {', '.join(sorted(lacking))} in models/ic-light")
    return home


@pytest.fixture(scope="session")
def keeper(forge_home, tmp_path_factory):
    keeper = Keeper(forge_home, lambda name: tmp_path_factory.mktemp(f"forge-{name}"))
    yield keeper
    keeper.stop()


@pytest.fixture(scope="session")
def forge(keeper):
    """Forge with this extension."""
    return keeper.get("plain")


@pytest.fixture(scope="session")
def client(forge):
    """The API of Forge with this extension."""
    return forge.client


@pytest.fixture(scope="session")
def untouched(client):
    """A generation before IC-Light was ever on."""
    return client.txt2img()


@pytest.fixture(scope="session")
def offsets(forge_home):
    """The offsets' files by mode."""
    return model_files.offsets(forge_home / "models")
