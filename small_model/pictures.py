"""Makes the README's picture of the workbench's model's results: `python -m small_model.pictures`."""

from __future__ import annotations

import argparse
import random
import tempfile
from dataclasses import replace
from pathlib import Path

import torch
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

from small_model.quality.heldout import SIDES, HeldOut, held_out, light_from
from small_model.quality.product import Asking, Product, picture_of, weights_from
from small_model.training import scenes, subjects

ROOT = Path(__file__).resolve().parent.parent
#: Numbers of held-out scenes: a heap, a bust, a plain ball and a striped one.
SHOWN = (2, 3, 19, 32)
_SIZE, _CELL, _GAP, _LABEL = 256, 176, 6, 20
_CAPTION = (
    "Rendered subjects relit by the workbench's own small model (fc and fbc), through the extension. "
    "Not Stable Diffusion. Made by: python -m small_model.pictures"
)


def chosen(numbers: tuple[int, ...], size: int = _SIZE) -> HeldOut:
    """Return the held-out scenes of these ``numbers``."""
    rows = [held_out(1, size, number) for number in numbers]
    tensors = {
        name: torch.cat([getattr(row, name) for row in rows])
        for name in ("pictures", "alphas", "masks", "normals", "albedos")
    }
    return HeldOut(**tensors, scenes=[row.scenes[0] for row in rows])


def wall(angle: float, colour: str, paint: str, size: int = _SIZE) -> Tensor:
    """Return a picture [3, S, S] of a wall in ``paint`` under a coloured light at ``angle``."""
    scene = scenes.random_scene(size, random.Random(1), [])
    albedo = torch.tensor(subjects.COLOURS[paint])[:, None, None].expand(3, size, size) * 0.5 + 0.3
    light = replace(light_from(angle, colour), lift=0.2, power=1.2)
    return scenes.display(scenes.backdrop_light(replace(scene, wall=albedo, floor=None), light))


def columns(product: Product, held: HeldOut) -> dict[str, Tensor]:
    """Return the columns of the picture by heading, [N, 3, S, S] each."""
    grey = 127 / 255 + (held.pictures - 127 / 255) * held.alphas[:, None]
    made = {"subject": grey}
    made |= {
        f"fc, light {side}": product.fc(held, [SIDES[side]] * len(grey)) for side in ("left", "right", "top", "bottom")
    }
    walls = {"warm wall, lit left": wall(180, "warm", "orange"), "blue wall, lit right": wall(0, "cool", "blue")}
    return made | {f"fbc, {name}": product.fbc_before(held, behind) for name, behind in walls.items()}


def sheet(made: dict[str, Tensor]) -> Image.Image:
    """Return the columns side by side under their headings, with the caption below."""
    rows = len(next(iter(made.values())))
    step = _CELL + _GAP
    canvas = Image.new("RGB", (len(made) * step + _GAP, _LABEL + rows * step + _LABEL + _GAP), "white")
    draw, font = ImageDraw.Draw(canvas), ImageFont.load_default()
    for column, (heading, pictures) in enumerate(made.items()):
        left = _GAP + column * step
        draw.text((left + 2, _GAP), heading, fill="black", font=font)
        for row, pixels in enumerate(pictures):
            cell = picture_of(pixels).resize((_CELL, _CELL), Image.Resampling.LANCZOS)
            canvas.paste(cell, (left, _LABEL + row * step))
    draw.text((_GAP + 2, _LABEL + rows * step + 4), _CAPTION, fill="black", font=font)
    return canvas


def main(argv: list[str] | None = None) -> int:
    """Write the picture and print its path; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m small_model.pictures", description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "relit.png", metavar="PICTURE")
    parser.add_argument("--scenes", type=int, nargs="+", default=SHOWN, metavar="N", help="numbers of held-out scenes")
    parser.add_argument("--weights", type=Path, metavar="FOLDER", help="the model's files; default: the repository's")
    options = parser.parse_args(argv)

    from workbench.session import Workbench

    held = chosen(tuple(options.scenes))
    with weights_from(options.weights), tempfile.TemporaryDirectory() as folder, Workbench(folder) as host:
        sheet(columns(Product(host, Asking(steps=25)), held)).save(options.out, optimize=True)
    print(options.out)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
