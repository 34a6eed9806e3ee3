"""Makes the picture of docs/catalogue.md, a set in one exposure: `python -m workbench.catalogue_picture`."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image, ImageOps

from lib_iclight.request import RELIT
from lib_iclight.shoot import looks
from lib_iclight.shoot.looks import Look

from .asked import BROADLY, SAMPLER
from .photographs import ASTRONAUT, CAT, COFFEE
from .sheet import Cell, sheet

if TYPE_CHECKING:
    from .session import Workbench

ROOT = Path(__file__).resolve().parent.parent
SHOWN = (ASTRONAUT, COFFEE, CAT)
_TITLE, _LOOK = "IC Light: catalogue", "evening"
_LIGHT = {"version": 1, "ambient": {"level": 0.2}, "lights": [{"angle": 30, "softness": 0.7}]}
_SIDE, _STEPS, _CFG = 256, 20, 2.0
_CELL, _QUALITY = 300, 88


def look() -> Look:
    """Return the look of the picture; each photograph has a seed of its own, and so a light of its own."""
    how = {"light": _LIGHT, "result": "photograph", "photograph_size": "photograph", "photograph_background": RELIT}
    run = {
        "prompt": "evening light",
        "steps": _STEPS,
        "cfg_scale": _CFG,
        "sampler_name": SAMPLER,
        "scheduler": "Karras",
    }
    return looks.make(_LOOK, how | BROADLY, run | {"width": _SIDE, "height": _SIDE}, match_size=True)


def shot(host: Workbench, pictures: Path, out: Path, equal: float) -> list[Image.Image]:
    """Return the results of the catalogue in the order of the pictures' names."""
    args = [str(pictures), None, [_LOOK], str(out), "", equal, False, False]
    answer = host.txt2img(prompt="", script_name=_TITLE, script_args=args)
    if answer.status_code != 200:
        raise RuntimeError(answer.text)
    return [Image.open(path).convert("RGB") for path in sorted(out.glob(f"*-{_LOOK}.png"))]


def rows(host: Workbench, folder: Path) -> list[list[Cell]]:
    """Return the photographs, their relights as they are, and these in one exposure, labelled."""
    pictures, out = folder / "pictures", folder / "results"
    pictures.mkdir()
    for number, photograph in enumerate(SHOWN):
        photograph.load().save(pictures / f"{number}.png")
    looks.save(host.settings.data_dir / "outputs" / "txt2img-images" / "light-looks", look(), overwrite=True)
    before = [photograph.load() for photograph in SHOWN]
    shown = {"photographs": before} | {
        label: shot(host, pictures, out, equal) for label, equal in (("relit", 0.0), ("in one exposure and white", 1.0))
    }
    return [
        [Cell("" if place else label, cut(one)) for place, one in enumerate(found)] for label, found in shown.items()
    ]


def cut(picture: Image.Image) -> Image.Image:
    """Return the part of a picture that is shown: all have the same shape."""
    return ImageOps.fit(picture, (2 * _CELL, 2 * _CELL * 2 // 3), Image.Resampling.LANCZOS, centering=(0.5, 0.2))


def main(argv: list[str] | None = None) -> int:
    """Write the picture and print its path; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m workbench.catalogue_picture", description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "catalogue.jpg", metavar="PICTURE")
    options = parser.parse_args(argv)

    from .session import REPOSITORY, ROUGH_CUT_OUT, Workbench

    # The rough cut-out knows the outlines of these photographs.
    extensions, args = (REPOSITORY, ROUGH_CUT_OUT), ("--rough-cut-out",)
    with tempfile.TemporaryDirectory() as folder, Workbench(folder, extensions, args=args) as host:
        found = rows(host, Path(folder))
    sheet(found, _CELL).save(options.out, quality=_QUALITY, optimize=True)
    print(options.out)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
