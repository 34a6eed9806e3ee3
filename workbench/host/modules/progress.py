"""Which tasks wait, run and are done."""

from __future__ import annotations

import random
import string
import time

current_task: str | None = None
pending_tasks: dict[str, float] = {}
finished_tasks: list[str] = []


def create_task_id(task_type: str) -> str:
    """A name for a task."""
    return f"task({task_type}-{''.join(random.choices(string.ascii_uppercase + string.digits, k=7))})"


def add_task_to_queue(id_job: str) -> None:
    """A task waits."""
    pending_tasks[id_job] = time.time()


def start_task(id_task: str) -> None:
    """A task runs."""
    global current_task
    current_task = id_task
    pending_tasks.pop(id_task, None)


def finish_task(id_task: str) -> None:
    """A task is done."""
    global current_task
    current_task = None if current_task == id_task else current_task
    finished_tasks.append(id_task)
    del finished_tasks[:-16]
