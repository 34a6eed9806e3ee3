"""Calls from the page: one at a time, and errors shown where results would be."""

from __future__ import annotations

import html
import time
import traceback
from functools import wraps

from modules_forge import main_thread

from modules import fifo_lock, progress, shared

queue_lock = fifo_lock.FIFOLock()


def wrap_gradio_gpu_call(func, extra_outputs=None):
    """Run a function as a job when its turn comes, and clear a requested stop when it is done."""

    @wraps(func)
    def f(id_task, *args, **kwargs):
        state = shared.state
        with queue_lock:
            state.begin(job=id_task)
            progress.start_task(id_task)
            try:
                return func(id_task, *args, **kwargs)
            finally:
                progress.finish_task(id_task)
                state.skipped = state.interrupted = False
                state.end()

    return wrap_gradio_call_no_job(f, extra_outputs, add_stats=True)


def wrap_gradio_call_no_job(func, extra_outputs=None, add_stats: bool = False):
    """Show the function's exception in its last output, and how long it took if requested.

    A task that raised in the main thread returns None, which cannot be made a list; the error shown is the task's.
    """

    @wraps(func)
    def f(*args, **kwargs):
        began = time.perf_counter()
        try:
            res = list(func(*args, **kwargs))
        except Exception as e:
            error = main_thread.last_exception
            if error is None:
                traceback.print_exc()
                error = e
            message = html.escape(f"{type(error).__name__}: {error}")
            res = [*([None, ""] if extra_outputs is None else extra_outputs), f"<div class='error'>{message}</div>"]
        if add_stats:
            seconds = time.perf_counter() - began
            took = f"Time taken: <wbr><span class='measurement'>{seconds:.1f} sec.</span>"
            res[-1] += f"<div class='performance'><p class='time'>{took}</p></div>"
        return tuple(res)

    return f
