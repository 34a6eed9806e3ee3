"""Which tasks wait, run and are done."""

from __future__ import annotations

import random
import string

from pydantic import BaseModel

from modules import shared

current_task: str | None = None
pending_tasks: set[str] = set()
finished_tasks: list[str] = []


def create_task_id(task_type: str) -> str:
    """A name for a task."""
    return f"task({task_type}-{''.join(random.choices(string.ascii_uppercase + string.digits, k=7))})"


def add_task_to_queue(id_job: str) -> None:
    """A task waits."""
    pending_tasks.add(id_job)


def start_task(id_task: str) -> None:
    """A task runs."""
    global current_task
    current_task = id_task
    pending_tasks.discard(id_task)


def finish_task(id_task: str) -> None:
    """A task is done."""
    global current_task
    current_task = None if current_task == id_task else current_task
    finished_tasks.append(id_task)
    del finished_tasks[:-16]


class ProgressRequest(BaseModel):
    """Which task is asked about."""

    id_task: str


class ProgressResponse(BaseModel):
    """How far the task is, 0 to 1, and what is going on in words."""

    active: bool
    queued: bool
    completed: bool
    progress: float | None = None
    textinfo: str | None = None


def setup_progress_api(app) -> None:
    """Let the page ask."""
    app.add_api_route("/internal/progress", progressapi, methods=["POST"], response_model=ProgressResponse)


def progressapi(req: ProgressRequest) -> ProgressResponse:
    """Say how far a task is."""
    state = shared.state
    answer = ProgressResponse(
        active=req.id_task == current_task,
        queued=req.id_task in pending_tasks,
        completed=req.id_task in finished_tasks,
    )
    if not answer.active:
        answer.textinfo = "Waiting..."
        return answer
    jobs, steps = max(state.job_count, 1), max(state.sampling_steps, 1)
    answer.progress = min((state.job_no + min(state.sampling_step / steps, 1)) / jobs, 1)
    answer.textinfo = state.textinfo
    return answer
