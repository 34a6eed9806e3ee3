"""The routes of the light studio that make something of a set: results, normals, films."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from pathlib import Path
from typing import NamedTuple

from fastapi import HTTPException, Request
from fastapi.responses import FileResponse, Response

from ..studio import film, layers, set_file, told, writing
from ..studio.light_set import LightSet
from ..studio.motion import READY
from ..studio.preview import Preview
from ..studio.result import result_of
from ..support.json_values import shown
from .documented import answers_as
from .studio_bodies import (
    DevelopAnswer,
    DevelopRequest,
    Infotext,
    MotionRequest,
    NormalsRequest,
    ToldAnswer,
    mix_of,
    motion_of,
)
from .studio_service import NOT_KEPT, SMALL_BODY, STUDIO, StudioServices, Way, reported

_NOT_FOUND = 404
_MOST_KEPT = 256
_BOTH = "both"
_PREVIEW_SIDE = 1024
_FILMS = {"webp": "image/webp", "gif": "image/gif", "mp4": "video/mp4"}
_SURFACES = {"png": "image/png", "exr": "image/x-exr"}


def making_ways(services: StudioServices) -> list[Way]:
    """The routes."""
    making, one = _Making(services), "/sets/{name}"
    surfaces = answers_as({"image/png": "A PNG with 16 bits a channel", "image/x-exr": "an OpenEXR file"})
    films = answers_as({kind: f"A film, {name}" for name, kind in _FILMS.items()})
    found = answers_as({"image/png": "The picture, or another kind as it was saved"}, _NOT_FOUND)
    develop, past = {"response_model": DevelopAnswer}, {"response_model": ToldAnswer}
    return [
        Way(f"{one}/develop", "POST", making.develop, "Develop a mix and save it", develop, SMALL_BODY, waits=True),
        Way("/developed/{key}", "GET", making.developed, "A picture that was developed", found),
        Way(f"{one}/normals", "POST", making.normals, "The subject's normals", surfaces, SMALL_BODY, waits=True),
        Way(f"{one}/motion", "POST", making.motion, "A moving light as a film", films, _MOST_OF_A_MOTION, waits=True),
        Way("/read", "POST", making.read, "The set and the mix in generation parameters", past, SMALL_BODY),
    ]


_MOST_OF_A_MOTION = 4 << 20


class _Kept(NamedTuple):
    """A picture that was developed, and the folder of the sets of whoever did it."""

    path: Path
    folder: Path


class _Making:
    def __init__(self, services: StudioServices) -> None:
        self._services = services
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._lock = threading.Lock()

    def develop(self, name: str, asked: DevelopRequest, request: Request) -> DevelopAnswer:
        kinds = {"none": (), _BOTH: layers.KINDS}.get(asked.layers, (asked.layers,))
        layers.check(kinds)
        light_set, preview = self._opened(name, request)
        result = result_of(light_set, name, mix_of(asked.mix), preview.brightness)
        with reported("The result cannot be saved"):
            saved = self._services.save(result, asked.format, kinds)
        key = secrets.token_urlsafe()
        with self._lock:
            self._kept[key] = _Kept(saved.path, self._services.folder(request))
            while len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
        height, width = result.developed.picture.shape[:2]
        return DevelopAnswer(
            url=f".{STUDIO}/developed/{key}",
            file=saved.path.name,
            layers=[path.name for path in saved.layers],
            infotext=result.infotext,
            width=width,
            height=height,
            remarks=[*saved.remarks],
        )

    def developed(self, key: str, request: Request) -> FileResponse:
        found = self._kept.get(key)
        if found is None or found.folder != self._services.folder(request) or not found.path.is_file():
            raise HTTPException(_NOT_FOUND, "That picture is not here any more. Develop the mix again.")
        return FileResponse(found.path, headers=NOT_KEPT)

    def normals(self, name: str, asked: NormalsRequest, request: Request) -> Response:
        with reported(f"The light set {shown(name)} cannot be opened"):
            light_set = set_file.read(self._services.path(request, name))
            found = writing.surface_file(light_set, asked.which, asked.convention, asked.sigma, asked.format)
        return Response(found, media_type=_SURFACES[asked.format], headers=NOT_KEPT)

    def motion(self, name: str, asked: MotionRequest, request: Request) -> Response:
        light_set, preview = self._opened(name, request, asked.side)
        if isinstance(asked.motion, str):
            moving = READY[film.ready_name(asked.motion, "motion")](float(light_set.ambient is not None))
        else:
            moving = motion_of(asked.motion)
        is_full, kind = asked.size == "full", f".{asked.format}"
        full = light_set.full
        matte = preview.light_set.matte if not is_full else light_set.matte if full is None else full.matte
        writing.check_room(matte.shape[1], matte.shape[0], asked.frames, kind)
        if is_full:
            frames = writing.full_frames(light_set, preview.brightness, moving, asked.frames)
        else:
            frames = writing.preview_frames(preview, moving, asked.frames)
        with reported("The film cannot be written"):
            found = writing.film_file(frames, kind, asked.fps, moving.loops)
        return Response(found, media_type=_FILMS[asked.format], headers=NOT_KEPT)

    def read(self, asked: Infotext) -> ToldAnswer:
        found = told.read(asked.infotext)
        return ToldAnswer(name=found.name, mix=found.mix.to_dict())

    def _opened(self, name: str, request: Request, side: int = _PREVIEW_SIDE) -> tuple[LightSet, Preview]:
        with reported(f"The light set {shown(name)} cannot be opened"):
            path = self._services.path(request, name)
            return set_file.read(path), self._services.previews.of(path, side)
