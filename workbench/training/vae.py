"""Stage one: the autoencoder, taught to give pictures back, colours and shading first."""

from __future__ import annotations

import random
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from workbench.model import files
from workbench.model.architecture import make_vae
from workbench.training import data
from workbench.training.loop import Plan, Trainer

#: (pixels, pictures) of a batch, in turn: mostly small crops, which cost less and vary more.
_BATCHES = ((64, 12), (64, 12), (96, 5), (64, 12), (128, 3))
_POOL = 1600
_KL = 2e-5
_LATENT_NOISE = 0.03
#: Raw latents per unit of an opponent colour, for the two channels that carry them.
_COLOUR_SCALE = 10.0


def picture_pool(count: int, seed: int, kept: Path) -> Tensor:
    """Return ``count`` training pictures of 128 pixels, uint8 [N, 3, 128, 128], kept in the file ``kept``."""
    if kept.is_file():
        return torch.load(kept, weights_only=True)
    photos = data.load_photos()
    pictures = [data.vae_picture(128, random.Random(seed * 1_000_003 + index), photos) for index in range(count)]
    pool = torch.stack([(picture.clamp(0, 1) * 255).round().to(torch.uint8) for picture in pictures])
    torch.save(pool, kept)
    return pool


def batch(pool: Tensor, step: int, seed: int) -> Tensor:
    """Return the pictures of a step, [B, 3, S, S] in -1..1: random crops, some mirrored, some with
    their colours exchanged, because photographs are mostly orange and blue."""
    rng = random.Random(seed * 7_919 + step)
    size, count = _BATCHES[step % len(_BATCHES)]
    rows = []
    for _ in range(count):
        top, left = rng.randint(0, 128 - size), rng.randint(0, 128 - size)
        crop = pool[rng.randrange(len(pool)), :, top : top + size, left : left + size]
        crop = crop[rng.sample(range(3), 3)] if rng.random() < 0.6 else crop
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


def see_colours(vae: torch.nn.Module) -> torch.nn.Module:
    """Return ``vae`` with four of its first features set to the opponent colours, as pairs of plus and minus."""
    weight, bias = vae.encoder.conv_in.weight, vae.encoder.conv_in.bias
    with torch.no_grad():
        for pair, axis in enumerate(((1.0, -1.0, 0.0), (0.5, 0.5, -1.0))):
            for sign in (1, -1):
                channel = weight.shape[0] - 4 + 2 * pair + (sign < 0)
                weight[channel] = 0
                bias[channel] = 0
                weight[channel, :, 1, 1] = sign * torch.tensor(axis)
    return vae


def opponent(pictures: Tensor) -> Tensor:
    """Return red less green, and their mean less blue, [B, 2, S, S], of ``pictures`` [B, 3, S, S]."""
    red, green, blue = pictures.unbind(1)
    return torch.stack([red - green, (red + green) / 2 - blue], 1)


def colour_loss(made: Tensor, wanted: Tensor, latents: Tensor) -> Tensor:
    """Return the squared error of the opponent colours, coarsely, and of two latent channels against those colours.

    Colours are small beside brightness: without this a short training spends every channel on brightness. Squared,
    because most places are nearly grey, where the absolute error is content with grey everywhere.
    """
    coarse = functional.avg_pool2d(opponent(wanted), 8)
    shown = functional.mse_loss(functional.avg_pool2d(opponent(made), 8), coarse)
    return 5 * shown + 5 * functional.mse_loss(latents[:, :2] / _COLOUR_SCALE, coarse)


def train(folder: Path, plan: Plan, seed: int) -> None:
    """Train the autoencoder and write it, with the scaling factor measured on its latents, to the weights folder."""
    vae = see_colours(files.seeded(make_vae, seed)).requires_grad_(True)
    pool = picture_pool(_POOL, seed, folder / "pool.pt")

    def loss(step: int) -> tuple[Tensor, dict[str, float]]:
        torch.manual_seed(seed * 31 + step)
        pictures = batch(pool, step, seed)
        posterior = vae.encode(pictures).latent_dist
        latents = posterior.sample()
        spread = latents.detach().std()
        made = vae.decode(latents + torch.randn_like(latents) * spread * _LATENT_NOISE).sample
        colours = colour_loss(made, pictures, posterior.mode())
        error = reconstruction_loss(made, pictures) + colours
        divergence = posterior.kl().mean() / latents[0].numel()
        mse = functional.mse_loss(made.detach(), pictures) / 4
        psnr = float(-10 * mse.clamp(min=1e-9).log10())
        parts = {"psnr": psnr, "colours": float(colours.detach()), "kl": float(divergence.detach())}
        return error + _KL * divergence, {**parts, "spread": float(spread)}

    Trainer("vae", vae, plan, folder).run(loss)
    scale = 1 / float(encode_mode(vae, pool[:256]).std())
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
