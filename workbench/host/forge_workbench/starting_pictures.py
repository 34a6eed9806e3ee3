"""img2img's starting pictures: resized, batched and encoded."""

from __future__ import annotations

import numpy as np
import torch
from modules import images
from modules.sd_samplers_common import images_tensor_to_samples
from modules.shared import opts
from PIL import Image

from forge_workbench import colour_correction, inpainting, pixels

#: The resize mode in which the latents are stretched, not the picture.
_LATENTS = 3


def encoded(p, mask: Image.Image | None, crop_region: tuple | None) -> torch.Tensor:
    """The latents of ``p.init_images``, ``[B, C, h, w]``.

    Args:
        p: the processing object; keeps overlays and colours to match.
        mask: at the size of the generation.
        crop_region: the part of each picture that the generation is about; None for the whole.
    """
    if opts.img2img_color_correction and p.color_corrections is None:
        p.color_corrections = []
    batch = _as_batch(p, [_prepared(p, image, mask, crop_region) for image in p.init_images])
    latents = images_tensor_to_samples(batch, None, p.sd_model)
    if p.resize_mode == _LATENTS:
        size = (p.height // 8, p.width // 8)
        latents = torch.nn.functional.interpolate(latents, size=size, mode="bilinear")
    return latents


def _prepared(p, image: Image.Image, mask: Image.Image | None, crop_region: tuple | None) -> np.ndarray:
    """One picture as ``[3, H, W]`` in 0..1, cropped, sized and filled under the mask."""
    image = images.flatten(image, "#ffffff")
    if crop_region is None and p.resize_mode != _LATENTS:
        image = images.resize_image(p.resize_mode, image, p.width, p.height)
    if mask is not None:
        inpainting.keep_overlay(p, image)
    if crop_region is not None:
        image = images.resize_image(2, image.crop(crop_region), p.width, p.height)
    if mask is not None:
        image = inpainting.filled(p, image, mask)
    if p.color_corrections is not None and opts.img2img_color_correction:
        p.color_corrections.append(colour_correction.colours_of(image))
    return pixels.image_to_pixels(image)


def _as_batch(p, pictures: list[np.ndarray]) -> torch.Tensor:
    """One picture for the whole batch, or one each; fewer pictures make the batch smaller."""
    if len(pictures) > 1:
        if len(pictures) > p.batch_size:
            raise RuntimeError(f"bad number of images passed: {len(pictures)}; expecting {p.batch_size} or less")
        p.batch_size = len(pictures)
        return torch.from_numpy(np.array(pictures))
    if p.overlay_images is not None:
        p.overlay_images = p.overlay_images * p.batch_size
    if p.color_corrections is not None and len(p.color_corrections) == 1:
        p.color_corrections = p.color_corrections * p.batch_size
    return torch.from_numpy(np.repeat(pictures[0][None], p.batch_size, axis=0))
