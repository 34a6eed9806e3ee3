"""How near the photograph in a painting's light comes to the truth, on rendered scenes larger than the run."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from lib_iclight.picture.scaling import resized
from lib_iclight.request import FIELDS
from small_model.quality import simulated
from small_model.quality.heldout import FIRST_SEED, SIDES, HeldOut, light_from
from small_model.quality.textured import KINDS, textured
from small_model.training import scenes

#: Puts the light of a painting uint8 [h, w, 3] on a photograph uint8 [H, W, 3] with its matte uint8 [H, W]; the result
#: is a picture of the photograph's or of the painting's size.
Develop = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]
RUN = 512
_EDGE_SIGMA, _EDGE_LOW, _EDGE_HIGH = 1.0, 0.04, 0.08
#: Display values by which subject and background must differ for a silhouette to be seen, and levels by which a matte
#: must differ from half: strands are often exactly half a pixel wide, and rounding alone would decide about these.
_SEEN, _DECIDED = 0.15, 4

#: The rendered scenes that are measured: their numbers, size and the light's sides.
_SETS = (((0, 1, 2, 3, 4, 5), 1024, tuple(SIDES)), ((0, 1, 2), 2048, ("left", "top")))
#: The least or the most of each score.
BARS = {
    "error, share of the enlarged painting's": ("<=", 1 / 3),
    "edges' distance, px": ("<=", 1.0),
    "silhouette IoU": (">=", 0.99),
}


@dataclass(frozen=True)
class Case:
    """A rendered scene under a light from one side. All pictures are uint8 of the photograph's size but ``painting``.

    ``photograph`` shows it in its first light; ``front`` and ``behind`` are the true subject and background in the new
    one, ``truth`` both; ``matte`` [H, W] says where the subject is.
    """

    kind: str
    side: str
    photograph: np.ndarray
    matte: np.ndarray
    front: np.ndarray
    behind: np.ndarray
    truth: np.ndarray
    painting: np.ndarray


def product(size: str, colour: float = 1.0) -> Develop:
    """Return the product's own way to a result of ``size``, "run" or "photograph", with so much of light's colour."""
    from lib_iclight.developing import DEFAULT_OUTPUT, developed
    from lib_iclight.picture import arrays
    from lib_iclight.request import Request
    from lib_iclight.subject.prepare import SubjectCache
    from lib_iclight.support.cache import SharedCache

    request = Request(result="photograph", photograph_size=size, photograph_colour=colour)
    subjects = SubjectCache(SharedCache(lambda: 0), lambda: 1 << 28, lambda model: None)

    def develop(photograph: np.ndarray, painting: np.ndarray, matte: np.ndarray) -> np.ndarray:
        picture = arrays.to_picture(Image.fromarray(np.dstack([photograph, matte])))
        subject = subjects.subject(picture, False, "", remover=None)
        return developed(request, subject, None, painting, DEFAULT_OUTPUT).picture

    return develop


def photographed(paintings: Tensor, held: HeldOut) -> Tensor:
    """Return the held-out scenes' pictures, [N, 3, S, S] in 0..1, in the ``paintings``' light, as the page does it."""
    develop, rows = product("run", FIELDS["photograph_colour"].default), []
    for picture, alpha, painting in zip(held.pictures, held.alphas, paintings, strict=True):
        found = develop(_pixels(picture), _pixels(painting), _pixels(alpha[None])[..., 0])
        rows.append(torch.from_numpy(found).permute(2, 0, 1).float() / 255)
    return torch.stack(rows)


def cases(
    numbers: Iterable[int], size: int, sides: Iterable[str] = tuple(SIDES), *, glossy: bool = True
) -> Iterator[Case]:
    """Yield the scenes of these ``numbers``, of ``size`` pixels, each under a light from each of the ``sides``."""
    for number in numbers:
        made = textured(number, size)
        made.scene.gloss *= glossy
        snapshot = scenes.flat_light(random.Random(FIRST_SEED + number))
        photograph = _pixels(made.alpha * made.under(snapshot) + (1 - made.alpha) * made.behind(snapshot))
        matte = _pixels(made.alpha[None])[..., 0]
        for seed, side in enumerate(sides):
            light = light_from(SIDES[side])
            front, behind = made.under(light), made.behind(light)
            truth = _pixels(made.alpha * front + (1 - made.alpha) * behind)
            painting = simulated.painted(resized(truth, (RUN, RUN)), 4 * number + seed)
            yield Case(made.kind, side, photograph, matte, _pixels(front), _pixels(behind), truth, painting)


def _pixels(values: Tensor) -> np.ndarray:
    """[C, H, W] in 0..1 to uint8 [H, W, C]."""
    return (values.clamp(0, 1) * 255).round().to(torch.uint8).permute(1, 2, 0).contiguous().numpy()


def scores(case: Case, develop: Develop) -> dict[str, float]:
    """Return how well ``develop`` does on one case."""
    found = develop(case.photograph, case.painting, case.matte)
    size = found.shape[1::-1]
    front, behind, truth, enlarged = (
        resized(pixels, size) for pixels in (case.front, case.behind, case.truth, case.painting)
    )
    matte = resized(case.matte, size)
    inside = matte >= 128
    ours, painting = (_error(pixels, truth, matte) for pixels in (found, enlarged))
    within, beside = _edges(found, truth, inside)
    return {
        "error, levels": ours,
        "enlarged painting's error, levels": painting,
        "error, share of the enlarged painting's": ours / painting,
        "edges within 1 px": within,
        "edges' distance, px": beside,
        "silhouette IoU": _silhouette(found, front, behind, matte),
    }


def _error(pixels: np.ndarray, truth: np.ndarray, matte: np.ndarray) -> float:
    """The root of the mean squared difference in levels, each pixel weighted by the matte."""
    wrong = ((pixels.astype(np.float32) - truth) ** 2).mean(-1)
    return float(np.sqrt((wrong * matte).sum() / matte.sum(dtype=np.float64)))


def _edges(found: np.ndarray, truth: np.ndarray, inside: np.ndarray) -> tuple[float, float]:
    """The share of the truth's edges with one of the picture's within a pixel, and their mean distance, at most 8."""
    from scipy import ndimage
    from skimage.feature import canny

    here, there = (canny(pixels.mean(-1) / 255, _EDGE_SIGMA, _EDGE_LOW, _EDGE_HIGH) for pixels in (found, truth))
    there &= ndimage.binary_dilation(inside, iterations=2)
    if not there.any() or not here.any():
        return float(not there.any()), 8.0 * there.any()
    distances = ndimage.distance_transform_edt(~here)[there]
    return float((distances < 1.5).mean()), float(distances.clip(max=8).mean())


def _silhouette(found: np.ndarray, front: np.ndarray, behind: np.ndarray, matte: np.ndarray) -> float:
    """The IoU of the subject with what is nearer to it than to its background, where that can be told."""
    apart = (front.astype(np.float32) - behind) / 255
    length = (apart**2).sum(-1)
    inside = matte >= 128
    seen = (length > _SEEN**2) & (np.abs(matte - 127.5) > _DECIDED)
    share = ((found.astype(np.float32) - behind) / 255 * apart).sum(-1) / np.maximum(length, 1e-6)
    found_inside = share > 0.5
    both, either = (found_inside & inside & seen).sum(), ((found_inside | inside) & seen).sum()
    return float(both / either) if either else float("nan")


def table() -> str:
    """Return how near the truth the product comes, as Markdown: means over the lights, a column for each texture."""
    lines = []
    for numbers, size, sides in _SETS:
        ways = {"the photograph's size": product("photograph"), "the run's size": product("run")}
        found: dict[str, list[dict[str, float]]] = {f"{kind}, {way}": [] for way in ways for kind in KINDS}
        for case in cases(numbers, size, sides):
            for way, develop in ways.items():
                found[f"{case.kind}, {way}"].append(scores(case, develop))
        lines += _table(f"rendered, {size} px", found)
    return "\n".join(lines)


def _table(heading: str, found: dict[str, list[dict[str, float]]]) -> list[str]:
    names = list(found)
    lines = [f"| {heading} | {' | '.join(names)} | bar |", "|---|" + "---|" * (len(names) + 1)]
    for score in next(iter(found.values()))[0]:
        means = [float(np.nanmean([row[score] for row in found[name]])) for name in names]
        bar = ""
        if score in BARS:
            sign, limit = BARS[score]
            bar = f"{sign} {limit:.2g}, missed by {sum((mean > limit) == (sign == '<=') for mean in means)}"
        lines.append(f"| {score} | {' | '.join(f'{mean:.2f}' for mean in means)} | {bar} |")
    return [*lines, ""]
