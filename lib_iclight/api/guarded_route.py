"""A FastAPI route class that checks access and size before it reads a body, and answers refusals itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import nullcontext

import anyio
from fastapi import HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from fastapi.routing import APIRoute
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from ..errors import UNPROCESSABLE, ICLightError, printable, release
from .access import Access
from .body import JSONRequest
from .queue import Turns

_CLIENT_GONE = 499
_WITH_BODY = ("POST", "PATCH")
_DROPPED_AT_ONCE = 4
"""How many bodies of refused requests are read at the same time; more would keep other requests waiting."""


JSON = "application/json"


def guarded(access: Access, limit: int, turns: Turns | None = None, kind: str = JSON) -> type[APIRoute]:
    """A route class that checks a request's headers before it reads the body.

    Refusals are answered here, because web UIs have error handlers of their own, which drop headers, and FastAPI's
    answer to an invalid body repeats the body, whatever its size.

    Args:
        access: who may use the route.
        limit: the most bytes of a body.
        turns: the queue in which a request waits before its body is read, None for no queue.
        kind: the media type of a body.
    """

    dropping = anyio.Semaphore(_DROPPED_AT_ONCE)

    class GuardedRoute(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Awaitable[Response]]:
            answer = super().get_route_handler()

            async def handle(request: Request) -> Response:
                request = JSONRequest(request, limit)
                try:
                    access.check(request)
                    if request.method in _WITH_BODY:
                        request.check_headers(kind)
                    async with turns.turn(request.until_gone) if turns else nullcontext():
                        response = await answer(request)
                except HTTPException as error:
                    release(error)
                    return _Refusal(request, dropping, error.status_code, str(error.detail), error.headers)
                except ICLightError as error:
                    release(error)
                    return _Refusal(request, dropping, error.status_code, str(error))
                except RequestValidationError as error:
                    release(error)
                    return _Refusal(request, dropping, UNPROCESSABLE, in_words(error))
                except ClientDisconnect:
                    response = Response(status_code=_CLIENT_GONE)  # only for the log: nobody receives it
                request.leave()
                return response

            return handle

    return GuardedRoute


class _Refusal(JSONResponse):
    """Sends the reason at once, then reads the rest of the body and discards it.

    A client that is still sending when the connection closes would see only the closed connection, not the answer.
    """

    def __init__(
        self,
        request: JSONRequest,
        dropping: anyio.Semaphore,
        status: int,
        detail: str,
        headers: Mapping[str, str] | None = None,
    ):
        super().__init__({"detail": printable(detail)}, status, headers)
        self._request, self._dropping = request, dropping

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": True})
        async with self._dropping:
            await self._request.drop_rest()
        self._request.leave()
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def in_words(error: RequestValidationError) -> str:
    """What is wrong with a body, in one line."""
    faults = (f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}" for fault in error.errors())
    return "; ".join(faults)
