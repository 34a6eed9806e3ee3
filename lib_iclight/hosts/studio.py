"""Adds the light studio's routes to the web UI's server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..api.studio_routes import add_studio_routes
from ..api.studio_service import StudioServices
from . import light_sets
from .app_context import AppContext
from .login import access, user


def add_routes(app: Any, current: AppContext) -> None:
    """Add the routes; everybody who is logged in on the page has sets of their own."""

    def folder(request: Any) -> Path:
        return light_sets.folder(user(app, request))

    add_studio_routes(app, StudioServices(folder, current.previews, light_sets.save), access(app))
