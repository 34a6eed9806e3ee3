"""What Generate does in the img2img tab."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import gradio as gr
from modules_forge import main_thread
from PIL import Image, UnidentifiedImageError

import modules.scripts
from modules import images, processing, shared
from modules.infotext_utils import create_override_settings_dict
from modules.shared import opts, state
from modules.txt2img import run, show

SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".avif")
#: The tabs of pictures, numbered as in Forge.
IMG2IMG, INPAINT_UPLOAD, BATCH = 0, 4, 5
#: The components whose values are asked for, in their order.
FIELDS = (
    "mode prompt negative_prompt init_img init_img_inpaint init_mask_inpaint mask_blur inpainting_fill n_iter "
    "batch_size cfg_scale denoising_strength height width resize_mode inpaint_full_res inpaint_full_res_padding "
    "inpainting_mask_invert batch_input_dir batch_output_dir override_settings"
).split()


def process_batch(p, folder: str, output_dir: str, args) -> processing.Processed | None:
    """Make pictures from all pictures of a folder, one after the other; the processing object is used for all."""
    processing.fix_seed(p)
    paths = list(shared.walk_files(folder, allowed_extensions=SUFFIXES))
    state.job_count = len(paths) * p.n_iter
    results = None
    for i, path in enumerate(paths):
        state.job = f"{i + 1} out of {len(paths)}"
        state.skipped = False
        if state.interrupted or state.stopping_generation:
            break
        try:
            img = images.read(path)
        except UnidentifiedImageError as e:
            print(e)
            continue
        p.init_images = [img] * p.batch_size
        if output_dir:
            p.outpath_samples = output_dir
            p.override_settings["save_to_dirs"] = False
        if opts.img2img_batch_use_original_name:
            p.override_settings["samples_filename_pattern"] = Path(path).stem
        proc = modules.scripts.scripts_img2img.run(p, *args) or processing.process_images(p)
        if results is None:
            results = proc
        else:
            results.images.extend(proc.images)
            results.infotexts.extend(proc.infotexts)
    return results


def _mask(mask: Image.Image | None) -> Image.Image | None:
    return None if mask is None else mask.point(lambda v: 255 if v > 128 else 0)


def img2img_function(id_task: str, request: gr.Request, *args) -> tuple:
    """Generate, on the main thread."""
    v = dict(zip(FIELDS, args))
    script_args = args[len(FIELDS) :]
    mode = int(v["mode"])
    image, mask = v["init_img"], None
    if mode == INPAINT_UPLOAD:
        image, mask = v["init_img_inpaint"], _mask(v["init_mask_inpaint"])
    assert 0.0 <= v["denoising_strength"] <= 1.0, "can only work with strength in [0.0, 1.0]"
    names = "prompt negative_prompt n_iter batch_size cfg_scale denoising_strength mask_blur inpainting_fill"
    names += " resize_mode inpaint_full_res inpaint_full_res_padding inpainting_mask_invert"
    p = processing.StableDiffusionProcessingImg2Img(
        outpath_samples=opts.outdir_samples or opts.outdir_img2img_samples,
        outpath_grids=opts.outdir_grids or opts.outdir_img2img_grids,
        init_images=[images.fix_image(image)],
        mask=images.fix_image(mask),
        height=int(v["height"]),
        width=int(v["width"]),
        override_settings=create_override_settings_dict(v["override_settings"]),
        **{name: v[name] for name in names.split()},
    )
    p.scripts = modules.scripts.scripts_img2img
    p.script_args = script_args
    p.user = request.username
    if mode != BATCH:
        return run(p, modules.scripts.scripts_img2img)
    with closing(p):
        processed = process_batch(p, v["batch_input_dir"], v["batch_output_dir"].strip(), script_args)
        return show(processed or processing.Processed(p, [], p.seed, ""))


def img2img(id_task: str, request: gr.Request, *args):
    """Generate."""
    return main_thread.run_and_wait_result(img2img_function, id_task, request, *args)
