"""The second, larger pass of txt2img: its size, its starting latents, and its infotext."""

from __future__ import annotations

import torch
from modules import images, sd_samplers, shared
from modules.sd_samplers_common import images_tensor_to_samples
from modules.shared import state

from forge_workbench import pixels

_SIDE = 8


def target_size(p) -> tuple[int, int]:
    """Width and height to enlarge to; if both sides are given, ``p.truncate_x`` and ``y`` say how much to crop."""
    wanted_x, wanted_y = p.hr_resize_x, p.hr_resize_y
    if wanted_x == 0 and wanted_y == 0:
        p.extra_generation_params["Hires upscale"] = p.hr_scale
        return int(p.width * p.hr_scale), int(p.height * p.hr_scale)
    p.extra_generation_params["Hires resize"] = f"{wanted_x}x{wanted_y}"
    if wanted_y == 0 or (wanted_x != 0 and p.width / p.height < wanted_x / wanted_y):
        width, height = wanted_x, wanted_x * p.height // p.width
    else:
        width, height = wanted_y * p.width // p.height, wanted_y
    if wanted_x and wanted_y:
        p.truncate_x, p.truncate_y = (width - wanted_x) // _SIDE, (height - wanted_y) // _SIDE
    return width, height


def upscale_mode(p) -> dict | None:
    """How latents are enlarged; None if pictures are enlarged instead. Raises if there is no such upscaler."""
    name = shared.latent_upscale_default_mode if p.hr_upscaler is None else p.hr_upscaler
    mode = shared.latent_upscale_modes.get(name)
    if mode is None and not any(x.name == name for x in shared.sd_upscalers):
        raise Exception(f"could not find upscaler named {p.hr_upscaler}")
    return mode


def sample(p, samples: torch.Tensor):
    """Enlarge, add noise, denoise, decode; returns the latents if the user has interrupted.

    Scripts are called twice: before the patchers are reset, and after.
    """
    decoded = None
    if p.latent_scale_mode is None:
        decoded = torch.stack(pixels.decoded(p.sd_model, samples)).float()
    if state.interrupted:
        return samples
    p.is_hr_pass = True
    p.sampler = sd_samplers.create_sampler(p.hr_sampler_name or p.sampler_name, p.sd_model)
    samples = _upscaled(p, samples, decoded)
    state.nextjob()
    p.rng = p.make_rng(samples.shape[1:])
    noise = p.rng.next()
    p.activate_extra_networks()
    if p.scripts is not None:
        p.scripts.before_hr(p)
        p.scripts.process_before_every_sampling(p, x=samples, noise=noise, c=p.hr_c, uc=p.hr_uc)
    noise = p.before_sampling(samples, noise, p.hr_c, p.hr_uc)
    steps = p.hr_second_pass_steps or p.steps
    samples = p.sampler.sample_img2img(p, samples, noise, p.hr_c, p.hr_uc, steps=steps)
    p.sampler = None
    decoded = pixels.decoded(p.sd_model, samples)
    p.is_hr_pass = False
    return decoded


def _upscaled(p, samples: torch.Tensor, pictures: torch.Tensor | None) -> torch.Tensor:
    """The first pass's latents, enlarged and cropped to the second pass's size; via pictures if given."""
    width, height = p.hr_upscale_to_x, p.hr_upscale_to_y
    if pictures is None:
        size = (height // _SIDE, width // _SIDE)
        samples = torch.nn.functional.interpolate(samples, size=size, **p.latent_scale_mode)
    else:
        small = [pixels.pixels_to_image(x) for x in torch.clamp((pictures + 1.0) / 2.0, min=0.0, max=1.0)]
        large = [images.resize_image(0, x, width, height, upscaler_name=p.hr_upscaler) for x in small]
        batch = torch.stack([torch.from_numpy(pixels.image_to_pixels(x)) for x in large])
        samples = images_tensor_to_samples(batch, None, p.sd_model)
    (x, y), (h, w) = (p.truncate_x, p.truncate_y), samples.shape[2:]
    return samples[:, :, y // 2 : h - (y + 1) // 2, x // 2 : w - (x + 1) // 2]


def tell(p) -> None:
    """Write the second pass's parameters into the infotext."""

    def hr_prompt(p, index, prompt_text, **kwargs):
        return p.all_hr_prompts[index] if p.all_hr_prompts[index] != prompt_text else None

    def hr_negative_prompt(p, index, negative_prompt, **kwargs):
        return p.all_hr_negative_prompts[index] if p.all_hr_negative_prompts[index] != negative_prompt else None

    params = p.extra_generation_params
    params["Denoising strength"] = p.denoising_strength
    if isinstance(p.hr_additional_modules, list):
        params["Hires Module 1"] = "Use same choices" if p.hr_additional_modules else "Built-in"
    if p.hr_sampler_name is not None and p.hr_sampler_name != p.sampler_name:
        params["Hires sampler"] = p.hr_sampler_name
    params["Hires prompt"] = hr_prompt
    params["Hires negative prompt"] = hr_negative_prompt
    params["Hires CFG Scale"] = p.hr_cfg
    params["Hires schedule type"] = None
    if p.hr_second_pass_steps:
        params["Hires steps"] = p.hr_second_pass_steps
    if p.hr_upscaler is not None:
        params["Hires upscaler"] = p.hr_upscaler
