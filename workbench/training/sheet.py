"""A contact sheet: held-out subjects and photographs, relit by the files in a folder."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from workbench.model import build, files
from workbench.training import data, metrics, sampling, scenes, shapes


def photo_subjects(size: int) -> Tensor:
    """Return the training photographs in an oval on grey 127, [N, 3, S, S]: stand-ins for cut-outs."""
    x, y = shapes.pixel_grid(size)
    oval = ((x / 0.75) ** 2 + (y / 0.9) ** 2 < 1).float()
    rows = []
    for photo in data.load_photos()[:3]:
        side = min(photo.shape[1:])
        square = photo[None, :, :side, (photo.shape[2] - side) // 2 :][..., :side]
        shown = functional.interpolate(square, size=(size, size), mode="bilinear", antialias=True)[0]
        rows.append(127 / 255 + (shown - 127 / 255) * oval)
    return torch.stack(rows)


def write(folder: Path, target: Path, size: int = 128, count: int = 8) -> Path:
    """Write the sheet as a PNG and return its path: a row a subject; columns: subject, decoded subject, fc, fbc.

    fc: left, right, top, bottom at strength 0.9, then left at full noise. fbc: left, right, red left, blue left.
    """
    from PIL import Image

    model, held = build(folder), metrics.held_out(count, size)
    subjects = torch.cat([held.pictures, photo_subjects(size)])
    rows = len(subjects)
    relight = metrics.Relighter(model, "fc", folder)
    columns = [subjects, relight.decode(relight.encode(subjects))]
    for side, strength in (*((side, 0.9) for side in metrics.SIDES), ("left", 1.0)):
        maps = metrics.ramp(side, size).expand(rows, 3, size, size)
        columns.append(metrics.relit(relight, subjects, maps, sampling.Sampling(steps=20, strength=strength)))
    if (folder / files.OFFSETS["fbc"]).is_file():
        compose = metrics.Relighter(model, "fbc", folder)
        for side, colour in (("left", "white"), ("right", "white"), ("left", "red"), ("left", "blue")):
            tint = torch.tensor(scenes.LIGHT_COLOURS[colour])[:, None, None]
            behind = (metrics.ramp(side, size, 224 / 255, 32 / 255) * tint).expand(rows, 3, size, size)
            columns.append(metrics.composed(compose, subjects, behind, sampling.Sampling(steps=20)))
    sheet = torch.cat([torch.cat(list(column), -2) for column in columns], -1)
    pixels = (sheet.permute(1, 2, 0).clamp(0, 1) * 255).round().to(torch.uint8).numpy()
    Image.fromarray(pixels).save(target)
    return target
