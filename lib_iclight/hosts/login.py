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
        user_of = next((route.endpoint for route in app.routes if getattr(route, "path", "") == "/user"), None)
        return user_of is not None and isinstance(user_of(request), str)

    return is_logged_in
