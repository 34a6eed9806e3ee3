"""What stands beside a grid of pictures: which column and which row has which value."""

from __future__ import annotations

from PIL import Image, ImageDraw, ImageFont

_GAP, _LONGEST = 4, 48


def with_legend(grid: Image.Image, columns: list[str], rows: list[str], background: str) -> Image.Image:
    """The grid with its columns named above and its rows named on the left; names are cut where there is no room.

    Args:
        grid: cells of one size, as many as there are names.
        columns, rows: names; where all of a side are empty it gets no room.
        background: a colour such as ``#ffffff``.
    """
    font = ImageFont.load_default()
    columns = [_fitting(_known(text), grid.width // len(columns) - _GAP, font) for text in columns]
    rows = [_known(text)[:_LONGEST] for text in rows]
    top = _room(columns, font)[1]
    left = _room(rows, font)[0]
    result = Image.new("RGB", (grid.width + left, grid.height + top), background)
    result.paste(grid.convert("RGB"), (left, top))
    drawing = ImageDraw.Draw(result)
    for index, text in enumerate(columns):
        middle = left + (index + 0.5) * grid.width / len(columns)
        drawing.text((middle - font.getbbox(text)[2] / 2, _GAP), text, fill="black", font=font)
    for index, text in enumerate(rows):
        middle = top + (index + 0.5) * grid.height / len(rows)
        drawing.text((_GAP, middle - font.getbbox(text)[3] / 2), text, fill="black", font=font)
    return result


def _known(text: str) -> str:
    """The text as far as the font has its letters."""
    return text.encode("latin-1", "replace").decode("latin-1")


def _fitting(text: str, width: int, font) -> str:
    while text and font.getbbox(text)[2] > width:
        text = text[:-1]
    return text


def _room(texts: list[str], font) -> tuple[int, int]:
    """Width and height of the largest text with a gap around it; none where all are empty."""
    boxes = [font.getbbox(text) for text in texts if text]
    return tuple(max((box[end] for box in boxes), default=-2 * _GAP) + 2 * _GAP for end in (2, 3))
