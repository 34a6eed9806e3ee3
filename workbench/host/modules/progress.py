"""The running task and its progress."""

from __future__ import annotations

from pydantic import BaseModel

from modules import shared

current_task: str | None = None


def start_task(id_task: str) -> None:
    """Note that a task has started."""
    global current_task
    current_task = id_task


def finish_task(id_task: str) -> None:
    """Note that a task is done."""
    global current_task
    current_task = None if current_task == id_task else current_task


class ProgressRequest(BaseModel):
    """The task that the page asks about."""

    id_task: str


class ProgressResponse(BaseModel):
    """The task's progress, 0 to 1 once it runs, and its current step in words."""

    progress: float | None = None
    textinfo: str | None = None


def setup_progress_api(app) -> None:
    """Add the route that the page polls."""
    app.add_api_route("/internal/progress", progressapi, methods=["POST"], response_model=ProgressResponse)


def progressapi(req: ProgressRequest) -> ProgressResponse:
    """Report the progress of a task."""
    state = shared.state
    if req.id_task != current_task:
        return ProgressResponse(textinfo="Waiting...")
    jobs, steps = max(state.job_count, 1), max(state.sampling_steps, 1)
    done = min((state.job_no + min(state.sampling_step / steps, 1)) / jobs, 1)
    return ProgressResponse(progress=done, textinfo=state.textinfo)
