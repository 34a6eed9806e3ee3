"""All results of a catalogue on one sheet: rows of one width, without an empty place."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from ..files.completing import replacing
from .naming import free

MOST = 240
"""The most pictures on a sheet."""

_ROW, _GAP, _WIDEST = 240, 6, 4096
_SHAPE = 4 / 3
"""Width by height of the sheet, more or less."""

_PAPER = (255, 255, 255)

_LONGEST = 4
"""How many times as long as wide a picture is shown at most, or as wide as long; of others the middle is shown."""

_NAME, _MARK = "catalogue", "IC Light contact sheet"


def save(found: Image.Image, folder: Path) -> Path:
    """Save a sheet, in the place of the one before; any other file of its name is left as it is.

    Raises:
        OSError: it cannot be written.
    """

    def is_taken(name: str) -> bool:
        return os.path.lexists(folder / name) and not is_sheet(folder / name)

    path = folder / free(_NAME, ".png", is_taken)
    about = PngInfo()
    about.add_text("Title", _MARK)
    replacing(path, lambda target: found.save(target, "PNG", pnginfo=about))
    return path


def is_sheet(path: Path) -> bool:
    """Whether a file is a saved sheet."""
    if not path.name.startswith(_NAME) or path.suffix != ".png":
        return False
    try:
        with Image.open(path, formats=["PNG"]) as image:
            return image.info.get("Title") == _MARK
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return False


def sheet(groups: Sequence[Sequence[Path]]) -> Image.Image | None:
    """Lay pictures out in rows, each scaled to fill the width of the sheet; what cannot be opened is left out.

    Args:
        groups: the files; those of a group, such as the looks of one picture, stay side by side in a row. The first
            are shown, up to :data:`MOST` files.

    Returns:
        An RGB picture at most 4096 pixels wide; None if there is nothing to show.
    """
    room = MOST // max(map(len, groups), default=1)
    shown = [found for group in groups[:room] if (found := [*_opened(group)])]
    if not shown:
        return None
    rows = [[picture for group in part for picture in group] for part in _even(shown)]
    ratios = [sum(picture.width / picture.height for picture in row) for row in rows]
    most = max(map(len, rows))
    width = min(_WIDEST, round(_ROW * max(ratios)) + (most - 1) * _GAP)
    heights = [(width - (len(row) - 1) * _GAP) / ratio for row, ratio in zip(rows, ratios, strict=True)]
    canvas = Image.new("RGB", (width, sum(map(round, heights)) + (len(rows) - 1) * _GAP), _PAPER)
    top = 0
    for row, height in zip(rows, heights, strict=True):
        _lay(canvas, row, top, round(height))
        top += round(height) + _GAP
    return canvas


def _opened(paths: Sequence[Path]) -> Iterator[Image.Image]:
    for path in paths:
        try:
            with Image.open(path) as image:
                image.draft("RGB", (2 * _ROW, 2 * _ROW))
                picture = image.convert("RGB")
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
            continue
        width = min(picture.width, _LONGEST * picture.height)
        height = min(picture.height, _LONGEST * picture.width)
        left, top = (picture.width - width) // 2, (picture.height - height) // 2
        picture = picture.crop((left, top, left + width, top + height))
        picture.thumbnail((4 * _ROW, 2 * _ROW))
        yield picture


def _even(groups: list[list[Image.Image]]) -> Iterator[list[list[Image.Image]]]:
    """The groups of each row, as many in one as in another or one more."""
    ratio = sum(picture.width / picture.height for group in groups for picture in group)
    count = min(len(groups), max(1, round(math.sqrt(ratio / _SHAPE))))
    start = 0
    for number in range(1, count + 1):
        end = round(number * len(groups) / count)
        yield groups[start:end]
        start = end


def _lay(canvas: Image.Image, row: Sequence[Image.Image], top: int, height: int) -> None:
    """Put a row onto the sheet, to its last pixel."""
    room = canvas.width - (len(row) - 1) * _GAP
    ratio, passed = sum(picture.width / picture.height for picture in row), 0.0
    for number, picture in enumerate(row):
        left = round(passed * room / ratio)
        passed += picture.width / picture.height
        right = round(passed * room / ratio)
        size = max(1, right - left), max(1, height)
        canvas.paste(picture.resize(size, Image.Resampling.LANCZOS), (left + number * _GAP, top))
