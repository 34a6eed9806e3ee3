"""Network work that may never end, in a thread that its reader can leave at any time."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

Item = TypeVar("Item")

_LOOK_SECONDS = 0.2
_AHEAD = 16


def relayed(produce: Callable[[], Iterator[Item]], idle: Callable[[float], None]) -> Iterator[Item]:
    """Yield what ``produce`` yields in a thread of its own, so that it may hang without blocking the reader.

    Args:
        produce: begins the work; a generator, so that nothing is done before the thread runs.
        idle: called five times a second while nothing comes, with the seconds since something came. What it raises
            ends the reading at once. The thread is not waited for: it ends with its next item, which is dropped.

    Raises:
        BaseException: whatever ``produce`` or ``idle`` raises.
    """
    items: queue.Queue[tuple[str, Any]] = queue.Queue(_AHEAD)
    left = threading.Event()
    threading.Thread(target=_work, args=(produce, items, left), name="IC-Light network", daemon=True).start()
    try:
        while True:
            kind, value = _next(items, idle)
            if kind == "item":
                yield value
            elif kind == "error":
                raise value
            else:
                return
    finally:
        left.set()


def _next(items: queue.Queue[tuple[str, Any]], idle: Callable[[float], None]) -> tuple[str, Any]:
    since = time.monotonic()
    while True:
        try:
            return items.get(timeout=_LOOK_SECONDS)
        except queue.Empty:
            idle(time.monotonic() - since)


def _work(produce: Callable[[], Iterator[Item]], items: queue.Queue[tuple[str, Any]], left: threading.Event) -> None:
    def give(kind: str, value: Any = None) -> None:
        while not left.is_set():
            try:
                return items.put((kind, value), timeout=_LOOK_SECONDS)
            except queue.Full:
                continue

    try:
        for item in produce():
            give("item", item)
            if left.is_set():
                return
    except BaseException as error:  # handed on to the one who reads, whatever it is
        give("error", error)
    else:
        give("end")
