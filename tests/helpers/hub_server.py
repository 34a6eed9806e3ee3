"""A local server that imitates the Hugging Face Hub, with the faults that a test asks for."""

from __future__ import annotations

import functools
import hashlib
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

SECRET = "X-Amz-Signature=0123456789abcdef"


class Hub:
    """The server's content and behaviour.

    Attributes:
        content: the bytes of every file.
        size, sha256: what it states about them; size None states none; sha256 None states a Git hash, as for small
            files.
        cuts: the share of the rest after which each of the next answers breaks off.
        statuses: the status of each of the next answers about the file, instead of a proper one.
        ranges: how it answers when it is to begin in the middle: True as it should, False from the start, "refused",
            "elsewhere" (another part) or "unsaid" (a part, but not which).
        head: instead of stating anything, "silent" says nothing and "loop" sends back to where it is asked.
        body: instead of the bytes, "silent" gives none, "drip" one now and then, "endless" ever more without a
            length, "loop" sends back to where it is asked, and "refused" has nothing at any place.
        heads: how often it was asked about a file.
        gate: the bytes wait for it, those behind the share ``open_until``.
        asked, sent: ``Range`` (None: from the start) and ``Authorization`` of each request for bytes.
    """

    def __init__(self, content: bytes):
        self.content = content
        self.size: int | None = len(content)
        self.sha256: str | None = hashlib.sha256(content).hexdigest()
        self.cuts: list[float] = []
        self.statuses: list[int] = []
        self.ranges: bool | str = True
        self.head, self.body = "", ""
        self.heads = 0
        self.open_until = 0.0
        self.gate = threading.Event()
        self.gate.set()
        self.asked: list[str | None] = []
        self.sent: list[str | None] = []
        self.url = ""


class _Quiet(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore clients that disconnect in the middle: some tests do that on purpose."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hub: Hub

    def do_HEAD(self) -> None:
        self.hub.heads += 1
        if self.hub.head == "silent":
            self.hub.gate.wait(30)
            self.close_connection = True
        elif self.hub.head == "loop":
            self._answer(307, {"Location": self.path})
        elif not re.fullmatch(r"/lllyasviel/ic-light/resolve/main/[\w.]+", self.path):
            self._answer(404, {"X-Error-Code": "EntryNotFound"})
        elif self.hub.statuses:
            self._answer(self.hub.statuses.pop(0), {})
        else:
            # The bytes lie with a storage provider under another name, behind a signed address.
            port = self.server.server_address[1]
            self._answer(302, {
                "Location": f"http://localhost:{port}/storage{self.path}?{SECRET}",
                "X-Repo-Commit": "a" * 40,
                "X-Linked-Etag": f'"{self.hub.sha256 or "b" * 40}"',
                **({} if self.hub.size is None else {"X-Linked-Size": str(self.hub.size)}),
            })  # fmt: skip

    def do_GET(self) -> None:
        self.hub.asked.append(self.headers.get("Range"))
        self.hub.sent.append(self.headers.get("Authorization"))
        if self.hub.body:
            self._misbehave()
            return
        if not self.hub.open_until:
            self.hub.gate.wait(30)
        match = re.match(r"bytes=(\d+)-", self.headers.get("Range") or "") if self.hub.ranges else None
        start = int(match[1]) if match else 0
        if start and (start >= len(self.hub.content) or self.hub.ranges == "refused"):
            self._answer(416, {"Content-Range": f"bytes */{len(self.hub.content)}"})
            return
        start += 7 if match and self.hub.ranges == "elsewhere" else 0
        rest = self.hub.content[start:]
        more = {"Content-Range": f"bytes {start}-{len(self.hub.content) - 1}/{len(self.hub.content)}"} if match else {}
        length = {} if self.hub.size is None else {"Content-Length": str(len(rest))}
        self.close_connection = self.hub.size is None
        self._answer(206 if match else 200, {**length, **({} if self.hub.ranges == "unsaid" else more)}, ends=False)
        if self.hub.cuts:
            self.wfile.write(rest[: int(len(rest) * self.hub.cuts.pop(0))])
            self.close_connection = True
        else:
            early = int(len(rest) * self.hub.open_until)
            self.wfile.write(rest[:early])
            self.hub.gate.wait(30)
            self.wfile.write(rest[early:])

    def _misbehave(self) -> None:
        if self.hub.body == "loop":
            self._answer(302, {"Location": f"http://localhost:{self.server.server_address[1]}{self.path}"})
            return
        if self.hub.body == "refused":
            self._answer(416, {"Content-Range": "bytes */0"})
            return
        self.close_connection = True
        if self.hub.body == "silent":
            self.hub.gate.wait(30)
            return
        self._answer(200, {}, ends=False)
        while self.hub.body == "endless":
            self.wfile.write(self.hub.content)
        while not self.hub.gate.wait(0.05):
            self.wfile.write(b"x")

    def _answer(self, status: int, headers: dict[str, str], ends: bool = True) -> None:
        self.send_response(status)
        for name, value in {**({"Content-Length": "0"} if ends else {}), **headers}.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Log nothing."""


@contextmanager
def serving(content: bytes) -> Iterator[Hub]:
    """A running server."""
    hub = Hub(content)
    server = _Quiet(("127.0.0.1", 0), type("Handler", (_Handler,), {"hub": hub}))
    server.daemon_threads = True
    hub.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        hub.gate.set()
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def hub_in_place(content: bytes, patch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A running server, used by huggingface_hub in this process."""
    import huggingface_hub
    from huggingface_hub import constants

    patch.setenv("NO_PROXY", "localhost,127.0.0.1")
    patch.setattr(constants, "HF_HUB_OFFLINE", False)
    with serving(content) as hub:
        patch.setattr(huggingface_hub, "hf_hub_url", functools.partial(huggingface_hub.hf_hub_url, endpoint=hub.url))
        yield hub


def left(folder: Path) -> list[str]:
    """Names of all files in a folder that may be missing."""
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []
