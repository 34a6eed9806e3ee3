"""Pictures from text, with or without a second, larger pass."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from modules import devices, images, sd_samplers, shared
from modules.sd_samplers_common import decode_first_stage, images_tensor_to_samples
from modules.shared import state
from PIL import Image

from forge_workbench.processing_base import StableDiffusionProcessing, opt_f


class DecodedSamples(list):
    """Pictures in the place of latents."""

    already_decoded = True


def decode_latent_batch(model, batch, target_device=None, check_for_nans: bool = False) -> DecodedSamples:
    """Latents as a list of pictures ``[3, H, W]`` in -1..1."""
    return DecodedSamples(decode_first_stage(model, batch).to(target_device or devices.cpu))


def pixels_to_image(x: torch.Tensor) -> Image.Image:
    """A tensor ``[3, H, W]`` in 0..1 as a picture; fractions are cut off."""
    return Image.fromarray((255.0 * np.moveaxis(x.cpu().numpy(), 0, 2)).astype(np.uint8))


def image_to_pixels(image: Image.Image) -> np.ndarray:
    """A picture as ``[3, H, W]`` in 0..1."""
    return np.moveaxis(np.array(image).astype(np.float32) / 255.0, 2, 0)


@dataclass(repr=False)
class StableDiffusionProcessingTxt2Img(StableDiffusionProcessing):
    """A generation from text."""

    enable_hr: bool = False
    denoising_strength: float = 0.75
    firstphase_width: int = 0
    firstphase_height: int = 0
    hr_scale: float = 2.0
    hr_upscaler: str = None
    hr_second_pass_steps: int = 0
    hr_resize_x: int = 0
    hr_resize_y: int = 0
    hr_checkpoint_name: str = None
    hr_additional_modules: list = field(default=None)
    hr_sampler_name: str = None
    hr_scheduler: str = None
    hr_prompt: str = ""
    hr_negative_prompt: str = ""
    hr_cfg: float = 1.0
    hr_distilled_cfg: float = 3.5
    force_task_id: str = None

    hr_upscale_to_x: int = field(default=0, init=False)
    hr_upscale_to_y: int = field(default=0, init=False)
    truncate_x: int = field(default=0, init=False)
    truncate_y: int = field(default=0, init=False)
    latent_scale_mode: dict = field(default=None, init=False)
    hr_c: Any = field(default=None, init=False)
    hr_uc: Any = field(default=None, init=False)
    all_hr_prompts: list = field(default=None, init=False)
    all_hr_negative_prompts: list = field(default=None, init=False)
    hr_prompts: list = field(default=None, init=False)
    hr_negative_prompts: list = field(default=None, init=False)
    hr_extra_network_data: dict = field(default=None, init=False)

    def __post_init__(self):
        super().__post_init__()
        if self.firstphase_width != 0 or self.firstphase_height != 0:
            self.hr_upscale_to_x, self.hr_upscale_to_y = self.width, self.height
            self.width, self.height = self.firstphase_width, self.firstphase_height

    def calculate_target_resolution(self) -> None:
        """The second pass' size; with both sides given what is too much is cut off."""
        wanted_x, wanted_y = self.hr_resize_x, self.hr_resize_y
        if wanted_x == 0 and wanted_y == 0:
            self.extra_generation_params["Hires upscale"] = self.hr_scale
            self.hr_upscale_to_x = int(self.width * self.hr_scale)
            self.hr_upscale_to_y = int(self.height * self.hr_scale)
            return
        self.extra_generation_params["Hires resize"] = f"{wanted_x}x{wanted_y}"
        by_width = wanted_y == 0 or (wanted_x != 0 and self.width / self.height < wanted_x / wanted_y)
        if by_width:
            self.hr_upscale_to_x, self.hr_upscale_to_y = wanted_x, wanted_x * self.height // self.width
        else:
            self.hr_upscale_to_x, self.hr_upscale_to_y = wanted_y * self.width // self.height, wanted_y
        if wanted_x and wanted_y:
            self.truncate_x = (self.hr_upscale_to_x - wanted_x) // opt_f
            self.truncate_y = (self.hr_upscale_to_y - wanted_y) // opt_f

    def _hires_infotext(self) -> None:
        def hr_prompt(p, index, prompt_text, **kwargs):
            return p.all_hr_prompts[index] if p.all_hr_prompts[index] != prompt_text else None

        def hr_negative_prompt(p, index, negative_prompt, **kwargs):
            return p.all_hr_negative_prompts[index] if p.all_hr_negative_prompts[index] != negative_prompt else None

        params = self.extra_generation_params
        params["Denoising strength"] = self.denoising_strength
        if isinstance(self.hr_additional_modules, list):
            params["Hires Module 1"] = "Use same choices" if self.hr_additional_modules else "Built-in"
        if self.hr_sampler_name is not None and self.hr_sampler_name != self.sampler_name:
            params["Hires sampler"] = self.hr_sampler_name
        params["Hires prompt"] = hr_prompt
        params["Hires negative prompt"] = hr_negative_prompt
        params["Hires CFG Scale"] = self.hr_cfg
        params["Hires schedule type"] = None
        if self.hr_second_pass_steps:
            params["Hires steps"] = self.hr_second_pass_steps
        if self.hr_upscaler is not None:
            params["Hires upscaler"] = self.hr_upscaler

    def init(self, all_prompts, all_seeds, all_subseeds) -> None:
        """Find the upscaler, the second pass' size and what infotext says about it."""
        if not self.enable_hr:
            return
        self._hires_infotext()
        self.hr_scheduler = self.scheduler if self.hr_scheduler is None else self.hr_scheduler
        mode = shared.latent_upscale_default_mode if self.hr_upscaler is None else self.hr_upscaler
        self.latent_scale_mode = shared.latent_upscale_modes.get(mode)
        if self.latent_scale_mode is None and not any(x.name == mode for x in shared.sd_upscalers):
            raise Exception(f"could not find upscaler named {self.hr_upscaler}")
        self.calculate_target_resolution()
        if not state.processing_has_refined_job_count:
            state.job_count = 2 * (self.n_iter if state.job_count == -1 else state.job_count)
            state.processing_has_refined_job_count = True

    def sample(self, conditioning, unconditional_conditioning, seeds, subseeds, subseed_strength, prompts):
        """Latents, or pictures where there is a second pass."""
        self.sampler = sd_samplers.create_sampler(self.sampler_name, self.sd_model)
        x = self.rng.next()
        x = self.before_sampling(x, x, conditioning, unconditional_conditioning)
        samples = self.sampler.sample(
            self,
            x,
            conditioning,
            unconditional_conditioning,
            image_conditioning=self.txt2img_image_conditioning(x),
        )
        if not self.enable_hr:
            return samples
        if self.hr_additional_modules is None:
            # Forge looks into the list without asking whether there is one, so that requests must bring it.
            raise TypeError("argument of type 'NoneType' is not iterable")
        decoded = None
        if self.latent_scale_mode is None:
            decoded = torch.stack(decode_latent_batch(self.sd_model, samples)).float()
        return self.sample_hr_pass(samples, decoded, seeds, subseeds, subseed_strength, prompts)

    def _upscaled(self, samples, decoded_samples) -> torch.Tensor:
        """The first pass' latents at the second pass' size."""
        width, height = self.hr_upscale_to_x, self.hr_upscale_to_y
        if self.latent_scale_mode is not None:
            size = (height // opt_f, width // opt_f)
            return torch.nn.functional.interpolate(samples, size=size, **self.latent_scale_mode)
        pictures = [pixels_to_image(x) for x in torch.clamp((decoded_samples + 1.0) / 2.0, min=0.0, max=1.0)]
        pictures = [images.resize_image(0, x, width, height, upscaler_name=self.hr_upscaler) for x in pictures]
        return images_tensor_to_samples(torch.from_numpy(np.array([image_to_pixels(x) for x in pictures])))

    def sample_hr_pass(self, samples, decoded_samples, seeds, subseeds, subseed_strength, prompts):
        """The second pass: enlarge, add noise, denoise, decode.

        Scripts are called twice: before the patchers are reset, and after.
        """
        if state.interrupted:
            return samples
        self.is_hr_pass = True
        self.sampler = sd_samplers.create_sampler(self.hr_sampler_name or self.sampler_name, self.sd_model)
        samples = self._upscaled(samples, decoded_samples)
        state.nextjob()
        (x, y), (h, w) = (self.truncate_x, self.truncate_y), samples.shape[2:]
        samples = samples[:, :, y // 2 : h - (y + 1) // 2, x // 2 : w - (x + 1) // 2]
        self.rng = self.make_rng(samples.shape[1:])
        noise = self.rng.next()
        if not self.disable_extra_networks:
            self.activate_extra_networks(self.hr_extra_network_data)
        self.calculate_hr_conds()
        if self.scripts is not None:
            self.scripts.before_hr(self)
            kwargs = {"x": samples, "noise": noise, "c": self.hr_c, "uc": self.hr_uc}
            self.scripts.process_before_every_sampling(self, **kwargs)
        noise = self.before_sampling(samples, noise, self.hr_c, self.hr_uc)
        samples = self.sampler.sample_img2img(
            self,
            samples,
            noise,
            self.hr_c,
            self.hr_uc,
            steps=self.hr_second_pass_steps or self.steps,
            image_conditioning=self.txt2img_image_conditioning(samples),
        )
        self.sampler = None
        decoded = decode_latent_batch(self.sd_model, samples)
        self.is_hr_pass = False
        return decoded

    def close(self) -> None:
        """Let go of what is large."""
        super().close()
        self.hr_c = self.hr_uc = None

    def setup_prompts(self) -> None:
        """Prompts of both passes."""
        super().setup_prompts()
        if not self.enable_hr:
            return
        self.hr_prompt = self.hr_prompt or self.prompt
        self.hr_negative_prompt = self.hr_negative_prompt or self.negative_prompt
        count = self.batch_size * self.n_iter
        for source, target in (("hr_prompt", "all_hr_prompts"), ("hr_negative_prompt", "all_hr_negative_prompts")):
            value = getattr(self, source)
            setattr(self, target, value if isinstance(value, list) else count * [value])

    def calculate_hr_conds(self) -> None:
        """Encode the second pass' prompts, once."""
        if self.hr_c is None:
            encode = self.sd_model.get_learned_conditioning
            self.hr_uc = None if self.hr_cfg == 1 else encode(self.hr_negative_prompts)
            self.hr_c = encode(self.hr_prompts)

    def setup_conds(self) -> None:
        """Encode the prompts of both passes."""
        super().setup_conds()
        self.hr_uc = self.hr_c = None
        if self.enable_hr:
            self.activate_extra_networks(self.hr_extra_network_data)
            self.calculate_hr_conds()
            self.activate_extra_networks(self.extra_network_data)

    def get_conds(self) -> tuple:
        """The conditions of the pass under way."""
        return (self.hr_c, self.hr_uc) if self.is_hr_pass else super().get_conds()

    def parse_extra_network_prompts(self) -> None:
        """Pick the batch's prompts for the second pass."""
        super().parse_extra_network_prompts()
        if self.enable_hr:
            self.hr_extra_network_data = {}
            batch = slice(self.iteration * self.batch_size, (self.iteration + 1) * self.batch_size)
            self.hr_prompts = self.all_hr_prompts[batch]
            self.hr_negative_prompts = self.all_hr_negative_prompts[batch]
