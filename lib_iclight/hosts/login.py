"""What guards this web UI: the API's password, the page's login, or nothing."""

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
    """Tells whether a request comes from somebody who is logged in on gradio's page.

    Asks gradio's own route, which knows its cookies. The function gives None where the page asks for no login.
    """

    def is_logged_in(request: Any) -> bool | None:
        if getattr(app, "auth", None) is None and getattr(app, "auth_dependency", None) is None:
            return None
        user_of = next((route.endpoint for route in app.routes if getattr(route, "path", "") == "/user"), None)
        return user_of is not None and isinstance(user_of(request), str)

    return is_logged_in
