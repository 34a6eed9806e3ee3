"""Adds pictures to a run's results, in the place where both the page and the API find them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from PIL import Image


def add(processed: Any, pictures: Sequence[Image.Image], texts: Sequence[str] = ()) -> None:
    """Add pictures after all others.

    Args:
        processed: the run's result.
        pictures: the pictures to add.
        texts: the generation parameters of each, if any.
    """
    extra = getattr(processed, "extra_images", None)
    among_extra = isinstance(extra, list) and _api_gives_extra_pictures()
    if texts:
        # Other extensions' extra pictures have no text; the page finds a picture's text by its position.
        place = len(processed.images) + (len(extra) if among_extra else 0)
        processed.infotexts.extend([*[""] * (place - len(processed.infotexts)), *texts])
    (extra if among_extra else processed.images).extend(pictures)


def _api_gives_extra_pictures() -> bool:
    """Whether the API's answer includes extra pictures; reForge shows them only on the page."""
    api = getattr(sys.modules.get("modules.api.api"), "Api", None)
    code = getattr(getattr(api, "text2imgapi", None), "__code__", None)
    return code is None or "images" not in code.co_names or "extra_images" in code.co_names
