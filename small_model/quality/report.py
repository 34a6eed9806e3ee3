"""The scores of the workbench's model on held-out scenes, through the product: ``python dev.py bench --quality``."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from tqdm import tqdm

from small_model import files
from small_model.quality import direction, known_light, measures, photograph, statistics
from small_model.quality.heldout import SIDES, HeldOut, Ramp, Truth, held_out
from small_model.quality.photograph import photographed
from small_model.quality.product import Asking, Product, weights_from
from small_model.quality.statistics import Estimate
from small_model.tiny_model import build

Values = dict[str, Tensor]
#: Pictures of the held-out scenes relit from one angle per scene.
Relight = Callable[[HeldOut, list[float]], Tensor]
#: Scenes that are relit and measured together, to bound the memory.
_CHUNK = 24
#: The suffixes of measures that are yes or no for each scene.
_COUNTED = ("side", "half towards the light brighter", "redder before red than before blue")


@dataclass(frozen=True)
class Bar:
    """The limits of a score: at least ``least`` and at most ``most``."""

    least: float = -float("inf")
    most: float = float("inf")

    def met(self, value: float) -> bool:
        """Return whether ``value`` is within the limits."""
        return self.least <= value <= self.most

    def __str__(self) -> str:
        ends = (f">= {self.least:g}", self.least), (f"<= {self.most:g}", self.most)
        return ", ".join(text for text, end in ends if abs(end) < float("inf"))


#: The bars by score, which the published files meet; a score without a bar is only reported.
BARS = {
    "fc: lit from the asked side, of four": Bar(least=0.7),
    **{f"fc {side}: half towards the light brighter": Bar(least=0.85) for side in SIDES},
    "fc: circular r of asked and found angle": Bar(least=0.2),
    "fc: turn of the found angle, degrees": Bar(least=-15.0, most=15.0),
    "fc: hue kept, degrees nearer than without subject": Bar(least=0.0),
    "fc: silhouette IoU": Bar(least=0.9),
    "fc: normals from four relights, degrees": Bar(most=30.0),
    "fc: sum of two lights nearer than without the loss": Bar(least=0.0),
    "photograph: lit from the asked side, more often than its painting": Bar(least=0.0),
    "photograph: hue nearer to the albedo's than its painting's, degrees": Bar(least=0.0),
    "fbc: lit from the background's side, of four": Bar(least=0.7),
    **{f"fbc {side}: half towards the light brighter": Bar(least=0.85) for side in SIDES},
    "fbc: circular r of asked and found angle": Bar(least=0.2),
    "fbc: turn of the found angle, degrees": Bar(least=-15.0, most=15.0),
    "fbc: silhouette IoU": Bar(least=0.9),
    "fbc: normals from four relights, degrees": Bar(most=30.0),
    "fbc: flipped background flips the lit side": Bar(least=0.65),
    "fbc: redder before red than before blue": Bar(least=0.95),
}


def fc_values(pipeline: Any, held: HeldOut, first: int = 0, total: int = 0, *, photographs: bool = False) -> Values:
    """Return fc's measures, one value per scene; the angle depends on a scene's number, ``first + i`` of ``total``.

    ``photographs`` adds those of the photographs in the paintings' light.
    """
    values, made = _from_four_sides("fc", "asked", pipeline.fc, held)
    if photographs:
        values |= photograph_values(made, held)
    values["fc: hue, degrees from the albedo's"] = measures.colour_angle(made["left"], held)
    both = pipeline.fc_both(held)
    values["fc: sum of two lights, relative error"] = measures.sum_error(made["left"], made["right"], both, held)
    return values | angle_values("fc", pipeline.fc, held, first, total)


def _from_four_sides(kind: str, whose: str, relight: Relight, held: HeldOut) -> tuple[Values, dict[str, Tensor]]:
    """Return the measures of four relights of ``kind``, ``whose`` side being lit, and the pictures by side."""
    made = {side: relight(held, [angle] * len(held.masks)) for side, angle in SIDES.items()}
    values: Values = {}
    hits = {side: direction.towards(measures.light_angles(made[side], held), angle) for side, angle in SIDES.items()}
    values[f"{kind}: lit from the {whose} side, of four"] = sum(hits.values()) / len(hits)
    for side, angle in SIDES.items():
        values[f"{kind} {side}: lit from the {whose} side"] = hits[side]
        values[f"{kind} {side}: half towards the light brighter"] = measures.lit_half(made[side], held, angle)
    values[f"{kind}: silhouette IoU"] = measures.silhouette(made, held)
    values[f"{kind}: normals from four relights, degrees"] = measures.normal_error(made, held)
    return values, made


def photograph_values(made: dict[str, Tensor], held: HeldOut) -> Values:
    """Return how the photographs compare with the paintings ``made`` of them by side, whose light they are put in."""
    relit = {side: photographed(pictures, held) for side, pictures in made.items()}
    hits, hues = [], []
    for side, angle in SIDES.items():
        ours, painted = (direction.towards(measures.light_angles(each[side], held), angle) for each in (relit, made))
        hits.append(ours - painted)
        hues.append(measures.colour_angle(made[side], held) - measures.colour_angle(relit[side], held))
    return {
        "photograph: lit from the asked side, more often than its painting": sum(hits) / len(hits),
        "photograph: hue nearer to the albedo's than its painting's, degrees": sum(hues) / len(hues),
    }


def angle_values(kind: str, relight: Relight, held: HeldOut, first: int, total: int) -> Values:
    """Return the angles requested of ``kind`` and those found in its pictures, in degrees."""
    asked = asked_angles(first, len(held.masks), total or len(held.masks))
    return {
        f"{kind} asked": torch.tensor(asked),
        f"{kind} found": measures.light_angles(relight(held, asked), held),
    }


def asked_angles(first: int, count: int, total: int) -> list[float]:
    """Return one angle per scene, spread evenly over 24, so that scenes with the same angle can be batched."""
    distinct = min(24, total)
    return [((first + index) % distinct) * 360.0 / distinct + 7.0 for index in range(count)]


def fbc_values(pipeline: Any, held: HeldOut, first: int = 0, total: int = 0) -> Values:
    """Return fbc's measures, one value per scene; angles as in ``fc_values``."""
    count = len(held.masks)
    values, _ = _from_four_sides("fbc", "background's", pipeline.fbc, held)
    flipped = measures.light_angles(pipeline.fbc(held, [SIDES["left"]] * count, flipped=True), held)
    values["fbc: flipped background flips the lit side"] = direction.towards(flipped, SIDES["right"])
    red, blue = (
        measures.redness(pipeline.fbc(held, [SIDES["left"]] * count, colour), held) for colour in ("red", "blue")
    )
    values["fbc: redder before red than before blue"] = (red > blue).float()
    return values | angle_values("fbc", pipeline.fbc, held, first, total)


def bare_values(pipeline: Any, held: HeldOut) -> Values:
    """Return the hue's distance from the albedo's if fc is not given the subject."""
    made = pipeline.fc(held, [SIDES["left"]] * len(held.masks))
    return {"fc: hue without subject, degrees": measures.colour_angle(made, held)}


def plain_values(pipeline: Any, held: HeldOut) -> Values:
    """Return the error of the sum of two lights with offsets trained without the consistency loss."""
    count = len(held.masks)
    left, right = (pipeline.fc(held, [SIDES[side]] * count) for side in ("left", "right"))
    error = measures.sum_error(left, right, pipeline.fc_both(held), held)
    return {"fc: sum of two lights without the loss, relative error": error}


def joined(parts: Iterable[Values]) -> Values:
    """Return the chunks' values concatenated."""
    rows = list(parts)
    return {name: torch.cat([row[name] for row in rows]) for name in rows[0]}


def estimates(values: Values) -> dict[str, Estimate]:
    """Return the scores of ``values`` with their intervals, and comparisons if both sides are present.

    NaN values are left out: light on those shapes cannot be told apart from a ramp.
    """
    found = {
        name: (statistics.share if name.endswith(_COUNTED) else statistics.mean)(row[~row.isnan()])
        for name, row in values.items()
        if not name.endswith((" asked", " found"))
    }
    for kind in ("fc", "fbc"):
        if f"{kind} asked" in values:
            found |= _angle_estimates(kind, values[f"{kind} asked"], values[f"{kind} found"])
    pairs = {
        "fc: hue kept, degrees nearer than without subject": (
            "fc: hue without subject, degrees",
            "fc: hue, degrees from the albedo's",
        ),
        "fc: sum of two lights nearer than without the loss": (
            "fc: sum of two lights without the loss, relative error",
            "fc: sum of two lights, relative error",
        ),
    }
    for name, (worse, better) in pairs.items():
        if worse in values and better in values:
            found[name] = statistics.mean(values[worse] - values[better])
    return found


def _angle_estimates(kind: str, asked: Tensor, found: Tensor) -> dict[str, Estimate]:
    """Return how well the angles ``found`` follow those ``asked``; a constant rotation affects all scores except r."""
    told = ~found.isnan()
    apart = direction.off(asked[told], found[told])
    return {
        f"{kind}: circular r of asked and found angle": statistics.correlation(asked[told], found[told]),
        f"{kind}: turn of the found angle, degrees": statistics.turn(apart),
        f"{kind}: found angle off, degrees": statistics.mean(apart.abs()),
    }


def table(scores: dict[str, Estimate], references: dict[str, dict[str, Estimate]]) -> str:
    """Return the scores as a Markdown table, with a column for each of the ``references``."""
    lines = [
        f"| score | value (95 % interval) | bar | {' | '.join(references)} |",
        "|---|---|---|" + "---|" * len(references),
    ]
    for name, score in scores.items():
        bar = BARS.get(name)
        verdict = "" if bar is None else f"{bar} {'met' if bar.met(score.value) else 'MISSED'}"
        beside = [f"{each[name].value:.2f}" if name in each else "" for each in references.values()]
        lines.append(f"| {name} | {score} | {verdict} | {' | '.join(beside)} |")
    return "\n".join(lines)


def through_vae() -> Callable[[Tensor], Tensor]:
    """Return a function that encodes and decodes pictures [N, 3, S, S] in 0..1 with the model's autoencoder."""
    vae = build().vae

    def trip(pictures: Tensor) -> Tensor:
        with torch.no_grad():
            parts = [
                vae.decode(vae.encode(part * 255 / 127 - 1).latent_dist.mode()).sample for part in pictures.split(8)
            ]
        return (torch.cat(parts) / 2 + 0.5).clamp(0, 1)

    return trip


def measure(host: Any, options: Any) -> dict[str, dict[str, Estimate]]:
    """Return the scores of the product and its references on ``options.scenes`` scenes of ``options.size``."""
    asking = Asking(steps=options.quality_steps)
    fc = files.OFFSETS["fc"]
    product, bare = Product(host, asking, model=fc), Product(host, asking, model=fc, bare=True)
    plain = None
    if options.plain:
        shutil.copyfile(options.plain, host.models_dir / "ic-light" / Path(options.plain).name)
        plain = Product(host, asking, model=Path(options.plain).name)
    references = {"renderer": Truth(), "its pictures through the VAE": Truth(through_vae()), "painted ramp": Ramp()}
    rows: dict[str, list[Values]] = {name: [] for name in ("product", *references)}
    for first in tqdm(range(0, options.scenes, _CHUNK), desc="quality", unit="chunk", file=sys.stderr):
        held = held_out(min(_CHUNK, options.scenes - first), options.size, first)
        for name, pipeline in {"product": product, **references}.items():
            values: Values = {}
            if "fc" in options.kinds:
                values |= fc_values(pipeline, held, first, options.scenes, photographs=name == "product")
            if "fbc" in options.kinds:
                values |= fbc_values(pipeline, held, first, options.scenes)
            rows[name].append(values)
        if "fc" in options.kinds:
            rows["product"][-1] |= bare_values(bare, held) | (plain_values(plain, held) if plain else {})
    return {name: estimates(joined(parts)) for name, parts in rows.items()}


def print_photographs() -> None:
    """Print how near the photograph in a known light comes to the truth, rendered and simulated."""
    print(
        f"\nThe photograph in a painting's light; paintings are simulated\n{photograph.table()}\n{known_light.table()}"
    )


def main(options: Any) -> int:
    """Print the table for ``options`` (see ``workbench.bench``); returns the exit status, 1 if a bar is missed."""
    from workbench.session import Workbench

    with weights_from(options.weights), tempfile.TemporaryDirectory() as folder, Workbench(folder) as host:
        found = measure(host, options)
    scores = found.pop("product")
    print(f"{options.scenes} held-out scenes of {options.size} px, {options.quality_steps} steps, through the product")
    print(table(scores, found))
    print_photographs()
    if options.json:
        rows = {name: [each.value, each.low, each.high] for name, each in scores.items()}
        Path(options.json).write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    missed = [name for name, bar in BARS.items() if name in scores and not bar.met(scores[name].value)]
    print("all bars are met" if not missed else "missed: " + "; ".join(missed))
    return int(bool(missed))
