"""Pictures, looks and web UIs for the catalogue's tests. No web UI is run: they answer with a picture each."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from samples import file_bytes, noise, plain

from lib_iclight.shoot import looks, sources
from lib_iclight.shoot.job import Job, Settings, Summary
from lib_iclight.shoot.looks import Look
from lib_iclight.shoot.manifest import Manifest, Row
from lib_iclight.shoot.task import Relight, Relit, Task, one_by_one

LEFT = looks.make("left", {"light": "left"}, {"prompt": "a cup", "seed": 7, "width": 64, "height": 64})
RIGHT = looks.make("right", {"light": "right"}, {"prompt": "a cup", "seed": 8})


def picture(seed: int, width: int = 12, height: int = 8) -> bytes:
    """A small picture file that no other seed gives."""
    return file_bytes(Image.fromarray(noise(width, height, seed=seed)))


def put_pictures(folder: Path, *names: str) -> Path:
    """Put a picture of each name into a folder and its sub-folders; returns the folder."""
    for seed, name in enumerate(names):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(picture(seed))
    return folder


def spread(exposures: Sequence[Sequence[float]]) -> float:
    """How far apart lights are: the standard deviation of a channel, of that which has the largest."""
    return float(np.std(np.array(exposures), axis=0).max())


def painted(task: Task) -> Relit:
    """A result that says by its colour which seed it has."""
    return Relit(file_bytes(plain((task.seed % 256, len(task.content) % 256, 0), 4, 4)))


def shoot(
    pictures: Path,
    out: Path,
    chosen: Sequence[Look] = (LEFT, RIGHT),
    relight: Relight = painted,
    interrupted: Callable[[], bool] = lambda: False,
    **settings: Any,
) -> Summary:
    """Run a catalogue in this process, one task after another."""
    with Manifest(out) as manifest:
        job = Job(sources.found([pictures], without=out), chosen, manifest, Settings(**settings))
        return job.run(one_by_one(relight, interrupted))


def rows(out: Path) -> dict[tuple[str, str], Row]:
    """The latest row of each picture under each look."""
    with Manifest(out) as manifest:
        return {row.about: row for row in manifest.rows()}


def result_files(out: Path) -> list[str]:
    """The names of the results' files."""
    found = [path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()]
    return sorted(name for name in found if not name.startswith((".catalogue/", "catalogue.")))


class StandIn(ThreadingHTTPServer):
    """Answers as a web UI does: with the colour of the seed, after ``before`` was called with the number of the run.

    Attributes:
        asked: bodies of the requests for pictures, with the tab as ``tab``.
        before: called before each answer; what it returns, if anything, is the status and the body of the answer.
        state: of ``/sdapi/v1/progress``.
        login: what is let in, all if empty.
        sends_on: a status and an address, to which all requests are sent on.
        paths: of all requests.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[dict[str, Any]] = []
        self.before: Callable[[int], tuple[int, bytes] | None] = lambda number: None
        self.state: dict[str, Any] = {"interrupted": False, "skipped": False}
        self.login = ""
        self.sends_on: tuple[int, str] | None = None
        self.paths: list[str] = []
        self.is_dead = False

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that was killed is no news."""


class _Handler(BaseHTTPRequestHandler):
    server: StandIn

    def do_GET(self) -> None:
        self._answer(lambda: (200, {"state": self.server.state, "version": "1"}))

    def do_POST(self) -> None:
        self._answer(self._generated)

    def _answer(self, make: Callable[[], tuple[int, Any]]) -> None:
        if self.server.is_dead:
            return
        self.server.paths.append(self.path)
        content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        wanted = "Basic " + base64.b64encode(self.server.login.encode()).decode()
        if self.server.login and self.headers.get("Authorization") != wanted:
            status, answer = 401, {"detail": "Incorrect username or password"}
        else:
            self.content = content
            status, answer = make()
        if self.server.is_dead:
            return
        sent = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        if self.server.sends_on is not None:
            status = self.server.sends_on[0]
        self.send_response(status)
        if self.server.sends_on is not None:
            self.send_header("Location", self.server.sends_on[1] + self.path)
        self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    def _generated(self) -> tuple[int, Any]:
        body = json.loads(self.content)
        self.server.asked.append({**body, "tab": self.path.rpartition("/")[2]})
        instead = self.server.before(len(self.server.asked))
        if instead is not None:
            return instead
        made = file_bytes(plain((body["seed"] % 256, 0, 0), 4, 4))
        return 200, {"images": [base64.b64encode(made).decode()], "info": json.dumps({"seed": body["seed"]})}

    def log_message(self, *args: Any) -> None:
        """Nothing is printed."""


@contextmanager
def stand_in() -> Iterator[StandIn]:
    """A stand-in that answers while the block runs."""
    server = StandIn()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
