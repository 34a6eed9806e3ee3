"""Access to the author's repository on the Hugging Face Hub, or on a mirror set by HF_ENDPOINT, via huggingface_hub.

Address, token, proxies and offline mode come from huggingface_hub. Its own download is not used: it does not verify
checksums, cannot be cancelled, has no size limit, and on resuming appends whatever the server sends.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from ..errors import ICLightError

REPOSITORY = "lllyasviel/ic-light"
SOURCE = f"https://huggingface.co/{REPOSITORY}"
"""The repository's page, for a person."""

NAMES = {mode: f"iclight_sd15_{mode}.safetensors" for mode in ("fc", "fcon", "fbc")}
"""The author's file for each mode."""

# If the connection breaks, the current chunk is lost, so chunks are small.
_CHUNK = 1 << 16
_CONNECT_SECONDS, _READ_SECONDS = 10, 15
_MOST_REDIRECTS = 5
_REDIRECTS = (301, 302, 303, 307, 308)
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_NAMES_SERVER = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?//", re.IGNORECASE)
_CONTENT_RANGE = re.compile(r"bytes ([0-9]{1,18})-[0-9]{1,18}/([0-9]{1,18}|\*)")
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
"""What errors of requests and httpx mean, by a part of their class names."""


class UnreachableError(ICLightError):
    """The server could not be reached, or the connection broke: worth another attempt."""


class RangeError(ICLightError):
    """The server does not continue at the requested byte; ``at_end`` is true if it says that its file ends there."""

    def __init__(self, message: str, at_end: bool):
        super().__init__(message)
        self.at_end = at_end


@dataclass(frozen=True)
class Address:
    """A URL and the headers of a request to it. The URL may be signed and short-lived, so it is never shown."""

    url: str
    headers: dict[str, str]


@dataclass(frozen=True)
class RemoteFile:
    """A file as the server describes it.

    Attributes:
        address: where its bytes are.
        size: in bytes, None if the server does not say.
        sha256: hex digest, "" if the server does not say.
    """

    address: Address
    size: int | None
    sha256: str


def server_name() -> str:
    """The host name of the server, without the credentials that an endpoint may contain."""
    from huggingface_hub import constants

    return urlsplit(constants.ENDPOINT).hostname or "the server that HF_ENDPOINT names"


def describe(name: str) -> RemoteFile:
    """Ask the server about a file of the repository.

    Raises:
        UnreachableError: no answer, or a temporary error.
        ICLightError: offline mode is on, or the server refuses.
    """
    from huggingface_hub import constants, hf_hub_url
    from huggingface_hub.utils import build_hf_headers

    if constants.HF_HUB_OFFLINE:
        raise ICLightError(
            f"{name} cannot be downloaded: Hugging Face's offline mode is on. Unset HF_HUB_OFFLINE and restart the "
            "web UI, or put the file in place by hand."
        )
    address = Address(hf_hub_url(REPOSITORY, name), {**build_hf_headers(), "Accept-Encoding": "identity"})
    with _explained(name), _answer(name, "HEAD", address) as (response, address):
        return _described(name, response, address)


def _described(name: str, response: Any, address: Address) -> RemoteFile:
    """What the answer says about the file, which it often redirects to at a storage provider."""
    headers = response.headers
    size, etag = headers.get("X-Linked-Size"), headers.get("X-Linked-Etag")
    if response.status_code in _REDIRECTS:
        address = _redirected(name, address, headers["Location"])
    elif response.status_code == 200:
        size, etag = size or headers.get("Content-Length"), etag or headers.get("ETag")
    else:
        raise _refusal(name, response.status_code)
    digest = (etag or "").removeprefix("W/").strip('"').lower()
    known = size is not None and re.fullmatch(r"[0-9]{1,18}", size)
    return RemoteFile(address, int(size) if known else None, digest if _SHA256.fullmatch(digest) else "")


def stream(name: str, remote: RemoteFile, start: int) -> Iterator[Any]:
    """Yield a file's bytes from ``start``: first the position of the first byte, then the bytes in chunks.

    The position is 0 if the server cannot resume.

    Raises:
        UnreachableError: the server cannot be reached, or the connection breaks.
        RangeError: the server does not continue at ``start``: its file ends before that, or it sends another part.
        ICLightError: the server refuses.
    """
    headers = {**remote.address.headers, **({"Range": f"bytes={start}-"} if start else {})}
    address = Address(remote.address.url, headers)
    with _explained(name), _answer(name, "GET", address, to_other_servers=True) as (response, _):
        status, first = response.status_code, _first_byte(response, remote.size)
        if start and status in (206, 416) and first != start:
            at_end = response.headers.get("Content-Range") == f"bytes */{start}"
            raise RangeError(f"{server_name()} cannot continue the download of {name}.", at_end)
        if status != 200 and (status != 206 or first != start):
            raise _refusal(name, status)
        yield start if status == 206 else 0
        yield from response.iter_content(_CHUNK) if hasattr(response, "iter_content") else response.iter_bytes(_CHUNK)


def _first_byte(response: Any, size: int | None) -> int | None:
    """Where a part of a file begins; None if that is not stated, or if the file's size has changed."""
    match = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range") or "")
    if match is None or (size is not None and match[2] not in ("*", str(size))):
        return None
    return int(match[1])


@contextmanager
def _answer(name: str, method: str, address: Address, to_other_servers: bool = False) -> Iterator[tuple[Any, Address]]:
    """The answer after a few redirects, and the address it came from; its body is not read yet.

    Redirects are followed here, because the libraries' own rules differ.

    Args:
        name: the file.
        method: "HEAD" or "GET".
        address: where to start; the user's token is not sent to another server.
        to_other_servers: whether to follow redirects to other servers. If not, such a redirect is the answer, which
            states size and digest.
    """
    for _ in range(_MOST_REDIRECTS + 1):
        with _request(method, address) as response:
            target = response.headers.get("Location") if response.status_code in _REDIRECTS else None
            if not target or (_NAMES_SERVER.match(target) and not to_other_servers):
                yield response, address
                return
        address = _redirected(name, address, target)
    raise ICLightError(
        f"{name} cannot be downloaded: {server_name()} redirects too many times. Check that HF_ENDPOINT is right, or "
        f"download it from {SOURCE} by hand."
    )


def _redirected(name: str, address: Address, target: str) -> Address:
    """The target of a redirect. Raises ICLightError if it is not a web address, or no longer encrypted."""
    before = urlsplit(address.url)
    try:
        url = urljoin(address.url, target)
        after = urlsplit(url)
    except ValueError:
        after = urlsplit("")
    if after.scheme not in ("http", "https") or not after.hostname:
        raise ICLightError(
            f"{name} cannot be downloaded: {server_name()} redirects to something that is not a web address."
        )
    if (before.scheme, after.scheme) == ("https", "http") and before.hostname not in _LOOPBACK:
        raise ICLightError(
            f"{name} cannot be downloaded: {server_name()} redirects to an address without encryption. Download it "
            f"from {SOURCE} by hand."
        )
    headers = address.headers
    if (before.scheme, before.netloc) != (after.scheme, after.netloc):
        # The bytes are often at a storage provider, which must not see the user's token.
        headers = {key: value for key, value in headers.items() if key.lower() != "authorization"}
    return Address(url, headers)


@contextmanager
def _request(method: str, address: Address) -> Iterator[Any]:
    """One answer, which may be a redirect. huggingface_hub uses requests up to 0.x, and httpx since 1.0."""
    from huggingface_hub.utils import get_session

    session = get_session()
    if callable(session.stream):
        import httpx

        timeout = httpx.Timeout(_READ_SECONDS, connect=_CONNECT_SECONDS)
        send, options = session.stream, {"follow_redirects": False, "timeout": timeout}
    else:
        timeout = (_CONNECT_SECONDS, _READ_SECONDS)
        send, options = session.request, {"allow_redirects": False, "stream": True, "timeout": timeout}
    with send(method, address.url, headers=address.headers, **options) as response:
        yield response


@contextmanager
def _explained(name: str) -> Iterator[None]:
    """Turn the HTTP library's errors into ours: theirs contain addresses that may be signed."""
    try:
        yield
    except _transport_errors() as error:
        kind = type(error).__name__
        reason = next((words for part, words in _REASONS if part in kind), f"the connection failed ({kind})")
        raise UnreachableError(f"{name} cannot be downloaded from {server_name()}: {reason}.") from error


def _transport_errors() -> tuple[type[BaseException], ...]:
    """What requests (an OSError) and httpx raise; httpx only if it is in use."""
    httpx = sys.modules.get("httpx")
    return (OSError, *((httpx.HTTPError, httpx.InvalidURL) if httpx is not None else ()))


def _refusal(name: str, status: int) -> ICLightError:
    text = f"{name} cannot be downloaded: {server_name()} answers with the status {status}"
    if status >= 500 or status in (408, 429):
        return UnreachableError(f"{text}.")
    return ICLightError(f"{text}. Check that HF_ENDPOINT is right, or download it from {SOURCE} by hand.")
