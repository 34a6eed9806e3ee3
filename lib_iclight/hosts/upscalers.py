"""The host's upscalers, for painted backgrounds."""

from __future__ import annotations

from typing import Any

import numpy as np
from PIL import Image

from ..developing import Enlarge, wants_own_size
from ..errors import ICLightError
from ..picture import scaling
from ..request import AUTO, Request
from ..support.json_values import shown

_OURS = (AUTO, "lanczos")
_NONE = "None"


def names() -> list[str]:
    """The names to choose from: "auto", which is Lanczos, and the host's own."""
    return [AUTO, *(each.name for each in _there() if each.name != _NONE)]


def check(request: Request) -> None:
    """Check that the host has the upscaler that a run needs.

    Raises:
        ICLightError: it has none of that name.
    """
    name = request.background_upscaler
    if wants_own_size(request) and name.lower() not in _OURS and _named(name) is None:
        raise ICLightError(
            f"There is no upscaler named {shown(name)} for the background (background_upscaler). Choose one of: "
            f"{', '.join(names())}."
        )


def enlarging(request: Request) -> Enlarge:
    """How a painted background is enlarged; what the host's upscaler leaves to be done, Lanczos does."""
    name = request.background_upscaler
    found = None if name.lower() in _OURS else _named(name)
    if found is None:
        return scaling.stretch

    def enlarge(pixels: np.ndarray, width: int, height: int) -> np.ndarray:
        scale = max(width / pixels.shape[1], height / pixels.shape[0])
        if scale > 1:
            larger = found.scaler.upscale(Image.fromarray(pixels), scale, found.data_path)
            pixels = np.asarray(larger.convert("RGB"))
        return scaling.stretch(pixels, width, height)

    return enlarge


def _there() -> list[Any]:
    from modules import shared

    return list(getattr(shared, "sd_upscalers", ()))


def _named(name: str) -> Any:
    fitting = (each for each in _there() if each.name.lower() == name.lower() and each.name != _NONE)
    return next(fitting, None)
