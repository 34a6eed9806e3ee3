"""The studio's tab in Chromium, on a workbench that keeps light sets."""

from __future__ import annotations

import pytest
from light_sets import random_paintings
from studio_mixes import show
from studio_pages import put


@pytest.fixture
def sets(served):
    """Puts sets into the folder of the workbench, which is empty before and after."""
    from lib_iclight.hosts import light_sets

    folder = light_sets.results() / light_sets.FOLDER

    def clear():
        for path in folder.rglob("*.safetensors"):
            path.unlink()

    clear()
    yield lambda **more: put(folder, {name.replace("_", " "): each for name, each in more.items()})
    clear()


@pytest.fixture
def opened(browser, served):
    """Opens the page and, unless told otherwise, the studio's tab with its first set."""
    contexts = []

    def open_page(script="", wait=True, width=1500, **options):
        context = browser.new_context(viewport={"width": width, "height": 1000}, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.problems = []
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.add_init_script(script)
        page.goto(served.address)
        page.wait_for_selector(".input-accordion-checkbox")
        page.wait_for_function("window.icLight?.studio")
        if wait:
            show(page)
            page.locator(".ic-light-studio-rows > *").first.wait_for()
            page.wait_for_function("icLight.studio.now().stage.draws > 0")
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def page(opened, sets):
    """The tab with a set of four lights and ambient light."""
    sets(noise=random_paintings(count=4))
    page = opened()
    yield page
    assert page.problems == []
