"""ADetailer, if the web UI has it, with a detector of our own that finds the same boxes in every picture."""

from __future__ import annotations

import subprocess
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from forge import server
from forge.companion_files import NAME

if TYPE_CHECKING:
    from collections.abc import Iterator

TITLE = "ADetailer"
BOXES = ((0.175, 0.475), (0.575, 0.875))
"""What the detector finds, from and to, both across and down, in parts of the picture's side."""
_REACH = 12
"""Pixels by which a box's mask grows and blurs."""


def arguments(*, skip_img2img: bool = False, **more: Any) -> dict[str, list[Any]]:
    """The script's arguments, by script title."""
    return {TITLE: [True, skip_img2img, {"ad_model": f"{NAME}.pt", **more}]}


def installed(home: Path) -> bool:
    """Whether a web UI has it."""
    return any(home.glob("extensions/*/scripts/!adetailer.py"))


def needed(home: Path) -> None:
    """Skip the test if it is missing."""
    if not installed(home):
        pytest.skip(f"{home} has no ADetailer")


@contextmanager
def detector(home: Path) -> Iterator[None]:
    """Put the detector among the models inside the ``with`` block; it must be there when the web UI starts."""
    if not installed(home):
        yield
        return
    path = home / "models" / "adetailer" / f"{NAME}.pt"
    path.parent.mkdir(exist_ok=True)
    script = Path(__file__).with_name("detector.py")
    subprocess.run([server.python_of(home), str(script), str(path)], check=True, env=server.environment())
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def around(side: int) -> np.ndarray:
    """Where a square picture is left unchanged, bool ``[side, side]``."""
    found = np.ones((side, side), bool)
    for start, end in BOXES:
        part = slice(max(0, int(start * side) - _REACH), int(end * side) + 1 + _REACH)
        found[part, part] = False
    return found
