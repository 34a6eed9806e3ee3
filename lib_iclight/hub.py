"""The author's repository on the Hugging Face Hub, or on the mirror that HF_ENDPOINT names, through huggingface_hub."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from .errors import ICLightError

REPOSITORY = "lllyasviel/ic-light"

# The transport drops a piece that the connection breaks in, so pieces are small.
_CHUNK = 1 << 16
_CONNECT_SECONDS, _READ_SECONDS = 10, 15
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
    """The server has nothing at the place that was asked for."""


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
    from huggingface_hub import constants, get_hf_file_metadata, hf_hub_url
    from huggingface_hub.utils import build_hf_headers

    if constants.HF_HUB_OFFLINE:
        raise ICLightError(
            f"{name} cannot be downloaded: Hugging Face's offline mode is on. Unset HF_HUB_OFFLINE and restart the "
            "web UI, or put the file in place by hand."
        )
    url = hf_hub_url(REPOSITORY, name)
    with _explained(name):
        found = get_hf_file_metadata(url, timeout=_CONNECT_SECONDS)
    headers = dict(build_hf_headers())
    if urlsplit(found.location).netloc != urlsplit(url).netloc:
        # The bytes often lie with a storage provider, who must not see the user's token.
        headers = {key: value for key, value in headers.items() if key.lower() != "authorization"}
    headers["Accept-Encoding"] = "identity"
    digest = (found.etag or "").lower()
    return Remote(found.location, headers, found.size, digest if _SHA256.fullmatch(digest) else "")


@contextmanager
def opened(name: str, remote: Remote, start: int) -> Iterator[Stream]:
    """Bytes of a file from a place on; the stream begins at 0 where the server cannot do better.

    Raises:
        UnreachableError: the server cannot be reached, or the connection breaks.
        RangeError: the file ends before ``start``.
        ICLightError: the server does not give the file.
    """
    headers = {**remote.headers, **({"Range": f"bytes={start}-"} if start else {})}
    with ExitStack() as stack:
        # The body of the caller's "with" is not explained: what goes wrong there is not the connection.
        with _explained(name):
            response = stack.enter_context(_get(remote.url, headers))
        if response.status_code == 416:
            raise RangeError(f"{name} is shorter than {server_name()} states.")
        if response.status_code not in (200, 206):
            raise _refusal(name, response.status_code)
        yield Stream(_first_byte(response), _chunks(name, response))


def _first_byte(response: Any) -> int:
    match = re.match(r"bytes (\d+)-", response.headers.get("Content-Range") or "")
    return int(match[1]) if match and response.status_code == 206 else 0


@contextmanager
def _get(url: str, headers: dict[str, str]) -> Iterator[Any]:
    """An answer whose body is not read yet: huggingface_hub brings requests up to 0.x, httpx since 1.0."""
    from huggingface_hub.utils import get_session

    session = get_session()
    if callable(session.stream):
        import httpx

        timeout = httpx.Timeout(_READ_SECONDS, connect=_CONNECT_SECONDS)
        with session.stream("GET", url, headers=headers, follow_redirects=True, timeout=timeout) as response:
            yield response
        return
    with session.get(url, headers=headers, stream=True, timeout=(_CONNECT_SECONDS, _READ_SECONDS)) as response:
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
