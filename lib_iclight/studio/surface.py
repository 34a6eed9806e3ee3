"""The surface of a subject: its normals, from how four lights differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from ..errors import ICLightError
from ..picture.srgb import linear_to_srgb
from .around import ring_of
from .light_set import LightSet, pictures_of

SIDES = {"left": 180.0, "right": 0.0, "bottom": 270.0, "top": 90.0}
"""The lights that normals need, and their angles."""

CONVENTIONS = {"opengl": (1, 1), "directx": (1, -1), "controlnet": (-1, 1)}
"""The signs of red and green. In OpenGL red is right, green is up and blue faces the viewer; in DirectX green is down;
in ControlNet 1.1 red is left (its README: "blue is front, red is left, green is top")."""

AUTHORS_SIGMA = 10.0
"""The exponent of the author's demo: it makes slopes look steep, as normal maps for ControlNet are."""

TRUE_SIGMA = 1.0
"""With this exponent z is what the length leaves: for most lights nearer to the subject's own normals."""

_TINY = 1e-5
_NEAR = 1e-3


def divided(sides: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Pictures divided by the mean of all, minus 1: what is left of the light, whatever the subject's colours.

    Args:
        sides: float ``[h, w, 3]`` each, sRGB values in 0..1.

    Returns:
        Of the same shape, from -1 to the number of pictures less 1.
    """
    ambient = sum(sides) / len(sides)
    return [(side + _TINY) / (ambient + _TINY) - 1 for side in sides]


def normals(sides: Sequence[np.ndarray], matte: np.ndarray, sigma: float = AUTHORS_SIGMA) -> np.ndarray:
    """The normals of a subject, as IC-Light's author computes them.

    Source: lllyasviel/IC-Light, ``process_normal`` in ``gradio_demo_bg.py``. There the ambient picture is the mean of
    the four, and they are shot of a subject that is lifted by 16 levels before it is laid on grey.

    Args:
        sides: float ``[h, w, 3]`` each, sRGB values in 0..1: the light from the left, the right, below and above.
        matte: uint8 ``[h, w]``, 255 on the subject.
        sigma: above 0; the larger, the less z there is in a slope.

    Returns:
        float32 ``[h, w, 3]``: x to the right, y upwards, z to the viewer (OpenGL). Of length 1 on the subject and away
        from it, where they face the viewer.
    """
    left, right, bottom, top = divided(sides)
    x = np.mean((right - left) * 0.5, axis=2)
    y = np.mean((top - bottom) * 0.5, axis=2)
    z = (1 - x**2 - y**2).clip(0) ** (0.5 * sigma)
    found = np.stack([x, y, z], axis=2)
    found /= np.sqrt(np.sum(found**2, axis=2, keepdims=True))
    alpha = matte.astype(np.float32)[..., None] / 255
    return (found * alpha + np.array([0, 0, 1], np.float32) * (1 - alpha)).astype(np.float32)


def normals_of(light_set: LightSet, sigma: float = AUTHORS_SIGMA) -> np.ndarray:
    """:func:`normals` of a set's subject.

    Raises:
        ICLightError: see :func:`sides_of`.
    """
    return normals(sides_of(light_set), light_set.matte, sigma)


def sides_of(light_set: LightSet) -> list[np.ndarray]:
    """A set's pictures from the left, the right, below and above: float32 ``[h, w, 3]`` each, sRGB in 0..1.

    Raises:
        ICLightError: one was not shot.
    """
    return [linear_to_srgb(linear.clip(0, 1)) for linear in sides_linear(light_set)]


def sides_linear(light_set: LightSet) -> Iterator[np.ndarray]:
    """:func:`sides_of` in linear light, one after another.

    Raises:
        ICLightError: one was not shot.
    """
    found = _shot_from(light_set)
    missing = [side for side, indices in found.items() if not indices]
    if missing:
        raise ICLightError(
            f"Normals need light from the left, the right, below and above, and this set has none from "
            f"{' and '.join(missing)}. Shoot the author's four."
        )
    four = tuple(light_set.lights[indices[0]] for indices in found.values())
    return pictures_of(replace(light_set, lights=four, ambient=None))


def has_sides(light_set: LightSet) -> bool:
    """Whether a set has the four lights that normals need."""
    return all(_shot_from(light_set).values())


def _shot_from(light_set: LightSet) -> dict[str, list[int]]:
    """The indices of the lights from each side."""
    ring = ring_of(light_set)
    return {side: [index for index, at in ring.items() if abs(at - angle) < _NEAR] for side, angle in SIDES.items()}


def in_convention(found: np.ndarray, convention: str) -> np.ndarray:
    """Normals ``[h, w, 3]`` as another program expects them.

    Args:
        found: from :func:`normals`.
        convention: one of :data:`CONVENTIONS`.

    Raises:
        ICLightError: there is no such convention.
    """
    if convention not in CONVENTIONS:
        raise ICLightError(f"There is no convention of normals {convention!r}. Choose: {', '.join(CONVENTIONS)}.")
    return found * np.array([*CONVENTIONS[convention], 1], np.float32)


def as_levels(values: np.ndarray) -> np.ndarray:
    """Normals, or one of the divided pictures, as colours: -1 to 1 becomes uint16 0 to 65,535, rounded."""
    return np.rint((values * 32767.5 + 32767.5).clip(0, 65535)).astype(np.uint16)
