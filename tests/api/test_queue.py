"""Heavy routes are answered one at a time with a short queue, and everything else keeps running meanwhile."""

from __future__ import annotations

import asyncio
import json
import threading

import httpx
import numpy as np
import pytest
from fastapi import FastAPI
from PIL import Image
from routes import posted, run_async, served, with_routes
from samples import encoded, noise

from lib_iclight.api import body as api_body

AT_ONCE, WAITING = 64, 4
PATIENCE = 30
LARGE_MAP = {"light": "left", "width": 2048, "height": 1024}


class SlowRemover:
    """A background remover that blocks until it is released, and counts the pictures in progress."""

    def __init__(self) -> None:
        self.go_on = threading.Event()
        self._begun = threading.Event()
        self.runs = self.most = self._now = 0

    def __call__(self, rgb: np.ndarray, model: str) -> np.ndarray:
        self.runs += 1
        self._now += 1
        self.most = max(self.most, self._now)
        self._begun.set()
        self.go_on.wait(PATIENCE)
        self._now -= 1
        return np.full(rgb.shape[:2], 255, np.uint8)

    async def begun(self) -> None:
        """Wait until the first picture is in progress."""
        assert await asyncio.to_thread(self._begun.wait, PATIENCE)


@pytest.fixture
def remover():
    remover = SlowRemover()
    yield remover
    remover.go_on.set()


@pytest.fixture
def app(tmp_path, remover):
    app = with_routes(FastAPI(), tmp_path, remover=remover)
    app.add_api_route("/ping", lambda: {})
    return app


@pytest.fixture
def address(app, remover):
    with served(app) as address:
        yield address
        remover.go_on.set()


def connected(address: str) -> httpx.AsyncClient:
    limits = httpx.Limits(max_connections=None)
    return httpx.AsyncClient(base_url=address, timeout=PATIENCE, limits=limits, trust_env=False)


def body(seed: int) -> dict[str, str]:
    return {"image": encoded(Image.fromarray(noise(16, 16, seed=seed)))}


def cut_out(client: httpx.AsyncClient, seed: int) -> asyncio.Task:
    return asyncio.ensure_future(client.post("/ic-light/foreground", json=body(seed)))


async def until_full(tasks: set[asyncio.Task]) -> tuple[list[httpx.Response], set[asyncio.Task]]:
    """The answers that arrive while the remover works, and the pending calls: one in progress and those that wait."""
    answers = []
    while len(tasks) > 1 + WAITING:
        done, tasks = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        answers += [task.result() for task in done]
    return answers, tasks


def test_of_many_calls_at_once_one_is_under_work_and_few_wait(address, remover):
    async def calls():
        async with connected(address) as client:
            refused, staying = await until_full({cut_out(client, seed) for seed in range(AT_ONCE)})
            assert {(answer.status_code, answer.headers.get("Retry-After")) for answer in refused} == {(503, "5")}
            assert len(refused) == AT_ONCE - 1 - WAITING
            others = [await client.get("/ping"), await client.get("/ic-light/lights")]
            others.append(await client.post("/ic-light/light-map", json={"light": "left", "width": 64, "height": 64}))
            assert [answer.status_code for answer in others] == [200, 200, 200]
            assert (await client.post("/ic-light/light-map", json=LARGE_MAP)).status_code == 503
            remover.go_on.set()
            assert [answer.status_code for answer in await asyncio.gather(*staying)] == [200] * (1 + WAITING)
            assert (await client.post("/ic-light/light-map", json=LARGE_MAP)).status_code == 200

    run_async(calls())
    assert remover.most == 1
    assert remover.runs == 1 + WAITING


class Caller:
    """Calls the application as a server does for one client, which may disconnect."""

    def __init__(self, app: FastAPI, path: str, content: dict):
        self._app, self._path = app, path
        self.pieces = [json.dumps(content).encode()]
        self.stalls = False
        self._gone = asyncio.Event()
        self.waits = asyncio.Event()
        self.status: int | None = None
        self._call = asyncio.ensure_future(self._run())

    async def _run(self) -> None:
        scope = posted(self._path, {"content-type": "application/json"})
        await self._app(scope, self._receive, self._send)

    async def _receive(self) -> dict:
        if self.pieces:
            return {"type": "http.request", "body": self.pieces.pop(), "more_body": self.stalls}
        self.waits.set()
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: dict) -> None:
        self.status = self.status or message.get("status")

    async def go_away(self) -> None:
        """Close the connection, and wait until the application is done with it."""
        self._gone.set()
        await self._call

    async def answer(self) -> int:
        await self._call
        return self.status


@pytest.mark.parametrize(("path", "content"), [("/ic-light/foreground", body(1)), ("/ic-light/light-map", LARGE_MAP)])
def test_who_goes_away_while_waiting_gives_its_place_up(app, remover, path, content):
    async def calls():
        first = Caller(app, "/ic-light/foreground", body(0))
        await remover.begun()
        waiting = [Caller(app, path, content) for _ in range(WAITING)]
        await asyncio.gather(*(caller.waits.wait() for caller in waiting))
        assert await Caller(app, path, content).answer() == 503
        for caller in waiting:
            await caller.go_away()
        assert remover.runs == 1, "nothing is done for those who have left"
        later = [Caller(app, path, content) for _ in range(WAITING)]
        await asyncio.gather(*(caller.waits.wait() for caller in later))
        assert await Caller(app, path, content).answer() == 503
        remover.go_on.set()
        assert [await caller.answer() for caller in (first, *later)] == [200] * (1 + WAITING)

    run_async(calls())


def test_a_body_that_is_refused_while_it_waits_is_told_so(app, remover):
    async def calls():
        first = Caller(app, "/ic-light/foreground", body(0))
        await remover.begun()
        long = Caller(app, "/ic-light/foreground", body(1))
        long.pieces = [b" " * (97 << 20)]
        assert await long.answer() == 413
        remover.go_on.set()
        assert await first.answer() == 200

    run_async(calls())


def test_who_does_not_send_its_body_holds_nobody_up(app, remover, monkeypatch):
    async def calls():
        stalling = Caller(app, "/ic-light/foreground", body(0))
        stalling.stalls = True
        monkeypatch.setattr(api_body, "SECONDS_TO_ARRIVE", 0)
        assert await stalling.answer() == 408
        monkeypatch.undo()
        remover.go_on.set()
        assert await Caller(app, "/ic-light/foreground", body(1)).answer() == 200

    run_async(calls())
