"""The photograph in a painting's light, on photographs under simulated lights, beside simpler ways to the same."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lib_iclight.picture.srgb import linear_to_srgb, srgb_to_linear
from small_model.quality.simulated import painted, psnr, shifted

SIDE = 512
NAMES = ("astronaut", "coffee", "chelsea")
#: Puts a painting's light on a photograph, both uint8 [S, S, 3].
Way = Callable[[np.ndarray, np.ndarray], np.ndarray]
#: By how many pixels letters are painted beside their place.
OFFSETS = (1.5, 3.0, 5.0)
#: What a hard shadow leaves, and how far from its edge an old one is looked at.
_SHADOW, _NEAR = 0.25, 12
_SIGMAS = (4.0, 8.0, 12.0)


def photograph(name: str) -> np.ndarray:
    """Return the middle square of one of scikit-image's photographs, uint8 [512, 512, 3]."""
    import skimage.data
    from PIL import Image

    picture = Image.fromarray(getattr(skimage.data, name)())
    side = min(picture.size)
    left, top = ((length - side) // 2 for length in picture.size)
    square = picture.crop((left, top, left + side, top + side))
    return np.asarray(square.resize((SIDE, SIDE), Image.Resampling.LANCZOS))


def in_light(subject: np.ndarray, light: np.ndarray) -> np.ndarray:
    """Return ``subject`` uint8 [S, S, 3] multiplied by a linear ``light`` [S, S, 3] or what broadcasts to it."""
    return (linear_to_srgb((srgb_to_linear(subject / 255) * light).clip(0, 1)) * 255).round().astype(np.uint8)


def side_light() -> np.ndarray:
    """Return a strong warm light from the left, [1, S, 3]."""
    return np.linspace(1, 0.1, SIDE)[None, :, None] * [1.0, 0.85, 0.6]


def coloured_light() -> np.ndarray:
    """Return an orange light from the left and a blue one from above, [S, S, 3]."""
    across, down = np.linspace(1, 0, SIDE)[None, :, None], np.linspace(1, 0, SIDE)[:, None, None]
    return 0.06 + 0.8 * across**1.5 * [1.0, 0.55, 0.2] + 0.7 * down**2 * [0.15, 0.35, 1.0]


def hard_light() -> np.ndarray:
    """Return a warm light with a hard shadow that leaves a quarter of it, [S, S, 3]; the edge is slanted."""
    return np.where(_edge_distance() < 0, 1.0, _SHADOW)[..., None] * [0.9, 0.8, 0.65]


def _edge_distance() -> np.ndarray:
    """How far right of the hard shadow's edge each pixel is, [S, S]."""
    y, x = np.mgrid[:SIDE, :SIDE]
    return x + 0.35 * y - 0.62 * SIDE


def lettered() -> np.ndarray:
    """Return a card with letters whose strokes are about 2 pixels wide, uint8 [S, S, 3]."""
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (SIDE // 2, SIDE // 2), (205, 190, 160))
    draw = ImageDraw.Draw(image)
    for row, y in enumerate(range(4, SIDE // 2, 14)):
        draw.text((4 - 3 * row % 11, y), "ESPRESSO BAR 1968 TEA, COFFEE AND CAKE TO GO", fill=(30, 35, 60))
    return np.asarray(image.resize((SIDE, SIDE), Image.Resampling.BICUBIC))


def ours(before: np.ndarray, painting: np.ndarray) -> np.ndarray:
    """The product's way, at the run's size."""
    from lib_iclight.restore.photograph import in_new_light
    from lib_iclight.restore.relighting import LightTaken

    return in_new_light(before, painting, np.full(before.shape[:2], 255, np.uint8), LightTaken())


def guided_ratio(before: np.ndarray, painting: np.ndarray, radius: int = 8, epsilon: float = 0.1) -> np.ndarray:
    """The logarithm of the ratio per channel, smoothed by a guided filter (He et al. 2010) along the photograph.

    The window and epsilon are those of the best figures on average.
    """
    from scipy import ndimage

    def mean(values: np.ndarray) -> np.ndarray:
        return ndimage.uniform_filter(values, (2 * radius + 1, 2 * radius + 1, 0), mode="nearest")

    old, new = (srgb_to_linear(pixels / 255) for pixels in (before, painting))
    guide = np.log(old.mean(-1, keepdims=True) + 0.02)
    log = np.log((new + 5e-3) / (old + 5e-3))
    slope = (mean(log * guide) - mean(log) * mean(guide)) / (mean(guide**2) - mean(guide) ** 2 + epsilon)
    smooth = mean(slope) * guide + mean(mean(log) - slope * mean(guide))
    return (linear_to_srgb((old * np.exp(smooth)).clip(0, 1)) * 255).round().astype(np.uint8)


def difference_of_gaussians(before: np.ndarray, painting: np.ndarray, sigma: float) -> np.ndarray:
    """The painting, blurred, and what a blur takes from the photograph: what other extensions do."""
    from scipy import ndimage

    low, high = (ndimage.gaussian_filter(pixels.astype(np.float32), (sigma, sigma, 0)) for pixels in (painting, before))
    return (low + before - high).clip(0, 255).round().astype(np.uint8)


def decibels(cases: list[tuple[np.ndarray, np.ndarray, np.ndarray]], where: np.ndarray | slice) -> dict[str, float]:
    """Return each way's mean PSNR over (photograph, painting, truth); the last way has the best sigma in each row."""
    found = {
        "painting": np.mean([psnr(painting, truth, where) for _, painting, truth in cases]),
        "photograph": np.mean([psnr(ours(before, painting), truth, where) for before, painting, truth in cases]),
        "guided ratio": np.mean([psnr(guided_ratio(before, made), truth, where) for before, made, truth in cases]),
    }
    sharpened = [
        np.mean(
            [psnr(difference_of_gaussians(before, painting, sigma), truth, where) for before, painting, truth in cases]
        )
        for sigma in _SIGMAS
    ]
    return {name: float(value) for name, value in found.items()} | {"difference of Gaussians": float(max(sharpened))}


def rows() -> dict[str, dict[str, float]]:
    """Return the table: PSNR in dB by what is shown and by way."""
    whole, pictures, found = slice(None), [photograph(name) for name in NAMES], {}
    for name, light in (("side", side_light()), ("coloured", coloured_light()), ("hard shadow", hard_light())):
        truths = [in_light(before, light) for before in pictures]
        cases = [(before, painted(truth), truth) for before, truth in zip(pictures, truths, strict=True)]
        found[name] = decibels(cases, whole)
    card = lettered()
    truth = in_light(card, np.linspace(1, 0.3, SIDE)[None, :, None])
    for offset in OFFSETS:
        found[f"letters painted {offset:g} px off"] = decibels([(card, shifted(truth, offset), truth)], whole)
    truths = [in_light(before, side_light()) for before in pictures]
    shaded = [in_light(before, hard_light()) for before in pictures]
    cases = [(before, painted(truth), truth) for before, truth in zip(shaded, truths, strict=True)]
    found["an old hard shadow, within 12 px"] = decibels(cases, np.abs(_edge_distance()) < _NEAR)
    return found


def edge_widths() -> dict[str, float]:
    """Return how wide the gain is between 10 and 90 % of a hard shadow's step, in pixels, by subject.

    The painting is exact. The median over the rows.
    """
    from lib_iclight.restore.gain import gain

    step = np.where(np.arange(SIDE) < SIDE // 2, 1.0, _SHADOW)[None, :, None]
    near, found = slice(SIDE // 2 - 50, SIDE // 2 + 50), {}
    for name in ("plain", *NAMES):
        before = np.full((SIDE, SIDE, 3), 160, np.uint8) if name == "plain" else photograph(name)
        light = gain(before, in_light(before, step), np.full((SIDE, SIDE), 255, np.uint8))[3, :, near].exp().numpy()
        share = (light - _SHADOW) / (1 - _SHADOW)
        found[name] = float(np.median(((share > 0.1) & (share < 0.9)).sum(1)))
    return found


def overshoots() -> dict[str, float]:
    """Return by how many levels at most the photograph goes beyond what the truth has nearby; paintings are exact."""
    plain, half = np.full((SIDE, SIDE, 3), (120, 100, 90), np.uint8), np.array([0.5, 0.5, 0.5])
    step = np.where(np.arange(SIDE) < SIDE // 2, 1.0, _SHADOW)[None, :, None]
    black, clipped = plain.copy(), plain.copy()
    black[200:300, 200:300], clipped[200:300, 200:300] = 0, 255
    cases = {"a step of light": (plain, step), "black": (black, half), "a clipped place": (clipped, half)}
    found = {}
    for name, (before, light) in cases.items():
        truth = in_light(before, light)
        found[name] = _beyond(ours(before, truth), truth)
    return found | {"hair": _beyond_hair()}


def _beyond_hair() -> float:
    """At strands around a rendered subject in a smooth light from the left, before grey."""
    from small_model.quality.photograph import cases, product

    case = next(cases([2], SIDE, ["left"]))
    share, behind = case.matte[..., None] / 255, np.full((SIDE, SIDE, 3), 150, np.uint8)
    before = (share * case.front + (1 - share) * behind).round().astype(np.uint8)
    truth = (share * in_light(case.front, side_light()) + (1 - share) * behind).round().astype(np.uint8)
    return _beyond(product("run")(before, truth, case.matte), truth)


def _beyond(pixels: np.ndarray, truth: np.ndarray) -> float:
    from scipy import ndimage

    window = (9, 9, 1)
    over = pixels.astype(int) - ndimage.maximum_filter(truth, window)
    under = ndimage.minimum_filter(truth, window).astype(int) - pixels
    return float(max(over.max(), under.max()))


def table() -> str:
    """Return all of it as Markdown."""
    found = rows()
    ways = list(next(iter(found.values())))
    lines = [f"| PSNR in dB, {SIDE} px | {' | '.join(ways)} | the photograph's is the best |", "|---|" + "---|" * 5]
    for name, values in found.items():
        best = "yes" if values["photograph"] >= max(values.values()) else "NO"
        lines.append(f"| {name} | {' | '.join(f'{values[way]:.1f}' for way in ways)} | {best} |")
    widths, beyond = edge_widths(), overshoots()
    lines += ["", "| a hard shadow's edge, 10 to 90 % | px | bar |", "|---|---|---|"]
    lines += [f"| {name} | {width:.1f} | <= 4 {'met' if width <= 4 else 'MISSED'} |" for name, width in widths.items()]
    lines += ["", "| overshoot at | levels | bar |", "|---|---|---|"]
    lines += [f"| {name} | {most:.0f} | < 3 {'met' if most < 3 else 'MISSED'} |" for name, most in beyond.items()]
    return "\n".join(lines)
