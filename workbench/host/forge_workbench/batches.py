"""Makes the pictures of a job batch by batch, calling every hook in its place, and the grid of all pictures."""

from __future__ import annotations

import os

import torch
from backend.modules.k_prediction import rescale_zero_terminal_snr_sigmas
from modules import images, paths, scripts
from modules.shared import cmd_opts, opts, state
from PIL import Image

from forge_workbench import colour_correction, inpainting, pixels
from forge_workbench.infotext import create_infotext


def make_all(p) -> tuple[list[Image.Image], list[str], int]:
    """The pictures, their infotexts, and the index of the first one that is not a grid."""
    p.sd_model_name = p.sd_model.sd_checkpoint_info.name_for_extra
    p.sd_model_hash = p.sd_model.sd_model_hash
    p.sd_model.comments = []
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
            if state.interrupted:
                break
            _run_batch(p, n, infotexts, output_images)
        if not infotexts:
            everything = (p.all_prompts, p.all_seeds, p.all_subseeds, p.all_negative_prompts)
            infotexts.append(create_infotext(p, *everything))
        p.color_corrections = None
        return output_images, infotexts, _add_grid(p, infotexts, output_images)


def _run_batch(p, n: int, infotexts: list[str], output_images: list[Image.Image]) -> None:
    """Make the pictures of batch ``n`` and append them and their infotexts."""
    p.sd_model.forge_objects = p.sd_model.forge_objects_original.shallow_copy()
    batch = slice(n * p.batch_size, (n + 1) * p.batch_size)
    p.prompts, p.negative_prompts = p.all_prompts[batch], p.all_negative_prompts[batch]
    p.seeds, p.subseeds = p.all_seeds[batch], p.all_subseeds[batch]
    p.rng = p.make_rng((p.sd_model.forge_objects.vae.latent_channels, p.height // 8, p.width // 8))
    about = {"batch_number": n, "prompts": p.prompts, "seeds": p.seeds, "subseeds": p.subseeds}
    if p.scripts is not None:
        p.scripts.before_process_batch(p, **about)
    p.activate_extra_networks()
    p.sd_model.forge_objects = p.sd_model.forge_objects_after_applying_lora.shallow_copy()
    if p.scripts is not None:
        p.scripts.process_batch(p, **about)
    p.setup_conds()
    if n == 0 and not cmd_opts.no_prompt_history:
        with open(os.path.join(paths.data_path, "params.txt"), "w", encoding="utf8") as file:
            file.write(_infotext(p))
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
        _finish_image(p, i, pixels.pixels_to_image(x_sample), infotexts, output_images)


def _sample_and_decode(p) -> torch.Tensor:
    """The batch's pictures ``[B, 3, H, W]`` in 0..1."""
    predictor, sigmas_backup = p.sd_model.forge_objects.unet.model.predictor, None
    if opts.sd_noise_schedule == "Zero Terminal SNR":
        p.extra_generation_params["Noise Schedule"] = opts.sd_noise_schedule
        sigmas_backup = predictor.sigmas
        predictor.set_sigmas(rescale_zero_terminal_snr_sigmas(sigmas_backup))
    # As in Forge, without try/finally: after an exception the levels stay as they are.
    samples = p.sample(
        conditioning=p.c,
        unconditional_conditioning=p.uc,
        seeds=p.seeds,
        subseeds=p.subseeds,
        subseed_strength=p.subseed_strength,
        prompts=p.prompts,
    )
    if sigmas_backup is not None:
        predictor.set_sigmas(sigmas_backup)
    if p.scripts is not None:
        ps = scripts.PostSampleArgs(samples)
        p.scripts.post_sample(p, ps)
        samples = ps.samples
    if not getattr(samples, "already_decoded", False):
        samples = pixels.decoded(p.sd_model, samples)
    return torch.clamp((torch.stack(samples).float() + 1.0) / 2.0, min=0.0, max=1.0)


def _infotext(p, index: int = 0, use_main_prompt: bool = False) -> str:
    return create_infotext(p, p.prompts, p.seeds, p.subseeds, p.negative_prompts, index, use_main_prompt)


def _finish_image(p, i: int, image: Image.Image, infotexts: list, output_images: list) -> None:
    """Pass one picture to the scripts, paste it onto its original, save it, and attach its infotext."""
    index = i + p.iteration * p.batch_size
    if p.scripts is not None:
        pp = scripts.PostprocessImageArgs(image, index)
        p.scripts.postprocess_image(p, pp)
        image = pp.image
    overlay = p.overlay_images[i] if p.overlay_images is not None and i < len(p.overlay_images) else None
    if p.scripts is not None:
        ppmo = scripts.PostProcessMaskOverlayArgs(i, p.mask_for_overlay, overlay)
        p.scripts.postprocess_maskoverlay(p, ppmo)
        overlay = ppmo.overlay_image
    if p.color_corrections is not None and i < len(p.color_corrections):
        image = colour_correction.matched(image, p.color_corrections[i])
    image = inpainting.laid_over(image, p.paste_to, overlay)
    if p.scripts is not None:
        pp = scripts.PostprocessImageArgs(image, index)
        p.scripts.postprocess_image_after_composite(p, pp)
        image = pp.image
    text = _infotext(p, i)
    if p.save_samples():
        images.save_image(image, p.outpath_samples, "", p.seeds[i], p.prompts[i], opts.samples_format, info=text, p=p)
    infotexts.append(text)
    if opts.enable_pnginfo:
        image.info["parameters"] = text
    output_images.append(image)


def _add_grid(p, infotexts: list[str], output_images: list[Image.Image]) -> int:
    """Insert a grid before several pictures; returns the index of the first picture."""
    if p.do_not_save_grid or len(output_images) < 2:
        return 0
    grid = images.image_grid(output_images)
    text = _infotext(p, use_main_prompt=True)
    infotexts.insert(0, text)
    if opts.enable_pnginfo:
        grid.info["parameters"] = text
    output_images.insert(0, grid)
    if opts.grid_save:
        images.save_image(grid, p.outpath_grids, "grid", extension="png", info=text, p=p)
    return 1
