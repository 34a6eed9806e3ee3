"""A result and what it is made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..picture.deep import eight_bits


@dataclass(frozen=True, eq=False)
class Layers:
    """The parts of a result, all of its size. Pixels are sRGB, uint8 or uint16 as the result's.

    The result is ``matte * subject + (1 - matte) * shadow * background``, computed on the encoded values, as programs
    for layered pictures do it.

    Attributes:
        subject: ``[H, W, 3]``, relit, in its own colours under the soft parts of the matte.
        matte: uint8 ``[H, W]``, 255 on the subject.
        background: ``[H, W, 3]``, without the shadow.
        shadow: uint8 ``[H, W]``, 255 where there is none; None if there is none at all.
        original: ``[H, W, 3]``, the photograph as it was; grey where it does not reach.
        gain: float16 ``[H, W, 3]``, by which the photograph's linear light is multiplied.
    """

    subject: np.ndarray
    matte: np.ndarray
    background: np.ndarray
    shadow: np.ndarray | None
    original: np.ndarray
    gain: np.ndarray


@dataclass(frozen=True, eq=False)
class Developed:
    """A finished result.

    Attributes:
        picture: uint8 ``[H, W, 3]``, or uint16 if the photograph has more than 8 bits and the result its size.
        layers: what it is made of, if asked for.
        found: the exposure of the painting's light, if asked for: see
            :func:`lib_iclight.restore.exposure.exposure_of`.
    """

    picture: np.ndarray
    layers: Layers | None = None
    found: tuple[float, float, float] | None = None

    @property
    def seen(self) -> np.ndarray:
        """The picture with 8 bits, rounded: uint8 ``[H, W, 3]``."""
        return self.picture if self.picture.dtype == np.uint8 else eight_bits(self.picture)
