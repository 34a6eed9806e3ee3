"""The extension's own routes under ``/ic-light``. They neither accept nor return paths on the server."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, replace
from enum import Enum
from typing import Any

import numpy as np
from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field, StrictBool, create_model
from starlette.concurrency import run_in_threadpool

from .. import PROJECT, __version__
from ..errors import UNPROCESSABLE, ICLightError
from ..fields import Kind
from ..light import description
from ..light.description import LightDescription
from ..light.maps import DIRECTIONS, DRAWN, preset, render, with_contrast
from ..models.manager import Models
from ..picture import arrays, reading
from ..picture.png import png
from ..request import FIELDS, REFINEMENT_FIELDS
from ..request_input import from_api
from ..subject.background_removal import MODELS
from ..subject.matte_refinement import MatteRefinement
from ..subject.prepare import Removal, Subject
from ..support.json_values import plain_number, shown
from .access import Access
from .develop_route import Develop, DevelopAgainAnswer, develop_again
from .documented import ROOT, TAG, NamedInDocs, answers, refused
from .guarded_route import guarded
from .queue import Turns

MAX_SIDE = 4096
MAX_TEXT = 96 << 20
SMALL_BODY = 64 << 10
"""The most bytes of a body without a picture in it."""

_NOT_FOUND = 404
_SMALL_MAP = 1 << 20
_LIGHT_STRENGTH = FIELDS["light_strength"]
_MARKUP = re.compile(r"`|\[([^]]*)]\([^)]*\)")
_TYPES = {
    Kind.SWITCH: StrictBool,
    Kind.NUMBER: float,
    Kind.STRENGTH: StrictBool | float,
    Kind.REMOVAL: StrictBool | str,
}

DrawnLight = Enum("DrawnLight", {name: name for name in DRAWN}, type=str)


class Version(BaseModel):
    """Which extension answers."""

    name: str
    version: str


class ModelItem(BaseModel):
    """A file in the model folders."""

    name: str = Field(description="the file's name, as in the field model")
    size: int = Field(description="in bytes")
    kind: str = Field(description="fc (also fcon) or fbc; empty for a file that is not an IC-Light model")
    modes: list[str] = Field(description="the modes for which model = auto may choose it")
    key_style: str = Field(description="diffusers or ldm; empty if it is neither")
    dtype: str = Field(description="of the weights, as safetensors names it; empty if there is none")
    usable: bool
    problem: str = Field(description="why it cannot be used; empty if it can")
    way_out: str = Field(description="what to do about the problem")


class ModelList(BaseModel):
    """All files, and which one each mode uses."""

    models: list[ModelItem]
    chosen: dict[str, str] = Field(
        description="mode to the file that model = auto chooses; a mode without one is absent"
    )
    downloads: str = Field(description="why nothing is downloaded; empty if downloads are allowed")


class LightItem(BaseModel):
    """A light that can be drawn."""

    name: str
    description: str = Field(description="in words")
    light_map: dict[str, Any] = Field(description="the light description of its map, as fc and fcon use it")
    light_background: dict[str, Any] = Field(description="the light description of its background, as fbc uses it")


class LightMapRequest(BaseModel, extra="forbid"):
    """A light to draw."""

    light: DrawnLight | dict[str, Any] | str = Field(
        description="a name from /ic-light/lights, or a light description as an object or as JSON text"
    )
    width: int = Field(512, ge=1, le=MAX_SIDE, description="in pixels")
    height: int = Field(512, ge=1, le=MAX_SIDE, description="in pixels")
    strength: float = Field(
        _LIGHT_STRENGTH.default,
        ge=_LIGHT_STRENGTH.limits[0],
        le=_LIGHT_STRENGTH.limits[1],
        description="0 is flat grey, 1 the reference",
    )
    background: StrictBool = Field(False, description="draw a named light as fbc's background instead of fc's map")


def _of_request(name: str) -> tuple[Any, Any]:
    """The type and the pydantic field for a field of the request; a strength may also be false or true."""
    field = FIELDS[name]
    words = _without_markup(field.words)
    if field.kind is Kind.STRENGTH:
        low, high = field.limits
        described = Field(bool(field.default), description=f"{words}, {low:g} to {high:g}; true means {high:g}")
    elif field.limits is None:
        described = Field(field.default, description=words)
    else:
        low, high = field.limits
        described = Field(plain_number(field.default), ge=low, le=high, description=words)
    return _TYPES[field.kind], described


def _without_markup(words: str) -> str:
    """What the table of docs/api.md says of a field, without its Markdown."""
    return _MARKUP.sub(r"\1", words)


_REMOVERS = f"{_without_markup(FIELDS['matting_model'].words)}; the default one if null. Names: {', '.join(MODELS)}"


class ForegroundRequest(
    create_model(
        "ForegroundRequest",
        image=(str, Field(description="base64 or a data URL", max_length=MAX_TEXT)),
        remove_background=_of_request("remove_background"),
        matting_model=(str | None, Field(None, description=_REMOVERS)),
        **{name: _of_request(name) for name in REFINEMENT_FIELDS},
    ),
    extra="forbid",
):
    """A picture whose subject is to be cut out."""


class Kept(str, Enum):
    """What is kept of a result, to compare it with or to make it again."""

    before = "before"
    painting = "painting"
    foreground = "foreground"
    background = "background"
    init = "init"


class ComparisonRequest(BaseModel, extra="forbid"):
    """A result of the latest runs, and what to compare it with."""

    job_timestamp: str = Field(max_length=64, description="as in the result's info")
    infotext: str = Field(description="the result's generation parameters, as in its info")
    kind: Kept = Field(
        Kept.before,
        description=(
            "before: the photograph in the result's frame; painting: what the model painted, if more was done; "
            "foreground, background: the file that was in this slot of the page; init: img2img's own picture"
        ),
    )


@dataclass(frozen=True)
class Services:
    """What the routes need.

    Attributes:
        models: manages the model files.
        subject: cuts out a picture's subject with a background remover.
        remover: returns the name of the default background remover.
        max_pixels: returns the most pixels that a picture may have.
        develop: makes a result again from its painting.
        compared: returns a file that is kept of a result and its media type, None if there is none for whoever asks.
    """

    models: Models
    subject: Callable[[arrays.Picture, str, MatteRefinement, Removal], Subject]
    remover: Callable[[], str]
    max_pixels: Callable[[], int]
    develop: Develop
    compared: Callable[[ComparisonRequest, Request], tuple[bytes, str] | None] = lambda asked, request: None


def add_routes(app: FastAPI, services: Services, access: Access) -> None:
    """Add the routes.

    Args:
        app: the web UI's server.
        services: what they need.
        access: who may use them.
    """
    turns = Turns()
    router = APIRouter(prefix=ROOT, tags=[TAG])
    documented = {"dependencies": [Depends(NamedInDocs())]} if access.credentials else {}
    picture, photograph = answers("PNG"), answers("JPEG", _NOT_FOUND)
    page, again = replace(access, for_page=True), develop_again(services.develop, services.max_pixels)
    for path, method, answer, limit, queue, more in (
        ("version", "GET", _version, 0, None, {"response_model": Version}),
        ("models", "GET", lambda: _models(services), 0, None, {"response_model": ModelList}),
        ("models/refresh", "POST", lambda: _models(services), SMALL_BODY, None, {"response_model": ModelList}),
        ("lights", "GET", _lights, 0, None, {"response_model": list[LightItem]}),
        ("light-map", "POST", _light_map(turns), SMALL_BODY, None, picture),
        ("foreground", "POST", _foreground(services), MAX_TEXT + SMALL_BODY, turns, picture),
        ("develop", "POST", again, 2 * MAX_TEXT + SMALL_BODY, turns, {"response_model": DevelopAgainAnswer}),
        ("comparison", "POST", _comparison(services), SMALL_BODY, None, photograph),
    ):
        refusals = (401, 403) if method == "GET" else (401, 403, 413, 415, UNPROCESSABLE, 503)
        router.add_api_route(
            f"/{path}",
            answer,
            methods=[method],
            name="ic_light_" + path.replace("/", "_").replace("-", "_"),
            summary=_SUMMARIES[path],
            route_class_override=guarded(page if path == "comparison" else access, limit, queue),
            **{**documented, **more, "responses": {**refused(refusals), **more.get("responses", {})}},
        )
    app.include_router(router)


_SUMMARIES = {
    "version": "Which IC-Light extension this is",
    "models": "The IC-Light model files, and what is wrong with those that cannot be used",
    "models/refresh": "Search the model folders again",
    "lights": "The lights that can be drawn",
    "light-map": "Draw a light as a PNG",
    "foreground": "Cut out the subject of a picture, as a PNG with transparency",
    "develop": "Make a result again from its painting, in another exposure",
    "comparison": "What one of the latest results is compared with, as a JPEG, or a file that it was made from",
}


def _version() -> Version:
    return Version(name=PROJECT, version=__version__)


def _models(services: Services) -> ModelList:
    found = services.models.report()
    return ModelList(
        models=[
            ModelItem(**{**asdict(file), "modes": list(file.modes)}, usable=not file.problem) for file in found.files
        ],
        chosen={mode: name for mode, name in found.chosen.items() if name is not None},
        downloads=services.models.why_not(),
    )


_IN_WORDS = {
    **{name: f"from the {name}" for name in DIRECTIONS},
    "front": "from the front",
    "ambient": "even light from all sides",
}


def _lights() -> list[LightItem]:
    return [
        LightItem(
            name=name,
            description=_IN_WORDS[name],
            light_map=preset(name).to_dict(),
            light_background=preset(name, background=True).to_dict(),
        )
        for name in DRAWN
    ]


def _light_map(turns: Turns) -> Callable[..., Awaitable[Response]]:
    async def light_map(asked: LightMapRequest, request: Request) -> Response:
        if asked.width * asked.height <= _SMALL_MAP:
            return await run_in_threadpool(_drawn, asked)
        async with turns.turn(request.until_gone):
            return await run_in_threadpool(_drawn, asked)

    # Not as text, for the same reason as above.
    light_map.__annotations__ = {"asked": LightMapRequest, "request": Request}
    return light_map


def _drawn(request: LightMapRequest) -> Response:
    try:
        light = _described(request.light, request.background)
    except ICLightError as error:
        raise HTTPException(error.status_code, str(error)) from error
    pixels = render(light, request.width, request.height)
    return _png(with_contrast(pixels, request.strength))


def _described(light: DrawnLight | dict[str, Any] | str, background: bool) -> LightDescription:
    name = light.value if isinstance(light, DrawnLight) else light
    if isinstance(name, str) and name in DRAWN:
        return preset(name, background)
    if isinstance(name, str) and not name.lstrip().startswith("{"):
        raise ICLightError(f"light must be one of: {', '.join(DRAWN)}, or a light description; not {shown(name)}.")
    return description.parse(name)


def _foreground(services: Services) -> Callable[[ForegroundRequest], Response]:
    def cut_out(request: ForegroundRequest) -> Response:
        try:
            asked = from_api({name: getattr(request, name) for name in ("remove_background", *REFINEMENT_FIELDS)})
            remover = request.matting_model or services.remover()
            picture = _picture(request.image, services.max_pixels())
            subject = services.subject(picture, remover, asked.edge, asked.remove_background)
        except ICLightError as error:
            raise HTTPException(error.status_code, str(error)) from error
        return _png(subject.colours, subject.alpha)

    cut_out.__annotations__ = {"request": ForegroundRequest}
    return cut_out


def _comparison(services: Services) -> Callable[[ComparisonRequest, Request], Response]:
    def comparison(asked: ComparisonRequest, request: Request) -> Response:
        file = services.compared(asked, request)
        if file is None:
            raise HTTPException(
                _NOT_FOUND,
                "What this result is compared with is gone: it is kept for the latest results only, and only until "
                "the web UI restarts.",
            )
        content, media_type = file
        return Response(content, media_type=media_type, headers={"Cache-Control": "no-store"})

    comparison.__annotations__ = {"asked": ComparisonRequest, "request": Request}
    return comparison


def _picture(text: str, max_pixels: int) -> arrays.Picture:
    return reading.from_text(text, "image", max_pixels)


def _png(rgb: np.ndarray, alpha: np.ndarray | None = None) -> Response:
    return Response(png(rgb, alpha), media_type="image/png")
