"""Solid shapes seen from the front: masks, heights and true normals, in torch.

The picture spans x (right) and y (up) from -1 to 1; z points at the viewer. Every function that makes a shape returns
a ``Surface`` of maps [S, S].
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

_FAR = -10.0


@dataclass
class Surface:
    """``mask`` [S, S] bool, ``height`` [S, S] (z; low outside), unit ``normals`` [3, S, S], ``part`` [S, S]."""

    mask: Tensor
    height: Tensor
    normals: Tensor
    part: Tensor


def pixel_grid(size: int) -> tuple[Tensor, Tensor]:
    """Return x (rightwards) and y (upwards) of the pixel centres, [S, S] each, in -1..1."""
    line = (torch.arange(size) + 0.5) / size * 2 - 1
    return line.expand(size, size), -line[:, None].expand(size, size)


def length(vectors: Tensor) -> Tensor:
    """Return the lengths [...] of ``vectors`` [3, ...]: ``Tensor.norm`` over the first axis takes ten times as long."""
    return vectors.square().sum(0).sqrt()


def unit(vectors: Tensor) -> Tensor:
    """Return ``vectors`` [3, ...] scaled to length 1."""
    return vectors / length(vectors).clamp(min=1e-6)


def surface(mask: Tensor, height: Tensor, normals: Tensor) -> Surface:
    """Return a one-part ``Surface`` with unit normals, which point at the viewer outside the shape."""
    facing = torch.zeros_like(normals)
    facing[2] = 1
    normals = torch.where(mask, unit(torch.nan_to_num(normals)), facing)
    height = torch.where(mask, height, torch.full_like(height, _FAR))
    return Surface(mask, height, normals, torch.zeros_like(mask, dtype=torch.long))


def union(parts: list[Surface]) -> Surface:
    """Return the parts' surface nearest to the viewer; ``part`` says which part it belongs to."""
    nearest = torch.stack([part.height for part in parts]).argmax(0)
    pick = nearest[None]
    heights = torch.stack([part.height for part in parts]).gather(0, pick)[0]
    masks = torch.stack([part.mask for part in parts]).any(0)
    normals = torch.stack([part.normals for part in parts])
    normals = normals.gather(0, pick[None].expand(1, 3, *nearest.shape))[0]
    return Surface(masks, heights, normals, nearest)


def rotation(yaw: float, pitch: float, roll: float) -> Tensor:
    """Return the rotation matrix [3, 3] for angles in radians (yaw about y, pitch about x, roll about z)."""
    cy, sy, cp, sp, cr, sr = (f(a) for a in (yaw, pitch, roll) for f in (math.cos, math.sin))
    about_y = torch.tensor([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    about_x = torch.tensor([[1, 0, 0], [0, cp, -sp], [0, sp, cp]])
    about_z = torch.tensor([[cr, -sr, 0], [sr, cr, 0], [0, 0, 1]])
    return about_z @ about_x @ about_y


def _rays(size: int, centre: tuple[float, float, float], turn: Tensor) -> tuple[Tensor, Tensor]:
    """Return the origins [3, S, S] and the direction [3] of the viewing rays in the shape's own frame."""
    x, y = pixel_grid(size)
    origins = torch.stack([x - centre[0], y - centre[1], torch.full_like(x, -centre[2])])
    return torch.einsum("ij,ihw->jhw", turn, origins), turn[2]


def ellipsoid(size: int, centre: tuple[float, float, float], axes: tuple[float, float, float], turn: Tensor) -> Surface:
    """Return an ellipsoid with half ``axes``, turned by ``turn``: the ray's far root of a quadratic."""
    origins, direction = _rays(size, centre, turn)
    scale = torch.tensor(axes)
    o, d = origins / scale[:, None, None], direction / scale
    a, b, c = (d * d).sum(), torch.einsum("ihw,i->hw", o, d), (o * o).sum(0) - 1
    root = b * b - a * c
    depth = (-b + root.clamp(min=0).sqrt()) / a
    local = (o + depth * d[:, None, None]) / scale[:, None, None]
    return surface(root > 0, depth, torch.einsum("ij,jhw->ihw", turn, local))


def box(size: int, centre: tuple[float, float, float], halves: tuple[float, float, float], turn: Tensor) -> Surface:
    """Return a box with half sizes ``halves``, turned by ``turn``: slabs, the ray's far end."""
    origins, direction = _rays(size, centre, turn)
    direction = torch.where(direction.abs() < 1e-4, torch.full_like(direction, 1e-4), direction)
    half = torch.tensor(halves)
    near = (-half * direction.sign() - origins.permute(1, 2, 0)) / direction
    far = (half * direction.sign() - origins.permute(1, 2, 0)) / direction
    leave, face = far.min(-1)
    axis = torch.nn.functional.one_hot(face, 3).float() * direction.sign()
    return surface(leave > near.max(-1).values, leave, torch.einsum("ij,hwj->ihw", turn, axis))


def lathe(size: int, centre: tuple[float, float, float], height: float, radii: list[float], roll: float) -> Surface:
    """Return a body of revolution about an axis in the picture plane.

    ``radii`` are spread evenly from bottom to top and joined by smooth interpolation; ``roll`` tilts the axis.
    """
    x, y = pixel_grid(size)
    x, y = x - centre[0], y - centre[1]
    cos, sin = math.cos(roll), math.sin(roll)
    across, along = cos * x + sin * y, -sin * x + cos * y
    profile = torch.nn.functional.interpolate(
        torch.tensor(radii)[None, None], size=256, mode="linear", align_corners=True
    )
    profile = torch.nn.functional.avg_pool1d(
        torch.nn.functional.pad(profile, (10, 10), mode="replicate"), 21, stride=1
    )[0, 0]
    slope = torch.gradient(profile)[0] * 255 / (2 * height)
    place = ((along / height + 1) / 2 * 255).clamp(0, 255).long()
    radius, steep = profile[place], slope[place]
    inside = (along.abs() < height) & (across.abs() < radius)
    out = (radius**2 - across**2).clamp(min=0).sqrt()
    lean = -radius * steep
    normals = torch.stack([cos * across - sin * lean, sin * across + cos * lean, out])
    return surface(inside, out + centre[2], normals)


def ring(size: int, centre: tuple[float, float, float], radius: float, thickness: float) -> Surface:
    """Return a torus that faces the viewer."""
    x, y = pixel_grid(size)
    x, y = x - centre[0], y - centre[1]
    distance = (x * x + y * y).sqrt().clamp(min=1e-6)
    across = distance - radius
    out = (thickness**2 - across**2).clamp(min=0).sqrt()
    normals = torch.stack([across * x / distance, across * y / distance, out])
    return surface(across.abs() < thickness, out + centre[2], normals)


def bumpy(shape: Surface, bumps: Tensor, strength: float) -> Surface:
    """Return ``shape`` with its normals tilted by the slopes of the height map ``bumps`` [S, S]."""
    down, right = torch.gradient(bumps)
    tilt = torch.stack([-right, down, torch.zeros_like(down)]) * strength * bumps.shape[-1]
    normals = torch.where(shape.mask, unit(shape.normals + tilt), shape.normals)
    return Surface(shape.mask, shape.height, normals, shape.part)
