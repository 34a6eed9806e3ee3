"""Makes the README's first picture, photographs before and after: `python -m workbench.showcase`."""

from __future__ import annotations

import argparse
import base64
import io
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image

from lib_iclight.request import RELIT

from .asked import BROADLY, as_png, body, run_size
from .photographs import ASTRONAUT, CAT, COFFEE, FLOWER, MissingPhotograph, Photograph
from .sheet import Cell, sheet

if TYPE_CHECKING:
    from .session import Workbench

ROOT = Path(__file__).resolve().parent.parent
SHOWN = (ASTRONAUT, FLOWER, COFFEE, CAT)
LIGHTS = ("left", "right", "top", "bottom")
_HOW: dict[str, Any] = {"result": "photograph", "photograph_size": "photograph", **BROADLY}
_HOST: dict[str, Any] = {"prompt": "studio light", "seed": 12345}
# The reference's 7 makes the small model's light blotchy.
_CFG_BEFORE_WALL = 2.0
_WALL_ANGLE, _WALL_SIZE = 0, 512
_CELL, _QUALITY = 300, 90


def requests(photograph: Photograph) -> dict[str, dict[str, Any]]:
    """Return the requests for one photograph by label: one a light, and one in front of a wall."""
    from small_model.pictures import wall
    from small_model.quality.product import picture_of

    picture = photograph.load()
    size, subject = run_size(*picture.size), as_png(picture)
    own = _HOW | {"photograph_background": RELIT}
    asked = {f"light: {name}": body("fc", subject, size, fields=own | {"light": name}, **_HOST) for name in LIGHTS}
    behind = as_png(picture_of(wall(_WALL_ANGLE, "cool", "blue", _WALL_SIZE)))
    before = body("fbc", subject, size, background=behind, fields=_HOW, **_HOST)
    return asked | {"in front of a wall": before | {"cfg_scale": _CFG_BEFORE_WALL}}


def row(host: Workbench, photograph: Photograph) -> list[Cell]:
    """Return the photograph and what becomes of it, labelled."""
    cells = [Cell("the photograph", photograph.load())]
    for label, request in requests(photograph).items():
        print(f"{photograph.name}, {label}", file=sys.stderr, flush=True)
        answer = host.txt2img(**request)
        if answer.status_code != 200:
            raise RuntimeError(answer.text)
        cells.append(Cell(label, Image.open(io.BytesIO(base64.b64decode(answer.json()["images"][0])))))
    return cells


def main(argv: list[str] | None = None) -> int:
    """Write the picture and print its path; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m workbench.showcase", description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "photographs.jpg", metavar="PICTURE")
    options = parser.parse_args(argv)

    from .session import REPOSITORY, ROUGH_CUT_OUT, Workbench

    # The rough cut-out knows the outlines of these photographs.
    extensions, args = (REPOSITORY, ROUGH_CUT_OUT), ("--rough-cut-out",)
    try:
        for photograph in SHOWN:
            photograph.load()
        with tempfile.TemporaryDirectory() as folder, Workbench(folder, extensions, args=args) as host:
            first, *others = [row(host, photograph) for photograph in SHOWN]
    except MissingPhotograph as error:
        print(error, file=sys.stderr)
        return 2
    bare = [[Cell("", cell.picture) for cell in cells] for cells in others]
    sheet([first, *bare], _CELL).save(options.out, quality=_QUALITY, optimize=True)
    print(options.out)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
