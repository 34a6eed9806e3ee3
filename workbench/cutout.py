"""Cuts out a subject by its colours alone, for a machine without a background remover or a network.

Ellipses say roughly where the subject is. Two colour mixtures, the subject's and the background's, are fitted to that
guess and refined iteratively (the idea of GrabCut, Rother et al. 2004, on superpixels and without its graph cut);
a guided filter (He et al. 2010) then makes the edge follow the picture. Real removers do better on busy pictures.
"""

from dataclasses import dataclass

import numpy as np
from PIL import Image

# Centre x, centre y, half width, half height, as fractions of the picture's width and height.
Ellipse = tuple[float, float, float, float]


@dataclass(frozen=True)
class Guess:
    """Where the subject is, how certain that is (0.5..1), and how much weight the colours have against it."""

    ellipses: tuple[Ellipse, ...]
    certainty: float
    colour_weight: float


MIDDLE = Guess(((0.5, 0.62, 0.36, 0.6),), certainty=0.9, colour_weight=3.0)

WORKING_SIDE = 256
SUPERPIXELS = 900
COLOURS = 6
ROUNDS = 5
NOISE = 25.0  # CIELAB units squared, added to each colour's variance


def cut_out(picture: Image.Image, guess: Guess = MIDDLE) -> Image.Image:
    """Return `picture` as RGBA of its own size, opaque where the subject is; the same picture gives the same alpha."""
    rgb = picture.convert("RGB")
    scale = min(1.0, WORKING_SIDE / max(rgb.size))
    small = rgb.resize([max(1, round(side * scale)) for side in rgb.size], Image.Resampling.BOX)
    alpha = subject_alpha(np.asarray(small, np.float64) / 255, guess)
    rgb.putalpha(Image.fromarray(np.uint8(np.rint(alpha * 255))).resize(rgb.size, Image.Resampling.BICUBIC))
    return rgb


def subject_alpha(pixels: np.ndarray, guess: Guess) -> np.ndarray:
    """Return the alpha, [H, W] in 0..1, of the subject in `pixels`, [H, W, 3] in 0..1."""
    from scipy import ndimage
    from skimage.color import rgb2lab
    from skimage.segmentation import slic

    labels = slic(pixels, n_segments=SUPERPIXELS, compactness=10, start_label=0)
    count = labels.max() + 1
    areas = np.bincount(labels.ravel(), minlength=count)

    def mean(values: np.ndarray) -> np.ndarray:
        return np.bincount(labels.ravel(), values.ravel(), count) / areas

    lab = rgb2lab(pixels)
    colours = np.stack([mean(lab[..., channel]) for channel in range(3)], axis=1)
    prior = np.clip(mean(_nearness(*labels.shape, guess.ellipses)), 1 - guess.certainty, guess.certainty)
    subject = prior
    for _ in range(ROUNDS):
        gain = _likelihood(colours, areas * subject**2) - _likelihood(colours, areas * (1 - subject) ** 2)
        odds = np.log(prior / (1 - prior)) + guess.colour_weight * np.clip(gain, -6, 6)
        subject = 1 / (1 + np.exp(-odds))
        subject = (subject + mean(ndimage.gaussian_filter(subject[labels], 3))) / 2
    mask = _largest_piece((subject if (subject > 0.5).any() else prior)[labels] > 0.5)
    return np.clip((_guided(pixels, mask.astype(float)) - 0.5) * 1.6 + 0.5, 0, 1)


def _nearness(height: int, width: int, ellipses: tuple[Ellipse, ...]) -> np.ndarray:
    """Return [H, W]: near 1 inside the ellipses, 1/2 on their edges, near 0 outside."""
    y, x = np.mgrid[:height, :width]
    u, v = (x + 0.5) / width, (y + 0.5) / height
    distance = np.min([np.hypot((u - cx) / rx, (v - cy) / ry) for cx, cy, rx, ry in ellipses], axis=0)
    return 1 / (1 + np.exp((distance - 1) * 10))


def _likelihood(colours: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the log likelihood, [N], of `colours` [N, 3] under a mixture of Gaussians fitted to them by `weights`."""
    nearest = _clusters(colours, weights)
    parts = []
    for cluster in np.unique(nearest):
        members = nearest == cluster
        weight = weights[members].sum()
        if weight <= 0:
            continue
        centre = np.average(colours[members], axis=0, weights=weights[members])
        away = colours[members] - centre
        covariance = (away * weights[members, None]).T @ away / weight + NOISE * np.eye(3)
        away = colours - centre
        spread = np.einsum("ni,ij,nj->n", away, np.linalg.inv(covariance), away)
        parts.append(np.log(weight / weights.sum()) - 0.5 * (spread + np.log(np.linalg.det(covariance))))
    return np.logaddexp.reduce(parts, axis=0)


def _clusters(colours: np.ndarray, weights: np.ndarray, rounds: int = 12) -> np.ndarray:
    """Return each colour's cluster by weighted k-means; deterministic, as it starts from the farthest points."""
    centres = colours[[np.argmax(weights)]]
    while len(centres) < COLOURS:
        gaps = np.square(colours[:, None] - centres).sum(axis=-1).min(axis=1)
        centres = np.vstack([centres, colours[np.argmax(gaps * weights)]])
    for _ in range(rounds):
        nearest = np.square(colours[:, None] - centres).sum(axis=-1).argmin(axis=1)
        for cluster in range(COLOURS):
            members = nearest == cluster
            if weights[members].sum() > 0:
                centres[cluster] = np.average(colours[members], axis=0, weights=weights[members])
    return nearest


def _largest_piece(mask: np.ndarray) -> np.ndarray:
    from scipy import ndimage

    pieces, count = ndimage.label(mask)
    if count > 1:
        sizes = ndimage.sum(mask, pieces, range(1, count + 1))
        mask = pieces == 1 + np.argmax(sizes)
    return ndimage.binary_fill_holes(mask)


def _guided(guide: np.ndarray, values: np.ndarray, radius: int = 6, epsilon: float = 1e-4) -> np.ndarray:
    """Return `values` [H, W] as its best locally linear function of `guide` [H, W, 3] (the colour guided filter)."""
    from scipy import ndimage

    def box(array: np.ndarray) -> np.ndarray:
        side = 2 * radius + 1
        return ndimage.uniform_filter(array, (side, side) + (0,) * (array.ndim - 2))

    guide_mean, values_mean = box(guide), box(values)
    covariance = box(guide * values[..., None]) - guide_mean * values_mean[..., None]
    outer = box(guide[..., :, None] * guide[..., None, :]) - guide_mean[..., :, None] * guide_mean[..., None, :]
    slope = np.linalg.solve(outer + epsilon * np.eye(3), covariance[..., None])[..., 0]
    offset = values_mean - (slope * guide_mean).sum(axis=-1)
    return (box(slope) * guide).sum(axis=-1) + box(offset)
