"""The extension's own routes under ``/ic-light``. They take and give no path of the server."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import asdict, dataclass
from secrets import compare_digest
from typing import Any

from fastapi import Depends, FastAPI, HTTPException
from fastapi.responses import Response
from fastapi.security import HTTPBasic, HTTPBasicCredentials
from PIL import Image
from pydantic import BaseModel, Field

from . import PROJECT, __version__, images
from .errors import UNPROCESSABLE, ICLightError
from .lights import DIRECTIONS, MAX_STRENGTH, light_background, light_map, with_contrast
from .matting import MODELS
from .models import Models
from .subject import Subject

ROOT = "/ic-light"
MAX_SIDE = 4096
MAX_PIXELS = 40_000_000
MAX_TEXT = 96 << 20

_TAG = "IC Light"
_DRAWN = (*DIRECTIONS, "ambient")


class Version(BaseModel):
    """Which extension answers."""

    name: str
    version: str


class ModelItem(BaseModel):
    """A file in the model folders."""

    name: str = Field(description="the file's name, as the field model takes it")
    size: int = Field(description="in bytes")
    kind: str = Field(description="fc (also fcon) or fbc; empty for a file that is no IC-Light model")
    modes: list[str] = Field(description="the modes for which model = auto may take it")
    key_style: str = Field(description="diffusers or ldm; empty where it has neither")
    dtype: str = Field(description="of the weights, as safetensors names it; empty where there is none")
    usable: bool
    problem: str = Field(description="why it cannot be used; empty when it can")
    way_out: str = Field(description="what to do about the problem")


class ModelList(BaseModel):
    """All files, and which one each mode takes."""

    models: list[ModelItem]
    chosen: dict[str, str] = Field(description="mode to the file that model = auto takes; a mode without one is absent")
    downloads: str = Field(description="why nothing is downloaded; empty when downloads are allowed")


class LightItem(BaseModel):
    """A light that can be drawn."""

    name: str
    description: str


class LightMapRequest(BaseModel, extra="forbid"):
    """A light to draw."""

    light: str = Field(description="a name from /ic-light/lights", max_length=64)
    width: int = Field(512, ge=1, le=MAX_SIDE, description="in pixels")
    height: int = Field(512, ge=1, le=MAX_SIDE, description="in pixels")
    strength: float = Field(1.0, ge=0, le=MAX_STRENGTH, description="0 is flat grey, 1 the reference")
    background: bool = Field(False, description="the background of the mode fbc instead of the light map of fc")


class ForegroundRequest(BaseModel, extra="forbid"):
    """A picture whose subject is to be cut out."""

    image: str = Field(description="base64 or a data URL", max_length=MAX_TEXT)
    matting_model: str = Field("", description="a background remover; empty for the default one", max_length=64)


@dataclass(frozen=True)
class Services:
    """What the routes need.

    Attributes:
        models: looks after the model files.
        subject: cuts the subject of a picture out with a background remover.
        remover: gives the default background remover's name.
    """

    models: Models
    subject: Callable[[images.Picture, str], Subject]
    remover: Callable[[], str]


def add_routes(app: FastAPI, services: Services, credentials: str | None) -> None:
    """Add the routes.

    Args:
        app: the web UI's server.
        services: what they need.
        credentials: ``user:password[,user:password]`` (``--api-auth``), None where the API is open.
    """
    options: dict[str, Any] = {"tags": [_TAG]}
    if credentials:
        options["dependencies"] = [Depends(_guard(credentials))]
    picture = {
        "response_class": Response,
        "responses": {200: {"content": {"image/png": {}}, "description": "A PNG"}, **_refused()},
    }
    for path, method, answer, more in (
        ("version", "GET", _version, {"response_model": Version}),
        ("models", "GET", lambda: _models(services), {"response_model": ModelList}),
        ("models/refresh", "POST", lambda: _models(services), {"response_model": ModelList}),
        ("lights", "GET", _lights, {"response_model": list[LightItem]}),
        ("light-map", "POST", _light_map, picture),
        ("foreground", "POST", _foreground(services), picture),
    ):
        name = "ic_light_" + path.replace("/", "_").replace("-", "_")
        summary = _SUMMARIES[path]
        app.add_api_route(f"{ROOT}/{path}", answer, methods=[method], name=name, summary=summary, **{**options, **more})


_SUMMARIES = {
    "version": "Which IC-Light extension this is",
    "models": "The IC-Light model files, and what is wrong with those that cannot be used",
    "models/refresh": "Look into the model folders again",
    "lights": "The lights that can be drawn",
    "light-map": "Draw a light as a PNG",
    "foreground": "Cut the subject of a picture out, as a PNG with transparency",
}


def _refused() -> dict[int, dict[str, Any]]:
    detail = {"description": "What is wrong with the request"}
    return {UNPROCESSABLE: detail}


def _guard(credentials: str) -> Callable[..., None]:
    """Checks the name and password that the web UI's own API asks for."""
    known = dict(pair.split(":", 1) for pair in credentials.split(",") if ":" in pair)

    def check(given: HTTPBasicCredentials = Depends(HTTPBasic())) -> None:  # noqa: B008
        expected = known.get(given.username)
        # Text that is not ASCII makes compare_digest raise, so bytes are compared.
        if expected is None or not compare_digest(given.password.encode(), expected.encode()):
            raise HTTPException(401, "Incorrect username or password", headers={"WWW-Authenticate": "Basic"})

    # FastAPI looks the annotations up among the module's names; kept as text they would not be found for a closure.
    check.__annotations__ = {"given": HTTPBasicCredentials}
    return check


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


def _lights() -> list[LightItem]:
    texts = {name: f"from the {name}" for name in DIRECTIONS}
    return [LightItem(name=name, description=texts.get(name, "even light from everywhere")) for name in _DRAWN]


def _light_map(request: LightMapRequest) -> Response:
    if request.light not in _DRAWN:
        raise HTTPException(
            UNPROCESSABLE, f"There is no light named {request.light!r}. Choose one of: {', '.join(_DRAWN)}."
        )
    draw = light_background if request.background else light_map
    return _png(Image.fromarray(with_contrast(draw(request.light, request.width, request.height), request.strength)))


def _foreground(services: Services) -> Callable[[ForegroundRequest], Response]:
    def cut_out(request: ForegroundRequest) -> Response:
        remover = request.matting_model or services.remover()
        try:
            if remover not in MODELS:
                raise ICLightError(
                    f"There is no background remover named {remover!r}. Choose one of: {', '.join(MODELS)}."
                )
            subject = services.subject(_picture(request.image), remover)
        except ICLightError as error:
            raise HTTPException(error.status_code, str(error)) from error
        image = Image.fromarray(subject.picture.rgb)
        if subject.alpha is not None:
            image.putalpha(Image.fromarray(subject.alpha))
        return _png(image)

    cut_out.__annotations__ = {"request": ForegroundRequest}
    return cut_out


def _picture(text: str) -> images.Picture:
    image = images.decode(text, "image", MAX_PIXELS)
    return images.to_picture(image)


def _png(image: Image.Image) -> Response:
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=1)
    return Response(buffer.getvalue(), media_type="image/png")
