"""Measures of relit pictures against a scene's true normals, albedo and mask. Each returns one value per scene."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional

from small_model.quality import direction
from small_model.quality.heldout import HeldOut
from small_model.training import scenes, shapes

_LUMA = torch.tensor([0.2126, 0.7152, 0.0722])[:, None, None]
_EDGE = 0.1


def shading(pictures: Tensor, held: HeldOut) -> Tensor:
    """Return how much light the subjects received, [N, S, S]: linear luminance divided by the albedo's."""
    return (pictures**scenes.GAMMA * _LUMA).sum(1) / ((held.albedos * _LUMA).sum(1) + 0.02)


def lit_half(pictures: Tensor, held: HeldOut, angle: float) -> Tensor:
    """Return whether [N] the subject's half towards ``angle`` (degrees) got more light than its other half."""
    x, y = shapes.pixel_grid(held.size)
    turn = torch.deg2rad(torch.tensor(angle))
    along, answers = x * turn.cos() + y * turn.sin(), []
    for light, mask in zip(shading(pictures, held), held.masks, strict=True):
        near = mask & (along > along[mask].median())
        answers.append(light[near].mean() > light[mask & ~near].mean())
    return torch.stack(answers).float()


def light_angles(pictures: Tensor, held: HeldOut) -> Tensor:
    """Return the angles [N] (degrees, from the right, upwards) of the light that the subjects' shapes show.

    NaN where light on a shape cannot be told apart from a ramp. See ``small_model.quality.direction``.
    """
    lights = zip(shading(pictures, held), held.lobes, strict=True)
    return torch.tensor([direction.light_angle(light, known) if known.tells else math.nan for light, known in lights])


def colour_angle(pictures: Tensor, held: HeldOut) -> Tensor:
    """Return the angle [N] in degrees between the subject's mean linear colour and its mean albedo's."""
    weights = held.masks[:, None].float()
    made = (pictures**scenes.GAMMA * weights).sum((2, 3))
    true = (held.albedos * weights).sum((2, 3))
    return torch.rad2deg(functional.cosine_similarity(made, true).clamp(-1, 1).arccos())


def redness(pictures: Tensor, held: HeldOut) -> Tensor:
    """Return red / (red + blue) [N] of the subject's mean linear colour."""
    red, _, blue = (pictures**scenes.GAMMA * held.masks[:, None]).sum((2, 3)).unbind(1)
    return red / (red + blue).clamp(min=1e-6)


def backdrop(pictures: Tensor, held: HeldOut) -> Tensor:
    """Return smooth estimates [N, 3, S, S] of the backgrounds: cubics fitted to pixels well outside the subjects."""
    x, y = shapes.pixel_grid(held.size)
    terms = torch.stack([x**i * y**j for i in range(4) for j in range(4 - i)], -1)
    reach = held.size // 16
    grown = functional.max_pool2d(held.masks[:, None].float(), 2 * reach + 1, stride=1, padding=reach)[:, 0] > 0
    fits = [
        (terms @ torch.linalg.lstsq(terms[~near], made[:, ~near].T).solution).permute(2, 0, 1)
        for made, near in zip(pictures, grown, strict=True)
    ]
    return torch.stack(fits).clamp(0, 1)


def silhouette(relights: dict[str, Tensor], held: HeldOut) -> Tensor:
    """Return the IoU [N] of the masks with what differs from the backdrop in any of the four ``relights``.

    Under one light, a subject's bright side may blend into the bright side of the map; under four lights it cannot.
    """
    apart = torch.stack([(made - backdrop(made, held)).abs().amax(1) for made in relights.values()]).amax(0)
    found = apart > _EDGE
    return (found & held.masks).sum((1, 2)) / (found | held.masks).sum((1, 2))


def normals_from(relights: dict[str, Tensor]) -> Tensor:
    """Return normals [N, 3, S, S] from relights by side: each divided by their mean, minus one; z makes the length 1.

    As in the reference (lllyasviel/IC-Light, ``process_normal``), but without its exponent of 10 on z, which is only
    for looks: with it, even true pictures are off by 40 degrees.
    """
    mean = sum(relights.values()) / len(relights)
    over = {side: (picture + 1e-5) / (mean + 1e-5) - 1 for side, picture in relights.items()}
    u = ((over["right"] - over["left"]) / 2).mean(1)
    v = ((over["top"] - over["bottom"]) / 2).mean(1)
    facing = (1 - u**2 - v**2).clamp(min=0).sqrt()
    return functional.normalize(torch.stack([u, v, facing], 1), dim=1)


def normal_error(relights: dict[str, Tensor], held: HeldOut) -> Tensor:
    """Return the mean angle [N] in degrees between the normals from four relights and true ones on each subject."""
    return normals_apart(normals_from(relights), held)


def normals_apart(found: Tensor, held: HeldOut) -> Tensor:
    """Return the mean angle [N] in degrees between normals ``found`` [N, 3, S, S] and true ones on each subject."""
    degrees = torch.rad2deg((found * held.normals).sum(1).clamp(-1, 1).arccos())
    return (degrees * held.masks).sum((1, 2)) / held.masks.sum((1, 2))


def sum_error(first: Tensor, second: Tensor, both: Tensor, held: HeldOut) -> Tensor:
    """Return the relative difference [N], in linear light on the subjects, of ``both`` from the sum of two lights."""
    return _apart((first**scenes.GAMMA + second**scenes.GAMMA).clamp(max=1), both**scenes.GAMMA, held)


def light_error(pictures: Tensor, right: Tensor, held: HeldOut, *, fitted: bool = False) -> Tensor:
    """Return the relative difference [N], in linear light on the subjects, of ``pictures`` from the ``right`` ones.

    ``fitted`` first makes each as bright as fits best, by least squares.
    """
    made, true = pictures**scenes.GAMMA, right**scenes.GAMMA
    if fitted:
        inside = made * held.masks[:, None]
        shares = (inside * true).sum((1, 2, 3)) / (inside * made).sum((1, 2, 3)).clamp(min=1e-6)
        made = made * shares[:, None, None, None]
    return _apart(made, true, held)


def _apart(made: Tensor, whole: Tensor, held: HeldOut) -> Tensor:
    mask = held.masks[:, None]
    return ((whole - made).abs() * mask).sum((1, 2, 3)) / (whole * mask).sum((1, 2, 3)).clamp(min=1e-6)
