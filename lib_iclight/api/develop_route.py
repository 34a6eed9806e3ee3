"""The route that makes a result again from its painting, without the model, brighter, darker or whiter."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from fastapi import HTTPException
from PIL import Image
from pydantic import BaseModel, Field, StrictBool

from ..errors import ICLightError
from ..picture import reading
from ..picture.icc import srgb_profile
from ..request import PHOTOGRAPH, Request
from ..request_input import from_api, picture_sources
from ..restore.developed import Developed
from ..restore.exposure import Exposure

MOST_EXPOSURE = 4.0

Develop = Callable[[Request, Mapping[str, Any], np.ndarray, Exposure], Developed]
"""Makes a result again of a request, its pictures by field, the painting, uint8 ``[h, w, 3]``, and an exposure."""


class DevelopAgainRequest(BaseModel, extra="forbid"):
    """A result to make again."""

    relight: dict[str, Any] = Field(description="IC Light's dict as the run had it, pictures included")
    painting: str = Field(description="what the model painted (keep_original), as base64 or a data URL")
    exposure: list[float] = Field(
        [0.0, 0.0, 0.0],
        description="natural logarithms of what red, green and blue of the light are multiplied by in linear light, "
        f"-{MOST_EXPOSURE:g} to {MOST_EXPOSURE:g}",
    )
    image: StrictBool = Field(True, description="false to learn the light's own exposure alone")


class DevelopAgainAnswer(BaseModel):
    """The result, and how bright and white its light is by itself."""

    exposure: list[float] | None = Field(
        description="the medians of the light's gain inside the matte, as natural logarithms for red, green and blue; "
        "null if nothing of the subject is there"
    )
    image: str = Field(description="a PNG as base64; empty if none was asked for")


def develop_again(develop: Develop, max_pixels: Callable[[], int]) -> Callable[[DevelopAgainRequest], Any]:
    """The route's function.

    Args:
        develop: makes results again.
        max_pixels: returns the most pixels that a picture may have.
    """

    def answer(asked: DevelopAgainRequest) -> DevelopAgainAnswer:
        try:
            made, result = _made(asked, develop, max_pixels())
        except ICLightError as error:
            raise HTTPException(error.status_code, str(error)) from error
        image = _encoded(made.seen, result == PHOTOGRAPH) if asked.image else ""
        return DevelopAgainAnswer(exposure=None if made.found is None else list(made.found), image=image)

    answer.__annotations__ = {"asked": DevelopAgainRequest}
    return answer


def _made(asked: DevelopAgainRequest, develop: Develop, max_pixels: int) -> tuple[Developed, str]:
    if len(asked.exposure) != 3 or not all(abs(value) <= MOST_EXPOSURE for value in asked.exposure):
        raise ICLightError(f"exposure must be three numbers from -{MOST_EXPOSURE:g} to {MOST_EXPOSURE:g}.")
    request, sources = from_api(asked.relight), picture_sources(asked.relight)
    if "foreground" not in sources:
        raise ICLightError("relight has no foreground: send the picture that was relit.")
    painting = reading.from_text(asked.painting, "painting", max_pixels).rgb
    red, green, blue = asked.exposure
    return develop(request, sources, painting, (red, green, blue)), request.result


def _encoded(pixels: np.ndarray, with_profile: bool) -> str:
    """A PNG as the web UI's API answers with it: a photograph names its colours."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG", **({"icc_profile": srgb_profile()} if with_profile else {}))
    return base64.b64encode(file.getvalue()).decode()
