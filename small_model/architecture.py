"""Stable Diffusion 1.5's structure in miniature: the same blocks and key names, with 1/200 of the weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from diffusers import AutoencoderKL, UNet2DConditionModel

TEXT_LENGTH = 77
TEXT_WIDTH = 64
LATENT_CHANNELS = 4

#: SD 1.5's noise schedule, as arguments of diffusers' schedulers.
NOISE_SCHEDULE = {
    "num_train_timesteps": 1000,
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "prediction_type": "epsilon",
}

#: Channels of ``conv_in`` for the base model and for each kind of offsets.
CONV_IN_CHANNELS = {"base": 4, "fc": 8, "fbc": 12}


def make_unet(in_channels: int = LATENT_CHANNELS) -> UNet2DConditionModel:
    """Return an untrained UNet of about 3.8 M weights, levels and key names as in SD 1.5.

    ``attention_head_dim`` is the number of heads: diffusers keeps that name because of SD 1.5. One is enough here, and
    twice as fast as four.
    """
    from diffusers import UNet2DConditionModel

    return UNet2DConditionModel(
        sample_size=32,
        in_channels=in_channels,
        out_channels=LATENT_CHANNELS,
        down_block_types=("CrossAttnDownBlock2D",) * 3 + ("DownBlock2D",),
        up_block_types=("UpBlock2D",) + ("CrossAttnUpBlock2D",) * 3,
        block_out_channels=(32, 64, 72, 72),
        layers_per_block=2,
        cross_attention_dim=TEXT_WIDTH,
        attention_head_dim=1,
        norm_num_groups=8,
        use_linear_projection=False,
    )


def make_vae(scaling_factor: float = 1.0) -> AutoencoderKL:
    """Return an untrained autoencoder of about 1 M weights: 8 pixels per latent, 4 channels, as in SD 1.5."""
    from diffusers import AutoencoderKL

    return AutoencoderKL(
        in_channels=3,
        out_channels=3,
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        block_out_channels=(16, 32, 64, 64),
        layers_per_block=1,
        latent_channels=LATENT_CHANNELS,
        norm_num_groups=4,
        sample_size=256,
        scaling_factor=scaling_factor,
    )
