"""Waiting for work that cannot be stopped can itself be stopped."""

from __future__ import annotations

import itertools
import threading
from contextlib import closing

import pytest

from lib_iclight.errors import ICLightError, InterruptedRunError
from lib_iclight.support.interruptible import interruptible, stream_from_thread


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


def test_a_stream_keeps_its_order_and_ends():
    assert [*stream_from_thread(lambda: iter(range(100)), lambda seconds: None)] == [*range(100)]


def test_what_breaks_a_stream_comes_after_what_came_before():
    def broken():
        yield "first"
        raise ConnectionError("gone")

    stream = stream_from_thread(broken, lambda seconds: None)
    assert next(stream) == "first"
    with pytest.raises(ConnectionError, match="gone"):
        next(stream)


def test_a_stream_that_is_left_ends_its_thread():
    closed = threading.Event()

    def endless():
        try:
            yield from itertools.count()
        finally:
            closed.set()

    with closing(stream_from_thread(endless, lambda seconds: None)) as stream:
        assert next(stream) == 0
    assert closed.wait(30)


def test_the_time_without_an_item_is_told():
    go_on, waited = threading.Event(), []

    def idle(seconds):
        waited.append(seconds)
        if len(waited) == 2:
            go_on.set()

    def late():
        yield go_on.wait(30)

    assert [*stream_from_thread(late, idle)] == [True]
    assert 0 < waited[0] < waited[1]
