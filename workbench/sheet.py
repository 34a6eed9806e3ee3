"""Pictures side by side on one sheet, with labels and even gaps."""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

_MOST_COLUMNS = 5
# As shares of a cell's width.
_GAP, _TEXT = 1 / 40, 1 / 16
_LEAST_TEXT = 11
# A label's height, in heights of its letters.
_LINE = 1.5


@dataclass(frozen=True, eq=False)
class Cell:
    """One picture; `label` stands above it and may be empty."""

    label: str
    picture: Image.Image


def in_rows(cells: Sequence[Cell]) -> list[list[Cell]]:
    """Return the cells in rows of at most five, as even as they go."""
    columns = math.ceil(len(cells) / math.ceil(len(cells) / _MOST_COLUMNS))
    return [list(cells[start : start + columns]) for start in range(0, len(cells), columns)]


def sheet(rows: Sequence[Sequence[Cell]], width: int) -> Image.Image:
    """Return all cells on white, each picture scaled to `width`; a row is as high as its highest picture."""
    gap = max(2, round(width * _GAP))
    font = _font(max(_LEAST_TEXT, round(width * _TEXT)))
    placed, y = [], gap
    for row in rows:
        label = round(font.size * _LINE) if any(cell.label for cell in row) else 0
        scaled = [_scaled(cell.picture, width) for cell in row]
        for column, (cell, picture) in enumerate(zip(row, scaled, strict=True)):
            placed.append((gap + column * (width + gap), y, label, cell.label, picture))
        y += label + max(picture.height for picture in scaled) + gap
    canvas = Image.new("RGB", (gap + max(map(len, rows)) * (width + gap), y), "white")
    draw = ImageDraw.Draw(canvas)
    for x, top, label, text, picture in placed:
        draw.text((x, top), text, fill="black", font=font)
        canvas.paste(picture, (x, top + label))
    return canvas


def _scaled(picture: Image.Image, width: int) -> Image.Image:
    if picture.width == width:
        return picture.convert("RGB")
    height = max(1, round(picture.height * width / picture.width))
    return picture.convert("RGB").resize((width, height), Image.Resampling.LANCZOS)


def _font(size: int) -> ImageFont.FreeTypeFont:
    """Return the font that matplotlib brings, found without importing it."""
    package = Path(importlib.util.find_spec("matplotlib").origin).parent
    return ImageFont.truetype(str(package / "mpl-data" / "fonts" / "ttf" / "DejaVuSans.ttf"), size)
