"""What the light studio's routes have in common: what they need, and how they are added."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Depends, FastAPI, Request

from ..errors import UNPROCESSABLE, ICLightError
from ..studio import shelf
from ..studio.preview import Previews
from ..studio.result import Result
from ..support.json_values import without_folders
from .access import Access
from .documented import ROOT, TAG, NamedInDocs, refused
from .guarded_route import JSON, guarded
from .queue import Turns

STUDIO = f"{ROOT}/studio"
SMALL_BODY = 256 << 10
"""The most bytes of a body that is no file."""

NOT_KEPT = {"Cache-Control": "no-store"}
"""The headers of answers that are one user's own, and may change."""


@dataclass(frozen=True)
class Saved:
    """A result that was saved.

    Attributes:
        path: the picture.
        layers: the files beside it.
        remarks: what could not be done, in sentences.
    """

    path: Path
    layers: Sequence[Path] = ()
    remarks: Sequence[str] = ()


@dataclass(frozen=True)
class StudioServices:
    """What the studio's routes need.

    Attributes:
        folder: returns the folder of the sets of whoever sends a request.
        previews: makes sets small.
        save: saves a result as the web UI saves any: in a format, the web UI's own if that is empty, and with layers of
            these kinds beside it.
    """

    folder: Callable[[Request], Path]
    previews: Previews
    save: Callable[[Result, str, Sequence[str]], Saved]

    def path(self, request: Request, name: str) -> Path:
        """The file of one of the caller's own sets.

        Raises:
            ICLightError: there is none of that name.
        """
        return shelf.path_of(self.folder(request), name)


@dataclass(frozen=True)
class Way:
    """One route.

    Attributes:
        path: below :data:`STUDIO`.
        method: of HTTP.
        answer: called with the request and its body.
        summary: for the page /docs.
        more: further arguments of FastAPI.
        limit: the most bytes of a body.
        kind: its media type.
        waits: whether it has to wait for its turn.
    """

    path: str
    method: str
    answer: Callable[..., Any]
    summary: str
    more: dict[str, Any]
    limit: int = 0
    kind: str = JSON
    waits: bool = False


def add_ways(app: FastAPI, ways: Sequence[Way], access: Access, turns: Turns) -> None:
    """Add routes below :data:`STUDIO`."""
    router = APIRouter(prefix=STUDIO, tags=[TAG])
    documented = {"dependencies": [Depends(NamedInDocs())]} if access.credentials else {}
    for way in ways:
        refusals = [401, 403, UNPROCESSABLE, *([408, 413, 415] if way.limit else []), *([503] if way.waits else [])]
        responses = {**refused(sorted(refusals)), **way.more.get("responses", {})}
        router.add_api_route(
            way.path,
            way.answer,
            methods=[way.method],
            name=f"ic_light_studio_{way.answer.__name__}",
            summary=way.summary,
            route_class_override=guarded(access, way.limit, turns if way.waits else None, way.kind),
            **{**documented, **way.more, "responses": responses},
        )
    app.include_router(router)


@contextmanager
def reported(failed: str) -> Iterator[None]:
    """Say what failed where the system refuses to read or write a file, without its folder."""
    try:
        yield
    except OSError as error:
        raise ICLightError(f"{failed}: {without_folders(str(error))}. Try again, or look at the disk.") from error
