"""How bright a set's pictures are, from which the automatic exposure of any mix follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..picture.srgb import LUMA, linear_levels
from .lamps import NO_LAMPS
from .light_set import LightSet
from .lit_surface import LitSurface

MOST_STOPS = 4.0
"""How far the automatic exposure goes, up and down."""


@dataclass(frozen=True, eq=False)
class Brightness:
    """The means inside the matte, in linear light.

    Attributes:
        means: float64 ``[K, 3]``, of each picture (the ambient one comes last) and channel.
        own: the photograph's luminance.
        surface: the subject as lamps light it.
    """

    means: np.ndarray
    own: float
    surface: LitSurface

    def automatic_exposure(self, found: np.ndarray, lamps: np.ndarray = NO_LAMPS) -> float:
        """The exposure in stops, -4 to 4, that keeps the subject as bright as the photograph shows it.

        The rule: inside the matte, the mean luminance of the mix, before white is cut off, is the photograph's. Of a
        sum that is the sum of its lights' means, so that it follows from the factors without a look at the picture, and
        changes as smoothly as they do. A mix without light is left as it is.

        Args:
            found: from :func:`lib_iclight.studio.mix.factors`.
            lamps: from :func:`lib_iclight.studio.mix.lamp_rows`; the subject is looked at in a few cells for them.

        Raises:
            ICLightError: there are lamps, and the set has no normals.
        """
        mean = float(np.array(LUMA) @ (self.means * found).sum(axis=0))
        if len(lamps):
            mean += self.surface.samples.luminance(lamps)
        if mean <= 0 or self.own <= 0:
            return 0.0
        return float(np.log2(self.own / mean).clip(-MOST_STOPS, MOST_STOPS))


def share_of(matte: np.ndarray) -> np.ndarray:
    """How much each pixel counts: float32 ``[h * w]``, which add up to 1; all alike without a subject."""
    share = matte.reshape(-1) if matte.any() else np.ones(matte.size, np.uint8)
    return (share / share.sum(dtype=np.float64)).astype(np.float32)


def mean_of(linear: np.ndarray, share: np.ndarray) -> np.ndarray:
    """The mean of a picture, float64 ``[3]``.

    Args:
        linear: float32 ``[h, w, 3]``.
        share: from :func:`share_of`.
    """
    return (share @ linear.reshape(-1, 3)).astype(np.float64)


def brightness_of(light_set: LightSet, means: Sequence[np.ndarray], share: np.ndarray) -> Brightness:
    """The brightness of a set.

    Args:
        light_set: for its photograph.
        means: of its pictures, from :func:`mean_of`.
        share: from :func:`share_of`.
    """
    own = mean_of(linear_levels(255)[light_set.photograph], share)
    return Brightness(np.stack(means), float(own @ np.array(LUMA)), LitSurface(light_set))
