"""The server: page and API."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse
from modules import extensions, initialize, paths, progress, script_callbacks, shared, ui
from modules.api.api import Api
from modules.call_queue import queue_lock


def _handle_exception(request: Request, e: Exception) -> JSONResponse:
    """The answer to a request that raised: 500, or the exception's own ``status_code``."""
    info = vars(e)
    content = {
        "error": type(e).__name__,
        "detail": info.get("detail", ""),
        "body": info.get("body", ""),
        "message": str(e),
    }
    return JSONResponse(status_code=int(info.get("status_code", 500)), content=jsonable_encoder(content))


def create_api(app: FastAPI):
    """Add the routes of the API."""
    return Api(app, queue_lock)


def headless() -> FastAPI:
    """Page and API, made in the same order as in :func:`webui`, but not served."""
    script_callbacks.before_ui_callback()
    shared.demo = ui.create_ui()
    app = FastAPI(exception_handlers={Exception: _handle_exception})
    create_api(app)
    script_callbacks.app_started_callback(shared.demo, app)
    return app


def _allowed_paths() -> list[str]:
    """Folders whose files the page may ask for."""
    return [paths.script_path, paths.data_path, *(x.path for x in extensions.active())]


def webui(*, port: int | None = None) -> tuple[FastAPI, str]:
    """Serve the page in a separate thread; returns the application and its address."""
    script_callbacks.before_ui_callback()
    shared.demo = ui.create_ui()
    shared.demo.queue(64)
    opts = shared.cmd_opts
    app, local_url, _ = shared.demo.launch(
        server_name=opts.server_name or ("0.0.0.0" if opts.listen else None),
        server_port=port if port is not None else opts.port,
        prevent_thread_lock=True,
        quiet=True,
        _frontend=False,  # does not look whether the page answers within three seconds, which a loaded machine may take
        auth=[tuple(pair.split(":", 1)) for pair in opts.gradio_auth.split(",")] if opts.gradio_auth else None,
        show_api=False,
        allowed_paths=_allowed_paths(),
        app_kwargs={
            "docs_url": "/docs",
            "redoc_url": "/redoc",
            "exception_handlers": {Exception: _handle_exception},
        },
    )
    app.user_middleware = [x for x in app.user_middleware if x.cls.__name__ != "CORSMiddleware"]
    app.add_api_route("/internal/ping", lambda: {}, methods=["GET"])
    progress.setup_progress_api(app)
    create_api(app)
    script_callbacks.app_started_callback(shared.demo, app)
    return app, local_url


def wait_for_command() -> str:
    """Wait until the server is to ``stop`` or to ``restart``; an interrupt means to stop."""
    command = None
    try:
        while command not in ("stop", "restart"):
            command = shared.state.wait_for_server_command(timeout=5)
    except KeyboardInterrupt:
        command = "stop"
    return command


def close() -> None:
    """Stop serving the page."""
    if getattr(shared.demo, "is_running", False):
        shared.demo.close(verbose=False)
    shared.demo = None


def reload_scripts() -> None:
    """Reload all scripts, as a host does before it rebuilds its page."""
    script_callbacks.script_unloaded_callback()
    initialize.initialize_rest()
