"""Calls from the page: one at a time, and errors shown where results would be."""

from __future__ import annotations

import html
import time
import traceback
from functools import wraps

from modules_forge import main_thread

from modules import devices, fifo_lock, progress, shared

queue_lock = fifo_lock.FIFOLock()


def wrap_queued_call(func):
    """Have a function wait for its turn."""

    @wraps(func)
    def f(*args, **kwargs):
        with queue_lock:
            return func(*args, **kwargs)

    return f


def wrap_gradio_gpu_call(func, extra_outputs=None):
    """Have a function wait for its turn as a job; see :func:`wrap_gradio_call`."""

    @wraps(func)
    def f(*args, **kwargs):
        id_task = args[0] if args and str(args[0]).startswith("task(") else None
        if id_task is not None:
            progress.add_task_to_queue(id_task)
        with queue_lock:
            shared.state.begin(job=id_task)
            progress.start_task(id_task)
            try:
                res = func(*args, **kwargs)
            finally:
                progress.finish_task(id_task)
            shared.state.end()
        return res

    return wrap_gradio_call(f, extra_outputs=extra_outputs, add_stats=True)


def wrap_gradio_call(func, extra_outputs=None, add_stats: bool = False):
    """Forget the user's wish to stop when the function is done; see :func:`wrap_gradio_call_no_job`."""

    @wraps(func)
    def f(*args, **kwargs):
        try:
            return func(*args, **kwargs)
        finally:
            state = shared.state
            state.skipped = state.interrupted = state.stopping_generation = False
            state.job_count = 0
            state.job = ""

    return wrap_gradio_call_no_job(f, extra_outputs, add_stats)


def wrap_gradio_call_no_job(func, extra_outputs=None, add_stats: bool = False):
    """Show what the function raises in its last output, and how long it took where asked for.

    A task of the main thread that raised returns None, which cannot be made a list: the error is then the task's.
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
        devices.torch_gc()
        if add_stats:
            minutes, seconds = divmod(time.perf_counter() - began, 60)
            text = f"{int(minutes)} min. {seconds:.1f} sec." if minutes else f"{seconds:.1f} sec."
            took = f"Time taken: <wbr><span class='measurement'>{text}</span>"
            res[-1] += f"<div class='performance'><p class='time'>{took}</p></div>"
        return tuple(res)

    return f
