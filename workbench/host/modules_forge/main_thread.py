"""One thread that runs all of the page's generations, in order."""

from __future__ import annotations

import queue
import threading
import traceback

last_exception: Exception | None = None
_tasks: queue.Queue[Task] = queue.Queue()
_worker: threading.Thread | None = None


class Task:
    """A call waiting for its turn."""

    def __init__(self, func, args, kwargs):
        self.func, self.args, self.kwargs = func, args, kwargs
        self.result = None
        self.exception: Exception | None = None
        self.done = threading.Event()

    def work(self) -> None:
        """Make the call; an exception is printed and kept, and the result is then None."""
        global last_exception
        try:
            self.result = self.func(*self.args, **self.kwargs)
        except Exception as e:
            traceback.print_exc()
            self.exception = e
        finally:
            last_exception = self.exception
            self.done.set()


def loop() -> None:
    """Run tasks forever."""
    while True:
        _tasks.get().work()


def run_and_wait_result(func, *args, **kwargs):
    """Let the worker make the call, and wait. Returns None if it raised; see ``last_exception``."""
    global _worker
    if _worker is None:
        _worker = threading.Thread(target=loop, daemon=True, name="workbench main thread")
        _worker.start()
    task = Task(func, args, kwargs)
    _tasks.put(task)
    task.done.wait()
    return task.result
