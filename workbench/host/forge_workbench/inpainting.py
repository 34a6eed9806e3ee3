"""img2img's masks: which part of the pictures is repainted, and what is pasted over the result."""

from __future__ import annotations

import numpy as np
import torch
from modules import images, masking, rng, scripts
from PIL import Image, ImageOps

#: What the masked area starts from, by the API's number for it; 1 keeps the picture.
FILL, ORIGINAL, NOISE, NOTHING = range(4)


def prepare_mask(p) -> tuple[Image.Image | None, tuple | None]:
    """The mask at the size of the generation, and the part of the picture that it covers (None for the whole)."""
    mask = _binary(p.image_mask, p.mask_round)
    params = p.extra_generation_params
    if p.inpainting_mask_invert:
        mask = ImageOps.invert(mask)
        params["Mask mode"] = "Inpaint not masked"
    if p.mask_blur_x > 0 or p.mask_blur_y > 0:
        mask = _blurred(mask, p.mask_blur_x, p.mask_blur_y)
        params["Mask blur"] = p.mask_blur
    p.overlay_images = []
    if not p.inpaint_full_res:
        mask = images.resize_image(p.resize_mode, mask, p.width, p.height)
        p.mask_for_overlay = mask.point(lambda v: min(v * 2, 255))
        return mask, None
    box = masking.get_crop_region_v2(mask, p.inpaint_full_res_padding)
    if box is None:
        p.inpaint_full_res = False
        p.sd_model.comments.append(
            'Unable to perform "Inpaint Only mask" because mask is blank, switch to img2img mode.'
        )
        return None, None
    p.mask_for_overlay = mask
    x1, y1, x2, y2 = box = masking.expand_crop_region(box, p.width, p.height, *mask.size)
    p.paste_to = (x1, y1, x2 - x1, y2 - y1)
    params["Inpaint area"] = "Only masked"
    params["Masked area padding"] = p.inpaint_full_res_padding
    return images.resize_image(2, mask.crop(box), p.width, p.height), box


def _binary(image: Image.Image, rounded: bool) -> Image.Image:
    """The alpha channel if the picture is transparent anywhere, black and white if rounded; else the brightness."""
    if image.mode != "RGBA" or image.getextrema()[-1] == (255, 255):
        return image.convert("L")
    alpha = image.getchannel("A")
    return alpha.point(lambda x: 255 if x > 128 else 0) if rounded else alpha


def _blurred(mask: Image.Image, sigma_x: float, sigma_y: float) -> Image.Image:
    """Gaussian blur, cut off at two and a half sigmas."""
    from scipy.ndimage import gaussian_filter1d

    values = np.asarray(mask, dtype=np.float64)
    for axis, sigma in ((1, sigma_x), (0, sigma_y)):
        if sigma > 0:
            values = np.rint(gaussian_filter1d(values, sigma, axis=axis, mode="mirror", truncate=2.5))
    return Image.fromarray(values.astype(np.uint8))


def keep_overlay(p, image: Image.Image) -> None:
    """Keep the unmasked part of a picture, to be pasted over the result."""
    if p.mask_for_overlay.size != image.size:
        p.mask_for_overlay = images.resize_image(p.resize_mode, p.mask_for_overlay, *image.size)
    overlay = Image.new("RGBa", image.size)
    mask = ImageOps.invert(p.mask_for_overlay.convert("L"))
    overlay.paste(image.convert("RGBA").convert("RGBa"), mask=mask)
    p.overlay_images.append(overlay.convert("RGBA"))


def filled(p, image: Image.Image, mask: Image.Image) -> Image.Image:
    """The picture with the masked area filled as the settings say."""
    if p.inpainting_fill == ORIGINAL:
        return image
    if p.inpainting_fill == FILL:
        p.extra_generation_params["Masked content"] = "fill"
    return masking.fill(image, mask)


def mask_latents(p, mask: Image.Image, seeds: list[int]) -> None:
    """Set ``p.nmask``, 1 where the picture changes, and ``p.mask``, 1 where it stays, both ``[C, h, w]``."""
    batch, channels, height, width = p.init_latent.shape
    small = mask.convert("RGB").resize((width, height)).getchannel(0)
    values = np.asarray(small, dtype=np.float32) / 255
    values = np.around(values) if p.mask_round else values
    p.nmask = torch.from_numpy(np.tile(values[None], (channels, 1, 1)))
    p.mask = 1.0 - p.nmask
    if p.inpainting_fill in (NOISE, NOTHING):
        p.init_latent = p.init_latent * p.mask
        named = "noise" if p.inpainting_fill == NOISE else "nothing"
        p.extra_generation_params["Masked content"] = f"latent {named}"
    if p.inpainting_fill == NOISE:
        noise = rng.ImageRNG(p.init_latent.shape[1:], seeds[:batch]).next()
        p.init_latent = p.init_latent + noise * p.nmask


def blended(p, samples: torch.Tensor) -> torch.Tensor:
    """The sampled latents inside the mask, the starting latents elsewhere."""
    latents = samples * p.nmask + p.init_latent * p.mask
    if p.scripts is None:
        return latents
    mba = scripts.MaskBlendArgs(samples, p.nmask, p.init_latent, p.mask, latents)
    p.scripts.on_mask_blend(p, mba)
    return mba.blended_latent


def laid_over(image: Image.Image, paste_to: tuple | None, overlay: Image.Image | None) -> Image.Image:
    """A result in its place in the original, with the unmasked part pasted over it.

    Args:
        image: the result.
        paste_to: left, top, width and height of the part that was made; None for the whole.
        overlay: what was not masked; without it the result stays as it is.
    """
    if overlay is None:
        return image
    if paste_to is not None:
        x, y, w, h = paste_to
        base = Image.new("RGBA", overlay.size)
        base.paste(images.resize_image(1, image, w, h), (x, y))
        image = base
    composite = image.convert("RGBA")
    composite.alpha_composite(overlay)
    return composite.convert("RGB")
