"""The parameters of a generation, from text or from pictures, and how its pictures are made."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from forge_workbench import batches, inpainting, second_pass, starting_pictures
from forge_workbench.infotext import create_infotext
from PIL import Image

from modules import rng, sd_models, sd_samplers, sysinfo
from modules.shared import opts, state


def get_fixed_seed(seed):
    """The seed; a random one for -1 or nothing. A list of seeds, one for each picture, stays as it is."""
    if isinstance(seed, list):
        return seed
    return random.randrange(4294967294) if seed in (None, -1) else int(seed)


def fix_seed(p) -> None:
    """Replace -1 by random seeds."""
    p.seed, p.subseed = get_fixed_seed(p.seed), get_fixed_seed(p.subseed)


@dataclass(repr=False)
class StableDiffusionProcessing:
    """A generation: its parameters and its state."""

    sd_model: object = None
    outpath_samples: str = None
    outpath_grids: str = None
    prompt: str = ""
    negative_prompt: str = ""
    styles: list[str] = None
    seed: int = -1
    subseed: int = -1
    subseed_strength: float = 0
    sampler_name: str = None
    scheduler: str = None
    batch_size: int = 1
    n_iter: int = 1
    steps: int = 50
    cfg_scale: float = 7.0
    width: int = 512
    height: int = 512
    do_not_save_samples: bool = False
    do_not_save_grid: bool = False
    extra_generation_params: dict[str, Any] = None
    denoising_strength: float = None
    override_settings: dict[str, Any] = None
    override_settings_restore_afterwards: bool = True
    sampler_index: int = None
    refiner_checkpoint: str = None
    refiner_switch_at: float = None

    scripts_value: Any = field(default=None, init=False)
    script_args_value: Any = field(default=(), init=False)
    scripts_setup_complete: bool = field(default=False, init=False)
    comments: dict = field(default_factory=dict, init=False)
    overlay_images: list = field(default=None, init=False)
    mask_for_overlay: Any = field(default=None, init=False)
    paste_to: tuple | None = field(default=None, init=False)
    color_corrections: list = field(default=None, init=False)
    modified_noise: Any = field(default=None, init=False)
    extra_result_images: list = field(default_factory=list, init=False)
    is_hr_pass: bool = field(default=False, init=False)
    is_api: bool = field(default=False, init=False)
    iteration: int = field(default=0, init=False)
    all_prompts: list = field(default=None, init=False)
    all_negative_prompts: list = field(default=None, init=False)
    all_seeds: list = field(default=None, init=False)
    all_subseeds: list = field(default=None, init=False)
    main_prompt: str = field(default=None, init=False)
    main_negative_prompt: str = field(default=None, init=False)

    def __post_init__(self):
        self.styles = self.styles or []
        self.extra_generation_params = self.extra_generation_params or {}
        self.override_settings = self.override_settings or {}

    @property
    def sd_model(self):  # noqa: F811 - the field exists for the constructor's sake
        """The loaded checkpoint."""
        return sd_models.model_data.sd_model

    @sd_model.setter
    def sd_model(self, value):
        pass

    @property
    def scripts(self):
        """The scripts of the tab."""
        return self.scripts_value

    @scripts.setter
    def scripts(self, value):
        self.scripts_value = value
        self._setup_scripts_once()

    @property
    def script_args(self):
        """The values of all scripts' components."""
        return self.script_args_value

    @script_args.setter
    def script_args(self, value):
        self.script_args_value = value
        self._setup_scripts_once()

    def _setup_scripts_once(self) -> None:
        if self.scripts_value and self.script_args_value and not self.scripts_setup_complete:
            self.scripts_setup_complete = True
            self.scripts.setup_scrips(self, is_ui=not self.is_api)

    def comment(self, text: str) -> None:
        """Show a text with the result."""
        self.comments[text] = 1

    def init(self, all_prompts, all_seeds, all_subseeds) -> None:
        """Prepare, once for all batches."""

    def sample(self, conditioning, unconditional_conditioning, seeds, subseeds, subseed_strength, prompts):
        """The latents of one batch."""
        raise NotImplementedError

    def close(self) -> None:
        """Release large objects."""
        self.sampler = self.c = self.uc = None

    def setup_prompts(self) -> None:
        """One prompt and one negative prompt per picture."""
        count = self.batch_size * self.n_iter
        self.all_prompts, self.all_negative_prompts = [self.prompt] * count, [self.negative_prompt] * count
        self.main_prompt, self.main_negative_prompt = self.prompt, self.negative_prompt

    def setup_conds(self) -> None:
        """Encode the batch's prompts. Without guidance there is no negative condition."""
        encode = self.sd_model.get_learned_conditioning
        self.uc = None if self.cfg_scale == 1 else encode(self.negative_prompts)
        self.c = encode(self.prompts)

    def activate_extra_networks(self) -> None:
        """Apply extra networks named in prompts. There are none, but the scripts' hook is called."""
        if self.scripts is not None:
            about = {"prompts": self.prompts, "seeds": self.seeds, "subseeds": self.subseeds}
            about |= {"batch_number": self.iteration, "extra_network_data": {}}
            self.scripts.after_extra_networks_activate(self, **about)

    def save_samples(self) -> bool:
        """Whether pictures are written to disk."""
        return opts.samples_save and not self.do_not_save_samples and not (state.interrupted or state.skipped)

    def make_rng(self, shape) -> rng.ImageRNG:
        """Noise for latents of one shape ``[C, H, W]`` by the batch's seeds."""
        return rng.ImageRNG(shape, self.seeds, subseeds=self.subseeds, subseed_strength=self.subseed_strength)

    def before_sampling(self, x, noise, c, uc) -> torch.Tensor:
        """Reset the patchers, call the scripts, and return the noise, which scripts may have replaced."""
        self.sd_model.forge_objects = self.sd_model.forge_objects_after_applying_lora.shallow_copy()
        if self.scripts is not None:
            self.scripts.process_before_every_sampling(self, x=x, noise=noise, c=c, uc=uc)
        if self.modified_noise is not None:
            noise, self.modified_noise = self.modified_noise, None
        return noise


@dataclass(repr=False)
class StableDiffusionProcessingTxt2Img(StableDiffusionProcessing):
    """A generation from text, with or without a second, larger pass."""

    enable_hr: bool = False
    denoising_strength: float = 0.75
    hr_scale: float = 2.0
    hr_upscaler: str = None
    hr_second_pass_steps: int = 0
    hr_resize_x: int = 0
    hr_resize_y: int = 0
    hr_checkpoint_name: str = None
    hr_additional_modules: list = None
    hr_sampler_name: str = None
    hr_scheduler: str = None
    hr_prompt: str = ""
    hr_negative_prompt: str = ""
    hr_cfg: float = 1.0

    hr_upscale_to_x: int = field(default=0, init=False)
    hr_upscale_to_y: int = field(default=0, init=False)
    truncate_x: int = field(default=0, init=False)
    truncate_y: int = field(default=0, init=False)
    latent_scale_mode: dict = field(default=None, init=False)

    def calculate_target_resolution(self) -> None:
        """Compute the second pass's size."""
        self.hr_upscale_to_x, self.hr_upscale_to_y = second_pass.target_size(self)

    def init(self, all_prompts, all_seeds, all_subseeds) -> None:
        """Find the upscaler, compute the second pass's size, and write both into the infotext."""
        if not self.enable_hr:
            return
        second_pass.tell(self)
        self.hr_scheduler = self.scheduler if self.hr_scheduler is None else self.hr_scheduler
        self.latent_scale_mode = second_pass.upscale_mode(self)
        self.calculate_target_resolution()
        if not state.processing_has_refined_job_count:
            state.job_count = 2 * (self.n_iter if state.job_count == -1 else state.job_count)
            state.processing_has_refined_job_count = True

    def sample(self, conditioning, unconditional_conditioning, seeds, subseeds, subseed_strength, prompts):
        """Latents, or pictures if there is a second pass."""
        self.sampler = sd_samplers.create_sampler(self.sampler_name, self.sd_model)
        x = self.rng.next()
        x = self.before_sampling(x, x, conditioning, unconditional_conditioning)
        samples = self.sampler.sample(self, x, conditioning, unconditional_conditioning)
        if not self.enable_hr:
            return samples
        if self.hr_additional_modules is None:
            # Forge reads the list without checking that there is one, so requests must include it.
            raise TypeError("argument of type 'NoneType' is not iterable")
        return second_pass.sample(self, samples)

    def setup_prompts(self) -> None:
        """Prompts of both passes."""
        super().setup_prompts()
        count = self.batch_size * self.n_iter
        self.all_hr_prompts = [self.hr_prompt or self.prompt] * count
        self.all_hr_negative_prompts = [self.hr_negative_prompt or self.negative_prompt] * count

    def setup_conds(self) -> None:
        """Encode the prompts of both passes."""
        super().setup_conds()
        if self.enable_hr:
            self.activate_extra_networks()
            batch = slice(self.iteration * self.batch_size, (self.iteration + 1) * self.batch_size)
            encode = self.sd_model.get_learned_conditioning
            self.hr_uc = None if self.hr_cfg == 1 else encode(self.all_hr_negative_prompts[batch])
            self.hr_c = encode(self.all_hr_prompts[batch])
            self.activate_extra_networks()


@dataclass(repr=False)
class StableDiffusionProcessingImg2Img(StableDiffusionProcessing):
    """A generation from pictures, whole or inside a mask. After ``init`` the latents are in ``init_latent``."""

    init_images: list = None
    resize_mode: int = 0
    denoising_strength: float = 0.75
    mask: Any = None
    mask_blur_x: int = 4
    mask_blur_y: int = 4
    mask_blur: int = None
    mask_round: bool = True
    inpainting_fill: int = inpainting.FILL
    inpaint_full_res: bool = True
    inpaint_full_res_padding: int = 0
    inpainting_mask_invert: int = 0

    image_mask: Any = field(default=None, init=False)
    nmask: torch.Tensor = field(default=None, init=False)
    init_latent: torch.Tensor = field(default=None, init=False)

    def __post_init__(self):
        super().__post_init__()
        self.image_mask, self.mask = self.mask, None

    @property
    def mask_blur(self):  # noqa: F811 - the field exists for the constructor's sake
        """The blur in both directions; None if they differ."""
        return self.mask_blur_x if self.mask_blur_x == self.mask_blur_y else None

    @mask_blur.setter
    def mask_blur(self, value):
        if isinstance(value, int):
            self.mask_blur_x = self.mask_blur_y = value

    def init(self, all_prompts, all_seeds, all_subseeds) -> None:
        """Prepare mask and pictures, and encode them."""
        self.extra_generation_params["Denoising strength"] = self.denoising_strength
        self.sampler = sd_samplers.create_sampler(self.sampler_name, self.sd_model)
        mask, crop_region = (None, None) if self.image_mask is None else inpainting.prepare_mask(self)
        if self.scripts is not None:
            self.scripts.before_process_init_images(self, {"crop_region": crop_region, "image_mask": mask})
        self.init_latent = starting_pictures.encoded(self, mask, crop_region)
        if mask is not None:
            inpainting.mask_latents(self, mask, all_seeds)

    def sample(self, conditioning, unconditional_conditioning, seeds, subseeds, subseed_strength, prompts):
        """Latents from ``init_latent``, read after the scripts were called; blended with it if there is a mask."""
        x = self.before_sampling(self.init_latent, self.rng.next(), conditioning, unconditional_conditioning)
        samples = self.sampler.sample_img2img(self, self.init_latent, x, conditioning, unconditional_conditioning)
        return samples if self.mask is None else inpainting.blended(self, samples)


class Processed:
    """The pictures, and the parameters they were made with."""

    def __init__(self, p, images_list, seed=-1, info="", subseed=None, index_of_first_image=0, infotexts=None):
        self.images = images_list
        self.extra_images = list(p.extra_result_images)
        self.info = info
        self.infotexts = infotexts or [info] * len(images_list)
        self.index_of_first_image = index_of_first_image
        self.comments = "".join(f"{comment}\n" for comment in p.comments)
        self.seed, self.subseed = int(seed), -1 if subseed is None else int(subseed)
        self.all_prompts = p.all_prompts or [p.prompt]
        self.all_negative_prompts = p.all_negative_prompts or [p.negative_prompt]
        self.all_seeds = p.all_seeds or [self.seed]
        self.all_subseeds = p.all_subseeds or [self.subseed]
        self.job_timestamp = state.job_timestamp
        for name in _COPIED:
            setattr(self, name, getattr(p, name, None))

    def js(self) -> str:
        """Everything about it as JSON; values that JSON cannot represent become null."""
        told = {"prompt": self.all_prompts[0], "negative_prompt": self.all_negative_prompts[0], **_NOTHING}
        told |= {name: getattr(self, name) for name in (*_TOLD, *_COPIED)}
        told["clip_skip"] = int(opts.CLIP_stop_at_last_layers)
        return json.dumps(told, default=lambda o: None)

    def infotext(self, p, index: int) -> str:
        """The infotext of one picture."""
        return create_infotext(p, self.all_prompts, self.all_seeds, self.all_subseeds, p.all_negative_prompts, index)


_COPIED = (
    "subseed_strength width height sampler_name cfg_scale steps batch_size sd_model_name sd_model_hash "
    "denoising_strength extra_generation_params styles"
).split()
_TOLD = (
    "all_prompts all_negative_prompts seed all_seeds subseed all_subseeds index_of_first_image infotexts job_timestamp"
).split()
#: The API's values for features that do not exist here.
_NOTHING = {
    "restore_faces": False,
    "face_restoration_model": None,
    "sd_vae_name": None,
    "sd_vae_hash": None,
    "seed_resize_from_w": -1,
    "seed_resize_from_h": -1,
    "is_using_inpainting_conditioning": False,
    "version": "workbench",
}


def apply_overlay(image: Image.Image, paste_loc, overlay) -> tuple[Image.Image, Image.Image]:
    """``(picture with the unmasked part pasted over it, picture without)``."""
    return inpainting.laid_over(image, paste_loc, overlay), image.copy()


def process_images(p: StableDiffusionProcessing) -> Processed:
    """Make the pictures, with the requested settings overridden and restored afterwards."""
    if p.scripts is not None:
        p.scripts.before_process(p)
    stored = {k: opts.data.get(k, opts.get_default(k)) for k in p.override_settings if k in opts.data}
    try:
        if sd_models.checkpoint_aliases.get(p.override_settings.get("sd_model_checkpoint")) is None:
            p.override_settings.pop("sd_model_checkpoint", None)
        sysinfo.set_config(p.override_settings, is_api=True, run_callbacks=False, save_config=False)
        sd_models.forge_model_reload()
        sd_samplers.fix_p_invalid_sampler_and_scheduler(p)
        return process_images_inner(p)
    finally:
        if p.override_settings_restore_afterwards:
            sysinfo.set_config(stored, save_config=False)


def process_images_inner(p: StableDiffusionProcessing) -> Processed:
    """Make the pictures with the settings as they are now."""
    seed, subseed = get_fixed_seed(p.seed), get_fixed_seed(p.subseed)
    p.setup_prompts()
    count, step = len(p.all_prompts), int(p.subseed_strength == 0)
    p.all_seeds = seed if isinstance(seed, list) else [seed + step * x for x in range(count)]
    p.all_subseeds = subseed if isinstance(subseed, list) else [subseed + x for x in range(count)]
    pictures, infotexts, first = batches.make_all(p)
    kwargs = {"subseed": p.all_subseeds[0], "index_of_first_image": first, "infotexts": infotexts}
    res = Processed(p, pictures, p.all_seeds[0], infotexts[0], **kwargs)
    if p.scripts is not None:
        p.scripts.postprocess(p, res)
    return res


def process_extra_images(processed: Processed) -> None:
    """Convert arrays among the extra images to pictures; drop anything else that is not a picture."""
    extra = [Image.fromarray(x) if isinstance(x, np.ndarray) else x for x in processed.extra_images]
    processed.extra_images = [x for x in extra if isinstance(x, Image.Image)]
