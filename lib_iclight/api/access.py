"""Decides who may use the routes: whoever passes the web UI's own access checks."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from secrets import compare_digest
from urllib.parse import urlsplit

from fastapi import HTTPException, Request

_UNAUTHORIZED, _FORBIDDEN = 401, 403
_ORIGINS = ("origin", "referer")


@dataclass(frozen=True)
class Access:
    """The web UI's access checks.

    If there are two, passing either is enough, as for a user of the web UI.

    Attributes:
        credentials: ``user:password[,user:password]`` of the API (``--api-auth``), or None.
        programs: whether the web UI offers its API (``--api``). If not, the routes answer only its own page.
        page_login: whether a request comes from someone logged in on the page, None if the page has no login.
        for_page: whether a page without a login may ask without the API's password, which its users need not know.
    """

    credentials: str | None = None
    programs: bool = True
    page_login: Callable[[Request], bool | None] = lambda request: None
    for_page: bool = False

    def check(self, request: Request) -> None:
        """Check a request by its headers; its body is not read.

        Raises:
            HTTPException: 401 without valid credentials, 403 for a program if only the page is served.
        """
        if self.credentials and _has_password(request, self.credentials):
            return
        logged_in = self.page_login(request)
        if self.for_page and logged_in is None and is_from_page(request):
            return
        if not logged_in and (self.credentials or logged_in is not None):
            raise self._unauthorized()
        if not self.programs and not is_from_page(request):
            raise HTTPException(
                _FORBIDDEN,
                "Without --api these routes answer only the web UI's own page. Start the web UI with --api to use "
                "them from programs.",
            )

    def _unauthorized(self) -> HTTPException:
        if self.credentials:
            return HTTPException(_UNAUTHORIZED, "Incorrect username or password", {"WWW-Authenticate": "Basic"})
        return HTTPException(_UNAUTHORIZED, "Not logged in. Log in on the web UI's page: its cookie opens the routes.")


def is_from_page(request: Request) -> bool:
    """Whether a browser says that the request comes from a page of this address.

    A program can claim the same: this keeps other sites' pages out, and tells programs that they need --api.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    # Browsers send that header only to trustworthy addresses, so not over plain HTTP in a local network.
    given = next((value for name in _ORIGINS if (value := request.headers.get(name))), "")
    host = request.headers.get("host", "").lower()
    return host != "" and _host_of(given) == host


def _host_of(address: str) -> str:
    try:
        return urlsplit(address).netloc.rpartition("@")[2].lower()
    except ValueError:
        return ""


def _has_password(request: Request, credentials: str) -> bool:
    """Whether the request has one of the names and passwords (HTTP Basic, RFC 7617)."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return False
    try:
        given = base64.b64decode(value.strip(), validate=True)
    except (binascii.Error, ValueError):
        return False
    # Bytes, because non-ASCII text makes compare_digest raise. All are compared, so that the time reveals nothing.
    matches = [compare_digest(given, pair.encode()) for pair in credentials.split(",") if ":" in pair]
    return True in matches
