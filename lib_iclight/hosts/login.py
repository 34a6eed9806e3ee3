"""Finds out how this web UI is protected: by an API password, by a page login, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..api.access import Access


def access(app: Any) -> Access:
    """Who may use the routes of ``app``, the web UI's server."""
    from modules.shared import cmd_opts

    programs = getattr(cmd_opts, "api", False) or getattr(cmd_opts, "nowebui", False)
    return Access(getattr(cmd_opts, "api_auth", None), bool(programs), page_login(app))


def page_login(app: Any) -> Callable[[Any], bool | None]:
    """Makes the function that says whether a request comes from someone logged in on gradio's page.

    It asks gradio's own route, which knows its cookies, and returns None if the page has no login.
    """

    def is_logged_in(request: Any) -> bool | None:
        if getattr(app, "auth", None) is None and getattr(app, "auth_dependency", None) is None:
            return None
        return user(app, request) != ""

    return is_logged_in


def user(app: Any, request: Any) -> str:
    """The name under which a request's sender is logged in on gradio's page, "" without a login."""
    user_of = next((route.endpoint for route in app.routes if getattr(route, "path", "") == "/user"), None)
    found = None if user_of is None else user_of(request)
    return found if isinstance(found, str) else ""
