"""Which task runs, and how far it is."""

from __future__ import annotations

from pydantic import BaseModel

from modules import shared

current_task: str | None = None


def start_task(id_task: str) -> None:
    """A task runs."""
    global current_task
    current_task = id_task


def finish_task(id_task: str) -> None:
    """A task is done."""
    global current_task
    current_task = None if current_task == id_task else current_task


class ProgressRequest(BaseModel):
    """Which task is asked about."""

    id_task: str


class ProgressResponse(BaseModel):
    """How far the task is, 0 to 1 once it runs, and what is going on in words."""

    progress: float | None = None
    textinfo: str | None = None


def setup_progress_api(app) -> None:
    """Let the page ask."""
    app.add_api_route("/internal/progress", progressapi, methods=["POST"], response_model=ProgressResponse)


def progressapi(req: ProgressRequest) -> ProgressResponse:
    """Say how far a task is."""
    state = shared.state
    if req.id_task != current_task:
        return ProgressResponse(textinfo="Waiting...")
    jobs, steps = max(state.job_count, 1), max(state.sampling_steps, 1)
    done = min((state.job_no + min(state.sampling_step / steps, 1)) / jobs, 1)
    return ProgressResponse(progress=done, textinfo=state.textinfo)
