"""How steady relit clips are, on rendered ones whose motion and light are known: ``python dev.py bench --clips``.

Painting and photograph, each with and without attention across the frames, and with and without smoothing along the
motion, are compared with the renderer's own clip.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from lib_iclight.picture.srgb import linear_to_srgb
from lib_iclight.restore.gain import gain
from lib_iclight.restore.relighting import lit
from lib_iclight.shoot.flow import warp
from lib_iclight.shoot.steady import Moment, steadied, steady_gains
from small_model.quality import measures, statistics
from small_model.quality.moving import Clip, clip
from small_model.quality.painted_clips import Painter
from small_model.quality.product import Asking, weights_from

GAMMA = 0.5
"""How far frames look at each other where they do, as in Light-A-Video."""

LOOKED_AT = 4
"""On how many of the first clips attention is measured: it needs all paintings a second time."""

PLAIN, LOOKING, SMOOTH = "", ", attention", ", smoothed"


@dataclass
class Row:
    """What is known of one way, over clips: levels of flicker, and per frame the lit side and the found angle."""

    changes: list[float] = field(default_factory=list)
    beyond: list[float] = field(default_factory=list)
    apart: list[float] = field(default_factory=list)
    halves: list[Tensor] = field(default_factory=list)
    sides: list[Tensor] = field(default_factory=list)
    asked: list[Tensor] = field(default_factory=list)
    found: list[Tensor] = field(default_factory=list)

    def add(self, made: Tensor, known: Clip) -> None:
        """Measure one clip, [T, 3, S, S] in 0..1."""
        change, apart = flicker(made, known)
        self.changes.append(change)
        self.beyond.append(change - flicker(known.truth, known)[0])
        self.apart.append(apart)
        asked, found = torch.tensor(known.angles), measures.light_angles(made, known.held)
        self.halves.append(_halves(made, known))
        self.sides.append(((found - asked).deg2rad().cos() > 0).float()[~found.isnan()])
        self.asked.append(asked[~found.isnan()])
        self.found.append(found[~found.isnan()])

    def scores(self) -> dict[str, float]:
        """Return the means over clips, and the shares and the correlation over frames."""
        moving = [index for index, asked in enumerate(self.asked) if len(asked.unique()) > 1]
        r = float("nan")
        if moving:
            r = float(statistics.circular(*(torch.cat([each[i] for i in moving]) for each in (self.asked, self.found))))
        return {
            "clips": float(len(self.changes)),
            "warped difference": float(np.mean(self.changes)),
            "beyond the renderer's": float(np.mean(self.beyond)),
            "change that the renderer has not": float(np.mean(self.apart)),
            "half towards the light brighter": float(torch.cat(self.halves).mean()),
            "lit from the asked side": float(torch.cat(self.sides).mean()),
            "circular r, light that moves": r,
        }


def flicker(made: Tensor, known: Clip) -> tuple[float, float]:
    """Return how far frames differ from the next ones, fetched along the true motion, in levels of 255 on the subject.

    Both are means over the points that are seen in both frames: of the difference, and of how far it is from that of
    the renderer's own frames.
    """
    changes, apart = [], []
    shown, true = (_planes(each * 255) for each in (made, known.truth))
    for index, (along, where) in enumerate(zip(known.flows, known.followed, strict=True)):
        change, right = ((warp(each[index + 1], along) - each[index])[where] for each in (shown, true))
        changes.append(np.abs(change).mean())
        apart.append(np.abs(change - right).mean())
    return float(np.mean(changes)), float(np.mean(apart))


def _halves(made: Tensor, known: Clip) -> Tensor:
    """Whether [T] the half towards the light got more of it."""
    every = {angle: measures.lit_half(made, known.held, angle) for angle in dict.fromkeys(known.angles)}
    return torch.stack([every[angle][index] for index, angle in enumerate(known.angles)])


def gains_of(known: Clip, paintings: Tensor) -> list[np.ndarray]:
    """Return the gains of the frames' paintings, float32 [S, S, 4] each."""
    rows = zip(_levels(known.held.pictures), _levels(paintings), _mattes(known), strict=True)
    return [np.ascontiguousarray(gain(*each).movedim(0, -1).numpy()) for each in rows]


def photographs(known: Clip, gains: Iterable[np.ndarray]) -> Tensor:
    """Return the photographs times their gains, [T, 3, S, S] in 0..1."""
    rows = zip(_levels(known.held.pictures), gains, strict=True)
    made = (lit(frame, torch.from_numpy(each).movedim(-1, 0)) for frame, each in rows)
    return torch.stack([torch.from_numpy(linear_to_srgb(each.numpy())).float() for each in made])


def steadied_gains(known: Clip, gains: list[np.ndarray]) -> np.ndarray:
    """Return the gains smoothed along the motion as the product does it, [T, S, S, 4]."""
    return steady_gains(_levels(known.held.pictures), _mattes(known), gains, light_moves=_moves(known))


def smoothed(known: Clip, paintings: Tensor) -> Tensor:
    """Return paintings whose pixels are smoothed along the motion, as the gains are otherwise."""
    rows = zip(_levels(known.held.pictures), _mattes(known), _planes(paintings), strict=True)
    made = np.stack([*steadied((Moment(*each) for each in rows), light_moves=_moves(known))])
    return torch.from_numpy(made).permute(0, 3, 1, 2)


def _mattes(known: Clip) -> list[np.ndarray]:
    return [matte[..., 0] for matte in _levels(known.held.alphas[:, None])]


def _moves(known: Clip) -> bool:
    return len({*known.angles}) > 1


def _levels(pictures: Tensor) -> list[np.ndarray]:
    """[T, C, S, S] in 0..1 to uint8 [S, S, C] each."""
    return [*(pictures * 255).round().to(torch.uint8).permute(0, 2, 3, 1).contiguous().numpy()]


def _planes(pictures: Tensor) -> np.ndarray:
    """[T, C, S, S] to [T, S, S, C]."""
    return pictures.permute(0, 2, 3, 1).contiguous().numpy()


def ways(known: Clip, painter: Painter, gamma: float) -> Iterator[tuple[str, Tensor]]:
    """Yield the names of the ways to a clip, and what they make; in all, frames look at each other by ``gamma``."""
    name = LOOKING if gamma else PLAIN
    paintings = painter.paintings(known, gamma)
    yield f"painting{name}", paintings
    yield f"painting{name}{SMOOTH}", smoothed(known, paintings)
    gains = gains_of(known, paintings)
    yield f"photograph{name}", photographs(known, gains)
    yield f"photograph{name}{SMOOTH}", photographs(known, steadied_gains(known, gains))


def measure(painter: Painter, numbers: Iterable[int], size: int, frames: int) -> dict[str, dict[str, dict[str, float]]]:
    """Return the scores by kind of light and by way; they are printed after each clip, too.

    Attention is measured on the first clips alone, beside what these are without it.
    """
    rows: dict[str, dict[str, Row]] = {}
    for number in tqdm(numbers, desc="clips", unit="clip", file=sys.stderr):
        known = clip(number, size, frames)
        light = "moving light" if _moves(known) else "fixed light"
        made = [("renderer", known.truth), *ways(known, painter, 0.0)]
        _add(rows.setdefault(light, {}), made, known)
        if number < LOOKED_AT:
            both = [*made, *ways(known, painter, GAMMA)]
            _add(rows.setdefault(f"{light}, with and without attention", {}), both, known)
        print(table(_scores(rows)), file=sys.stderr, flush=True)
    return _scores(rows)


def _add(rows: dict[str, Row], made: Iterable[tuple[str, Tensor]], known: Clip) -> None:
    for name, pictures in made:
        rows.setdefault(name, Row()).add(pictures, known)


def _scores(rows: dict[str, dict[str, Row]]) -> dict[str, dict[str, dict[str, float]]]:
    return {light: {name: row.scores() for name, row in each.items()} for light, each in sorted(rows.items())}


def table(found: dict[str, dict[str, dict[str, float]]]) -> str:
    """Return the scores as Markdown."""
    lines = []
    for light, each in found.items():
        names = list(next(iter(each.values())))
        lines += [f"| {light} | {' | '.join(names)} |", "|---|" + "---|" * len(names)]
        lines += [f"| {way} | {' | '.join(f'{score:.2f}' for score in row.values())} |" for way, row in each.items()]
        lines.append("")
    return "\n".join(lines)


def main(options: Any) -> int:
    """Print the table for ``options`` (see ``workbench.bench``); returns the exit status."""
    from workbench.session import Workbench

    with weights_from(options.weights), tempfile.TemporaryDirectory() as data, Workbench(data) as host:
        folder = (options.keep or Path(data) / "paintings") / f"{options.size} px, {options.quality_steps} steps"
        painter = Painter(host, Asking(steps=options.quality_steps), folder)
        found = measure(painter, range(options.clips), options.size, options.frames)
    print(f"Rendered clips of {options.frames} frames of {options.size} px, {options.quality_steps} steps")
    print(table(found))
    if options.json:
        options.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    return 0
