"""A finished result with its layers."""

from __future__ import annotations

import numpy as np

from lib_iclight.restore.developed import Developed, Layers


def developed(depth: type = np.uint8, width: int = 61, height: int = 47, shadow: bool = True) -> Developed:
    """A result that is what its layers say, as exactly as its depth allows."""
    rng, most = np.random.default_rng(0), np.iinfo(depth).max
    pixels = [rng.integers(0, most + 1, (height, width, 3), dtype=depth) for _ in range(3)]
    subject, background, original = pixels
    across = np.linspace(-60, 315, width).clip(0, 255)
    matte = np.repeat(across[None], height, axis=0).astype(np.uint8)
    shade = rng.integers(0, 256, (height, width), dtype=np.uint8) if shadow else None
    behind = background if shade is None else background * (shade[..., None] / 255)
    alpha = matte[..., None] / 255
    picture = np.rint(alpha * subject + (1 - alpha) * behind).astype(depth)
    gain = rng.uniform(0.1, 4, (height, width, 3)).astype(np.float16)
    return Developed(picture, Layers(subject, matte, background, shade, original, gain))
