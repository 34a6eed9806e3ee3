"""Whoever waits for work that cannot be stopped can be stopped."""

from __future__ import annotations

import threading

import pytest

from lib_iclight.errors import ICLightError, InterruptedRunError
from lib_iclight.support.interruptible import interruptible


def test_what_the_work_gives_is_passed_on():
    assert interruptible(lambda: "alpha", lambda: False) == "alpha"


@pytest.mark.parametrize("error", [ICLightError("no network"), SystemExit(1), KeyError("x")])
def test_what_the_work_raises_is_passed_on(error):
    def fail():
        raise error

    with pytest.raises(type(error)) as caught:
        interruptible(fail, lambda: False)
    assert caught.value is error


def test_interrupt_ends_the_wait_while_the_work_goes_on():
    go_on, ended = threading.Event(), threading.Event()

    def work():
        go_on.wait()
        ended.set()

    with pytest.raises(InterruptedRunError, match="was interrupted"):
        interruptible(work, lambda: True)
    assert not ended.is_set()
    go_on.set()
    assert ended.wait(30)
