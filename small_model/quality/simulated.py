"""What a model does to a picture, simulated, so that the truth is known: docs/subject.md says how."""

from __future__ import annotations

import numpy as np

#: At 512 pixels: the autoencoder's blur, how far things are beside their places, and noise in levels (2 %).
BLUR, WARP, NOISE = 2.5, 1.4, 5.1
_WARP_SIGMA = 24.0


def painted(truth: np.ndarray, seed: int = 3, blur: float = BLUR, warp: float = WARP) -> np.ndarray:
    """Return ``truth`` uint8 [H, W, 3] as a model would paint it: blurred, warped, noisy. Lengths are for 512 pixels.

    The warp is smooth; ``warp`` is its root mean square.
    """
    from scipy import ndimage

    random = np.random.default_rng(seed)
    height, width = truth.shape[:2]
    scale = min(height, width) / 512
    places = np.mgrid[:height, :width].astype(np.float32)
    for axis in range(2):
        field = ndimage.gaussian_filter(random.normal(size=(height, width)), _WARP_SIGMA * scale)
        places[axis] += field / field.std() * warp * scale / np.sqrt(2)
    soft = ndimage.gaussian_filter(truth.astype(np.float32), (blur * scale, blur * scale, 0))
    moved = [ndimage.map_coordinates(plane, places, order=1, mode="nearest") for plane in soft.transpose(2, 0, 1)]
    noisy = np.stack(moved, -1) + random.normal(0, NOISE, truth.shape)
    return noisy.clip(0, 255).round().astype(np.uint8)


def shifted(truth: np.ndarray, by: float, seed: int = 3) -> np.ndarray:
    """Return ``truth`` painted with all of it ``by`` pixels of 512 to the right and half as far down."""
    from scipy import ndimage

    across = by * 2 / np.sqrt(5) * min(truth.shape[:2]) / 512
    moved = ndimage.shift(truth.astype(np.float32), (across / 2, across, 0), order=1, mode="nearest")
    return painted(moved.round().clip(0, 255).astype(np.uint8), seed, warp=0.0)


def psnr(pixels: np.ndarray, truth: np.ndarray, where: np.ndarray | slice = slice(None)) -> float:
    """Return the peak signal-to-noise ratio in dB of levels, ``where`` [H, W] says."""
    wrong = pixels[where].astype(np.float64) - truth[where]
    return float(10 * np.log10(255**2 / max(np.mean(wrong**2), 1e-9)))
