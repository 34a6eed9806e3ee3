"""Work that cannot be stopped, for users who can: it goes on by itself, and the one who waits for it goes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from ..errors import InterruptedRunError

Value = TypeVar("Value")

_LOOK_SECONDS = 0.1


class _Task(Generic[Value]):
    def __init__(self, work: Callable[[], Value]):
        self._work = work
        self._error: BaseException | None = None
        self._value: Value
        self.ended = threading.Event()

    def run(self) -> None:
        try:
            self._value = self._work()
        except BaseException as error:  # handed on to the one who waits, whatever it is
            self._error = error
        finally:
            self.ended.set()

    def result(self) -> Value:
        if self._error is not None:
            raise self._error
        return self._value


def interruptible(work: Callable[[], Value], interrupted: Callable[[], bool]) -> Value:
    """What ``work`` gives; it runs in a thread of its own.

    Args:
        work: a download or a model's run in a library that knows no way to stop.
        interrupted: asked ten times a second.

    Raises:
        InterruptedRunError: ``interrupted`` said so first. The work goes on and its outcome is dropped; what it
            leaves behind (a downloaded file, a loaded model) serves the next run.
        BaseException: whatever ``work`` raises.
    """
    task = _Task(work)
    threading.Thread(target=task.run, name="IC-Light background removal", daemon=True).start()
    while not task.ended.wait(_LOOK_SECONDS):
        if interrupted():
            raise InterruptedRunError
    return task.result()
