"""Stage one: trains the autoencoder to reconstruct pictures, colours and shading first."""

from __future__ import annotations

import random
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from small_model import files
from small_model.architecture import make_vae
from small_model.training import data
from small_model.training.loop import Plan, Told, Trainer
from small_model.training.thumbnail import as_thumbnail_codec, thumbnails

#: (pixels, pictures) of successive batches: mostly small crops, which cost less and vary more.
_BATCHES = ((64, 12), (64, 12), (96, 5), (64, 12), (128, 3))
_POOL = 2400
_KL = 1e-6
_LATENT_NOISE = 0.05
_PULL = 0.003


def picture_pool(count: int, seed: int, kept: Path) -> Tensor:
    """Return ``count`` training pictures of 128 pixels, uint8 [N, 3, 128, 128], kept in the file ``kept``.

    Every other one is cut from a picture of 256 pixels, where edges and textures are larger.
    """
    if kept.is_file():
        return torch.load(kept, weights_only=True)
    photos, pictures = data.load_photos(), []
    for index in range(count):
        rng = random.Random(seed * 1_000_003 + index)
        picture = data.vae_picture(128 if index % 2 else 256, rng, photos)
        spare = picture.shape[-1] - 128
        top, left = rng.randint(0, spare), rng.randint(0, spare)
        pictures.append((picture[:, top : top + 128, left : left + 128].clamp(0, 1) * 255).round().to(torch.uint8))
    pool = torch.stack(pictures)
    torch.save(pool, kept)
    return pool


def batch(pool: Tensor, step: int, seed: int, wide: int = 1) -> Tensor:
    """Return the pictures of a step, [B, 3, S, S] in -1..1, ``wide`` times as many as usual: random crops, some
    mirrored, some with their colours exchanged, because photographs are mostly orange and blue."""
    rng = random.Random(seed * 7_919 + step)
    size, count = _BATCHES[step % len(_BATCHES)]
    rows = []
    for _ in range(count * wide):
        top, left = rng.randint(0, 128 - size), rng.randint(0, 128 - size)
        crop = pool[rng.randrange(len(pool)), :, top : top + size, left : left + size]
        crop = crop[rng.sample(range(3), 3)] if rng.random() < 0.3 else crop
        rows.append(crop.flip(-1) if rng.random() < 0.5 else crop)
    return torch.stack(rows).float() / 127.5 - 1


def reconstruction_loss(made: Tensor, wanted: Tensor) -> Tensor:
    """Return MSE + L1 at four sizes plus L1 of the slopes; the small sizes keep the colours."""
    total = made.new_zeros(())
    for level in range(4):
        total = total + functional.l1_loss(made, wanted) * (1.0, 0.5, 0.5, 1.0)[level]
        total = total + functional.mse_loss(made, wanted)
        if level < 2:
            total = total + 0.5 * functional.l1_loss(made.diff(dim=-1), wanted.diff(dim=-1))
            total = total + 0.5 * functional.l1_loss(made.diff(dim=-2), wanted.diff(dim=-2))
        made, wanted = functional.avg_pool2d(made, 2), functional.avg_pool2d(wanted, 2)
    return total


def opponent(pictures: Tensor) -> Tensor:
    """Return red minus green, and their mean minus blue, [B, 2, S, S], of ``pictures`` [B, 3, S, S]."""
    red, green, blue = pictures.unbind(1)
    return torch.stack([red - green, (red + green) / 2 - blue], 1)


def latent_loss(latents: Tensor, pictures: Tensor) -> Tensor:
    """Return how far three latents are from the thumbnail, plus a slight pull of the fourth towards zero."""
    return functional.mse_loss(latents[:, :3], thumbnails(pictures)) + _PULL * latents[:, 3].square().mean()


def losses(vae: torch.nn.Module, pictures: Tensor) -> tuple[Tensor, Told]:
    """Return the autoencoder's loss on ``pictures`` and what to log."""
    posterior = vae.encode(pictures).latent_dist
    latents = posterior.sample()
    made = vae.decode(latents + torch.randn_like(latents) * _LATENT_NOISE).sample
    kept = latent_loss(posterior.mode(), pictures)
    coarse = functional.avg_pool2d(made, 8), functional.avg_pool2d(pictures, 8)
    error = reconstruction_loss(made, pictures) + 2 * functional.mse_loss(*map(opponent, coarse))
    divergence = posterior.kl().mean() / latents[0].numel()
    mse = functional.mse_loss(made.detach(), pictures) / 4
    parts = {"psnr": -10 * mse.clamp(min=1e-9).log10(), "kept": kept.detach()}
    spread = {"fourth": latents[:, 3].detach().std(), "kl": divergence.detach()}
    return error + kept + _KL * divergence, parts | spread


def train(folder: Path, plan: Plan, seed: int) -> None:
    """Train the autoencoder and write it, with the scaling factor measured on its latents, to the weights folder."""
    vae = as_thumbnail_codec(files.seeded(make_vae, seed)).requires_grad_(True)
    pool = picture_pool(_POOL, seed, folder / "pool.pt")

    def loss(step: int) -> tuple[Tensor, Told]:
        torch.manual_seed(seed * 31 + step)
        return losses(vae, batch(pool, step, seed, plan.wide).to(plan.device))

    Trainer("vae", vae, plan, folder).run(loss)
    scale = 1 / float(encode_mode(vae.cpu(), pool[:256]).square().mean().sqrt())
    files.write_half(folder / files.VAE, vae.state_dict(), {"scaling_factor": f"{scale:.5f}"})


def train_decoder(folder: Path, plan: Plan, seed: int) -> None:
    """Continue training the saved autoencoder's decoder. The latents do not change, so the UNet may train meanwhile."""
    vae, scale = trained(folder)
    for part in (vae.decoder, vae.post_quant_conv):
        part.requires_grad_(True)
    pool = picture_pool(_POOL, seed, folder / "pool.pt")

    def loss(step: int) -> tuple[Tensor, Told]:
        torch.manual_seed(seed * 37 + step)
        return losses(vae, batch(pool, step, seed + 1, plan.wide).to(plan.device))

    Trainer("decoder", vae, plan, folder).run(loss)
    files.write_half(folder / files.VAE, vae.state_dict(), {"scaling_factor": f"{scale:.5f}"})


def encode_mode(vae: torch.nn.Module, pictures: Tensor, at_once: int = 16) -> Tensor:
    """Return the posteriors' modes, unscaled, [N, 4, S/8, S/8], of uint8 ``pictures`` [N, 3, S, S]."""
    with torch.no_grad():
        parts = [vae.encode(part.float() / 127 - 1).latent_dist.mode() for part in pictures.split(at_once)]
    return torch.cat(parts)


def trained(folder: Path) -> tuple[torch.nn.Module, float]:
    """Return the autoencoder that ``train`` wrote to ``folder``, and its scaling factor."""
    tensors, metadata = files.read_float(folder / files.VAE)
    vae = make_vae(float(metadata["scaling_factor"]))
    vae.load_state_dict(tensors)
    return vae.eval().requires_grad_(False), vae.config.scaling_factor
