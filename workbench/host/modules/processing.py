"""The loop over batches that txt2img and img2img share, with every hook at its place."""

from __future__ import annotations

import os

import numpy as np
import torch
from backend.modules.k_prediction import rescale_zero_terminal_snr_sigmas
from forge_workbench.processed import Processed, create_infotext, program_version  # noqa: F401
from forge_workbench.processing_base import StableDiffusionProcessing, get_fixed_seed, opt_C, opt_f  # noqa: F401
from forge_workbench.processing_img2img import (  # noqa: F401
    StableDiffusionProcessingImg2Img,
    create_binary_mask,
    setup_color_correction,
)
from forge_workbench.processing_txt2img import (  # noqa: F401
    DecodedSamples,
    StableDiffusionProcessingTxt2Img,
    decode_latent_batch,
    pixels_to_image,
)
from PIL import Image

from modules import devices, images, paths, rng, scripts, sd_models, sd_samplers, shared  # noqa: F401
from modules.rng import slerp  # noqa: F401
from modules.shared import cmd_opts, opts, state
from modules.sysinfo import set_config


def apply_color_correction(correction: np.ndarray, original_image: Image.Image) -> Image.Image:
    """The picture with its colours matched, channel by channel in CIELAB; its luminosity stays."""
    from skimage import color, exposure

    original = np.asarray(original_image.convert("RGB")) / 255
    matched = color.lab2rgb(exposure.match_histograms(color.rgb2lab(original), correction, channel_axis=2))
    return Image.fromarray((_with_luminosity(matched, original) * 255).round().astype(np.uint8))


def _with_luminosity(colours: np.ndarray, of: np.ndarray) -> np.ndarray:
    """Colours ``[H, W, 3]`` in 0..1 with the luminosity of others, as W3C's Compositing, 10.2, has it."""
    weights = np.array([0.3, 0.59, 0.11])
    wanted = (of @ weights)[..., None]
    moved = colours + wanted - (colours @ weights)[..., None]
    low, high = moved.min(axis=2, keepdims=True), moved.max(axis=2, keepdims=True)
    moved = np.where(low < 0, wanted + (moved - wanted) * wanted / np.maximum(wanted - low, 1e-9), moved)
    lowered = wanted + (moved - wanted) * (1 - wanted) / np.maximum(high - wanted, 1e-9)
    return np.clip(np.where(high > 1, lowered, moved), 0, 1)


def uncrop(image: Image.Image, dest_size: tuple[int, int], paste_loc: tuple) -> Image.Image:
    """A picture made for a part of another, at its place on an empty one of the other's size."""
    x, y, w, h = paste_loc
    base = Image.new("RGBA", dest_size)
    base.paste(images.resize_image(1, image, w, h), (x, y))
    return base


def apply_overlay(image: Image.Image, paste_loc, overlay) -> tuple[Image.Image, Image.Image]:
    """``(picture with what was not masked laid on it, picture without)``."""
    if overlay is None:
        return image, image.copy()
    if paste_loc is not None:
        image = uncrop(image, overlay.size, paste_loc)
    composite = image.convert("RGBA")
    composite.alpha_composite(overlay)
    return composite.convert("RGB"), image.copy()


def create_random_tensors(
    shape, seeds, subseeds=None, subseed_strength=0.0, seed_resize_from_h=0, seed_resize_from_w=0, p=None
):
    """The first noises of a batch."""
    args = {"seed_resize_from_h": seed_resize_from_h, "seed_resize_from_w": seed_resize_from_w}
    return rng.ImageRNG(shape, seeds, subseeds=subseeds, subseed_strength=subseed_strength, **args).next()


def fix_seed(p) -> None:
    """Replace -1 by random seeds."""
    p.seed, p.subseed = get_fixed_seed(p.seed), get_fixed_seed(p.subseed)


def process_images(p: StableDiffusionProcessing) -> Processed:
    """Make the pictures, with settings overridden as asked for and put back afterwards."""
    if p.scripts is not None:
        p.scripts.before_process(p)
    stored = {k: opts.data.get(k, opts.get_default(k)) for k in p.override_settings if k in opts.data}
    try:
        if sd_models.checkpoint_aliases.get(p.override_settings.get("sd_model_checkpoint")) is None:
            p.override_settings.pop("sd_model_checkpoint", None)
        set_config(p.override_settings, is_api=True, run_callbacks=False, save_config=False)
        sd_models.forge_model_reload()
        sd_samplers.fix_p_invalid_sampler_and_scheduler(p)
        return process_images_inner(p)
    finally:
        if p.override_settings_restore_afterwards:
            set_config(stored, save_config=False)


def _setup(p: StableDiffusionProcessing) -> None:
    """Fill in what was not asked for."""
    seed, subseed = get_fixed_seed(p.seed), get_fixed_seed(p.subseed)
    p.restore_faces = opts.face_restoration if p.restore_faces is None else p.restore_faces
    p.tiling = opts.tiling if p.tiling is None else p.tiling
    p.sd_model_name = p.sd_model.sd_checkpoint_info.name_for_extra
    p.sd_model_hash = p.sd_model.sd_model_hash
    p.sd_model.comments = []
    p.sd_model.extra_generation_params = {}
    p.fill_fields_from_opts()
    p.setup_prompts()
    step = 1 if p.subseed_strength == 0 else 0
    count = range(len(p.all_prompts))
    p.all_seeds = seed if isinstance(seed, list) else [seed + x * step for x in count]
    p.all_subseeds = subseed if isinstance(subseed, list) else [subseed + x for x in count]


def process_images_inner(p: StableDiffusionProcessing) -> Processed:
    """The loop over batches."""
    assert len(p.prompt) > 0 if isinstance(p.prompt, list) else p.prompt is not None
    _setup(p)
    if p.scripts is not None:
        p.scripts.process(p)
    infotexts: list[str] = []
    output_images: list[Image.Image] = []
    with torch.inference_mode():
        p.init(p.all_prompts, p.all_seeds, p.all_subseeds)
        if state.job_count == -1:
            state.job_count = p.n_iter
        for n in range(p.n_iter):
            p.iteration = n
            state.skipped = False
            if state.interrupted or state.stopping_generation:
                break
            if not _run_batch(p, n, infotexts, output_images):
                break
        if not infotexts:
            infotexts.append(Processed(p, []).infotext(p, 0))
        p.color_corrections = None
        index_of_first_image = _add_grid(p, infotexts, output_images)
    res = Processed(
        p,
        images_list=output_images,
        seed=p.all_seeds[0],
        info=infotexts[0],
        subseed=p.all_subseeds[0],
        index_of_first_image=index_of_first_image,
        infotexts=infotexts,
        extra_images_list=p.extra_result_images,
    )
    if p.scripts is not None:
        p.scripts.postprocess(p, res)
    return res


def _run_batch(p, n: int, infotexts: list, output_images: list) -> bool:
    """Make the pictures of one batch; False when there is nothing left to make."""
    p.sd_model.forge_objects = p.sd_model.forge_objects_original.shallow_copy()
    batch = slice(n * p.batch_size, (n + 1) * p.batch_size)
    p.prompts, p.negative_prompts = p.all_prompts[batch], p.all_negative_prompts[batch]
    p.seeds, p.subseeds = p.all_seeds[batch], p.all_subseeds[batch]
    p.rng = p.make_rng((p.sd_model.forge_objects.vae.latent_channels, p.height // opt_f, p.width // opt_f))
    about = {"batch_number": n, "prompts": p.prompts, "seeds": p.seeds, "subseeds": p.subseeds}
    if p.scripts is not None:
        p.scripts.before_process_batch(p, **about)
    if len(p.prompts) == 0:
        return False
    p.parse_extra_network_prompts()
    if not p.disable_extra_networks:
        p.activate_extra_networks(p.extra_network_data)
    p.sd_model.forge_objects = p.sd_model.forge_objects_after_applying_lora.shallow_copy()
    if p.scripts is not None:
        p.scripts.process_batch(p, **about)
    p.setup_conds()
    p.extra_generation_params.update(p.sd_model.extra_generation_params)
    if n == 0 and not cmd_opts.no_prompt_history:
        with open(os.path.join(paths.data_path, "params.txt"), "w", encoding="utf8") as file:
            file.write(Processed(p, []).infotext(p, 0))
    for comment in p.sd_model.comments:
        p.comment(comment)
    if p.n_iter > 1:
        state.job = f"Batch {n + 1} out of {p.n_iter}"
    x_samples = _sample_and_decode(p)
    state.nextjob()
    if p.scripts is not None:
        p.scripts.postprocess_batch(p, x_samples, batch_number=n)
        p.prompts, p.negative_prompts = p.all_prompts[batch], p.all_negative_prompts[batch]
        batch_params = scripts.PostprocessBatchListArgs(list(x_samples))
        p.scripts.postprocess_batch_list(p, batch_params, batch_number=n)
        x_samples = batch_params.images
    for i, x_sample in enumerate(x_samples):
        p.batch_index = i
        _finish_image(p, i, pixels_to_image(x_sample), infotexts, output_images)
    return True


def _sample_and_decode(p) -> torch.Tensor:
    """The batch's pictures ``[B, 3, H, W]`` in 0..1."""
    about = {"seeds": p.seeds, "subseeds": p.subseeds, "subseed_strength": p.subseed_strength, "prompts": p.prompts}
    predictor, sigmas_backup = p.sd_model.forge_objects.unet.model.predictor, None
    if opts.sd_noise_schedule == "Zero Terminal SNR":
        p.extra_generation_params["Noise Schedule"] = opts.sd_noise_schedule
        sigmas_backup = predictor.sigmas
        predictor.set_sigmas(rescale_zero_terminal_snr_sigmas(sigmas_backup))
    # As Forge does, without a guard: after an exception the levels stay as they are.
    samples = p.sample(conditioning=p.c, unconditional_conditioning=p.uc, **about)
    if sigmas_backup is not None:
        predictor.set_sigmas(sigmas_backup)
    p.latents_after_sampling.extend(samples)
    if p.scripts is not None:
        ps = scripts.PostSampleArgs(samples)
        p.scripts.post_sample(p, ps)
        samples = ps.samples
    if not getattr(samples, "already_decoded", False):
        devices.test_for_nans(samples, "unet")
        samples = decode_latent_batch(p.sd_model, samples)
    return torch.clamp((torch.stack(samples).float() + 1.0) / 2.0, min=0.0, max=1.0)


def _infotext(p, index: int = 0, use_main_prompt: bool = False) -> str:
    texts = (p.prompts, p.seeds, p.subseeds)
    kwargs = {"index": index, "use_main_prompt": use_main_prompt, "all_negative_prompts": p.negative_prompts}
    return create_infotext(p, *texts, **kwargs)


def _save(p, i: int, image: Image.Image, suffix: str = "") -> None:
    text = _infotext(p, i)
    name = ("", p.seeds[i], p.prompts[i], opts.samples_format)
    images.save_image(image, p.outpath_samples, *name, info=text, p=p, suffix=suffix)


def _finish_image(p, i: int, image: Image.Image, infotexts: list, output_images: list) -> None:
    """Let scripts have one picture, lay it on its original, save it, and give it its infotext."""
    index = i + p.iteration * p.batch_size
    if p.scripts is not None:
        pp = scripts.PostprocessImageArgs(image, index)
        p.scripts.postprocess_image(p, pp)
        image = pp.image
    mask_for_overlay = getattr(p, "mask_for_overlay", None)
    overlays = getattr(p, "overlay_images", None)
    overlay = overlays[i] if opts.overlay_inpaint and overlays is not None and i < len(overlays) else None
    if p.scripts is not None:
        ppmo = scripts.PostProcessMaskOverlayArgs(i, mask_for_overlay, overlay)
        p.scripts.postprocess_maskoverlay(p, ppmo)
        mask_for_overlay, overlay = ppmo.mask_for_overlay, ppmo.overlay_image
    if p.color_corrections is not None and i < len(p.color_corrections):
        image = apply_color_correction(p.color_corrections[i], image)
    image, denoised = apply_overlay(image, p.paste_to, overlay)
    p.pixels_after_sampling.append(image)
    if p.scripts is not None:
        pp = scripts.PostprocessImageArgs(image, index)
        p.scripts.postprocess_image_after_composite(p, pp)
        image = pp.image
    if p.save_samples():
        _save(p, i, image)
    text = _infotext(p, i)
    infotexts.append(text)
    if opts.enable_pnginfo:
        image.info["parameters"] = text
    output_images.append(image)
    if mask_for_overlay is not None:
        _add_masks(p, i, image, denoised, mask_for_overlay, output_images)


def _add_masks(p, i: int, image, denoised, mask_for_overlay, output_images: list) -> None:
    """The mask, and the picture under it, where the settings ask for them."""
    if opts.return_mask or opts.save_mask:
        mask = mask_for_overlay.convert("RGB")
        if opts.save_mask and p.save_samples():
            _save(p, i, mask, "-mask")
        if opts.return_mask:
            output_images.append(mask)
    if opts.return_mask_composite or opts.save_mask_composite:
        mask = images.resize_image(2, mask_for_overlay, image.width, image.height).convert("L")
        masked = denoised.convert("RGBA").convert("RGBa")
        composite = Image.composite(masked, Image.new("RGBa", image.size), mask).convert("RGBA")
        if opts.save_mask_composite and p.save_samples():
            _save(p, i, composite, "-mask-composite")
        if opts.return_mask_composite:
            output_images.append(composite)


def _add_grid(p, infotexts: list, output_images: list) -> int:
    """Put a grid before the pictures where there are several; returns the index of the first picture."""
    unwanted = len(output_images) < 2 and opts.grid_only_if_multiple
    if not (opts.return_grid or opts.grid_save) or p.do_not_save_grid or unwanted:
        return 0
    grid = images.image_grid(output_images, p.batch_size)
    text = _infotext(p, use_main_prompt=True)
    if opts.return_grid:
        infotexts.insert(0, text)
        if opts.enable_pnginfo:
            grid.info["parameters"] = text
        output_images.insert(0, grid)
    if opts.grid_save:
        name = ("grid", p.all_seeds[0], p.all_prompts[0], opts.grid_format)
        images.save_image(grid, p.outpath_grids, *name, info=text, short_filename=True, p=p, grid=True)
    return 1 if opts.return_grid else 0


def process_extra_images(processed: Processed) -> None:
    """Arrays among the extra images become pictures; what is neither is dropped."""
    extra = [Image.fromarray(x) if isinstance(x, np.ndarray) else x for x in processed.extra_images]
    processed.extra_images = [x for x in extra if isinstance(x, Image.Image)]
