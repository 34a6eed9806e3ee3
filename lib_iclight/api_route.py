"""One of the extension's routes: guarded, bounded, and with answers of its own to what is wrong with a request."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import nullcontext

from fastapi import HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from fastapi.routing import APIRoute
from starlette.requests import ClientDisconnect

from .api_access import Access
from .api_body import JSONRequest
from .api_queue import Turns
from .errors import UNPROCESSABLE, printable

_CLIENT_GONE = 499


def guarded(access: Access, limit: int, turns: Turns | None = None) -> type[APIRoute]:
    """A kind of route that looks at a request's headers before it reads the body.

    Refusals are answered here, because web UIs have handlers of their own for errors, which drop headers, and FastAPI's
    answer to a wrong body repeats it, whatever its size.

    Args:
        access: who may use the route.
        limit: the most bytes of a body.
        turns: whose turn a request waits for before its body is read, None where all are answered at once.
    """

    class GuardedRoute(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Awaitable[Response]]:
            answer = super().get_route_handler()

            async def handle(request: Request) -> Response:
                request = JSONRequest(request, limit)
                try:
                    access.check(request)
                    if request.method == "POST":
                        request.check_headers()
                    async with turns.turn(request.until_gone) if turns else nullcontext():
                        return await answer(request)
                except HTTPException as error:
                    return _refusal(error.status_code, str(error.detail), error.headers)
                except RequestValidationError as error:
                    return _refusal(UNPROCESSABLE, in_words(error))
                except ClientDisconnect:
                    return Response(status_code=_CLIENT_GONE)  # for the log: nobody hears it
                finally:
                    request.leave()

            return handle

    return GuardedRoute


def _refusal(status: int, detail: str, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse({"detail": printable(detail)}, status, headers)


def in_words(error: RequestValidationError) -> str:
    """What is wrong with a body, in a line."""
    faults = (f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}" for fault in error.errors())
    return "; ".join(faults)
