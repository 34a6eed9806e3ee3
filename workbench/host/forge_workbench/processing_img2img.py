"""Pictures from pictures, whole or inside a mask."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from modules import images, masking, rng, scripts, sd_samplers, shared
from modules.sd_samplers_common import images_tensor_to_samples
from modules.shared import opts
from PIL import Image, ImageOps

from forge_workbench.processing_base import StableDiffusionProcessing, opt_f
from forge_workbench.processing_txt2img import image_to_pixels


def create_binary_mask(image: Image.Image, round: bool = True) -> Image.Image:
    """The alpha channel where there is one that says anything, black and white if rounded; else the brightness."""
    if image.mode != "RGBA" or image.getextrema()[-1] == (255, 255):
        return image.convert("L")
    alpha = image.getchannel("A")
    return alpha.point(lambda x: 255 if x > 128 else 0) if round else alpha


def blur_mask(mask: Image.Image, sigma_x: float, sigma_y: float) -> Image.Image:
    """Gaussian blur, cut off at two and a half sigmas."""
    from scipy.ndimage import gaussian_filter1d

    values = np.asarray(mask, dtype=np.float64)
    for axis, sigma in ((1, sigma_x), (0, sigma_y)):
        if sigma > 0:
            values = np.rint(gaussian_filter1d(values, sigma, axis=axis, mode="mirror", truncate=2.5))
    return Image.fromarray(values.astype(np.uint8))


def setup_color_correction(image: Image.Image) -> np.ndarray:
    """The colours of a picture, to be matched later."""
    from skimage import color

    return color.rgb2lab(np.asarray(image.convert("RGB")))


@dataclass(repr=False)
class StableDiffusionProcessingImg2Img(StableDiffusionProcessing):
    """A generation from pictures. After ``init`` the starting latents are in ``init_latent``."""

    init_images: list = None
    resize_mode: int = 0
    denoising_strength: float = 0.75
    image_cfg_scale: float = None
    mask: Any = None
    mask_blur_x: int = 4
    mask_blur_y: int = 4
    mask_blur: int = None
    mask_round: bool = True
    inpainting_fill: int = 0
    inpaint_full_res: bool = True
    inpaint_full_res_padding: int = 0
    inpainting_mask_invert: int = 0
    initial_noise_multiplier: float = None
    latent_mask: Any = None
    force_task_id: str = None

    image_mask: Any = field(default=None, init=False)
    nmask: torch.Tensor = field(default=None, init=False)
    image_conditioning: torch.Tensor = field(default=None, init=False)
    init_img_hash: str = field(default=None, init=False)
    mask_for_overlay: Any = field(default=None, init=False)
    init_latent: torch.Tensor = field(default=None, init=False)

    def __post_init__(self):
        super().__post_init__()
        self.image_mask, self.mask = self.mask, None
        if self.initial_noise_multiplier is None:
            self.initial_noise_multiplier = opts.initial_noise_multiplier

    @property
    def mask_blur(self):  # noqa: F811 - the field exists for the constructor's sake
        """The blur in both directions; None where they differ."""
        return self.mask_blur_x if self.mask_blur_x == self.mask_blur_y else None

    @mask_blur.setter
    def mask_blur(self, value):
        if isinstance(value, int):
            self.mask_blur_x = self.mask_blur_y = value

    def _prepare_mask(self) -> tuple[Image.Image | None, tuple | None]:
        """The mask at the size of the generation, and the part of the picture it is about (None for the whole)."""
        mask = create_binary_mask(self.image_mask, round=self.mask_round)
        params = self.extra_generation_params
        if self.inpainting_mask_invert:
            mask = ImageOps.invert(mask)
            params["Mask mode"] = "Inpaint not masked"
        if self.mask_blur_x > 0 or self.mask_blur_y > 0:
            mask = blur_mask(mask, self.mask_blur_x, self.mask_blur_y)
            params["Mask blur"] = self.mask_blur
        self.overlay_images = []
        if not self.inpaint_full_res:
            mask = images.resize_image(self.resize_mode, mask, self.width, self.height)
            self.mask_for_overlay = mask.point(lambda v: min(v * 2, 255))
            return mask, None
        box = masking.get_crop_region_v2(mask, self.inpaint_full_res_padding)
        if box is None:
            self.inpaint_full_res = False
            self.sd_model.comments.append(
                'Unable to perform "Inpaint Only mask" because mask is blank, switch to img2img mode.'
            )
            return None, None
        self.mask_for_overlay = mask
        x1, y1, x2, y2 = box = masking.expand_crop_region(box, self.width, self.height, *mask.size)
        self.paste_to = (x1, y1, x2 - x1, y2 - y1)
        params["Inpaint area"] = "Only masked"
        params["Masked area padding"] = self.inpaint_full_res_padding
        return images.resize_image(2, mask.crop(box), self.width, self.height), box

    def _prepare_image(self, img: Image.Image, image_mask, latent_mask, crop_region) -> np.ndarray:
        """One picture as ``[3, H, W]`` in 0..1, cropped, sized and filled under the mask."""
        if opts.save_init_img:
            self.init_img_hash = hashlib.md5(img.tobytes()).hexdigest()
            args = {"forced_filename": self.init_img_hash, "save_to_dirs": False, "existing_info": img.info}
            images.save_image(img, opts.outdir_init_images, None, **args)
        image = images.flatten(img, opts.img2img_background_color)
        if crop_region is None and self.resize_mode != 3:
            image = images.resize_image(self.resize_mode, image, self.width, self.height)
        if image_mask is not None:
            self._keep_overlay(image)
        if crop_region is not None:
            image = images.resize_image(2, image.crop(crop_region), self.width, self.height)
        if image_mask is not None and self.inpainting_fill != 1:
            image = masking.fill(image, latent_mask)
            if self.inpainting_fill == 0:
                self.extra_generation_params["Masked content"] = "fill"
        if self.color_corrections is not None and opts.img2img_color_correction:
            self.color_corrections.append(setup_color_correction(image))
        return image_to_pixels(image)

    def _keep_overlay(self, image: Image.Image) -> None:
        """Remember what is not masked, to be laid on the result."""
        if self.mask_for_overlay.size != image.size:
            self.mask_for_overlay = images.resize_image(self.resize_mode, self.mask_for_overlay, *image.size)
        overlay = Image.new("RGBa", image.size)
        mask = ImageOps.invert(self.mask_for_overlay.convert("L"))
        overlay.paste(image.convert("RGBA").convert("RGBa"), mask=mask)
        self.overlay_images.append(overlay.convert("RGBA"))

    def _as_batch(self, imgs: list[np.ndarray]) -> torch.Tensor:
        """One picture for all of the batch, or one each; fewer pictures make the batch smaller."""
        if len(imgs) > 1:
            if len(imgs) > self.batch_size:
                raise RuntimeError(f"bad number of images passed: {len(imgs)}; expecting {self.batch_size} or less")
            self.batch_size = len(imgs)
            return torch.from_numpy(np.array(imgs))
        if self.overlay_images is not None:
            self.overlay_images = self.overlay_images * self.batch_size
        if self.color_corrections is not None and len(self.color_corrections) == 1:
            self.color_corrections = self.color_corrections * self.batch_size
        return torch.from_numpy(np.repeat(imgs[0][None], self.batch_size, axis=0))

    def init(self, all_prompts, all_seeds, all_subseeds) -> None:
        """Prepare mask and pictures, and encode them."""
        self.extra_generation_params["Denoising strength"] = self.denoising_strength
        self.image_cfg_scale = None
        self.sampler = sd_samplers.create_sampler(self.sampler_name, self.sd_model)
        image_mask, crop_region = (None, None) if self.image_mask is None else self._prepare_mask()
        latent_mask = self.latent_mask if self.latent_mask is not None else image_mask
        if self.scripts is not None:
            about = {"crop_region": crop_region, "image_mask": image_mask}
            self.scripts.before_process_init_images(self, about)
        if opts.img2img_color_correction and self.color_corrections is None:
            self.color_corrections = []
        pixels = [self._prepare_image(img, image_mask, latent_mask, crop_region) for img in self.init_images]
        image = self._as_batch(pixels).to(shared.device, dtype=torch.float32)
        self.init_latent = images_tensor_to_samples(image, None, self.sd_model)
        if self.resize_mode == 3:
            size = (self.height // opt_f, self.width // opt_f)
            self.init_latent = torch.nn.functional.interpolate(self.init_latent, size=size, mode="bilinear")
        if image_mask is not None:
            self._mask_latents(latent_mask, all_seeds)
        self.image_conditioning = self.img2img_image_conditioning(image * 2 - 1, self.init_latent, image_mask)

    def _mask_latents(self, latent_mask: Image.Image, all_seeds: list[int]) -> None:
        """``nmask`` is 1 where the picture changes, ``mask`` where it stays, both ``[C, h, w]``."""
        batch, channels, height, width = self.init_latent.shape
        small = latent_mask.convert("RGB").resize((width, height)).getchannel(0)
        values = np.asarray(small, dtype=np.float32) / 255
        values = np.around(values) if self.mask_round else values
        self.nmask = torch.from_numpy(np.tile(values[None], (channels, 1, 1))).to(shared.device)
        self.mask = 1.0 - self.nmask
        if self.inpainting_fill in (2, 3):
            self.init_latent = self.init_latent * self.mask
            self.extra_generation_params["Masked content"] = f"latent {('noise', 'nothing')[self.inpainting_fill - 2]}"
        if self.inpainting_fill == 2:
            noise = rng.ImageRNG(self.init_latent.shape[1:], all_seeds[:batch]).next()
            self.init_latent = self.init_latent + noise * self.nmask

    def sample(self, conditioning, unconditional_conditioning, seeds, subseeds, subseed_strength, prompts):
        """Latents from ``init_latent``, read after the scripts were called; blended with it where there is a mask."""
        x = self.rng.next()
        if self.initial_noise_multiplier != 1.0:
            self.extra_generation_params["Noise multiplier"] = self.initial_noise_multiplier
            x *= self.initial_noise_multiplier
        x = self.before_sampling(self.init_latent, x, conditioning, unconditional_conditioning)
        samples = self.sampler.sample_img2img(
            self,
            self.init_latent,
            x,
            conditioning,
            unconditional_conditioning,
            image_conditioning=self.image_conditioning,
        )
        if self.mask is None:
            return samples
        blended = samples * self.nmask + self.init_latent * self.mask
        if self.scripts is not None:
            mba = scripts.MaskBlendArgs(samples, self.nmask, self.init_latent, self.mask, blended)
            self.scripts.on_mask_blend(self, mba)
            blended = mba.blended_latent
        return blended
