"""Runs blocking work in a thread so that the caller can stop waiting for it at any time."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any, TypeVar

from ..errors import InterruptedRunError

Value = TypeVar("Value")

_LOOK_SECONDS = 0.1
_AHEAD = 16


def interruptible(work: Callable[[], Value], interrupted: Callable[[], bool]) -> Value:
    """The result of ``work``, which runs in a separate thread.

    Args:
        work: a download or a model run in a library that cannot be stopped.
        interrupted: called ten times a second.

    Raises:
        InterruptedRunError: ``interrupted`` returned True before the work was done. The work continues and its result
            is dropped; its side effects (a downloaded file, a loaded model) serve the next run.
        BaseException: whatever ``work`` raises.
    """

    def leave_if_interrupted(seconds: float) -> None:
        if interrupted():
            raise InterruptedRunError

    return from_thread(work, leave_if_interrupted)


def from_thread(work: Callable[[], Value], idle: Callable[[float], None]) -> Value:
    """The result of ``work``, which runs in a separate thread; ``idle`` as in :func:`stream_from_thread`."""

    def once() -> Iterator[Value]:
        yield work()

    with closing(stream_from_thread(once, idle)) as results:
        return next(results)


def stream_from_thread(produce: Callable[[], Iterator[Value]], idle: Callable[[float], None]) -> Iterator[Value]:
    """Yield what ``produce`` yields in a separate thread, so that it may hang without blocking the reader.

    Args:
        produce: a generator function, so that all of its work is done in the thread.
        idle: called ten times a second while waiting for an item, with the seconds waited so far. If it raises, reading
            ends at once. The thread is not waited for: it ends with its next item, which is dropped.

    Raises:
        BaseException: whatever ``produce`` or ``idle`` raises.
    """
    items: queue.Queue[tuple[Any, BaseException | None]] = queue.Queue(_AHEAD)
    left = threading.Event()
    threading.Thread(target=_work, args=(produce, items, left), name="IC-Light background work", daemon=True).start()
    try:
        while True:
            value, error = _next(items, idle)
            if isinstance(error, StopIteration):
                return
            if error is not None:
                raise error
            yield value
    finally:
        left.set()


def _next(items: queue.Queue[Any], idle: Callable[[float], None]) -> Any:
    since = time.monotonic()
    while True:
        try:
            return items.get(timeout=_LOOK_SECONDS)
        except queue.Empty:
            idle(time.monotonic() - since)


def _work(produce: Callable[[], Iterator[Any]], items: queue.Queue[Any], left: threading.Event) -> None:
    def give(value: Any, error: BaseException | None = None) -> None:
        while not left.is_set():
            try:
                return items.put((value, error), timeout=_LOOK_SECONDS)
            except queue.Full:
                continue

    try:
        for value in produce():
            give(value)
            if left.is_set():
                return
        give(None, StopIteration())
    except BaseException as error:  # passed on to the reader, whatever it is
        give(None, error)
