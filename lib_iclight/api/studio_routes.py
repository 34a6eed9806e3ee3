"""The routes of the light studio under ``/ic-light/studio``: sets listed, opened, mixed, taken in, renamed, deleted."""

from __future__ import annotations

import datetime
import os
import tempfile
from dataclasses import asdict, replace
from pathlib import Path

from fastapi import FastAPI, Query, Request
from fastapi.responses import FileResponse, Response
from starlette.concurrency import run_in_threadpool

from ..picture.png import png
from ..studio import films, layers, set_file, shelf
from ..studio.around import every_degree, ring_of
from ..studio.light_set import LightSet
from ..studio.preview import SIDES, Preview, file_of, surface_file_of
from ..studio.surface import has_sides
from ..studio.writing import photograph_file
from ..support.json_values import shown
from .access import Access
from .documented import answers, answers_as
from .queue import Turns
from .studio_bodies import MixRequest, Named, SetAbout, SetItem, SetLight, SetList, mix_of
from .studio_making import making_ways
from .studio_service import NOT_KEPT, SMALL_BODY, StudioServices, Way, add_ways, reported

OCTETS = "application/octet-stream"
MOST_UPLOADED = 1 << 30
"""The most bytes of a set that is sent here."""

_DECIMALS = 6
_OCTETS_IN = {
    "response_model": Named,
    "openapi_extra": {
        "requestBody": {"content": {OCTETS: {"schema": {"type": "string", "format": "binary"}}}, "required": True}
    },
}
_SIDE = Query(1024, ge=SIDES[0], le=SIDES[1], description="the most pixels on the longer side")
_NEW_NAME = Query(max_length=200, description="that of the file; a number is added where another set has it")


def add_studio_routes(app: FastAPI, services: StudioServices, access: Access) -> None:
    """Add the routes.

    Args:
        app: the web UI's server.
        services: what they need.
        access: who may use them; the page may too, where it has no login of its own.
    """
    add_ways(app, [*_Sets(services).ways(), *making_ways(services)], replace(access, for_page=True), Turns())


class _Sets:
    """The routes that list, show and change sets.

    Args:
        services: what they need.
    """

    def __init__(self, services: StudioServices) -> None:
        self._services = services

    def ways(self) -> list[Way]:
        """All of them."""
        every, one = "/sets", "/sets/{name}"
        file = answers_as({OCTETS: "A safetensors file"})
        return [
            Way(every, "GET", self.listed, "Your light sets, the newest first", {"response_model": SetList}),
            Way(every, "POST", self.take_in, "Take in a light set's file", _OCTETS_IN, MOST_UPLOADED, OCTETS),
            Way(one, "GET", self.opened, "What a light set holds", {"response_model": SetAbout}),
            Way(one, "PATCH", self.rename, "Give a light set another name", {"response_model": Named}, SMALL_BODY),
            Way(one, "DELETE", self.delete, "Delete a light set", {"response_model": Named}),
            Way(f"{one}/file", "GET", self.file, "A light set's file, to be carried elsewhere", file),
            Way(f"{one}/photograph", "GET", self.photograph, "A light set's photograph", answers("PNG"), waits=True),
            Way(f"{one}/preview", "GET", self.preview, "A light set's pictures, for a canvas", file, waits=True),
            Way(f"{one}/surface", "GET", self.surface, "What lamps need of a set, for a canvas", file, waits=True),
            Way(f"{one}/mix", "POST", self.mix, "Mix a light set, as a PNG", answers("PNG"), SMALL_BODY, waits=True),
        ]

    def listed(self, request: Request) -> SetList:
        found = [_item(each) for each in shelf.listed(self._services.folder(request))]
        kinds = [kind[1:] for kind in films.KINDS if films.can_write(kind)]
        return SetList(sets=found, films=kinds, layers=layers.offered())

    def opened(self, name: str, request: Request) -> SetAbout:
        with reported(f"The light set {shown(name)} cannot be opened"):
            return _about(name, set_file.read(self._services.path(request, name)))

    def file(self, name: str, request: Request) -> FileResponse:
        with reported(f"The light set {shown(name)} cannot be opened"):
            path = self._services.path(request, name)
        return FileResponse(path, media_type=OCTETS, filename=path.name, headers=NOT_KEPT)

    def photograph(self, name: str, request: Request) -> Response:
        with reported(f"The light set {shown(name)} cannot be opened"):
            found = photograph_file(set_file.read(self._services.path(request, name)))
        return Response(found, media_type="image/png", headers=NOT_KEPT)

    def preview(self, name: str, request: Request, side: int = _SIDE) -> Response:
        found = self._small(name, request, side)
        return Response(file_of(found), media_type=OCTETS, headers=NOT_KEPT)

    def surface(self, name: str, request: Request, side: int = _SIDE) -> Response:
        found = self._small(name, request, side)
        return Response(surface_file_of(found), media_type=OCTETS, headers=NOT_KEPT)

    def mix(self, name: str, asked: MixRequest, request: Request) -> Response:
        desk = self._small(name, request, asked.side).desk()
        return Response(png(desk.shown(mix_of(asked.mix)), None), media_type="image/png", headers=NOT_KEPT)

    def _small(self, name: str, request: Request, side: int) -> Preview:
        with reported(f"The light set {shown(name)} cannot be opened"):
            return self._services.previews.of(self._services.path(request, name), side)

    def rename(self, name: str, asked: Named, request: Request) -> Named:
        with reported(f"The light set {shown(name)} cannot be renamed"):
            return Named(name=shelf.rename(self._services.folder(request), name, asked.name))

    def delete(self, name: str, request: Request) -> Named:
        with reported(f"The light set {shown(name)} cannot be deleted"):
            shelf.delete(self._services.folder(request), name)
        return Named(name=name)

    async def take_in(self, request: Request, name: str = _NEW_NAME) -> Named:
        folder = self._services.folder(request)
        shelf.named(folder, name.removesuffix(set_file.ENDING))
        with reported(f"The light set {shown(name)} cannot be saved"):
            folder.mkdir(parents=True, exist_ok=True)
            descriptor, received = tempfile.mkstemp(".part", ".", folder)
            try:
                with os.fdopen(descriptor, "wb") as target:
                    async for piece in request.pieces():
                        await run_in_threadpool(target.write, piece)
                taken = await run_in_threadpool(shelf.take_in, folder, name, Path(received).replace)
            finally:
                Path(received).unlink(missing_ok=True)
        return Named(name=taken)


def _item(found: shelf.Listed) -> SetItem:
    made = datetime.datetime.fromtimestamp(found.changed, datetime.timezone.utc)
    fields = {**asdict(found), "lights": [*found.lights], "made": made.isoformat(timespec="seconds")}
    del fields["changed"]
    return SetItem(**fields)


def _about(name: str, light_set: LightSet) -> SetAbout:
    angles, weights = ring_of(light_set), every_degree(light_set)
    height, width = light_set.size
    full = light_set.full
    return SetAbout(
        name=name,
        kind=light_set.kind,
        width=width,
        height=height,
        full=None if full is None else [*full.matte.shape[::-1]],
        lights=[
            SetLight(name=shot.name, angle=angles.get(index), light=shot.light.to_dict())
            for index, shot in enumerate(light_set.lights)
        ],
        has_ambient=light_set.ambient is not None,
        weights=None if weights is None else weights.round(_DECIMALS).tolist(),
        normals=has_sides(light_set),
        recipe={**light_set.recipe},
    )
