"""The routes under /ic-light on a separate server, for tests."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from caches import relight_pipeline
from fastapi import FastAPI
from samples import left_half

from lib_iclight.api.access import Access
from lib_iclight.api.routes import Services, add_routes
from lib_iclight.developing import OutputOptions
from lib_iclight.models.library import ModelLibrary
from lib_iclight.models.manager import Models
from lib_iclight.picture.opening import MAX_PIXELS
from lib_iclight.redeveloping import developed_again, plan_again
from lib_iclight.settings import Settings
from lib_iclight.subject.background_removal import check_known


def with_routes(
    app: FastAPI, folder: Path, access: Access | None = None, *, remover=left_half, forbidden: bool = False
) -> FastAPI:
    """Add the routes to a server; models and removers are in ``folder``."""
    models = Models(ModelLibrary(), lambda: [folder], Settings, lambda: forbidden)
    pipeline = relight_pipeline()
    pictures = pipeline.pictures

    def cut_out(picture, model, edge, removal=True):
        check_known(model, folder)
        return pictures.subject(picture, removal, model, remover, edge)

    def developed(request, sources, painting, exposure):
        plan = plan_again(pipeline, request, {name: [source] for name, source in sources.items()}, remover)
        return developed_again(plan, painting, exposure, OutputOptions())

    services = Services(models, cut_out, lambda: "u2net", lambda: MAX_PIXELS, developed)
    add_routes(app, services, access or Access())
    return app


def posted(path: str, headers: dict[str, str]) -> dict[str, Any]:
    """The ASGI scope of a POST, for tests that are their own server."""
    sent = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "http_version": "1.1", "method": "POST", "scheme": "http", "query_string": b""}
    scope |= {"path": path, "raw_path": path.encode(), "root_path": "", "headers": sent}
    return scope | {"client": ("test", 1), "server": ("test", 80)}


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """The address of a server that runs as in web UIs."""
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(128)  # so that calls which come before the server does wait for it
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(30)


def run_async(work: Coroutine[Any, Any, Any]) -> Any:
    """A coroutine's result. ``asyncio.run`` would leave the thread without the event loop that gradio needs."""
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(work)
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()
