"""Held-out rendered scenes with fine texture, of any size: print, cloth, and edges like hair; the light is known."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor
from torch.nn import functional

from small_model.quality.heldout import FIRST_SEED
from small_model.training import scenes, shapes, subjects

#: What covers the subjects, in turn.
KINDS = ("print", "cloth", "hair")
_WORDS = "ESPRESSO BAR 1968 fine print on paper, read me if you can: 0123456789 Light is Truth"
#: Strands of hair, their lengths as shares of the picture's side, and their widths in pixels of a picture of 1024.
_STRANDS, _LENGTHS, _WIDTHS = 1400, (0.02, 0.06), (1.0, 2.5)
_STEPS, _SMOOTH = 12, 3


@dataclass(frozen=True)
class Textured:
    """A scene of S pixels.

    ``scene`` has the albedo with its texture; ``alpha`` [S, S] in 0..1 is exact, and inside it the scene's shape goes
    on under soft edges. ``normals`` and ``albedo`` are the scene's.
    """

    kind: str
    scene: scenes.Scene
    alpha: Tensor

    def under(self, light: scenes.Light) -> Tensor:
        """Return the subject alone under ``light``, display values in 0..1, [3, S, S], in its own colours at edges."""
        return scenes.subject_light(self.scene, light).clamp(0, 1) ** (1 / scenes.GAMMA)

    def behind(self, light: scenes.Light) -> Tensor:
        """Return what lies behind the subject under ``light``, display values in 0..1, [3, S, S]."""
        return scenes.backdrop_light(self.scene, light).clamp(0, 1) ** (1 / scenes.GAMMA)


def textured(number: int, size: int) -> Textured:
    """Return the scene of this number, of ``size`` pixels; its shape is the same at every size."""
    rng = random.Random(FIRST_SEED + 5000 + number)
    kind = KINDS[number % len(KINDS)]
    _, shape = subjects.random_subject(size, rng)
    mask = shape.mask.float()
    alpha = _haired(mask, rng) if kind == "hair" else _softened(mask)
    shape = _carried_on(shape)
    (_, first), (_, second) = (subjects.random_albedo(rng) for _ in range(2))
    albedo = _texture(kind, size, first, second, rng)
    scene = scenes.Scene(shape, albedo, rng.uniform(0, 0.3), rng.uniform(12, 60), None, None, [])
    return Textured(kind, scene, alpha)


def _softened(mask: Tensor) -> Tensor:
    """The share [S, S] of each pixel that a hard ``mask`` covers, about: a mean of three by three."""
    return functional.avg_pool2d(mask[None, None], 3, stride=1, padding=1, count_include_pad=False)[0, 0]


def _carried_on(shape: shapes.Surface) -> shapes.Surface:
    """The shape with its surface carried on outside of its mask, as what is nearest inside."""
    from scipy import ndimage

    rows, columns = ndimage.distance_transform_edt(~shape.mask.numpy(), return_distances=False, return_indices=True)
    at = torch.from_numpy(rows).long(), torch.from_numpy(columns).long()
    normals = shape.normals[:, at[0], at[1]]
    return shapes.Surface(shape.mask, shape.height[at], normals, shape.part[at])


def _haired(mask: Tensor, rng: random.Random) -> Tensor:
    """The coverage [S, S] of a mask with strands that leave its edge, drawn at twice the size."""
    size = mask.shape[-1]
    inside = mask.bool()
    edge = inside & (functional.avg_pool2d(mask[None, None], 3, stride=1, padding=1)[0, 0] < 1)
    down, right = torch.gradient(functional.avg_pool2d(mask[None, None], 31, stride=1, padding=15)[0, 0])
    rows, columns = edge.nonzero().T
    image = Image.fromarray((mask.numpy() * 255).astype(np.uint8)).resize(
        (2 * size, 2 * size), Image.Resampling.NEAREST
    )
    draw = ImageDraw.Draw(image)
    for _ in range(_STRANDS):
        at = rng.randrange(len(rows))
        y, x = int(rows[at]), int(columns[at])
        heading = math.atan2(-float(down[y, x]), -float(right[y, x])) + rng.gauss(0, 0.5)
        bend, length = rng.gauss(0, 0.08), rng.uniform(*_LENGTHS) * size / _STEPS
        points = [(float(x), float(y))]
        for _ in range(_STEPS):
            points.append((points[-1][0] + length * math.cos(heading), points[-1][1] + length * math.sin(heading)))
            heading += bend
        width = max(1, round(2 * rng.uniform(*_WIDTHS) * size / 1024))
        draw.line([(2 * px, 2 * py) for px, py in points], fill=255, width=width)
    found = torch.from_numpy(np.asarray(image, np.float32) / 255)
    return functional.avg_pool2d(found[None, None], 2)[0, 0]


def _texture(kind: str, size: int, first: Tensor, second: Tensor, rng: random.Random) -> Tensor:
    """Linear albedo [3, S, S]."""
    ground = (0.35 + 0.65 * first)[:, None, None] if kind == "print" else first[:, None, None]
    ink = (0.25 * second)[:, None, None]
    if kind == "print":
        share = _print(size, rng)
    elif kind == "cloth":
        share = _weave(size, rng)
    else:
        share = _strands(size, rng)
    return (ground * (1 - share) + ink * share).clamp(0.02, 0.95)


def _print(size: int, rng: random.Random) -> Tensor:
    """Lines of letters, 1 where there is ink, [S, S]."""
    image, top = Image.new("L", (size, size)), 0
    while top < size:
        height = max(4, rng.randint(10, 40) * size // 1024)
        start = rng.randrange(len(_WORDS))
        line = (_WORDS[start:] + "  " + _WORDS) * 3
        top += _line(image, top, height, line)
    return torch.from_numpy(np.asarray(image, np.float32) / 255)


def _line(image: Image.Image, top: int, height: int, text: str) -> int:
    """Draw a line of text and return the next one's distance; Pillow's own font has one size, and is enlarged."""
    font = ImageFont.load_default()
    _, _, width, tall = font.getbbox(text)
    small = Image.new("L", (width, tall))
    ImageDraw.Draw(small).text((0, 0), text, fill=255, font=font)
    image.paste(small.resize((width * height // tall + 1, height), Image.Resampling.BICUBIC), (0, top))
    return height + max(2, height // 5)


def _weave(size: int, rng: random.Random) -> Tensor:
    """Threads over and under each other, 0..1, [S, S]: a period of 8 to 14 pixels of a picture of 1024."""
    x, y = shapes.pixel_grid(size)
    turn = rng.uniform(0, math.pi)
    along, across = math.cos(turn) * x + math.sin(turn) * y, -math.sin(turn) * x + math.cos(turn) * y
    threads = 1024 / rng.uniform(8, 14) * math.pi
    over = (along * threads).sin() * (across * threads).sin() > 0
    tone = torch.where(over, (along * threads).cos(), (across * threads).cos()).abs()
    wide = ((along * 14).sin() > 0.6) | ((across * 14).sin() > 0.6)
    return 0.1 + 0.55 * (1 - tone) + 0.35 * wide


def _strands(size: int, rng: random.Random) -> Tensor:
    """Fine strands that lie side by side, 0..1, [S, S]: noise that is long one way."""
    generator = torch.Generator().manual_seed(rng.randrange(2**31))
    fine = torch.rand(1, 1, max(4, 24 * size // 1024), size // 2, generator=generator)
    return functional.interpolate(fine, size=(size, size), mode="bicubic", align_corners=False)[0, 0].clamp(0, 1)
