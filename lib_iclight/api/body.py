"""A request's JSON body: read up to a limit, and refused if it holds values that JSON does not allow."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any, NoReturn

import anyio
from fastapi import HTTPException, Request
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from ..errors import UNPROCESSABLE, ICLightError
from ..support.json_values import shown, well_formed

SECONDS_TO_ARRIVE = 60
"""Other requests wait meanwhile, so a slow client is cut off after this time."""

_TIMEOUT, _TOO_LARGE, _UNSUPPORTED = 408, 413, 415
_MOST_PARTS = 10_000
_MOST_DIGITS = 300
_HELD_WHILE_WAITING = 8 << 20
_SECONDS_TO_DROP = 30


class JSONRequest(Request):
    """A request whose body is read only on demand, and up to a limit.

    Args:
        request: as it came in.
        limit: the most bytes that its body may have.
    """

    def __init__(self, request: Request, limit: int):
        super().__init__(request.scope, request.receive)
        self._limit = limit
        self._taken = bytearray()
        self._is_whole = False
        # Such a client waits for a 100 Continue, which the server sends when the first piece is received.
        self._is_coming = request.headers.get("expect", "").lower() != "100-continue"
        self._next: asyncio.Future[Any] | None = None

    def check_headers(self, kind: str) -> None:
        """Check from the headers that the body may be read.

        Args:
            kind: the only media type that is accepted: one that pages of other sites cannot send without the web UI's
                permission (CORS), such as JSON.

        Raises:
            HTTPException: 415 for another type, 413 for a length above the limit.
        """
        given = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        if given != kind:
            raise HTTPException(_UNSUPPORTED, f"Send the body as {kind}, not as {shown(given)}.")
        length = self.headers.get("content-length", "0")
        if not length.isdecimal() or len(length) > 15 or int(length) > self._limit:
            self._refuse_length()

    async def body(self) -> bytes:
        """The unparsed body.

        Raises:
            HTTPException: 413 if it exceeds the limit, 408 if it takes too long to arrive.
            ClientDisconnect: the client went away first.
        """
        with anyio.move_on_after(SECONDS_TO_ARRIVE):
            while not self._is_whole:
                await self._take()
        if not self._is_whole:
            self._is_coming = False
            raise HTTPException(_TIMEOUT, f"The body did not arrive within {SECONDS_TO_ARRIVE} seconds.")
        return self._taken

    async def json(self) -> Any:
        """The parsed body; its bytes are released.

        Raises:
            HTTPException: 422 if it is not JSON in UTF-8, or holds values that JSON or Unicode does not allow.
        """
        raw = await self.body()
        return await run_in_threadpool(_parsed, raw)

    async def pieces(self) -> AsyncIterator[bytes]:
        """The unparsed body, piece by piece, none of which is kept.

        Raises:
            HTTPException: 413 if it exceeds the limit, 408 if a piece takes too long to arrive.
            ClientDisconnect: the client went away first.
        """
        passed = 0
        while not self._is_whole:
            has_come = False
            with anyio.move_on_after(SECONDS_TO_ARRIVE):
                await self._take()
                has_come = True
            if not has_come:
                self._is_coming = False
                raise HTTPException(_TIMEOUT, f"The body did not go on for {SECONDS_TO_ARRIVE} seconds.")
            piece, self._taken = bytes(self._taken), bytearray()
            passed += len(piece)
            if passed > self._limit:
                self._refuse_length()
            yield piece

    async def until_gone(self) -> None:
        """Return when the client has disconnected.

        To notice that, the body has to be read. At most a few megabytes of it are held in memory, since other requests
        wait too; with a longer body, a disconnect is noticed only when :meth:`body` continues reading.

        Raises:
            HTTPException: 413 if the body exceeds the limit.
        """
        try:
            while self._is_whole or len(self._taken) < _HELD_WHILE_WAITING:
                await self._take()
        except ClientDisconnect:
            return
        await asyncio.Event().wait()

    async def drop_rest(self) -> None:
        """Read the rest of the body and discard it, up to the limit and for a limited time."""
        passed = 0
        self._taken.clear()
        with anyio.move_on_after(_SECONDS_TO_DROP), suppress(ClientDisconnect, HTTPException):
            while self._is_coming and not self._is_whole and passed <= self._limit:
                await self._take()
                passed += len(self._taken)
                self._taken.clear()

    async def _take(self) -> None:
        """Receive the next piece; after the last one this waits for the client to disconnect."""
        self._is_coming = True
        if self._next is None:
            self._next = asyncio.ensure_future(self.receive())
        # If the caller is cancelled here, the piece must not be lost: the next call picks it up.
        message = await asyncio.shield(self._next)
        self._next = None
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        self._taken += message.get("body", b"")
        self._is_whole = not message.get("more_body", False)
        if len(self._taken) > self._limit:
            self._refuse_length()

    def leave(self) -> None:
        """Stop waiting for a piece."""
        if self._next is not None:
            self._next.cancel()

    def _refuse_length(self) -> NoReturn:
        self._taken.clear()
        raise HTTPException(_TOO_LARGE, f"The body is longer than {self._limit:,} bytes, the most accepted here.")


def _parsed(raw: bytearray) -> Any:
    try:
        text = raw.decode()
        raw.clear()
        if sum(map(text.count, ",[{")) > _MOST_PARTS:
            raise ICLightError(f"The body has more than {_MOST_PARTS:,} values.")
        value = json.loads(text, parse_int=_integer, parse_constant=_constant, object_pairs_hook=_object)
        well_formed(value, "The body")
    except ICLightError as error:
        raise HTTPException(UNPROCESSABLE, str(error)) from error
    except UnicodeDecodeError as error:
        raise HTTPException(UNPROCESSABLE, "The body is not JSON: it is not UTF-8.") from error
    except (ValueError, RecursionError) as error:
        raise HTTPException(UNPROCESSABLE, f"The body is not JSON: {error}.") from error
    return value


def _integer(digits: str) -> int:
    if len(digits) > _MOST_DIGITS:
        raise ICLightError(f"The body has a number of {len(digits):,} digits.")
    return int(digits)


def _constant(name: str) -> NoReturn:
    raise ICLightError(f"The body holds {name}, which JSON does not have.")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ICLightError(f"The body gives {shown(twice)} twice. Send only one of them.")
    return found
