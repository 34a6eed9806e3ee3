"""The page's scripts in one piece, which the page asks for once it is up: a request for each would keep it waiting."""

from __future__ import annotations

import hashlib
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import Response

from .. import ROOT

ROUTE = "/ic-light/scripts.js"
FOLDER = ROOT / "javascript" / "parts"

_NOT_MODIFIED = 304


def joined(folder: Path = FOLDER) -> bytes:
    """All scripts of a folder; each keeps its names to itself, so they may come in any order."""
    return b"\n".join(path.read_bytes() for path in sorted(folder.glob("*.js")))


def add_page_scripts(app: FastAPI) -> None:
    """Add the route. Whoever sees the page may load its scripts, as they may those that the web UI lists in it."""

    def answer(request: Request) -> Response:
        scripts = joined()
        # Asked about each time, so that an update is noticed, and sent only when it is one.
        headers = {"ETag": f'"{hashlib.sha256(scripts).hexdigest()[:32]}"', "Cache-Control": "no-cache"}
        if request.headers.get("if-none-match") == headers["ETag"]:
            return Response(status_code=_NOT_MODIFIED, headers=headers)
        return Response(scripts, media_type="text/javascript", headers=headers)

    app.add_api_route(ROUTE, answer, methods=["GET"], include_in_schema=False)
