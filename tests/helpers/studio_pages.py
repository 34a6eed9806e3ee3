"""The light studio's routes on a separate server, with sets in a folder, for tests."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from caches import shared_cache
from fastapi import FastAPI
from fastapi.testclient import TestClient
from PIL import Image

from lib_iclight.api.access import Access
from lib_iclight.api.studio_routes import add_studio_routes
from lib_iclight.api.studio_service import Saved, StudioServices
from lib_iclight.studio import layers, set_file, shelf
from lib_iclight.studio.light_set import LightSet
from lib_iclight.studio.preview import Previews
from lib_iclight.studio.result import Result

SETS = "/ic-light/studio/sets"
OCTETS = {"Content-Type": "application/octet-stream"}
USER = "x-user"
"""The header by which these tests say who is logged in."""


def put(folder: Path, sets: Mapping[str, LightSet], user: str = "") -> None:
    """Write sets into a user's folder."""
    own = shelf.folder_of(folder, user)
    own.mkdir(parents=True, exist_ok=True)
    for name, light_set in sets.items():
        set_file.write(own / f"{name}.safetensors", light_set)


def studio_client(folder: Path, access: Access | None = None) -> TestClient:
    """A client of the routes whose sets are in ``folder``; results are saved beside it."""
    app = FastAPI()
    with_studio(app, folder, access or Access(), lambda request: request.headers.get(USER, ""))
    return TestClient(app)


def with_studio(app: FastAPI, folder: Path, access: Access, user: Callable[[Any], str]) -> None:
    """Add the routes to a server; ``user`` says who sends a request."""

    def save(result: Result, extension: str, kinds: Sequence[str]) -> Saved:
        path = folder.parent / f"result.{extension or 'png'}"
        Image.fromarray(result.developed.seen).save(path)
        beside = [path.with_suffix(f".{kind}") for kind in kinds]
        for each in beside:
            layers.write(each, result.layered, result.developed.picture)
        return Saved(path, beside)

    def own(request: Any) -> Path:
        return shelf.folder_of(folder, user(request))

    add_studio_routes(app, StudioServices(own, Previews(shared_cache()), save), access)


def said(answer: Any, status: int = 422) -> str:
    """Why a request was refused."""
    assert answer.status_code == status, answer.text
    return answer.json()["detail"]


def pixels_of(answer: Any) -> np.ndarray:
    """The pixels of a PNG that was answered."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "image/png"
    return np.asarray(Image.open(io.BytesIO(answer.content)))


def sent(client: TestClient, content: Any, name: str = "new", **headers: str) -> Any:
    """The answer to a set's file that is sent in."""
    return client.post(SETS, params={"name": name}, content=content, headers={**OCTETS, **headers})
