"""Tests against a real Stable Diffusion WebUI Forge.

``FORGE_HOME`` names its folder, which holds a Stable Diffusion 1.5 checkpoint and the IC-Light offsets.
``FORGE_PYTHON`` (its interpreter, else its own virtual environment's), ``FORGE_ARGS`` (more arguments) and
``FORGE_PORT`` (else a free port) are optional. ``FORGE_HOME=workbench`` runs the same tests against the workbench;
those that need real weights are skipped there.
"""

from __future__ import annotations

import functools
import os
from contextlib import ExitStack
from pathlib import Path

import pytest
from forge import hosts_table, model_files, server
from forge.page_rows import PageRows
from forge.tab import Tab


def pytest_configure(config):
    config.addinivalue_line("markers", "slow: takes minutes")
    home = os.environ.get("FORGE_HOME", WORKBENCH)
    if home != WORKBENCH:
        config.pluginmanager.register(PageRows(Path(home).resolve()))


def pytest_collection_modifyitems(config, items):
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.forge)


WORKBENCH = "workbench"


class Keeper:
    """Runs one Forge at a time: a real one takes several gigabytes.

    Args:
        start: makes the context manager of a running Forge from its work folder and the extensions to add.
        make_folder: makes a work folder from a name.
    """

    def __init__(self, start, make_folder):
        self._start, self._make_folder = start, make_folder
        self._stack, self._name, self._forge = ExitStack(), None, None

    def get(self, name, extensions=None):
        """The Forge of this name; any other one is stopped first."""
        if self._name != name:
            self.stop()
            self._forge = self._stack.enter_context(self._start(self._make_folder(name), extensions))
            self._name = name
        return self._forge

    def get_with(self, name, arguments):
        """The Forge of this name, started with more arguments."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("FORGE_ARGS", f"{os.environ.get('FORGE_ARGS', '')} {arguments}")
            return self.get(name)

    def stop(self):
        self._name = None
        self._stack.close()


def named_home():
    """The value of ``FORGE_HOME``; skips without it."""
    home = os.environ.get("FORGE_HOME")
    if not home:
        pytest.skip("FORGE_HOME does not name a real Stable Diffusion WebUI Forge")
    return home


@pytest.fixture(scope="session")
def forge_home():
    """The folder of a real Forge with offsets for all modes."""
    if named_home() == WORKBENCH:
        pytest.skip("needs a real Forge")
    home = Path(named_home()).resolve()
    lacking = {"fc", "fcon", "fbc"} - set(model_files.offsets(home / "models"))
    if lacking:
        pytest.fail(f"{home} lacks IC-Light offsets for {', '.join(sorted(lacking))} in models/ic-light")
    return home


@pytest.fixture(scope="session")
def keeper(request, tmp_path_factory):
    if named_home() == WORKBENCH:
        start = server.workbench
    else:
        start = functools.partial(server.running, request.getfixturevalue("forge_home"))
    keeper = Keeper(start, lambda name: tmp_path_factory.mktemp(f"forge-{name}"))
    yield keeper
    keeper.stop()


@pytest.fixture(scope="module")
def forge(keeper):
    """Forge with this extension."""
    forge = keeper.get("plain")
    # Kept for the fixture below: no relighting has taken place yet.
    forge.client.kept("txt2img")
    return forge


@pytest.fixture(scope="session")
def host():
    """What the web UI under test has."""
    home = named_home()
    return hosts_table.WORKBENCH if home == WORKBENCH else hosts_table.host_of(Path(home).resolve())


@pytest.fixture(scope="module")
def client(forge):
    """The API of Forge with this extension."""
    return forge.client


@pytest.fixture(scope="module")
def untouched(client):
    """A generation from before IC-Light was ever on."""
    return client.kept("txt2img")


@pytest.fixture(scope="module")
def offsets(forge):
    """The offsets' files by mode."""
    return model_files.offsets(forge.home / "models")


@pytest.fixture
def page(browser, forge):
    page = browser.new_page(viewport={"width": 1500, "height": 1200})
    page.goto(forge.url)
    page.locator("#txt2img_generate").wait_for(state="visible", timeout=60_000)
    # The accordions get their check boxes when the web UI's own scripts have run.
    page.locator("#txt2img_ic_light_enabled-visible-checkbox").wait_for(state="visible", timeout=60_000)
    # Our scripts come after the page.
    page.wait_for_function("window.icLight?.main !== undefined", timeout=60_000)
    yield page
    page.close()


@pytest.fixture
def txt2img(page):
    return Tab(page, "txt2img")


@pytest.fixture
def img2img(page):
    return Tab(page, "img2img").open()
