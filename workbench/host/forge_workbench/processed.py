"""The outcome of a generation, and the text that says how it came about."""

from __future__ import annotations

import json

from modules import errors, infotext_utils, rng
from modules.shared import opts, state


def program_version() -> str:
    """A name for the host, for infotext."""
    return "workbench"


class Processed:
    """Pictures, and what was asked for."""

    def __init__(
        self,
        p,
        images_list,
        seed=-1,
        info="",
        subseed=None,
        all_prompts=None,
        all_negative_prompts=None,
        all_seeds=None,
        all_subseeds=None,
        index_of_first_image=0,
        infotexts=None,
        comments="",
        extra_images_list=(),
    ):
        self.images = images_list
        self.extra_images = list(extra_images_list)
        self.info = info
        self.comments = "".join(f"{comment}\n" for comment in p.comments)
        for name in _COPIED:
            setattr(self, name, getattr(p, name, None))
        self.prompt = p.prompt[0] if isinstance(p.prompt, list) else p.prompt
        self.negative_prompt = p.negative_prompt[0] if isinstance(p.negative_prompt, list) else p.negative_prompt
        self.seed = _first_number(seed)
        self.subseed = _first_number(subseed)
        self.index_of_first_image = index_of_first_image
        self.job_timestamp = state.job_timestamp
        self.clip_skip = int(opts.CLIP_stop_at_last_layers)
        self.face_restoration_model = None
        self.all_prompts = all_prompts or p.all_prompts or [self.prompt]
        self.all_negative_prompts = all_negative_prompts or p.all_negative_prompts or [self.negative_prompt]
        self.all_seeds = all_seeds or p.all_seeds or [self.seed]
        self.all_subseeds = all_subseeds or p.all_subseeds or [self.subseed]
        self.infotexts = infotexts or [info] * len(images_list)
        self.version = program_version()

    def js(self) -> str:
        """All that can be told about it, as JSON; what JSON cannot hold becomes null."""
        obj = {name: getattr(self, name) for name in _TOLD}
        obj["prompt"], obj["negative_prompt"] = self.all_prompts[0], self.all_negative_prompts[0]
        return json.dumps(obj, default=lambda o: None)

    def infotext(self, p, index: int) -> str:
        """The infotext of one picture."""
        position, iteration = index % self.batch_size, index // self.batch_size
        texts = (self.all_prompts, self.all_seeds, self.all_subseeds)
        return create_infotext(p, *texts, position_in_batch=position, iteration=iteration)


_COPIED = (
    "subseed_strength width height sampler_name cfg_scale image_cfg_scale steps batch_size restore_faces sd_model_name "
    "sd_model_hash sd_vae_name sd_vae_hash seed_resize_from_w seed_resize_from_h denoising_strength styles eta "
    "extra_generation_params is_using_inpainting_conditioning s_churn s_tmin s_tmax s_noise s_min_uncond"
).split()
_TOLD = (
    "prompt all_prompts negative_prompt all_negative_prompts seed all_seeds subseed all_subseeds subseed_strength "
    "width height sampler_name cfg_scale steps batch_size restore_faces face_restoration_model sd_model_name "
    "sd_model_hash sd_vae_name sd_vae_hash seed_resize_from_w seed_resize_from_h denoising_strength "
    "extra_generation_params index_of_first_image infotexts styles job_timestamp clip_skip "
    "is_using_inpainting_conditioning version"
).split()


def _first_number(value) -> int:
    value = value[0] if isinstance(value, list) else value
    return -1 if value is None else int(value)


def _generation_params(p, all_seeds, all_subseeds, index: int, use_main_prompt: bool) -> dict:
    varied = p.subseed_strength != 0
    resized = p.seed_resize_from_w > 0 and p.seed_resize_from_h > 0
    clip_skip = int(getattr(p, "clip_skip", opts.CLIP_stop_at_last_layers))
    source = rng.get_noise_source_type()
    return {
        "Steps": p.steps,
        "Sampler": p.sampler_name,
        "Schedule type": p.scheduler,
        "CFG scale": p.cfg_scale,
        "Image CFG scale": getattr(p, "image_cfg_scale", None),
        "Seed": p.all_seeds[0] if use_main_prompt else all_seeds[index],
        "Size": f"{p.width}x{p.height}",
        "Model hash": p.sd_model_hash if opts.add_model_hash_to_info else None,
        "Model": p.sd_model_name if opts.add_model_name_to_info else None,
        "Variation seed": (p.all_subseeds[0] if use_main_prompt else all_subseeds[index]) if varied else None,
        "Variation seed strength": p.subseed_strength if varied else None,
        "Seed resize from": f"{p.seed_resize_from_w}x{p.seed_resize_from_h}" if resized else None,
        "Denoising strength": p.extra_generation_params.get("Denoising strength"),
        "Clip skip": clip_skip if clip_skip > 1 else None,
        "ENSD": opts.eta_noise_seed_delta or None,
        "Init image hash": getattr(p, "init_img_hash", None),
        "RNG": source if source != "GPU" else None,
        "Tiling": "True" if p.tiling else None,
        **p.extra_generation_params,
        "Version": program_version() if opts.add_version_to_infotext else None,
        "User": p.user if opts.add_user_name_to_info else None,
    }


def create_infotext(
    p,
    all_prompts,
    all_seeds,
    all_subseeds,
    comments=None,
    iteration=0,
    position_in_batch=0,
    use_main_prompt=False,
    index=None,
    all_negative_prompts=None,
) -> str:
    """Prompts and parameters as text.

    A value of ``p.extra_generation_params`` is a string, a list with one per picture, or a function called with this
    function's variables by name.
    """
    if use_main_prompt:
        index = 0
    elif index is None:
        index = position_in_batch + iteration * p.batch_size
    if all_negative_prompts is None:
        all_negative_prompts = p.all_negative_prompts
    prompt_text = p.main_prompt if use_main_prompt else all_prompts[index]
    negative_prompt = p.main_negative_prompt if use_main_prompt else all_negative_prompts[index]
    generation_params = _generation_params(p, all_seeds, all_subseeds, index, use_main_prompt)
    variables = dict(locals())
    for key, value in generation_params.items():
        try:
            if isinstance(value, list):
                generation_params[key] = value[index]
            elif callable(value):
                generation_params[key] = value(**variables)
        except Exception:
            errors.report(f'Error creating infotext for key "{key}"', exc_info=True)
            generation_params[key] = None
    known = {k: v for k, v in generation_params.items() if v is not None}
    parameters = ", ".join(k if k == v else f"{k}: {infotext_utils.quote(v)}" for k, v in known.items())
    negative = f"\nNegative prompt: {negative_prompt}" if negative_prompt else ""
    return f"{prompt_text}{negative}\n{parameters}".strip()
