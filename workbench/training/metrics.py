"""Scores of the trained files on held-out scenes, whose true normals, albedo and masks are known."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from workbench.model import TinyModel, build, files
from workbench.model.architecture import CONV_IN_CHANNELS
from workbench.training import data, sampling, scenes, shapes
from workbench.training.diffusion import widened

SIDES = {"left": (-1.0, 0.0), "right": (1.0, 0.0), "top": (0.0, 1.0), "bottom": (0.0, -1.0)}
_HELD_OUT = 10**9
_LUMA = torch.tensor([0.2126, 0.7152, 0.0722])[:, None, None]


@dataclass
class HeldOut:
    """``pictures`` on grey [N, 3, S, S] in 0..1, and per scene ``masks`` [N, S, S], ``normals``, ``albedos``."""

    pictures: Tensor
    masks: Tensor
    normals: Tensor
    albedos: Tensor
    scenes: list[scenes.Scene]


def held_out(count: int, size: int = 128) -> HeldOut:
    """Return ``count`` scenes that no training stage has drawn: their seeds lie beyond the training's."""
    photos, rows = data.load_photos(), []
    for index in range(count):
        rng = random.Random(_HELD_OUT + index)
        scene = scenes.random_scene(size, rng, photos)
        flat = scenes.picture(scene, scenes.flat_light(rng))[0]
        rows.append((scenes.on_grey(scenes.display(flat), scene.shape.mask), scene))
    made = [scene for _, scene in rows]
    return HeldOut(
        torch.stack([picture for picture, _ in rows]),
        torch.stack([scene.shape.mask for scene in made]),
        torch.stack([scene.shape.normals for scene in made]),
        torch.stack([scene.albedo for scene in made]),
        made,
    )


def ramp(side: str, size: int, high: float = 1.0, low: float = 0.0) -> Tensor:
    """Return the light map [3, S, S] that falls from ``high`` at ``side`` to ``low``."""
    x, y = shapes.pixel_grid(size)
    along = x * SIDES[side][0] + y * SIDES[side][1]
    along = along / along.abs().max()
    return (low + (high - low) * (along + 1) / 2).expand(3, size, size)


class Relighter:
    """The model with one kind of offsets: pictures in 0..1 in, pictures in 0..1 out."""

    def __init__(self, model: TinyModel, kind: str, folder: Path) -> None:
        self.model, self.scale = model, model.vae.config.scaling_factor
        self.unet = widened(model.unet, CONV_IN_CHANNELS[kind])
        self._add(files.read_float(folder / files.OFFSETS[kind])[0])

    def _add(self, offsets: dict[str, Tensor]) -> None:
        state = self.unet.state_dict()
        self.unet.load_state_dict({name: tensor + offsets[name] for name, tensor in state.items()})
        self.unet.eval().requires_grad_(False)

    def encode(self, pictures: Tensor) -> Tensor:
        """Return scaled latents of the posterior's mode; 127 becomes exactly 0 before encoding."""
        with torch.no_grad():
            return self.model.vae.encode(pictures * 255 / 127 - 1).latent_dist.mode() * self.scale

    def decode(self, latents: Tensor) -> Tensor:
        """Return pictures in 0..1."""
        with torch.no_grad():
            return (self.model.vae.decode(latents / self.scale).sample / 2 + 0.5).clamp(0, 1)

    def __call__(
        self,
        condition: list[Tensor],
        start: Tensor | None,
        how: sampling.Sampling,
        prompt: str = "light",
        unet: nn.Module | None = None,
    ) -> Tensor:
        """Return pictures made from the pictures ``start`` (None: from noise alone).

        ``condition`` holds the subjects' pictures and, for fbc, the backgrounds; empty for the base model.
        """
        count = len(condition[0] if start is None else start)
        text = tuple(self.model.encode_text([words] * count) for words in (prompt, ""))
        beside = torch.cat([self.encode(part) for part in condition], 1) if condition else None
        latents = torch.zeros_like(beside[:, :4]) if start is None else self.encode(start)
        return self.decode(sampling.sample(unet or self.unet, latents, beside, text, how))


def in_parts(count: int, at_once: int = 16) -> list[slice]:
    """Return slices that cut ``count`` into batches."""
    return [slice(first, min(first + at_once, count)) for first in range(0, count, at_once)]


def relit(relighter: Relighter, subjects: Tensor, maps: Tensor, how: sampling.Sampling) -> Tensor:
    """Return the ``subjects`` relit by fc, [N, 3, S, S]; ``maps`` [N, 3, S, S] are the starts."""
    return torch.cat([relighter([subjects[part]], maps[part], how) for part in in_parts(len(subjects))])


def composed(relighter: Relighter, subjects: Tensor, behind: Tensor, how: sampling.Sampling) -> Tensor:
    """Return the ``subjects`` relit by fbc to fit the backgrounds ``behind``, [N, 3, S, S], from noise alone."""
    return torch.cat([relighter([subjects[part], behind[part]], None, how) for part in in_parts(len(subjects))])


def shading(pictures: Tensor, scene: HeldOut) -> Tensor:
    """Return how much light the subjects got, [N, S, S]: linear luminance by the albedo's."""
    return (pictures**scenes.GAMMA * _LUMA).sum(1) / ((scene.albedos * _LUMA).sum(1) + 0.02)


def lit_from(pictures: Tensor, scene: HeldOut, side: str) -> float:
    """Return the share of subjects whose half towards ``side`` got more light than the other half."""
    right = 0
    x, y = shapes.pixel_grid(pictures.shape[-1])
    along = x * SIDES[side][0] + y * SIDES[side][1]
    for light, mask in zip(shading(pictures, scene), scene.masks, strict=True):
        near = mask & (along > along[mask].median())
        right += bool(light[near].mean() > light[mask & ~near].mean())
    return right / len(pictures)


def light_angles(pictures: Tensor, scene: HeldOut) -> Tensor:
    """Return the angles [N] (radians, from the right, upwards) of the light that explains the shading best.

    Least squares of the shading on the true normals, as in Lambert's law.
    """
    angles = []
    for light, mask, normals in zip(shading(pictures, scene), scene.masks, scene.normals, strict=True):
        rows = torch.cat([normals[:2, mask], torch.ones(1, int(mask.sum()))]).T
        answer = torch.linalg.lstsq(rows, light[mask].clamp(max=3)[:, None]).solution[:, 0]
        angles.append(torch.atan2(answer[1], answer[0]))
    return torch.stack(angles)


def mean_cosine(angles: Tensor, side: str) -> tuple[float, float]:
    """Return the share of ``angles`` within 90 degrees of ``side``, and the mean cosine of the difference."""
    wanted = torch.atan2(torch.tensor(SIDES[side][1]), torch.tensor(SIDES[side][0]))
    cosine = (angles - wanted).cos()
    return float((cosine > 0).float().mean()), float(cosine.mean())


def colour_angle(pictures: Tensor, scene: HeldOut) -> Tensor:
    """Return the angle [N] in degrees between the subject's mean linear colour and its mean albedo's."""
    weights = scene.masks[:, None].float()
    made = (pictures**scenes.GAMMA * weights).sum((2, 3))
    true = (scene.albedos * weights).sum((2, 3))
    return torch.rad2deg(functional.cosine_similarity(made, true).clamp(-1, 1).arccos())


def silhouette(pictures: Tensor, behind: Tensor, masks: Tensor) -> Tensor:
    """Return the IoU [N] of the masks with what differs from ``behind`` by more than Otsu's threshold."""
    from skimage.filters import threshold_otsu

    scores = []
    for made, ground, mask in zip(pictures, behind, masks, strict=True):
        apart = (made - ground).abs().sum(0)
        found = apart > float(threshold_otsu(apart.numpy()))
        scores.append((found & mask).sum() / (found | mask).sum())
    return torch.stack(scores)


def smooth_background(pictures: Tensor, masks: Tensor) -> Tensor:
    """Return cubic fits [N, 3, S, S] to what lies outside the masks (grown by 4 pixels): a guess at the background."""
    x, y = shapes.pixel_grid(pictures.shape[-1])
    terms = torch.stack([x**i * y**j for i in range(4) for j in range(4 - i)], -1)
    grown = functional.max_pool2d(masks[:, None].float(), 9, stride=1, padding=4)[:, 0] > 0
    fits = [
        (terms @ torch.linalg.lstsq(terms[~near], made[:, ~near].T).solution).permute(2, 0, 1)
        for made, near in zip(pictures, grown, strict=True)
    ]
    return torch.stack(fits).clamp(0, 1)


def normals_from(relights: dict[str, Tensor]) -> Tensor:
    """Return normals [N, 3, S, S] from four relights: each over their mean, less one; the rest of the length is z."""
    mean = sum(relights.values()) / 4
    over = {side: ((picture + 1e-5) / (mean + 1e-5) - 1).mean(1) for side, picture in relights.items()}
    u, v = (over["right"] - over["left"]) / 2, (over["top"] - over["bottom"]) / 2
    z = (1 - u**2 - v**2).clamp(min=0) ** 0.5
    return functional.normalize(torch.stack([u, v, z], 1), dim=1)


def normal_error(found: Tensor, scene: HeldOut) -> float:
    """Return the mean angle in degrees between found and true normals on the subjects."""
    cosine = (found * scene.normals).sum(1).clamp(-1, 1)
    return float(torch.rad2deg(cosine.arccos())[scene.masks].mean())


def fc_scores(relighter: Relighter, scene: HeldOut) -> dict[str, float]:
    """Return fc's scores: direction by side and mode, colour with and without condition, silhouette, consistency."""
    size, count = scene.pictures.shape[-1], len(scene.pictures)
    scores, made = {}, {}
    for mode, strength in (("img2img", 0.9), ("txt2img", 1.0)):
        how = sampling.Sampling(strength=strength)
        for side in SIDES:
            maps = ramp(side, size).expand(count, 3, size, size)
            pictures = made[mode, side] = relit(relighter, scene.pictures, maps, how)
            scores[f"fc {mode} {side} lit half"] = lit_from(pictures, scene, side)
            within, cosine = mean_cosine(light_angles(pictures, scene), side)
            scores[f"fc {mode} {side} by normals"], scores[f"fc {mode} {side} cosine"] = within, cosine
    lefts = made["img2img", "left"]
    scores["fc colour angle"] = float(colour_angle(lefts, scene).median())
    how = sampling.Sampling(strength=0.9)
    maps = ramp("left", size).expand(count, 3, size, size)
    bare = torch.cat([relighter([], maps[part], how, unet=relighter.model.unet) for part in in_parts(count)])
    scores["base colour angle"] = float(colour_angle(bare, scene).median())
    scores["base left lit half"] = lit_from(bare, scene, "left")
    scores["fc silhouette IoU"] = float(silhouette(lefts, smooth_background(lefts, scene.masks), scene.masks).mean())
    scores["fc left + right against both"] = _sum_error(relighter, scene, made, how)
    return scores


def _sum_error(relighter: Relighter, scene: HeldOut, made: dict, how: sampling.Sampling) -> float:
    """Return the relative error of left + right against both on the subjects, in linear light."""
    size, count = scene.pictures.shape[-1], len(scene.pictures)
    light = (ramp("left", size) ** scenes.GAMMA + ramp("right", size) ** scenes.GAMMA).clamp(max=1) ** (
        1 / scenes.GAMMA
    )
    both = relit(relighter, scene.pictures, light.expand(count, 3, size, size), how) ** scenes.GAMMA
    added = made["img2img", "left"] ** scenes.GAMMA + made["img2img", "right"] ** scenes.GAMMA
    mask = scene.masks[:, None].expand_as(both)
    return float((both - added.clamp(max=1))[mask].abs().mean() / both[mask].mean())


def fbc_scores(relighter: Relighter, scene: HeldOut) -> dict[str, float]:
    """Return fbc's scores: lit side from gradient backgrounds 224 -> 32, silhouette, colour of light, normals."""
    size, count = scene.pictures.shape[-1], len(scene.pictures)
    how, scores, made = sampling.Sampling(), {}, {}
    for side in SIDES:
        behind = ramp(side, size, 224 / 255, 32 / 255).expand(count, 3, size, size)
        made[side] = composed(relighter, scene.pictures, behind, how)
        scores[f"fbc {side} lit half"] = lit_from(made[side], scene, side)
        scores[f"fbc {side} by normals"], _ = mean_cosine(light_angles(made[side], scene), side)
    behind = ramp("left", size, 224 / 255, 32 / 255).expand(count, 3, size, size)
    scores["fbc silhouette IoU"] = float(silhouette(made["left"], behind, scene.masks).mean())
    scores["fbc background error"] = float((made["left"] - behind).abs().mean(1)[~scene.masks].mean())
    scores["fbc normals error"] = normal_error(normals_from(made), scene)
    tints = {name: torch.tensor(scenes.LIGHT_COLOURS[name])[:, None, None] for name in ("red", "blue")}
    tinted = {name: composed(relighter, scene.pictures, behind * tint, how) for name, tint in tints.items()}
    weights = scene.masks[:, None].float()
    red, blue = ((tinted[name] * weights).sum((2, 3)) for name in ("red", "blue"))
    scores["fbc colour follows"] = float(((red[:, 0] / red.sum(1)) > (blue[:, 0] / blue.sum(1))).float().mean())
    return scores


def report(folder: Path, count: int) -> dict[str, float]:
    """Print and write (``scores.json`` in ``folder``) the scores of the files in ``folder`` on ``count`` scenes."""
    model, scene = build(folder), held_out(count)
    scores: dict[str, float] = {"scenes": count}
    for kind, score in (("fc", fc_scores), ("fbc", fbc_scores)):
        if (folder / files.OFFSETS[kind]).is_file():
            scores |= score(Relighter(model, kind, folder), scene)
    for name, value in scores.items():
        print(f"{name:32} {value:8.3f}")
    (folder / "scores.json").write_text(json.dumps(scores, indent=1) + "\n", encoding="utf-8")
    return scores
