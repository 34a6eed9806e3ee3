"""How true the studio's mixes are, on held-out scenes: ``python dev.py bench --light-sets``.

A mix of shot lights is compared with a relight that was asked for the mixed light itself, and with the renderer.
"""

from __future__ import annotations

import functools
import json
import math
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from lib_iclight.light.maps import directional
from lib_iclight.studio.light_set import PAINTINGS, LightSet, painted
from lib_iclight.studio.mix import Fader, Mix, Turned
from lib_iclight.studio.mixing import Desk
from lib_iclight.studio.surface import AUTHORS_SIGMA, TRUE_SIGMA, normals_of
from small_model import files
from small_model.quality import direction, measures, statistics
from small_model.quality.heldout import SIDES, HeldOut, Ramp, Truth, held_out
from small_model.quality.kept import Kept, Lifted
from small_model.quality.product import Asking, Product, weights_from
from small_model.quality.report import joined
from small_model.quality.statistics import Estimate

Values = dict[str, Tensor]
_FOUR = tuple(SIDES.values())
_BETWEEN_FOUR = (45.0, 135.0, 225.0, 315.0)
_EIGHT = (*_FOUR, *_BETWEEN_FOUR)
_BETWEEN_EIGHT = tuple(22.5 + 45 * index for index in range(8))
_BOTH = Mix({"180": Fader(), "0": Fader()})
#: Scenes that are relit together, so that each has the same noise under all lights.
CHUNK = Asking.at_once
#: Names of values of which the median is reported, not the mean.
_MEDIANS = "degrees, median"


@dataclass(frozen=True)
class Source:
    """Where relights come from.

    Both have the interface of ``Kept``. ``lifted`` relights lifted subjects; it is None where that changes nothing.
    """

    plain: Any
    lifted: Any = None


Measure = Callable[[Source, HeldOut], Values]


def light_sets(held: HeldOut, made: dict[float, Tensor]) -> list[LightSet]:
    """Return the light sets of the scenes, made of relights [N, 3, S, S] by angle; the angles are the lights' names."""
    photographs, levels = _levels(held.pictures), {angle: _levels(pictures) for angle, pictures in made.items()}
    mattes = _levels(held.alphas[:, None])[..., 0]
    return [
        LightSet(
            PAINTINGS,
            photographs[row],
            mattes[row],
            tuple(painted(f"{angle:g}", directional(angle), each[row]) for angle, each in levels.items()),
        )
        for row in range(len(mattes))
    ]


def mixed(sets: list[LightSet], mix: Mix) -> Tensor:
    """Return the same mix of all ``sets`` as pictures [N, 3, S, S] in 0..1."""
    desks = (Desk(each) for each in sets)
    pictures = np.stack([desk.picture(desk.factors(mix)) for desk in desks])
    return torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 255


def _levels(pictures: Tensor) -> np.ndarray:
    """[N, C, S, S] in 0..1 to uint8 [N, S, S, C]."""
    return (pictures * 255).round().to(torch.uint8).permute(0, 2, 3, 1).contiguous().numpy()


def mix_values(source: Source, held: HeldOut) -> Values:
    """Return how far the mix of left and right is from both lights at once."""
    sets = light_sets(held, {SIDES[side]: source.plain.fc(held, SIDES[side]) for side in ("left", "right")})
    mix, joint, true = mixed(sets, _BOTH), source.plain.fc_both(held), Truth().fc_both(held)
    pairs = {
        "mix from the joint relight": (mix, joint),
        "mix from the renderer's picture": (mix, true),
        "joint relight from the renderer's picture": (joint, true),
    }
    return {
        f"left and right: {name}{suffix}": measures.light_error(*pair, held, fitted=bool(suffix))
        for name, pair in pairs.items()
        for suffix in ("", ", brightness fitted")
    }


def between_values(ring: tuple[float, ...], angles: tuple[float, ...], source: Source, held: HeldOut) -> Values:
    """Return how far a light turned to between those of the ``ring`` is from the real one.

    It is turned to one of the ``angles``, all of which have their turn.
    """
    angle = angles[held.first // CHUNK % len(angles)]
    made = {shot: source.plain.fc(held, shot) for shot in ring}
    turned = mixed(light_sets(held, made), Mix(turned=Turned(angle)))
    # Both neighbours are as near; the one that comes first counts.
    nearest = made[max(ring, key=lambda shot: math.cos(math.radians(shot - angle)))]
    real, true = source.plain.fc(held, angle), Truth().fc(held, [angle] * len(held.masks))
    asked = torch.full((len(held.masks),), angle)
    found, wanted, beside = (measures.light_angles(each, held) for each in (turned, real, nearest))
    values = {
        "mix from the real relight": measures.light_error(turned, real, held),
        "nearest shot light from the real relight": measures.light_error(nearest, real, held),
        "mix from the renderer's picture": measures.light_error(turned, true, held),
        "real relight from the renderer's picture": measures.light_error(real, true, held),
        f"light in the mix from that in the real relight, {_MEDIANS}": direction.off(wanted, found).abs(),
        f"light in the nearest shot light from that in the real relight, {_MEDIANS}": direction.off(
            wanted, beside
        ).abs(),
        f"light in the mix from the asked angle, {_MEDIANS}": direction.off(asked, found).abs(),
        f"light in the real relight from the asked angle, {_MEDIANS}": direction.off(asked, wanted).abs(),
    }
    return {f"between {len(ring)}: {name}": rows for name, rows in values.items()}


def normal_values(kind: str, source: Source, held: HeldOut) -> Values:
    """Return how far the normals of a set are from the true ones, in degrees."""
    return _normals(f"{kind} normals", getattr(source.plain, kind), held)


def lifted_values(kind: str, source: Source, held: HeldOut) -> Values:
    """Return how far the normals are from the true ones if the subject was lifted, and how much nearer that is."""
    if source.lifted is None:
        return {}
    plain = _normals(f"{kind} normals, lifted subject", getattr(source.plain, kind), held)
    lifted = _normals(f"{kind} normals, lifted subject", getattr(source.lifted, kind), held)
    return lifted | {f"{name}, nearer than as it is": plain[name] - lifted[name] for name in lifted}


def _normals(name: str, relight: Callable[[HeldOut, float], Tensor], held: HeldOut) -> Values:
    sets, values = light_sets(held, {angle: relight(held, angle) for angle in _FOUR}), {}
    for whose, sigma in (("author's exponent", AUTHORS_SIGMA), ("exponent 1", TRUE_SIGMA)):
        found = torch.from_numpy(np.stack([normals_of(each, sigma) for each in sets])).permute(0, 3, 1, 2)
        values[f"{name}: {whose}, degrees"] = measures.normals_apart(found, held)
    return values


#: The parts of the measurement, the most urgent first, and on how many of the first scenes each is made.
PARTS: tuple[tuple[Measure, int], ...] = (
    (mix_values, 200),
    (functools.partial(between_values, _FOUR, _BETWEEN_FOUR), 200),
    (functools.partial(normal_values, "fc"), 200),
    (functools.partial(between_values, _EIGHT, _BETWEEN_EIGHT), 64),
    (functools.partial(lifted_values, "fc"), 48),
    (functools.partial(normal_values, "fbc"), 200),
    (functools.partial(lifted_values, "fbc"), 48),
)


@dataclass(frozen=True)
class Score:
    """An estimate and from how many scenes it is."""

    estimate: Estimate
    scenes: int


def scores(values: Values) -> dict[str, Score]:
    """Return the scores of ``values`` [N] each; scenes whose shape does not tell its light are left out."""
    found = {}
    for name, rows in values.items():
        told = rows[~rows.isnan()]
        estimate = (statistics.median if name.endswith(_MEDIANS) else statistics.mean)(told)
        found[name] = Score(estimate, len(told))
    return found


def table(columns: dict[str, dict[str, Score]]) -> str:
    """Return the scores as a Markdown table. The first of the ``columns`` has its intervals, the others have none."""
    (_, model), *others = columns.items()
    lines = [
        f"| score | scenes | {' | '.join(columns)} |",
        "|---|---|---|" + "---|" * len(others),
    ]
    for name, score in model.items():
        beside = [f"{each[name].estimate.value:.2f}" if name in each else "" for _, each in others]
        lines.append(f"| {' | '.join([name, str(score.scenes), str(score.estimate), *beside])} |")
    return "\n".join(lines)


def measure(host: Any, options: Any, folder: Path) -> dict[str, dict[str, Score]]:
    """Return the scores of the model, the renderer and the painted ramp; relights are kept in ``folder``."""
    product = Product(host, Asking(steps=options.quality_steps), model=files.OFFSETS["fc"])
    columns = {
        "model (95 % interval)": Source(Kept(product, folder / "as it is"), Kept(Lifted(product), folder / "lifted")),
        "renderer": Source(Kept(Truth(), folder / "renderer")),
        "painted ramp": Source(Kept(Ramp(), folder / "ramp")),
    }
    found: dict[str, dict[str, Score]] = {name: {} for name in columns}
    for part, most in tqdm(PARTS, desc="light sets", unit="part", file=sys.stderr):
        rows: dict[str, list[Values]] = {name: [] for name in columns}
        for held in _chunks(min(most, options.scenes), options.size):
            for name, source in columns.items():
                rows[name].append(part(source, held))
        for name, values in rows.items():
            found[name] |= scores(joined(values))
        if options.json:
            _write(options.json, found)
    return found


def _chunks(scenes: int, size: int) -> Iterator[HeldOut]:
    return (held_out(min(CHUNK, scenes - first), size, first) for first in range(0, scenes, CHUNK))


def _write(path: Path, found: dict[str, dict[str, Score]]) -> None:
    rows = {
        column: {
            name: [score.estimate.value, score.estimate.low, score.estimate.high, score.scenes]
            for name, score in each.items()
        }
        for column, each in found.items()
    }
    path.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


def main(options: Any) -> int:
    """Print the table for ``options`` (see ``workbench.bench``); returns the exit status."""
    from workbench.session import Workbench

    with weights_from(options.weights), tempfile.TemporaryDirectory() as data, Workbench(data) as host:
        folder = options.keep or Path(data) / "relights"
        found = measure(host, options, folder / f"{options.size} px, {options.quality_steps} steps")
    print(f"Held-out scenes of {options.size} px, {options.quality_steps} steps, through the product and its studio")
    print(table(found))
    return 0
