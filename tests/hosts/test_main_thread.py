"""Our errors from a generation in the host's main thread reach the page."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

from lib_iclight.errors import ICLightError
from lib_iclight.hosts.ldm import LdmHost
from lib_iclight.hosts.main_thread import hand_on_errors


def older_thread():
    """Runs a task as older web UIs do: an error is lost, and there is no result."""

    def run_and_wait_result(func, *args, **kwargs):
        try:
            return func(*args, **kwargs)
        except Exception:
            return None

    return SimpleNamespace(run_and_wait_result=run_and_wait_result)


@pytest.fixture
def thread():
    thread = older_thread()
    hand_on_errors(thread, lambda put_back: None)
    return thread


def raiser(error):
    def run(*args):
        raise error

    return run


def test_an_error_of_ours_reaches_who_waits(thread):
    with pytest.raises(ICLightError, match="no foreground"):
        thread.run_and_wait_result(raiser(ICLightError("no foreground")))


def test_errors_of_others_and_results_stay_as_they_are(thread):
    assert thread.run_and_wait_result(raiser(ValueError("theirs")), 1) is None
    assert thread.run_and_wait_result(lambda first, second: first + second, 1, second=2) == 3


def test_it_is_done_once(thread):
    once = thread.run_and_wait_result
    hand_on_errors(thread, lambda put_back: None)
    assert thread.run_and_wait_result is once


def test_the_hosts_own_function_is_put_back_when_it_lets_go_of_its_scripts():
    thread, unloaded = older_thread(), []
    own = thread.run_and_wait_result
    hand_on_errors(thread, unloaded.append)
    assert thread.run_and_wait_result is not own
    for put_back in unloaded:
        put_back()
    assert thread.run_and_wait_result is own


@pytest.fixture
def older_webui(monkeypatch):
    """An older web UI's modules: ``thread`` runs tasks, ``unload`` lets go of the scripts and their callbacks."""
    callbacks, thread = [], older_thread()

    def unload():
        for callback in callbacks:
            callback()
        callbacks.clear()

    for name, inner in (
        ("modules.script_callbacks", SimpleNamespace(on_script_unloaded=callbacks.append)),
        ("modules_forge.main_thread", thread),
    ):
        package, _, module = name.partition(".")
        monkeypatch.setitem(sys.modules, package, SimpleNamespace(**{module: inner}))
        monkeypatch.setitem(sys.modules, name, inner)
    return SimpleNamespace(thread=thread, unload=unload)


def test_asking_which_web_ui_it_is_changes_nothing(older_webui):
    own = older_webui.thread.run_and_wait_result
    LdmHost()
    assert older_webui.thread.run_and_wait_result is own


def test_it_is_done_again_at_each_load_of_the_script(older_webui):
    host, own = LdmHost(), older_webui.thread.run_and_wait_result
    for _ in range(2):
        host.hand_on_errors()
        with pytest.raises(ICLightError, match="no foreground"):
            older_webui.thread.run_and_wait_result(raiser(ICLightError("no foreground")))
        older_webui.unload()
        assert older_webui.thread.run_and_wait_result is own
