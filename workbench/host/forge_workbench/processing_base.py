"""What is asked for in one generation. ``modules.processing`` passes these names on."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

import torch
from modules import rng, sd_samplers, shared
from modules.shared import opts, state

opt_C = 4
opt_f = 8


def get_fixed_seed(seed) -> int | list:
    """The seed; a random one for -1, nothing, or what is no number."""
    try:
        seed = seed if isinstance(seed, list) else int(seed)
    except (TypeError, ValueError):
        seed = -1
    return random.randrange(4294967294) if seed == -1 else seed


@dataclass(repr=False)
class StableDiffusionProcessing:
    """A generation: what was asked for, and what has come of it so far."""

    sd_model: object = None
    outpath_samples: str = None
    outpath_grids: str = None
    prompt: str = ""
    prompt_for_display: str = None
    negative_prompt: str = ""
    styles: list[str] = None
    seed: int = -1
    subseed: int = -1
    subseed_strength: float = 0
    seed_resize_from_h: int = -1
    seed_resize_from_w: int = -1
    seed_enable_extras: bool = True
    sampler_name: str = None
    scheduler: str = None
    batch_size: int = 1
    n_iter: int = 1
    steps: int = 50
    cfg_scale: float = 7.0
    distilled_cfg_scale: float = 3.5
    width: int = 512
    height: int = 512
    restore_faces: bool = None
    tiling: bool = None
    do_not_save_samples: bool = False
    do_not_save_grid: bool = False
    extra_generation_params: dict[str, Any] = None
    overlay_images: list = None
    eta: float = None
    do_not_reload_embeddings: bool = False
    denoising_strength: float = None
    ddim_discretize: str = None
    s_min_uncond: float = None
    s_churn: float = None
    s_tmax: float = None
    s_tmin: float = None
    s_noise: float = None
    override_settings: dict[str, Any] = None
    override_settings_restore_afterwards: bool = True
    sampler_index: int = None
    refiner_checkpoint: str = None
    refiner_switch_at: float = None
    disable_extra_networks: bool = False
    firstpass_image: Any = None

    scripts_value: Any = field(default=None, init=False)
    script_args_value: Any = field(default=None, init=False)
    scripts_setup_complete: bool = field(default=False, init=False)
    comments: dict = None
    sampler: Any = field(default=None, init=False)
    is_using_inpainting_conditioning: bool = field(default=False, init=False)
    paste_to: tuple | None = field(default=None, init=False)
    is_hr_pass: bool = field(default=False, init=False)
    c: Any = field(default=None, init=False)
    uc: Any = field(default=None, init=False)
    rng: Any = field(default=None, init=False)
    step_multiplier: int = field(default=1, init=False)
    color_corrections: list = field(default=None, init=False)
    all_prompts: list = field(default=None, init=False)
    all_negative_prompts: list = field(default=None, init=False)
    all_seeds: list = field(default=None, init=False)
    all_subseeds: list = field(default=None, init=False)
    iteration: int = field(default=0, init=False)
    batch_index: int = field(default=0, init=False)
    main_prompt: str = field(default=None, init=False)
    main_negative_prompt: str = field(default=None, init=False)
    prompts: list = field(default=None, init=False)
    negative_prompts: list = field(default=None, init=False)
    seeds: list = field(default=None, init=False)
    subseeds: list = field(default=None, init=False)
    extra_network_data: dict = field(default=None, init=False)
    user: str = field(default=None, init=False)
    sd_model_name: str = field(default=None, init=False)
    sd_model_hash: str = field(default=None, init=False)
    sd_vae_name: str = field(default=None, init=False)
    sd_vae_hash: str = field(default=None, init=False)
    is_api: bool = field(default=False, init=False)

    token_merging_ratio = 0
    token_merging_ratio_hr = 0

    def __post_init__(self):
        self.comments = {}
        self.styles = self.styles or []
        self.sampler_noise_scheduler_override = None
        self.extra_generation_params = self.extra_generation_params or {}
        self.override_settings = self.override_settings or {}
        self.script_args = self.script_args or {}
        self.refiner_checkpoint_info = None
        if not self.seed_enable_extras:
            self.subseed, self.subseed_strength = -1, 0
            self.seed_resize_from_h = self.seed_resize_from_w = 0
        self.extra_result_images: list = []
        self.latents_after_sampling: list = []
        self.pixels_after_sampling: list = []
        self.modified_noise = None

    @property
    def sd_model(self):  # noqa: F811 - the field exists for the constructor's sake
        """Whatever checkpoint is loaded."""
        return shared.sd_model

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
            self.setup_scripts()

    def setup_scripts(self) -> None:
        """Call the scripts' ``setup``."""
        self.scripts_setup_complete = True
        self.scripts.setup_scrips(self, is_ui=not self.is_api)

    def fill_fields_from_opts(self) -> None:
        """Take what was not asked for from the settings."""
        for name in ("s_min_uncond", "s_churn", "s_tmin", "s_noise"):
            if getattr(self, name) is None:
                setattr(self, name, getattr(opts, name))
        self.s_tmax = (self.s_tmax if self.s_tmax is not None else opts.s_tmax) or float("inf")

    def comment(self, text: str) -> None:
        """Have a text shown with the result."""
        self.comments[text] = 1

    def txt2img_image_conditioning(self, x: torch.Tensor, width=None, height=None) -> torch.Tensor:
        """Nothing, in the shape of something: what checkpoints for inpainting would be given."""
        self.is_using_inpainting_conditioning = self.sd_model.is_inpaint
        return x.new_zeros(x.shape[0], 5, 1, 1)

    def img2img_image_conditioning(self, source_image, latent_image, image_mask=None, round_image_mask=True):
        """Nothing, in the shape of something."""
        return self.txt2img_image_conditioning(latent_image)

    def init(self, all_prompts, all_seeds, all_subseeds) -> None:
        """Make ready, once for all batches."""

    def sample(self, conditioning, unconditional_conditioning, seeds, subseeds, subseed_strength, prompts):
        """The latents of one batch."""
        raise NotImplementedError

    def close(self) -> None:
        """Let go of what is large."""
        self.sampler = self.c = self.uc = None

    def get_token_merging_ratio(self, for_hr: bool = False) -> float:
        """Tokens are never merged here."""
        return 0

    def setup_prompts(self) -> None:
        """One prompt and one negative prompt per picture."""
        if isinstance(self.prompt, list):
            self.all_prompts = self.prompt
        elif isinstance(self.negative_prompt, list):
            self.all_prompts = [self.prompt] * len(self.negative_prompt)
        else:
            self.all_prompts = self.batch_size * self.n_iter * [self.prompt]
        negative = self.negative_prompt
        self.all_negative_prompts = negative if isinstance(negative, list) else [negative] * len(self.all_prompts)
        if len(self.all_prompts) != len(self.all_negative_prompts):
            raise RuntimeError("Received a different number of prompts and negative prompts")
        self.main_prompt = self.all_prompts[0]
        self.main_negative_prompt = self.all_negative_prompts[0]

    def setup_conds(self) -> None:
        """Encode the batch's prompts. Without guidance there is nothing to guide away from."""
        config = sd_samplers.find_sampler_config(self.sampler_name)
        self.firstpass_steps = config.total_steps(self.steps) if config else self.steps
        self.step_multiplier = self.firstpass_steps // self.steps
        encode = self.sd_model.get_learned_conditioning
        self.uc = None if self.cfg_scale == 1 else encode(self.negative_prompts)
        self.c = encode(self.prompts)

    def get_conds(self) -> tuple:
        """Conditions with the prompts and with the negative prompts."""
        return self.c, self.uc

    def parse_extra_network_prompts(self) -> None:
        """There are no extra networks to be named in a prompt."""
        self.extra_network_data = {}

    def activate_extra_networks(self, extra_network_data: dict) -> None:
        """Apply what prompts name. There is nothing to apply, but scripts are told."""
        if self.scripts is not None:
            about = {"prompts": self.prompts, "seeds": self.seeds, "subseeds": self.subseeds}
            about |= {"batch_number": self.iteration, "extra_network_data": extra_network_data}
            self.scripts.after_extra_networks_activate(self, **about)

    def save_samples(self) -> bool:
        """Whether pictures are to be written to disk."""
        stopped = state.interrupted or state.skipped
        return opts.samples_save and not self.do_not_save_samples and (opts.save_incomplete_images or not stopped)

    def make_rng(self, shape) -> rng.ImageRNG:
        """Noise for latents of one shape ``[C, H, W]`` by the batch's seeds."""
        return rng.ImageRNG(
            shape,
            self.seeds,
            subseeds=self.subseeds,
            subseed_strength=self.subseed_strength,
            seed_resize_from_h=self.seed_resize_from_h,
            seed_resize_from_w=self.seed_resize_from_w,
        )

    def before_sampling(self, x, noise, c, uc) -> torch.Tensor:
        """Reset the patchers, call the scripts, and return the noise they leave."""
        self.sd_model.forge_objects = self.sd_model.forge_objects_after_applying_lora.shallow_copy()
        if self.scripts is not None:
            self.scripts.process_before_every_sampling(self, x=x, noise=noise, c=c, uc=uc)
        if self.modified_noise is not None:
            noise, self.modified_noise = self.modified_noise, None
        return noise
