"""The author's repository on the Hugging Face Hub, or on the mirror that HF_ENDPOINT names, through huggingface_hub."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from ..errors import ICLightError

REPOSITORY = "lllyasviel/ic-light"

# The transport drops a piece that the connection breaks in, so pieces are small.
_CHUNK = 1 << 16
_CONNECT_SECONDS, _READ_SECONDS = 10, 15
_MOST_REDIRECTS = 5
_REDIRECTS = (301, 302, 303, 307, 308)
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_REASONS = (
    ("Timeout", "it does not answer in time"),
    ("SSL", "its certificate is not trusted"),
    ("Proxy", "the proxy refuses"),
    ("Schema", "HF_ENDPOINT is not a web address"),
    ("URL", "HF_ENDPOINT is not a web address"),
    ("Protocol", "the connection broke"),
    ("Encoding", "the connection broke"),
    ("Connect", "there is no connection"),
)


class UnreachableError(ICLightError):
    """The server could not be reached, or the connection broke: worth another try."""


class RangeError(ICLightError):
    """The server does not go on where it was asked to; ``at_end`` tells whether it says that its file ends there."""

    def __init__(self, message: str, at_end: bool = False):
        super().__init__(message)
        self.at_end = at_end


@dataclass(frozen=True)
class Place:
    """An address, and what goes with a request to it."""

    url: str
    headers: dict[str, str]


@dataclass(frozen=True)
class Remote:
    """A file as the server states it.

    Attributes:
        url: where its bytes are; may be signed and short-lived, so it is never shown.
        headers: what goes with the request for them.
        size: in bytes, None where the server does not say.
        sha256: hex digest, "" where the server does not say.
    """

    url: str
    headers: dict[str, str]
    size: int | None
    sha256: str


@dataclass(frozen=True)
class Stream:
    """Bytes under way: ``start`` is the place in the file of the first one."""

    start: int
    chunks: Iterator[bytes]


def server_name() -> str:
    """The host name of the server that is asked; no credentials that an endpoint may carry."""
    from huggingface_hub import constants

    return urlsplit(constants.ENDPOINT).hostname or "the server that HF_ENDPOINT names"


def find(name: str) -> Remote:
    """Ask the server about a file of the repository.

    Raises:
        UnreachableError: no answer, or one that may be another in a moment.
        ICLightError: offline mode is on, or the server does not give the file.
    """
    from huggingface_hub import constants, hf_hub_url
    from huggingface_hub.utils import build_hf_headers

    if constants.HF_HUB_OFFLINE:
        raise ICLightError(
            f"{name} cannot be downloaded: Hugging Face's offline mode is on. Unset HF_HUB_OFFLINE and restart the "
            "web UI, or put the file in place by hand."
        )
    headers = {**build_hf_headers(), "Accept-Encoding": "identity"}
    with _explained(name), _answer(name, "HEAD", hf_hub_url(REPOSITORY, name), headers) as (response, place):
        return _remote(name, response, place)


def _remote(name: str, response: Any, place: Place) -> Remote:
    """What an answer says about the file, or about one that lies with a storage provider, where it sends us."""
    said = response.headers
    size, etag = said.get("X-Linked-Size"), said.get("X-Linked-Etag")
    if response.status_code in _REDIRECTS:
        place = _moved(name, place, said["Location"])
    elif response.status_code == 200:
        size, etag = size or said.get("Content-Length"), etag or said.get("ETag")
    else:
        raise _refusal(name, response.status_code)
    digest = (etag or "").removeprefix("W/").strip('"').lower()
    return Remote(place.url, place.headers, _number(size), digest if _SHA256.fullmatch(digest) else "")


def _number(text: str | None) -> int | None:
    return int(text) if text and re.fullmatch(r"[0-9]{1,18}", text) else None


@contextmanager
def opened(name: str, remote: Remote, start: int) -> Iterator[Stream]:
    """Bytes of a file from a place on; the stream begins at 0 where the server cannot do better.

    Raises:
        UnreachableError: the server cannot be reached, or the connection breaks.
        RangeError: the server does not go on at ``start``: the file ends before, or it gives another part.
        ICLightError: the server does not give the file.
    """
    headers = {**remote.headers, **({"Range": f"bytes={start}-"} if start else {})}
    with ExitStack() as stack:
        # The body of the caller's "with" is not explained: what goes wrong there is not the connection.
        with _explained(name):
            response, _ = stack.enter_context(_answer(name, "GET", remote.url, headers, elsewhere=True))
        status = response.status_code
        if start and status in (206, 416) and _first_byte(response, remote.size) != start:
            at_end = response.headers.get("Content-Range") == f"bytes */{start}"
            raise RangeError(f"{name} cannot be continued by {server_name()}.", at_end)
        if status != 200 and (status != 206 or _first_byte(response, remote.size) != start):
            raise _refusal(name, status)
        yield Stream(start if status == 206 else 0, _chunks(name, response))


def _first_byte(response: Any, size: int | None) -> int | None:
    """Where a part of a file begins, None where that is not said, or the file is another one than before."""
    match = re.fullmatch(
        r"bytes ([0-9]{1,18})-[0-9]{1,18}/([0-9]{1,18}|\*)", response.headers.get("Content-Range") or ""
    )
    if match is None or (size is not None and match[2] not in ("*", str(size))):
        return None
    return int(match[1])


@contextmanager
def _answer(
    name: str, method: str, url: str, headers: dict[str, str], elsewhere: bool = False
) -> Iterator[tuple[Any, Place]]:
    """The answer after a few redirects, and where it came from; its body is not read yet.

    Redirects are followed here because the libraries' own rules differ: one follows a thousand.

    Args:
        name: the file.
        method: "HEAD" or "GET".
        url: where to begin.
        headers: what goes with it; the user's token does not go to another server.
        elsewhere: whether to follow to another server. A redirect to one is the answer otherwise, which states size
            and digest.
    """
    place = Place(url, headers)
    for _ in range(_MOST_REDIRECTS + 1):
        with _request(method, place) as response:
            target = response.headers.get("Location") if response.status_code in _REDIRECTS else None
            if not target or not (elsewhere or not urlsplit(target).netloc):
                yield response, place
                return
        place = _moved(name, place, target)
    raise ICLightError(
        f"{name} cannot be downloaded: {server_name()} sends from one address to the next without end. See that "
        f"HF_ENDPOINT is right, or download it from {web_page()} by hand."
    )


def _moved(name: str, place: Place, target: str) -> Place:
    """Where a redirect leads to. Raises ICLightError for what is no web address, or no longer an encrypted one."""
    url = urljoin(place.url, target)
    before, after = urlsplit(place.url), urlsplit(url)
    if after.scheme not in ("http", "https") or not after.hostname:
        raise ICLightError(f"{name} cannot be downloaded: {server_name()} sends to something that is no web address.")
    if (before.scheme, after.scheme) == ("https", "http") and before.hostname not in _LOOPBACK:
        raise ICLightError(
            f"{name} cannot be downloaded: {server_name()} sends to an address without encryption. Download it from "
            f"{web_page()} by hand."
        )
    headers = place.headers
    if (before.scheme, before.netloc) != (after.scheme, after.netloc):
        # The bytes often lie with a storage provider, who must not see the user's token.
        headers = {key: value for key, value in headers.items() if key.lower() != "authorization"}
    return Place(url, headers)


@contextmanager
def _request(method: str, place: Place) -> Iterator[Any]:
    """One answer, redirects included: huggingface_hub brings requests up to 0.x, httpx since 1.0."""
    from huggingface_hub.utils import get_session

    session = get_session()
    if callable(session.stream):
        import httpx

        timeout = httpx.Timeout(_READ_SECONDS, connect=_CONNECT_SECONDS)
        options = {"follow_redirects": False, "timeout": timeout}
        with session.stream(method, place.url, headers=place.headers, **options) as response:
            yield response
        return
    options = {"allow_redirects": False, "stream": True, "timeout": (_CONNECT_SECONDS, _READ_SECONDS)}
    with session.request(method, place.url, headers=place.headers, **options) as response:
        yield response


def _chunks(name: str, response: Any) -> Iterator[bytes]:
    with _explained(name):
        if hasattr(response, "iter_content"):
            yield from response.iter_content(_CHUNK)
        else:
            yield from response.iter_bytes(_CHUNK)


@contextmanager
def _explained(name: str) -> Iterator[None]:
    """Turn what the transport raises into words of ours: theirs carry addresses that may be signed."""
    try:
        yield
    except ICLightError:
        raise
    except _transport_errors() as error:
        response = getattr(error, "response", None)
        if response is not None:
            raise _refusal(name, response.status_code) from error
        kind = type(error).__name__
        reason = next((words for part, words in _REASONS if part in kind), f"the connection failed ({kind})")
        raise UnreachableError(f"{name} cannot be downloaded from {server_name()}: {reason}.") from error


def _transport_errors() -> tuple[type[BaseException], ...]:
    """What requests (an OSError) and httpx raise; httpx only where it is in use."""
    httpx = sys.modules.get("httpx")
    more = (httpx.HTTPError, httpx.InvalidURL) if httpx is not None else ()
    return (OSError, *more)


def _refusal(name: str, status: int) -> ICLightError:
    text = f"{name} cannot be downloaded: {server_name()} answers with the status {status}"
    if status >= 500 or status in (408, 429):
        return UnreachableError(f"{text}.")
    return ICLightError(f"{text}. See that HF_ENDPOINT is right, or download it from {web_page()} by hand.")


def web_page() -> str:
    """The repository's page, for a person."""
    return f"https://huggingface.co/{REPOSITORY}"
