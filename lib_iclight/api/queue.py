"""A queue for heavy requests: one is answered at a time, a few wait, any more are turned away."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import anyio
from fastapi import HTTPException
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from ..support.process_memory import release_memory

_UNAVAILABLE = 503
_RETRY_SECONDS = "5"
_MOST = 5
"""One that is answered, and those that wait."""


class Turns:
    """Grants one turn at a time, in the order of arrival. Waiting does not block a thread.

    Memory freed in a turn is returned to the operating system before the next one begins.
    """

    def __init__(self) -> None:
        self._inside = 0
        self._lock = anyio.Lock()

    @asynccontextmanager
    async def turn(self, gone: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
        """Wait for a turn, which lasts for the ``async with`` block.

        Args:
            gone: returns when the client has disconnected, which frees its place in the queue.

        Raises:
            HTTPException: 503 if too many wait already; whatever ``gone`` raises.
            ClientDisconnect: the client has disconnected.
        """
        if self._inside >= _MOST:
            raise HTTPException(
                _UNAVAILABLE,
                f"Busy: {_MOST} requests are being answered already. Try again in {_RETRY_SECONDS} seconds.",
                {"Retry-After": _RETRY_SECONDS},
            )
        self._inside += 1
        try:
            await self._acquire(gone)
            try:
                yield
            finally:
                try:
                    await run_in_threadpool(release_memory)
                finally:
                    self._lock.release()
        finally:
            self._inside -= 1

    async def _acquire(self, gone: Callable[[], Awaitable[None]]) -> None:
        has_turn, refusal = False, None
        try:
            async with anyio.create_task_group() as group:

                async def watch() -> None:
                    nonlocal refusal
                    try:
                        await gone()
                    except HTTPException as error:
                        refusal = error
                    group.cancel_scope.cancel()

                group.start_soon(watch)
                await self._lock.acquire()
                has_turn = True
                group.cancel_scope.cancel()
        except BaseException:
            if has_turn:
                self._lock.release()
            raise
        if not has_turn:
            raise refusal or ClientDisconnect
