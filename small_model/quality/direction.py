"""Finds the light's direction from a subject's shape alone, excluding what its position in the picture explains.

A picture whose right half is bright may be a lit shape or a painted ramp. Position (a quadratic of screen coordinates)
and shape (Lambert's law on the true normals) are fitted to the shading together, and only the shape's part determines
the light's direction. A ramp over the true albedo has no such part, and its angles are random.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from small_model.training import shapes

#: Angles of the candidate lights, and their elevations towards the viewer, in degrees.
_ANGLES = 72
_LIFTS = (0.0, 20.0, 40.0)
#: Softness of Lambert's law, the default of ``scenes.Light``.
_WRAP = 0.1
#: At least this share of a shape's shading must not be explained by position, on average over the candidate lights.
_LEAST = 0.1
#: Pictures are subsampled to about this many rows.
_ROWS = 128


@dataclass(frozen=True)
class Lobes:
    """What a subject's position and shape can explain of its shading, at P of its pixels.

    ``rows`` and ``columns`` [P] are the pixels. ``place`` [P, 6] is an orthonormal basis of the quadratics of the
    screen position; ``shape`` [lifts, angles, P] is Lambert's law for each light, less its part in that basis, of
    length 1; ``own`` is the share of its variance that was left, the mean over the lights.
    """

    rows: Tensor
    columns: Tensor
    place: Tensor
    shape: Tensor
    own: float

    @property
    def tells(self) -> bool:
        """Whether shading of this shape can be told apart from a ramp: for a single ball or cylinder it hardly can."""
        return self.own > _LEAST


def lobes(mask: Tensor, normals: Tensor) -> Lobes:
    """Return the lobes of a subject from its ``mask`` [S, S] and true ``normals`` [3, S, S]."""
    step = max(1, mask.shape[-1] // _ROWS)
    rows, columns = (line * step for line in mask[::step, ::step].nonzero().T)
    x, y = (line[rows, columns] for line in shapes.pixel_grid(mask.shape[-1]))
    place = torch.linalg.qr(torch.stack([torch.ones_like(x), x, y, x * x, x * y, y * y], 1)).Q
    lit = ((_lights() @ normals[:, rows, columns] + _WRAP) / (1 + _WRAP)).clamp(min=0)
    own = lit - (lit @ place) @ place.T
    length = own.norm(dim=-1, keepdim=True)
    whole = (lit - lit.mean(-1, keepdim=True)).norm(dim=-1, keepdim=True).clamp(min=1e-6)
    return Lobes(rows, columns, place, own / length.clamp(min=1e-6), float((length / whole).square().mean()))


def _lights() -> Tensor:
    """Return the directions of the candidate lights, [lifts, angles, 3]."""
    angles = torch.arange(_ANGLES) * (2 * math.pi / _ANGLES)
    lifts = torch.deg2rad(torch.tensor(_LIFTS))[:, None]
    flat = lifts.cos()
    return torch.stack([flat * angles.cos(), flat * angles.sin(), lifts.sin().expand(-1, _ANGLES)], -1)


def light_angle(shading: Tensor, known: Lobes) -> float:
    """Return the angle (degrees, from the right, upwards) of the light that the shape shows in ``shading`` [S, S].

    It has the largest partial correlation with the shading, given place: least squares on place and on one light
    that cannot be negative. Between the candidate angles, it is the vertex of a parabola.
    """
    values = shading[known.rows, known.columns].clamp(max=3)
    rest = values - known.place @ (values @ known.place)
    fits = (known.shape @ rest).amax(0)
    best = int(fits.argmax())
    before, here, after = (float(fits[(best + step) % _ANGLES]) for step in (-1, 0, 1))
    bend = before - 2 * here + after
    aside = (before - after) / (2 * bend) if bend < 0 else 0.0
    return (best + aside) * 360 / _ANGLES % 360


def towards(angles: Tensor, wanted: float) -> Tensor:
    """Return whether [N] the ``angles`` (degrees) are within 90 of ``wanted``; NaN stays NaN."""
    near = (torch.deg2rad(angles - wanted).cos() > 0).float()
    return near.where(~angles.isnan(), angles)


def off(asked: Tensor, found: Tensor) -> Tensor:
    """Return how far [N] the angles ``found`` are from those ``asked``: degrees, counter-clockwise, -180..180."""
    return (found - asked + 180) % 360 - 180
