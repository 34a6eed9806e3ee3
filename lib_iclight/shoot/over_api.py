"""Relights a task's picture by asking a web UI over its API; needs nothing but Python's own HTTP."""

from __future__ import annotations

import base64
import binascii
import io
import json
import math
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from http.client import HTTPException
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

import numpy as np
from PIL import Image

from ..errors import ICLightError, InterruptedRunError, shortened
from ..restore.exposure import NO_EXPOSURE, Exposure
from ..support.json_values import shown, without_folders
from .equalising import PAINTING, painting_file
from .looks import SCRIPT, TABS, inside
from .task import Relit, StoppedError, Task

TIMEOUT = 1800.0
"""Seconds to wait for one answer: a large picture on a slow machine takes long."""

_SHORT_TIMEOUT = 30.0
_MOST_BYTES = 4 << 30
_LONGEST_REASON = 400
_HERE = ("localhost", "127.0.0.1", "::1")
_AWAY = (502, 503, 504)
_MOVED = (301, 302, 303, 307, 308)
_IMG2IMG = TABS[1]


@dataclass(frozen=True)
class WebUI:
    """A web UI that was started with ``--api``.

    Attributes:
        address: without a path's end: ``http://127.0.0.1:7860``.
        login: name and password of ``--api-auth``, None without.
        timeout: seconds to wait for one answer.
        keeps_painting: whether what the model painted is kept beside each result, and its light measured, so that the
            set can be brought to one exposure.
    """

    address: str
    login: tuple[str, str] | None = field(default=None, repr=False)
    timeout: float = TIMEOUT
    keeps_painting: bool = False

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
        answer = self._asked(f"/sdapi/v1/{task.look.tab}", body(task, self.keeps_painting), self.timeout)
        self._check_whole()
        relit = _relit(answer)
        if not self.keeps_painting:
            return relit
        painting = _painting(answer)
        gain = self._developed(task, painting, NO_EXPOSURE, False)[0]
        return replace(relit, gain=gain, beside={PAINTING: painting})

    def again(
        self, task: Task, painting: np.ndarray, exposure: Exposure, whole: bool
    ) -> tuple[Exposure | None, np.ndarray | None]:
        """Make a task's result again from its painting: a :data:`lib_iclight.shoot.equalising.Again`."""
        gain, content = self._developed(task, painting_file(painting), exposure, whole)
        if not whole:
            return gain, None
        try:
            with Image.open(io.BytesIO(content)) as image:
                return gain, np.asarray(image.convert("RGB"))
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
            raise ICLightError("The web UI has answered with a damaged picture.") from error

    def _developed(self, task: Task, painting: bytes, exposure: Exposure, whole: bool) -> tuple[Exposure | None, bytes]:
        relight = {**task.look.request, "foreground": inside(task.content)}
        given = {"relight": relight, "painting": inside(painting), "exposure": [*exposure], "image": whole}
        answer = self._asked("/ic-light/develop", given, self.timeout)
        try:
            gain, content = answer["exposure"], base64.b64decode(answer["image"], validate=True)
            found = None if gain is None else (float(gain[0]), float(gain[1]), float(gain[2]))
            if found is not None and not all(map(math.isfinite, found)):
                raise ValueError
            return found, content
        except (TypeError, ValueError, LookupError, OverflowError) as error:
            raise ICLightError("The web UI's answer does not hold a result that was made again.") from error

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
                if error.code in _MOVED:
                    raise self._moved(error.headers.get("Location")) from None
                raise self._refusal(error.code, error.read(1 << 20)) from None
        except (ValueError, RecursionError) as error:
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

    def _moved(self, place: str | None) -> StoppedError:
        """It is not gone there: the login is for nobody else, and a request would come without its pictures."""
        where = f" to {shown(place)}" if place else ""
        return StoppedError(f"{self.address} sends us on{where}. Give the address at which the web UI itself answers.")

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


def web_ui(address: str, login: str = "", timeout: float = TIMEOUT, keeps_painting: bool = False) -> WebUI:
    """A web UI by its address.

    Args:
        address: ``http://127.0.0.1:7860``; may hold a login, ``http://name:password@host:7860``.
        login: ``name:password`` of its ``--api-auth``, "" without.
        timeout, keeps_painting: see :class:`WebUI`.

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
    return WebUI(plain, (name, password) if name else None, timeout, keeps_painting)


def body(task: Task, keeps_painting: bool = False) -> dict[str, Any]:
    """The request for a task: the look's fields, with the picture as foreground, or as what img2img starts from.

    Args:
        task: the task.
        keeps_painting: whether the answer is to hold what the model painted too.
    """
    picture, look = inside(task.content), task.look
    size = task.run_size()
    fields = {**look.run, "seed": task.seed, "batch_size": 1, "n_iter": 1}
    if size is not None:
        fields |= {"width": size[0], "height": size[1]}
    given = {"enabled": True, **look.request, **({"keep_original": True} if keeps_painting else {})}
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
    about = _about(answer)
    seed, first = about.get("seed"), about.get("index_of_first_image")  # before it is a grid, if there is one
    content = _image(answer, first if type(first) is int and first > 0 else 0)
    return Relit(content, seed if type(seed) is int else None)


def _painting(answer: Any) -> bytes:
    """What the model painted: the last picture with generation parameters of its own, the result if that is it."""
    texts = _about(answer).get("infotexts")
    named = [place for place, text in enumerate(texts if isinstance(texts, list) else ()) if text]
    return _image(answer, named[-1] if named else 0)


def _image(answer: Any, place: int) -> bytes:
    images = answer.get("images") if isinstance(answer, Mapping) else None
    if not isinstance(images, list) or place >= len(images) or not isinstance(images[place], str):
        raise ICLightError("The web UI has answered without a picture.")
    text = images[place].partition(",")[2] if images[place].startswith("data:") else images[place]
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ICLightError("The web UI has answered with a picture that is not base64.") from error


def _about(answer: Any) -> Mapping[str, Any]:
    try:
        found = json.loads(answer["info"])
    except (TypeError, ValueError, LookupError):
        return {}
    return found if isinstance(found, Mapping) else {}


def _opener(address: str) -> urllib.request.OpenerDirector:
    """What asks for an address and no other; on this machine without the proxy that may be set for others."""
    own = urlsplit(address).hostname in _HERE
    return urllib.request.build_opener(_Stay, *([urllib.request.ProxyHandler({})] if own else []))


class _Stay(urllib.request.HTTPRedirectHandler):
    """Follows no redirection."""

    def redirect_request(self, *asked: Any) -> None:
        """None: there is no other request."""
