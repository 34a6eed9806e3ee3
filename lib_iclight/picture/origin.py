"""What a picture's file holds beyond 8-bit pixels: what its camera wrote, and its finer levels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np


def _none() -> None:
    """Nothing finer than 8 bits."""


@dataclass(frozen=True, eq=False)
class Origin:
    """Where a picture comes from.

    Attributes:
        exif: its EXIF block without the header ``Exif\\0\\0``, or empty. The picture is upright, and the block says so.
        deep: returns its pixels as uint16 ``[H, W, 3]``, upright sRGB, or None if its file has 8 bits. They are read
            anew at each call, so that they take no memory in between.
        file: where a slot of the page has its file, or the file itself; None for a picture from elsewhere.
    """

    # A web UI prints a script's arguments when something fails: a whole file would bury the reason.
    exif: bytes = field(default=b"", repr=False)
    deep: Callable[[], np.ndarray | None] = field(default=_none, repr=False)
    file: Path | bytes | None = field(default=None, repr=False)


NO_ORIGIN = Origin()
"""That of a picture that comes from no file, or from one that holds nothing more."""
