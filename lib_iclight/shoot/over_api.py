"""Relights a task's picture by asking a web UI over its API; needs nothing but Python's own HTTP."""

from __future__ import annotations

import base64
import binascii
import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

from ..errors import ICLightError, InterruptedRunError, shortened
from ..support.json_values import shown, without_folders
from .looks import SCRIPT, TABS, inside
from .task import Relit, StoppedError, Task

TIMEOUT = 1800.0
"""Seconds to wait for one answer: a large picture on a slow machine takes long."""

_SHORT_TIMEOUT = 30.0
_MOST_BYTES = 4 << 30
_LONGEST_REASON = 400
_HERE = ("localhost", "127.0.0.1", "::1")
_AWAY = (401, 403, 404, 405, 502, 503, 504)
_IMG2IMG = TABS[1]


@dataclass(frozen=True)
class WebUI:
    """A web UI that was started with ``--api``.

    Attributes:
        address: without a path's end: ``http://127.0.0.1:7860``.
        login: name and password of ``--api-auth``, None without.
        timeout: seconds to wait for one answer.
    """

    address: str
    login: tuple[str, str] | None = field(default=None, repr=False)
    timeout: float = TIMEOUT

    def check(self) -> None:
        """Check that it is there, has IC Light and lets us in.

        Raises:
            StoppedError: it is not; the message says what is missing.
        """
        self._asked("/ic-light/version", None, min(self.timeout, _SHORT_TIMEOUT))

    def relight(self, task: Task) -> Relit:
        """Relight the picture of a task.

        Raises:
            ICLightError: it refuses this task, or fails.
            StoppedError: it does not answer, or not to us.
            InterruptedRunError: the user has interrupted it there: what it answers then is half done.
        """
        answer = self._asked(f"/sdapi/v1/{task.look.tab}", body(task), self.timeout)
        self._check_whole()
        return _relit(answer)

    def _check_whole(self) -> None:
        """Check that the run that is just over was neither interrupted nor skipped."""
        about = self._asked("/sdapi/v1/progress?skip_current_image=true", None, _SHORT_TIMEOUT)
        state = about.get("state") if isinstance(about, Mapping) else None
        if not isinstance(state, Mapping):
            return
        if state.get("interrupted"):
            raise InterruptedRunError
        if state.get("skipped"):
            raise ICLightError("The picture was skipped in the web UI.")

    def _asked(self, path: str, given: Any, timeout: float) -> Any:
        """The answer to a request, parsed; it is a POST request if something is given."""
        headers = {"Accept": "application/json"}
        if self.login is not None:
            headers["Authorization"] = "Basic " + base64.b64encode(":".join(self.login).encode()).decode()
        content = None
        if given is not None:
            content, headers["Content-Type"] = json.dumps(given).encode(), "application/json"
        request = urllib.request.Request(self.address + path, content, headers)
        try:
            with _opener(self.address).open(request, timeout=timeout) as answer:
                return json.loads(answer.read(_MOST_BYTES))
        except urllib.error.HTTPError as error:
            with error:
                raise self._refusal(error.code, error.read(1 << 20)) from None
        except ValueError as error:
            raise StoppedError(
                f"What answers at {self.address} is not a web UI's API: its answer is not JSON. Check the address."
            ) from error
        except (OSError, HTTPException) as error:
            reason = getattr(error, "reason", error)
            said = without_folders(str(reason) or type(reason).__name__)
            raise StoppedError(
                f"The web UI at {self.address} does not answer: {said}. Start it with --api, or check the address; "
                "then give the same command to go on."
            ) from error

    def _refusal(self, status: int, content: bytes) -> ICLightError:
        said = reason_in(content)
        if status in (401, 403):
            return StoppedError(
                f"The web UI at {self.address} lets only known users in (status {status}). Give the name and password "
                "of its --api-auth."
            )
        if status in (404, 405):
            return StoppedError(
                f"The web UI at {self.address} has no API of IC Light (status {status}). Start it with --api, and with "
                "this extension."
            )
        if status in _AWAY:
            return StoppedError(f"The web UI at {self.address} cannot be reached (status {status}): {said}")
        if status >= 500:
            return ICLightError(f"The web UI failed (status {status}): {said} Its console says more.")
        return ICLightError(said)


def web_ui(address: str, login: str = "", timeout: float = TIMEOUT) -> WebUI:
    """A web UI by its address.

    Args:
        address: ``http://127.0.0.1:7860``; may hold a login, ``http://name:password@host:7860``.
        login: ``name:password`` of its ``--api-auth``, "" without.
        timeout: seconds to wait for one answer.

    Raises:
        ICLightError: it is no address.
    """
    try:
        parts = urlsplit(address if "://" in address else f"http://{address}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port, parts = None, None, urlsplit("")
    if parts.scheme not in ("http", "https") or not host:
        raise ICLightError(f"{shown(address)} is not a web UI's address. It looks like http://127.0.0.1:7860.")
    place = (f"[{host}]" if ":" in host else host) + (f":{port}" if port else "")
    plain = urlunsplit((parts.scheme, place, parts.path.rstrip("/"), "", ""))
    name, _, password = login.partition(":")
    if parts.username is not None:
        name, password = unquote(parts.username), unquote(parts.password or "")
    return WebUI(plain, (name, password) if name else None, timeout)


def body(task: Task) -> dict[str, Any]:
    """The request for a task: the look's fields, with the picture as foreground, or as what img2img starts from."""
    picture, look = inside(task.content), task.look
    size = task.run_size()
    fields = {**look.run, "seed": task.seed, "batch_size": 1, "n_iter": 1}
    if size is not None:
        fields |= {"width": size[0], "height": size[1]}
    given = {"enabled": True, **look.request}
    if look.tab == _IMG2IMG:
        fields["init_images"] = [picture]
    else:
        given["foreground"] = picture
    return {**fields, "alwayson_scripts": {**look.run.get("alwayson_scripts", {}), SCRIPT: {"args": [given]}}}


def reason_in(content: bytes) -> str:
    """The reason in a web UI's error answer, in one line."""
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return "it does not say why."
    said = [found.get(key) for key in ("detail", "message", "errors", "error")] if isinstance(found, dict) else []
    for each in said:
        if isinstance(each, list) and each and isinstance(each[0], Mapping):  # what its own check of fields says
            each = "; ".join(f"{_place(one.get('loc'))}: {one.get('msg')}" for one in each if isinstance(one, Mapping))
        if isinstance(each, str) and each.strip():
            return shortened(" ".join(each.split()), _LONGEST_REASON)
    return "it does not say why."


def _place(where: Any) -> str:
    return ".".join(map(str, where[1:])) if isinstance(where, list) else "the request"


def _relit(answer: Any) -> Relit:
    images = answer.get("images") if isinstance(answer, Mapping) else None
    if not isinstance(images, list) or not images or not isinstance(images[0], str):
        raise ICLightError("The web UI has answered without a picture.")
    text = images[0].partition(",")[2] if images[0].startswith("data:") else images[0]
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ICLightError("The web UI has answered with a picture that is not base64.") from error
    return Relit(content, _seed_in(answer.get("info")))


def _seed_in(info: Any) -> int | None:
    try:
        seed = json.loads(info)["seed"]
    except (TypeError, ValueError, LookupError):
        return None
    return seed if type(seed) is int else None


def _opener(address: str) -> urllib.request.OpenerDirector:
    """What asks for an address; on this machine without the proxy that may be set for others."""
    own = urlsplit(address).hostname in _HERE
    return urllib.request.build_opener(*([urllib.request.ProxyHandler({})] if own else []))
