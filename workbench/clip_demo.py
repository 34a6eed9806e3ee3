"""Makes the documents' clip, a rendered subject that moves and turns while a light goes around it.

`python -m workbench.clip_demo`. Beside it is the same clip in the light that it came in. The workbench's small model
paints the frames, and the script *IC Light: clip* puts their light on the clip.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from .showcase import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .session import Workbench

NUMBER, SIZE, FRAMES, FPS = 3, 256, 24, 12
_STEPS = 10


def motion() -> dict[str, Any]:
    """A light that goes from the left over the top to the right."""
    ends = [{"at": at, "mix": {"turned": {"angle": 180 - 180 * at, "strength": 1.0}}} for at in (0, 1)]
    return {"keyframes": ends, "loops": False}


def render(folder: Path, number: int, size: int, frames: int) -> None:
    """Write the frames of a rendered clip into a folder, cut out by their transparency."""
    from small_model.quality.moving import clip

    held = clip(number, size, frames).held
    layers = np.concatenate([held.pictures.numpy(), held.alphas.numpy()[:, None]], axis=1)
    for index, each in enumerate(np.rint(255 * layers.transpose(0, 2, 3, 1)).astype(np.uint8), 1):
        Image.fromarray(each).save(folder / f"{index:04d}.png")


def relight(host: Workbench, frames: Path, out: Path, size: int) -> Path:
    """Relight them, and return the folder of the result. Raises RuntimeError if the host refuses."""
    given = {"result": "photograph", "photograph_background": "auto", "remove_background": False}
    answer = host.txt2img(
        prompt="a ball in front of a wall",
        seed=1,
        steps=_STEPS,
        width=size,
        height=size,
        cfg_scale=2,
        sampler_name="DPM++ 2M SDE",
        script_name="IC Light: clip",
        script_args=[None, str(frames), 1.0, 0.0, 8, motion(), "", FPS, False, str(out)],
        alwayson_scripts={"IC Light": {"args": [given]}},
    )
    if answer.status_code != 200:
        raise RuntimeError(answer.text)
    return next(out.glob("*-frames"))


def beside(before: Path, after: Path) -> Iterator[np.ndarray]:
    """The frames of both folders side by side, uint8 ``[h, 2 w, 3]``."""
    for path in sorted(after.iterdir()):
        pictures = [np.asarray(Image.open(folder / path.name).convert("RGB")) for folder in (before, after)]
        yield np.concatenate(pictures, axis=1)


def main(argv: list[str] | None = None) -> int:
    """Write the clip and print its path; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m workbench.clip_demo", description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "clip.webp", metavar="CLIP")
    parser.add_argument("--clip", type=int, default=NUMBER, help="which of the rendered clips (%(default)s)")
    options = parser.parse_args(argv)

    from lib_iclight.studio import films

    from .session import Workbench

    with tempfile.TemporaryDirectory() as folder, Workbench(Path(folder) / "data") as host:
        frames = Path(folder) / "frames"
        frames.mkdir()
        render(frames, options.clip, SIZE, FRAMES)
        made = relight(host, frames, Path(folder) / "out", SIZE)
        films.write(options.out, beside(frames, made), 1 / FPS)
    print(options.out)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
